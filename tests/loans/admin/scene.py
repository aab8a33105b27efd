"""Loans in every state that the desk shows: payouts really paid by the simulator, rows beside."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from core import states
from disbursements.models import DisbursementRequest
from disbursements.operations.instruct import instruct
from disbursements.rules.intake import Instruction
from loans.models import LoanBooking, LoanProposal, LoanSyncRun, LoanTracking
from tests.browser.scene import Scene
from tests.lending import a_connection, a_product
from tests.wire import Wire
from vault.models import Partner

FAILS = "99040"
CHANGES = [
    {"field": "msisdn", "tracked": "254700100102", "now": "254700100999"},
    {"field": "net_minor", "tracked": 950_000, "now": 1_450_000},
]
HOLIDAY = "error.msg.loan.application.disbursement.date.on.holiday"
SAID = "The loan disbursement date is on a holiday."
REASON = "The branch manager has confirmed it"


@dataclass(frozen=True, kw_only=True)
class Lent:
    """Loans of one partner, by their numbers in Mifos X."""

    wire: Wire
    partner: Partner

    def loan(
        self, loan_id: int, status: str = "pending_disbursement", **more: Any
    ) -> LoanTracking:
        """One loan, its first step written."""
        at = self.wire.clock()
        values = {
            "partner": self.partner, "loan_id": loan_id, "status": status, "status_at": at,
            "account_no": f"{loan_id:09d}", "product_id": 1, "product_name": "Product 1",
            "client_id": 4_000 + loan_id, "client_name": "Amina Example",
            "phone_as_written": f"0700 100 {loan_id}", "msisdn": f"254700100{loan_id}",
            "gross_minor": 1_000_000, "net_minor": 950_000, "currency": "KES",
            "approved_on": date(2026, 11, 20), "expected_on": date(2026, 11, 21),
            "mifos_status": 200, "seen_at": at, "created_at": at,
        }  # fmt: skip
        row = LoanTracking(**values | more)
        with transaction.atomic():
            states.begin([row], at=at, because="approved in Mifos X", actor="system")
        return row

    def payout(self, loan_id: int, digits: str = "") -> DisbursementRequest:
        """What pays the loan's first cycle, to the number that ends in these digits."""
        instruction = Instruction(
            client_reference=f"LOAN-{loan_id}-1", msisdn=f"2547001{digits or f'00{loan_id}'}",
            amount="9500", payee_name="Amina Example",
        )  # fmt: skip
        return instruct(
            partner_id=self.partner.pk, instruction=instruction, origin="loan",
            origin_id=f"of-{loan_id}:1", actor="system", at=self.wire.clock(),
        ).disbursement  # fmt: skip

    def of_payout(
        self, status: str, payout: DisbursementRequest, loan_id: int, **more: Any
    ) -> Any:
        """A loan with this payout, which names it from now on."""
        row = self.loan(loan_id, status, disbursement=payout, **more)
        DisbursementRequest.objects.filter(pk=payout.pk).update(origin_id=row.origin_id)
        return row

    def booking(self, loan: LoanTracking, status: str, **more: Any) -> LoanBooking:
        """The booking of the loan's first cycle."""
        at = self.wire.clock()
        payout = DisbursementRequest.objects.get(pk=loan.disbursement_id)
        values = {
            "loan": loan, "cycle": 1, "disbursement": payout, "receipt": payout.receipt,
            "paid_at": payout.completed_at, "gross_minor": loan.gross_minor, "currency": "KES",
            "status": status, "status_at": at, "external_id": f"ext-{loan.loan_id}",
            "due_at": at, "created_at": at,
        }  # fmt: skip
        row = LoanBooking(**values | more)
        with transaction.atomic():
            states.begin([row], at=at, because="the client is paid", actor="system")
        return row

    def morning(self) -> None:
        """Loans in every state."""
        paid = {number: self.payout(number) for number in (106, 107, 108, 109)}
        failed = self.payout(105, FAILS)
        Scene(wire=self.wire, pay=None).pass_by(minutes=4)
        for payout in (*paid.values(), failed):
            payout.refresh_from_db()
        self.loan(101, expected_on=date(2026, 11, 25))
        self.loan(102, "held", held_code="changed", differences=CHANGES)
        self.loan(103, "held", held_code="no_phone", msisdn="", phone_as_written="")
        self.loan(110, "held", held_code="group_loan", client_id=None, client_name="", msisdn="")
        self.loan(111, "held", held_code="needs_approval", product_id=2, product_name="")
        self.of_payout("failed", failed, 105)
        self.booking(
            self.of_payout("disbursed", paid[106], 106, mifos_status=300), "booked",
            booked_at=self.wire.clock(), transaction_id=77,
        )  # fmt: skip
        self.booking(self.of_payout("disbursed", paid[107], 107), "refused", code=HOLIDAY,
                     text=SAID, body={"locale": "en", "transactionAmount": "10000.00"},
                     idempotency_key="key-107", sent_at=self.wire.clock(), tries=1)  # fmt: skip
        self.booking(self.of_payout("disbursed", paid[108], 108), "waits_for_checker",
                     command_id=31)  # fmt: skip
        undone = self.of_payout("held", paid[109], 109, held_code="undone_after_paid")
        self.booking(undone, "undone", code="disbursal_undone")
        self.of_payout("processing_disbursement", self.payout(104), 104)

    def run(self, **more: Any) -> LoanSyncRun:
        """One sync with something of everything."""
        at = self.wire.clock()
        values = {
            "partner": self.partner, "steps": ["fetch", "process", "book"], "trigger": "schedule",
            "actor": "system", "started_at": at, "ended_at": at + timedelta(seconds=4),
            "requests": 31, "fetched": 12, "fresh": 11, "instructed": 5, "paid": 4, "failed": 1,
            "booked": 1, "not_booked": 1, "skipped": {"not_due_yet": 1, "product_unknown": 2},
            "held": {"no_phone": 1, "changed": 1},
            "errors": [{"step": "book", "loan_id": 107, "code": HOLIDAY, "text": SAID}],
        }  # fmt: skip
        return LoanSyncRun.objects.create(**values | more)

    def proposal(self, loan_id: int = 107, by: str = "operator.example") -> LoanProposal:
        """Somebody proposes to give the booking up."""
        booking = LoanBooking.objects.get(loan__loan_id=loan_id)
        at = self.wire.clock()
        row = LoanProposal(
            loan=booking.loan, booking=booking, kind="give_up_booking", status="proposed",
            status_at=at, reason=REASON, proposed_by=by, created_at=at,
        )  # fmt: skip
        with transaction.atomic():
            states.begin([row], at=at, because=REASON, actor=by)
        return row


def lent(wire: Wire, partner: Partner) -> Lent:
    """A partner whose Mifos X is set up; no loan yet."""
    a_connection(partner)
    a_product(partner)
    return Lent(wire=wire, partner=partner)


def row(loan_id: int) -> LoanTracking:
    """As it is now."""
    return LoanTracking.objects.select_related("disbursement").get(loan_id=loan_id)
