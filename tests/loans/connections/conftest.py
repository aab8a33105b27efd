"""Two persons, and the values that one of them types in."""

from typing import Any

import pytest

from core.callers import Caller
from loans.models import MifosConnection
from loans.operations.connections import confirm_connection, save_connection, switch
from loans.rules.connection_values import ConnectionValues
from tests.wire import MovedClock
from vault.models import Partner, Shortcode

REASON = "the partner asked for it by letter"
AMINA = Caller(actor="amina", origin="test", partners=None, permissions=None)
BARAKA = Caller(actor="baraka", origin="test", partners=None, permissions=None)
CHARLES = Caller(actor="charles", origin="test", partners=None, permissions=None)


def values(**changes: Any) -> ConnectionValues:
    """What Amina types in."""
    given: dict[str, Any] = {
        "host": "https://mifos.test", "tenant": "umoja", "username": "vault",
        "password": "only-for-tests",
    }  # fmt: skip
    return ConnectionValues(**(given | changes))


@pytest.fixture
def mifos(a_partner: Partner, a_shortcode: Shortcode, moved: MovedClock) -> MifosConnection:
    """Set by Amina, confirmed by nobody."""
    return save_connection(
        partner_id=a_partner.pk, values=values(), reason=REASON, caller=AMINA, at=moved()
    )


def change(partner: Partner, moved: MovedClock, caller: Caller = AMINA, **changes: Any) -> Any:
    """Another save; the password stays unless it is given."""
    given = values(**({"password": None} | changes))
    return save_connection(
        partner_id=partner.pk, values=given, reason=REASON, caller=caller, at=moved()
    )


def switched_on(mifos: MifosConnection, moved: MovedClock) -> MifosConnection:
    """Tested, confirmed by Baraka, on."""
    MifosConnection.objects.filter(pk=mifos.pk).update(is_mifos_configured=True)
    confirm_connection(connection_id=mifos.pk, reason=REASON, caller=BARAKA, at=moved())
    return switch(connection_id=mifos.pk, auto=True, reason=REASON, caller=AMINA, at=moved())
