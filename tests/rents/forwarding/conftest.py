"""Collected rents, ready to be forwarded through the real adapter on the simulated provider."""

from collections.abc import Callable
from typing import Any

import pytest

from config.books import breaks
from core.callers import Caller
from disbursements.models import DisbursementRequest
from gateways.simulator import Simulator
from ledger import chart
from ledger.queries import balances
from rents.models import Forward
from rents.operations.follow import follow
from rents.operations.forward import forward_due
from tests import money_in
from tests.wire import MovedClock, Wire
from vault.models import Owner, Partner, Payment, Property, Shortcode

WRONG_PAYBILL = "799003"  # the payout is parked: somebody must put the number right
REFUSING_BILLER = "799007"  # the payout fails for good
RentPaid = Callable[..., Payment]
OPERATOR = Caller(
    actor="otieno", origin="admin", partners=None,
    permissions=frozenset({"vault.forward_payment"}),
)  # fmt: skip
ADMINISTRATOR = Caller(
    actor="admin", origin="admin", partners=None,
    permissions=frozenset({"vault.forward_payment", "vault.change_owner"}),
)  # fmt: skip


def owner_as_caller(owner: Owner) -> Caller:
    """The owner, signed in for themselves."""
    return Caller(
        actor="owner", origin="api", partners=frozenset(), permissions=frozenset(),
        owner_id=owner.pk,
    )  # fmt: skip


@pytest.fixture
def collecting(a_partner: Partner, simulator: Simulator) -> Shortcode:
    return money_in.make_shortcode(a_partner, simulator.certificate_pem)


@pytest.fixture
def an_owner(a_partner: Partner) -> Owner:
    return money_in.make_owner(a_partner, name="Wanjiru Example")


@pytest.fixture
def a_property(an_owner: Owner, collecting: Shortcode) -> Property:
    return money_in.make_property(an_owner, collecting)


@pytest.fixture
def rent_paid(a_property: Property, moved: MovedClock) -> RentPaid:
    """A rent that came in and is split, by default KES 10,000: 500 fee, 9,500 owed."""

    def pay_one(of: Property | None = None, *, amount: int = 10_000, **more: Any) -> Payment:
        return money_in.allocated_payment(
            of or a_property, at=moved(), amount_minor=amount * 100, **more
        )

    return pay_one


@pytest.fixture
def settled(wire: Wire) -> Callable[[], None]:
    """Let everything run that runs by itself, and prove the books."""

    def run() -> None:
        wire.run(also=["forward", "follow"])
        assert list(breaks()) == []

    return run


def forwarded(wire: Wire) -> list[Forward]:
    """Forward what is due now; all transfers there are, oldest first."""
    forward_due(at=wire.clock())
    return transfers()


def transfers() -> list[Forward]:
    """All transfers, oldest first."""
    return list(Forward.objects.select_related("disbursement").order_by("created_at", "id"))


def followed(wire: Wire) -> list[Forward]:
    """Follow the payouts once; all transfers there are."""
    follow(at=wire.clock())
    return transfers()


def moves(simulator: Simulator) -> list[int]:
    """Shillings of each payment that the provider really made."""
    return [move.amount for move in simulator.book.moves]


def payouts() -> list[DisbursementRequest]:
    """Every payout, oldest first."""
    return list(DisbursementRequest.objects.order_by("created_at", "id"))


@pytest.fixture(params=[WRONG_PAYBILL, REFUSING_BILLER])
def failing(a_partner: Partner, collecting: Shortcode, request: Any) -> Property:
    """A property whose owner cannot be paid where they say."""
    owner = money_in.make_owner(
        a_partner, name="Njoroge Example", paid_to="paybill", receiver_number=request.param,
        receiver_account="PROP001",
    )  # fmt: skip
    return money_in.make_property(owner, collecting)


@pytest.fixture
def failed(failing: Property, rent_paid: RentPaid, settled: Any) -> Any:
    """A rent whose transfer is proven not paid."""
    payment = rent_paid(failing)
    settled()
    return payment


def owed_minor(owner_id: Any) -> int:
    code = chart.owed(owner_id, "KES").code
    return {each.code: each.balance_minor for each in balances()}[code]
