"""Paid loans that wait to be booked, at a Mifos X in memory."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from core.states import advance, begin
from disbursements.models import DisbursementRequest
from gateways.memory import LoanFault, MemoryLoans, memory_loan_book, memory_loan_desk
from gateways.registry import use_loan_book
from loans.models import (
    LoanBooking,
    LoanProposal,
    LoanSyncRun,
    LoanTracking,
    MifosConnection,
)
from loans.operations import proposals, record_booking
from loans.operations.book import book_due
from loans.operations.proposals import approve
from loans.operations.reach_mifos import open_line
from tests.lending import a_connection
from tests.loans.booking.people import AMINA, BRIAN, REASON
from tests.wire import MovedClock
from vault.models import Partner, Shortcode

GROSS, NET = 1_000_000, 950_000
GIVE_UP = "give_up_booking"
Book = Callable[[], LoanSyncRun]
Paid = Callable[..., LoanBooking]
MSISDN = "254700100001"


@pytest.fixture
def mifos(engine_db: None) -> Iterator[MemoryLoans]:
    """The partner's Mifos X."""
    tenant = MemoryLoans()
    with use_loan_book(memory_loan_book(tenant), memory_loan_desk(tenant)):
        yield tenant


@pytest.fixture
def connection(a_partner: Partner) -> MifosConnection:
    return a_connection(a_partner)


@pytest.fixture
def paid(
    mifos: MemoryLoans, connection: MifosConnection, a_shortcode: Shortcode, moved: MovedClock
) -> Callable[..., LoanBooking]:
    """A loan that is approved in Mifos X and was paid just now; its booking is due."""

    def make(loan_id: int = 7, *, receipt: str = "", **facts: Any) -> LoanBooking:
        if loan_id not in mifos.loans:
            mifos.approve(loan_id, gross_minor=GROSS, net_minor=NET, **facts)
        loan, payout = _rows(loan_id, connection, a_shortcode, receipt, moved)
        booking = LoanBooking(
            loan=loan, cycle=loan.cycle, disbursement=payout, receipt=payout.receipt or "",
            paid_at=moved(), gross_minor=GROSS, currency="KES", status="due", status_at=moved(),
            external_id="", due_at=moved(), created_at=moved(),
        )  # fmt: skip
        booking.external_id = str(booking.pk)
        with transaction.atomic():
            begin([booking], at=moved(), because="paid", actor="test")
        return booking

    return make


@pytest.fixture
def book(connection: MifosConnection, moved: MovedClock) -> Callable[[], LoanSyncRun]:
    """One round over what is due; what it counted."""

    def once() -> LoanSyncRun:
        run = LoanSyncRun(partner=connection.partner, started_at=moved(), trigger="test")
        with open_line(connection, at=moved(), run=run, at_once=True) as line:
            book_due(line, run, at=moved())
        return run

    return once


@pytest.fixture
def hold(moved: MovedClock) -> Callable[[LoanBooking, str], None]:
    """The loan is held, as a fetch would hold it."""

    def one(booking: LoanBooking, code: str) -> None:
        with transaction.atomic():
            loan = LoanTracking.objects.select_for_update().get(pk=booking.loan_id)
            advance(loan, to="held", at=moved(), because="as a fetch does", held_code=code)

    return one


@pytest.fixture
def refused(paid: Paid, book: Book, mifos: MemoryLoans) -> LoanBooking:
    """Paid, not booked."""
    booking = paid(7)
    mifos.next_fault("record", LoanFault.RULE)
    book()
    booking.refresh_from_db()
    return booking


@pytest.fixture
def undone(
    paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock, hold: Any
) -> LoanBooking:
    """Booked, and undone in Mifos X: the loan is held for it."""
    booking = paid(7)
    book()
    mifos.undo(7)
    record_booking.undone(booking_id=booking.pk, at=moved())
    hold(booking, "undone_after_paid")
    booking.refresh_from_db()
    return booking


@pytest.fixture
def propose(moved: MovedClock) -> Any:
    def one(booking: LoanBooking, kind: str = GIVE_UP, **more: Any) -> LoanProposal:
        named = {"reason": REASON, "caller": AMINA} | more
        return proposals.propose(loan_id=booking.loan_id, kind=kind, at=moved(), **named)

    return one


@pytest.fixture
def decide(moved: MovedClock) -> Any:
    def one(proposal: LoanProposal, verb: Any = approve, **more: Any) -> LoanProposal:
        named = {"reason": "I spoke with the branch too", "caller": BRIAN} | more
        return verb(proposal_id=proposal.pk, at=moved(), **named)

    return one


def _rows(
    loan_id: int, connection: MifosConnection, shortcode: Shortcode, receipt: str, at: MovedClock
) -> tuple[LoanTracking, DisbursementRequest]:
    tracking_id: UUID = uuid4()
    loan = LoanTracking(
        pk=tracking_id, partner=connection.partner, loan_id=loan_id, status="disbursed",
        status_at=at(), product_id=1, client_id=1_000 + loan_id, client_name="Amina Example",
        msisdn=MSISDN, gross_minor=GROSS, net_minor=NET, currency="KES", mifos_status=200,
        seen_at=at(), created_at=at(),
    )  # fmt: skip
    payout = DisbursementRequest(
        partner=connection.partner, shortcode=shortcode, rail="mpesa_b2c", status="completed",
        status_at=at(), client_reference=loan.client_reference, created_by="test",
        created_at=at(), request_digest=b"x" * 32, origin="loan", origin_id=loan.origin_id,
        msisdn=MSISDN, amount_minor=NET, currency="KES", command_id="BusinessPayment",
        remarks="Loan", due_at=at(), receipt=receipt or f"SKL{loan_id:07d}", completed_at=at(),
    )  # fmt: skip
    with transaction.atomic():
        begin([payout], at=at(), because="paid for a test", actor="test")
        loan.disbursement = payout
        begin([loan], at=at(), because="paid for a test", actor="test")
    return loan, payout
