"""Loans of one partner, and whoever calls about them: its key, staff, and a stranger's key."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.disbursements.api.conftest import Caller, add_caller
from tests.loans.admin.scene import Lent, lent
from tests.people import a_person, token_of
from tests.wire import MovedClock, Wire
from vault.models import Partner, Shortcode
from vault.operations.add_api_key import add_api_key

PATH = "/api/mifos"
Staff = Callable[..., Caller]


@pytest.fixture
def loans(wire: Wire, a_partner: Partner, a_shortcode: Shortcode) -> Lent:
    return lent(wire, a_partner)


@pytest.fixture
def key(a_partner: Partner, moved: MovedClock) -> Caller:
    """The partner's program."""
    return Caller(add_api_key(partner_id=a_partner.pk, actor="test", at=moved()).key)


@pytest.fixture
def reading_key(a_partner: Partner, moved: MovedClock) -> Caller:
    """The partner's program that may only read."""
    made = add_api_key(partner_id=a_partner.pk, actor="test", at=moved(), scopes=["disburse:read"])
    return Caller(made.key)


@pytest.fixture
def stranger(engine_db: None) -> tuple[Partner, Caller]:
    """Another partner and its program."""
    return add_caller("Another Example", "600999")


@pytest.fixture
def staff(engine_db: None, moved: MovedClock) -> Staff:
    """A member of staff: `staff("loans.view_loantracking")`."""

    def sign_in(*permissions: str, **more: Any) -> Caller:
        return Caller(token_of(a_person(*permissions, **more), at=moved()))

    return sign_in
