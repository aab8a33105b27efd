"""A source of the tests' own, and whoever calls: a partner's key, staff, a stranger's key."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework import serializers

from tests.disbursements.api.conftest import Caller, add_caller
from tests.people import a_person, token_of
from tests.watching import TableSource, only_source
from tests.wire import MovedClock
from vault.models import Partner
from vault.operations.add_api_key import add_api_key

PATH = "/api/real-time-reconciliation"
VIEW = "reconciliation.view_reconciliationrun"
VIEW_FINDING = "reconciliation.view_finding"
CHECK = "reconciliation.check_reconciliationrun"
DISMISS = "reconciliation.dismiss_finding"
SEE_PAYOUTS = "disbursements.view_disbursementrequest"
EVERYTHING = (
    VIEW, VIEW_FINDING, CHECK, DISMISS, SEE_PAYOUTS, "core.view_alert", "core.change_alert",
)  # fmt: skip
Staff = Callable[..., Caller]


@pytest.fixture
def source(engine_db: None) -> Iterator[TableSource]:
    """The only source there is."""
    source = TableSource()
    with only_source(source):
        yield source


@pytest.fixture
def staff(engine_db: None, moved: MovedClock) -> Staff:
    """A member of staff: `staff(VIEW)`, or with every permission of these calls."""

    def sign_in(*permissions: str, **more: Any) -> Caller:
        return Caller(token_of(a_person(*(permissions or EVERYTHING), **more), at=moved()))

    return sign_in


@pytest.fixture
def clerk(staff: Staff) -> Caller:
    """May do everything here, of all partners."""
    return staff()


@pytest.fixture
def key(a_partner: Partner, moved: MovedClock) -> Caller:
    """The partner's program, with every scope."""
    return Caller(add_api_key(partner_id=a_partner.pk, actor="test", at=moved()).key)


@pytest.fixture
def stranger(engine_db: None) -> tuple[Partner, Caller]:
    """Another partner and its program."""
    return add_caller("Another Example", "600999")


def demand_documented(serializer: serializers.BaseSerializer, said: Any) -> None:
    """Every field of an answer stands in the OpenAPI document, and the other way round."""
    if isinstance(serializer, serializers.ListSerializer):
        for each in said:
            demand_documented(serializer.child, each)
        return
    fields = serializer.fields  # type: ignore[attr-defined]
    needed = {name for name, field in fields.items() if field.required}
    assert needed <= set(said) <= set(fields), set(said) ^ set(fields)
    for name, field in fields.items():
        if isinstance(field, serializers.BaseSerializer) and name in said:
            demand_documented(field, said[name])
