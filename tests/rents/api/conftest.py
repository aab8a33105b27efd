"""A street of rents, and whoever calls about it: owner, tenant, key, staff and strangers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from gateways.simulator import Simulator
from tests.disbursements.api.conftest import Caller, add_caller
from tests.people import a_person, token_of
from tests.rents.a_street import Street, a_street
from tests.wire import MovedClock, Wire
from vault.models import Owner, Partner, Tenant
from vault.operations.add_api_key import add_api_key

PATH = "/api/payments"


@pytest.fixture
def street(wire: Wire, simulator: Simulator, a_partner: Partner, moved: MovedClock) -> Street:
    return a_street(wire, simulator, a_partner, moved)


@pytest.fixture
def as_themselves(moved: MovedClock) -> Callable[[Owner | Tenant], Caller]:
    """Signs the owner or tenant in: a user that is linked to them and is no staff."""

    def sign_in(who: Owner | Tenant) -> Caller:
        user: User = who.user or a_person(is_staff=False)
        who.user = user
        who.save()
        return Caller(token_of(user, at=moved()))

    return sign_in


@pytest.fixture
def owner(street: Street, as_themselves: Any) -> Caller:
    """Wanjiru, who is paid at once for Sunset House."""
    caller: Caller = as_themselves(street.owner)
    return caller


@pytest.fixture
def other_owner(street: Street, as_themselves: Any) -> Caller:
    """Otieno, of Sunrise Court, paid by hand."""
    caller: Caller = as_themselves(street.by_hand)
    return caller


@pytest.fixture
def tenant(street: Street, as_themselves: Any) -> Caller:
    """Amina, of Sunset House."""
    caller: Caller = as_themselves(street.amina)
    return caller


@pytest.fixture
def other_tenant(street: Street, as_themselves: Any) -> Caller:
    """Juma, of Sunrise Court."""
    caller: Caller = as_themselves(street.juma)
    return caller


@pytest.fixture
def key(street: Street, a_partner: Partner, moved: MovedClock) -> Caller:
    """The partner's program."""
    return Caller(add_api_key(partner_id=a_partner.pk, actor="test", at=moved()).key)


@pytest.fixture
def stranger(street: Street) -> Caller:
    """Another partner's program."""
    return add_caller("Another Example", "600999")[1]


@pytest.fixture
def staff(street: Street, moved: MovedClock) -> Callable[..., Caller]:
    """A member of staff: `staff("vault.view_payment")`."""

    def sign_in(*permissions: str, **more: Any) -> Caller:
        return Caller(token_of(a_person(*permissions, **more), at=moved()))

    return sign_in
