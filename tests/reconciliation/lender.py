"""A partner that lends, its simulated Mifos X, and what the watchtower makes of its loans."""

from typing import Any

from core.callers import Caller
from loans.models import LoanBooking, LoanTracking
from loans.operations import proposals
from reconciliation.rules.judge import judge
from reconciliation.rules.sides import Difference, Judgement, Record
from reconciliation.sources.loans import LoanSource
from tests.lending import Tenant, an_approved_loan, loan_of, sync
from tests.reconciliation.bending import behind_our_back
from tests.wire import Wire
from vault.models import Partner

SOURCE = LoanSource()
LOAN_SWEEPS = ("sync_loans", "loans")
REASON = "the branch rang us about it"


def a_person(name: str) -> Caller:
    """Somebody who may propose and approve."""
    may = {"loans.propose_loanproposal", "loans.approve_loanproposal", "loans.view_loantracking"}
    return Caller(actor=name, origin="test", partners=None, permissions=frozenset(may))


class Lender:
    """A partner, its simulated Mifos X, and one loan at a time."""

    def __init__(self, wire: Wire, partner: Partner, tenant: Tenant) -> None:
        self.wire, self.partner, self.tenant = wire, partner, tenant
        self.loan_id = 0

    def approves(self, **facts: Any) -> LoanTracking:
        """Approved there, fetched and handed over here."""
        self.loan_id = an_approved_loan(self.wire, self.tenant, **facts)
        sync(self.wire, self.partner)
        return self.loan

    def pays(self, **facts: Any) -> LoanTracking:
        """And paid and booked, as far as it goes by itself."""
        self.approves(**facts)
        self.goes_on()
        return self.loan

    def goes_on(self, hours: float = 1) -> None:
        """Everything that is due within these hours."""
        self.wire.run(hours=hours, also=LOAN_SWEEPS)

    def syncs(self) -> None:
        """Look at the list of approved loans."""
        self.wire.clock.forward(minutes=6)
        sync(self.wire, self.partner)

    @property
    def loan(self) -> LoanTracking:
        return loan_of(self.partner, self.loan_id)

    @property
    def booking(self) -> LoanBooking:
        return LoanBooking.objects.filter(loan=self.loan).latest("cycle")

    @property
    def record(self) -> Record:
        return SOURCE.read([str(self.loan.pk)])[str(self.loan.pk)]

    @property
    def judged(self) -> Judgement:
        return judge(self.record, at=self.wire.clock())

    @property
    def difference(self) -> Difference:
        """The one difference that there is."""
        (found,) = self.judged.differences
        return found

    def agrees(self, kind: str) -> None:
        """One person proposes it, another approves."""
        at = self.wire.clock()
        proposal = proposals.propose(
            loan_id=self.loan.pk, kind=kind, reason=REASON, caller=a_person("amina"), at=at
        )
        proposals.approve(proposal_id=proposal.pk, reason=REASON, caller=a_person("brian"), at=at)


def set_to(rows: Any, **values: Any) -> None:
    """Bend rows as nobody may, past every trigger."""
    with behind_our_back():
        rows.update(**values)
