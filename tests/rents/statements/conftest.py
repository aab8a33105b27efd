"""A partner who collects for two owners, and what people do with the rents."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from core.callers import Caller
from gateways.simulator import Simulator
from rents.operations.follow import follow
from rents.operations.forward import forward_payments
from rents.queries.statement import Statement, statement
from rents.rules.period import period
from tests import money_in
from tests.wire import MovedClock, Wire
from vault.models import Owner, Partner, Payment, Property, Shortcode, Tenant
from vault.operations.allocate_by_hand import allocate_by_hand
from vault.operations.cash import record_cash
from vault.operations.take_back import take_back

REASON = "the tenant called the office"
OPERATOR = Caller(actor="amina", origin="test", partners=None, permissions=None)


@dataclass(kw_only=True)
class Estate:
    """Rents of two owners on one shortcode."""

    shortcode: Shortcode
    owner: Owner
    other: Owner
    house: Property
    court: Property
    others_house: Property
    tenant: Tenant
    wire: Wire
    clock: MovedClock
    receipts: int = 0

    def rent(
        self, of: Property | None = None, *, tenant: Tenant | None = None, shillings: int = 10_000
    ) -> Payment:
        """A rent that came in by M-Pesa and is allocated, now."""
        of = of or self.house
        who = tenant or (self.tenant if of == self.house else None)
        return money_in.allocated_payment(
            of, who, at=self.clock(), amount_minor=shillings * 100, paid_at=self.clock()
        )

    def cash(self, *, shillings: int = 10_000) -> Payment:
        """A rent that the owner has already."""
        self.receipts += 1
        return record_cash(
            property_id=self.house.pk, tenant_id=self.tenant.pk, amount=str(shillings),
            receipt_number=f"R{self.receipts}", reason=REASON, caller=OPERATOR, at=self.clock(),
        )  # fmt: skip

    def take_back(self, payment: Payment) -> None:
        """It was not theirs."""
        take_back(payment_id=payment.pk, reason=REASON, caller=OPERATOR, at=self.clock())

    def give(self, payment: Payment, to: Property, tenant: Tenant | None = None) -> None:
        """A person says whose it is."""
        allocate_by_hand(
            payment_id=payment.pk, property_id=to.pk, tenant_id=tenant.pk if tenant else None,
            remember=False, reason=REASON, caller=OPERATOR, at=self.clock(),
        )  # fmt: skip

    def forward(self, *payments: Payment) -> None:
        """Hand these over to the payouts, in one transfer for each receiver."""
        forward_payments(
            payment_ids=[payment.pk for payment in payments], caller=OPERATOR, at=self.clock(),
            reason=REASON,
        )  # fmt: skip

    def arrive(self) -> None:
        """Everything that is on its way gets there."""
        self.wire.run()
        follow(at=self.clock())

    def statement(
        self, first: date = date(2026, 11, 1), last: date = date(2026, 11, 30),
        *, owner: Owner | None = None,
    ) -> Statement:  # fmt: skip
        """Of the month, of the first owner."""
        return statement(owner=owner or self.owner, period=period(first_day=first, last_day=last))


@pytest.fixture
def a_caller() -> Callable[..., Caller]:
    """Somebody with just these permissions, of all partners unless said otherwise."""

    def make(*permissions: str, **more: Any) -> Caller:
        values: dict[str, Any] = {"partners": None, "permissions": frozenset(permissions)}
        return Caller(actor="amina", origin="test", **values | more)

    return make


@pytest.fixture
def estate(a_partner: Partner, simulator: Simulator, moved: MovedClock, wire: Wire) -> Estate:
    shortcode = money_in.make_shortcode(a_partner, simulator.certificate_pem)
    owner = money_in.make_owner(a_partner, name="Mary Example", forward_when="by_hand")
    other = money_in.make_owner(
        a_partner, name="Otieno Example", forward_when="by_hand", paid_to="paybill",
        receiver_number="600333", receiver_account="PROP002",
    )  # fmt: skip
    house = money_in.make_property(owner, shortcode, name="Sunset Example", account="SUN")
    return Estate(
        shortcode=shortcode, owner=owner, other=other, house=house,
        court=money_in.make_property(owner, shortcode, name="Court Example", account="COURT"),
        others_house=money_in.make_property(other, shortcode, name="Hill Example", account="HIL"),
        tenant=money_in.make_tenant(house, name="Amina Example", unit="A3"),
        wire=wire, clock=moved,
    )  # fmt: skip
