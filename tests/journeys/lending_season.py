"""A season of loans: two lenders, one on each version family, both ends with faults."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.callers import Caller
from gateways import inbox
from gateways.simulator.fineract.names import BOOKINGS, LISTS, READS
from loans.models import LoanTracking
from tests.journeys.lasting import Lasting
from tests.lending import (
    NEW,
    OLD,
    Tenant,
    a_connection,
    a_product,
    a_tenant,
    an_approved_loan,
    register_hook,
)
from tests.loan_oracle import Lent, Truth
from tests.wire import Wire
from vault.models import Partner
from vault.operations.add_partner import add_partner
from vault.operations.add_shortcode import Credentials, add_shortcode

SWEPT = ("deliver", "recover", "sync_loans", "loans", "resume", "send", "retry", "ask")
UNCOUNTED = ("sync_loans",)
MPESA = {
    "lost_ack": 0.05, "drop": 0.03, "too_many": 0.03, "html_502": 0.03, "lost_callback": 0.1,
    "duplicate_callback": 0.05, "late_callback": 0.05, "temporary": 0.08,
    "unregistered": 0.04, "internal_failure": 0.03, "internal_failure_paid": 0.03,
    "queue_timeout": 0.03, "never_executed": 0.02, "delayed": 0.03, "status_lost": 0.05,
    "token_error": 0.05,
}  # fmt: skip
STORM = ",".join(
    f"{name}={rate}"
    for name, rate in {
        **MPESA, **dict.fromkeys(BOOKINGS, 0.025), **dict.fromkeys(LISTS, 0.03),
        **dict.fromkeys(READS, 0.004), "loan_hook_lost": 0.5,
    }.items()
)  # fmt: skip
LENDERS = (("umoja", NEW, "600111"), ("tumaini", OLD, "600222"))
# Every twentieth loan is one of each of these; the others are plain.
EVERY = 20
PLAIN, PHONE, AMOUNT, ANEW, ELSEWHERE, GROUP, UNDONE, LOCKED, CLOSED, SEVERAL = (
    "plain", "phone", "amount", "anew", "elsewhere", "group", "undone", "locked", "closed",
    "several",
)  # fmt: skip
KINDS = {
    2: PHONE, 4: AMOUNT, 6: ANEW, 8: ELSEWHERE, 10: GROUP, 12: UNDONE, 14: LOCKED, 16: CLOSED,
    18: SEVERAL,
}  # fmt: skip
TOMORROW = (PHONE, AMOUNT, ANEW, ELSEWHERE)
PERMISSIONS = frozenset(
    f"loans.{name}"
    for name in (
        "hold_loantracking", "retry_loantracking", "book_loantracking", "sync_loantracking",
        "propose_loanproposal", "approve_loanproposal",
    )
)  # fmt: skip


@dataclass(kw_only=True)
class Loan:
    """What the lender meant, kept outside of the system under test; money in shillings."""

    key: Lent
    kind: str
    net: int
    gross: int
    msisdn: str


def person(name: str) -> Caller:
    """A member of staff who may everything with loans."""
    return Caller(actor=name, origin="admin", partners=None, permissions=PERMISSIONS)


class LoanSeason(Lasting):
    """Two lenders and `count` loans of each, approved from the beginning."""

    swept, uncounted, weather = SWEPT, UNCOUNTED, STORM
    lost, twice = 10, 20

    def __init__(self, *, wire: Wire, count: int, seed: int) -> None:
        super().__init__(wire=wire, seed=seed)
        self.truths: dict[Lent, list[Truth]] = {}
        self.tenants: dict[str, Tenant] = {}
        self.partners: dict[str, Partner] = {}
        for name, version, number in LENDERS:
            self._open_lender(name, version, number)
        self.loans: dict[Lent, Loan] = {}
        for name in self.tenants:
            for number in range(1, count + 1):
                self._approved(name, number, KINDS.get(number % EVERY, PLAIN))

    def due_names(self) -> Sequence[str]:
        """A sync is due every five minutes for ever."""
        return [name for name in self.swept if name != "sync_loans"]

    def come_to_rest(self) -> None:
        """Also a look at all lists, once nothing else is due."""
        super().come_to_rest()
        self.clock.forward(minutes=31)
        super().come_to_rest()

    def now_true(self, loan: Loan, *, payable: bool = True) -> None:
        """From now on this is what Mifos X says of it."""
        truth = Truth(self.clock(), loan.net, loan.msisdn, payable)
        self.truths.setdefault(loan.key, []).append(truth)

    def of_kind(self, *kinds: str) -> Iterator[Loan]:
        """The loans of these kinds."""
        return (loan for loan in self.loans.values() if loan.kind in kinds)

    def tracked(self, loan: Loan) -> LoanTracking | None:
        """What we know of it, if anything."""
        rows = LoanTracking.objects.select_related("disbursement")
        partner = self.partners[loan.key.tenant]
        return rows.filter(partner=partner, loan_id=loan.key.loan_id).first()

    def tenant(self, loan: Loan) -> Tenant:
        """Where it was approved."""
        return self.tenants[loan.key.tenant]

    def _open_lender(self, name: str, version: str, number: str) -> None:
        at = self.clock()
        partner = add_partner(name=f"{name.title()} Example Ltd", actor="test", at=at)
        add_shortcode(
            number=number, partner_id=partner.pk, kind="paybill", initiator_name="apiop",
            credentials=Credentials(
                consumer_key=f"key{number}", consumer_secret="secret", initiator_password="Safe#1"
            ),
            certificate=self.wire.simulator.certificate_pem, actor="test", at=at, tps_limit=1000,
        )  # fmt: skip
        self.partners[name] = partner
        self.tenants[name] = a_tenant(self.wire, version, name)
        a_connection(partner, self.tenants[name], requests_per_minute=1_000)
        for product_id in (1, 2):
            a_product(partner, product_id)
        secret = inbox.standing_secret(provider="fineract", kind="loan", subject=str(partner.pk))
        url = inbox.callback_url(provider="fineract", kind="loan", secret=secret)
        register_hook(self.wire, name, url)

    def _approved(self, tenant: str, number: int, kind: str) -> None:
        digits = f"{LENDERS[0][0] == tenant:d}{number:04}"
        more: dict[str, Any] = {}
        if kind in TOMORROW:
            more["expectedOn"] = (self.clock() + timedelta(days=1)).date().isoformat()
        if kind == SEVERAL:
            more["productId"] = 2
        if kind == GROUP:
            more["kind"] = "group"
        self.approve(tenant, number, digits=digits, meant=kind, **more)

    def approve(
        self,
        tenant: str,
        number: int,
        *,
        digits: str,
        meant: str = PLAIN,
        charge: int = 50,
        **more: Any,
    ) -> Loan:
        """A loan of a client of its own, whose phone ends in these digits."""
        gross = 1_000 + 100 * number
        net = gross - charge
        loan_id = an_approved_loan(
            self.wire, tenant, number, net=net, gross=gross, phone=f"07001 {digits}",
            clientName=f"Client {digits} Example", hook=True, **more,
        )  # fmt: skip
        key = Lent(tenant, loan_id)
        loan = Loan(key=key, kind=meant, net=net, gross=gross, msisdn=f"2547001{digits}")
        self.now_true(loan, payable=meant != GROUP)
        self.loans[key] = loan
        return loan
