"""One house with a tenant and an owner who can be reached, and a partner who sends notices."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from core.callers import Caller
from gateways.interface import Channel
from gateways.memory import MemoryNotifier
from gateways.registry import use_notifier
from gateways.simulator import Simulator
from tests.money_in import make_owner, make_property, make_shortcode, make_tenant
from tests.wire import START
from vault.models import NoticeSetting, Owner, Partner, Property, Tenant
from vault.operations.notices import change_setting

TENANT_PHONE, OTHER_PHONE, OWNER_PHONE = "254700010001", "254700010002", "254700030001"
OPERATOR = Caller(actor="asha", origin="admin", partners=None, permissions=None)
REASON = "the owners asked to be told"


@pytest.fixture
def owner(a_partner: Partner) -> Owner:
    return make_owner(
        a_partner, name="Amina Example", phone=OWNER_PHONE, email="amina@example.org",
        language="sw",
    )  # fmt: skip


@pytest.fixture
def house(owner: Owner, a_partner: Partner, simulator: Simulator) -> Property:
    paybill = make_shortcode(a_partner, simulator.certificate_pem)
    return make_property(owner, paybill, account="ROSE", name="Rose Court Example")


@pytest.fixture
def tenant(house: Property) -> Tenant:
    return make_tenant(
        house, phones=(OTHER_PHONE, TENANT_PHONE), account="A-007", name="Baraka Example",
        unit="A7", email="baraka@example.org",
    )  # fmt: skip


@pytest.fixture
def memory() -> Iterator[MemoryNotifier]:
    """Both channels, in memory."""
    notifier = MemoryNotifier()
    with (
        use_notifier(Channel.SMS, lambda: notifier),
        use_notifier(Channel.EMAIL, lambda: notifier),
    ):
        yield notifier


@pytest.fixture
def switched(a_partner: Partner) -> Callable[..., NoticeSetting]:
    """Switch a kind on, by SMS unless said otherwise."""

    def switch(
        kind: str, *, by_sms: bool = True, by_email: bool = False, at: datetime = START,
        **more: Any,
    ) -> NoticeSetting:  # fmt: skip
        values = {"partner_id": a_partner.pk, "reason": REASON, "caller": OPERATOR}
        return change_setting(kind=kind, by_sms=by_sms, by_email=by_email, at=at, **values | more)

    return switch
