"""One lender, from the approval in the simulated Mifos X to the booking, over real adapters."""

from dataclasses import dataclass
from typing import Any

import pytest

from loans.models import LoanBooking, LoanSyncRun, LoanTracking
from tests import lending
from tests.lending import Tenant
from tests.wire import Wire
from vault.models import Partner, Shortcode


@dataclass
class Lender:
    """A partner whose loans of products 1 and 2 are paid by themselves."""

    wire: Wire
    partner: Partner
    tenant: Tenant

    def approves(self, loan_id: int = 7, **changes: Any) -> int:
        """A loan waits for disbursal."""
        return lending.an_approved_loan(self.wire, self.tenant, loan_id, **changes)

    def pays(self) -> LoanSyncRun:
        """What is approved is fetched and paid over M-Pesa; Mifos X is not told yet."""
        run = lending.sync(self.wire, self.partner, "fetch", "process")
        self.wire.run(hours=1)
        return run

    def books(self) -> LoanSyncRun:
        """What was paid is told to Mifos X."""
        return lending.sync(self.wire, self.partner, "book")

    def books_until_done(self, *, hours: float = 8) -> None:
        """The same, minute after minute, while a booking is open."""
        for _ in range(int(hours * 60)):
            self.books()
            if not LoanBooking.objects.filter(
                status__in=["due", "sending", "unknown", "waits_for_checker"]
            ).exists():
                return
            self.wire.clock.forward(minutes=1)
        raise AssertionError(f"still not booked after {hours} hours")

    def goes_wrong(self, *faults: str, loan_id: int | None = 7) -> None:
        """What the next bookings of the loan meet; without a loan, lists and reads."""
        lending.script(self.wire, self.tenant, *faults, loan_id=loan_id)

    def loan(self, loan_id: int = 7) -> LoanTracking:
        """As we have it."""
        return lending.loan_of(self.partner, loan_id)

    def booking(self, loan_id: int = 7) -> LoanBooking:
        """Its only booking."""
        return LoanBooking.objects.select_related("disbursement").get(loan__loan_id=loan_id)

    def there(self, loan_id: int = 7) -> Any:
        """As Mifos X has it."""
        return lending.there(self.wire, self.tenant, loan_id)

    def disbursals(self, loan_id: int = 7) -> list[Any]:
        """Those of the loan in the book of Mifos X, undone ones too."""
        found = lending.lent(self.wire)["disbursals"]
        return [each for each in found if each["loanId"] == loan_id]


@pytest.fixture
def lender(wire: Wire, a_partner: Partner, a_shortcode: Shortcode) -> Lender:
    """On a Mifos X of today."""
    return begin(wire, a_partner)


@pytest.fixture(params=[lending.NEW, lending.OLD])
def any_lender(
    request: pytest.FixtureRequest, wire: Wire, a_partner: Partner, a_shortcode: Shortcode
) -> Lender:
    """On each of the two families of versions."""
    return begin(wire, a_partner, version=request.param)


def begin(wire: Wire, partner: Partner, **tenant: Any) -> Lender:
    """A tenant, a connection, two products."""
    zone = tenant.setdefault("timeZone", "Africa/Nairobi")
    there = lending.a_tenant(wire, **tenant)
    lending.a_connection(partner, there, time_zone=zone)
    lending.a_product(partner, 1)
    lending.a_product(partner, 2)
    return Lender(wire, partner, there)
