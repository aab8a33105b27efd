"""The demo's loans on their way: waited for, put right by the desk, and counted on both sides."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from config.books import breaks
from config.demo.lenders import DESK, LENDERS, REPAYMENT, at_mifos, person
from config.demo.provider import simulator
from core import clock
from core.refusals import Refused
from disbursements.models import DisbursementRequest
from disbursements.states import DisbursementStatus
from loans.models import LoanBooking, LoanTracking
from loans.operations import book_again, by_hand
from loans.rules import booking_words
from loans.states import BookingStatus, LoanStatus
from vault.models import Partner

REASON = "put right in Mifos X with the lender"
LIMIT = timedelta(minutes=90)
OPEN_LOANS = (LoanStatus.PENDING, LoanStatus.PROCESSING)
OPEN_BOOKINGS = (
    BookingStatus.DUE, BookingStatus.SENDING, BookingStatus.UNKNOWN,
    BookingStatus.WAITS_FOR_CHECKER,
)  # fmt: skip
NOT_BOOKED = (BookingStatus.REFUSED, BookingStatus.UNDONE)


@dataclass(frozen=True, kw_only=True)
class LoanFigures:
    """What became of the demo's loans. Money in minor units; `not_booked` is {why: how many}
    before the desk put them right, `waiting` {status: how many} of what is not paid.
    """

    approved: int
    tracked: int
    paid: int
    paid_minor: int
    moved: int
    moved_minor: int
    booked: int
    booked_there: int
    receipts_agree: bool
    not_booked: dict[str, int]
    waiting: dict[str, int]
    in_doubt: int
    paid_twice: int
    booked_twice: int
    breaks: list[str]

    @property
    def books_agree(self) -> bool:
        """M-Pesa's book, Mifos X's book and ours say the same, and nobody was paid twice."""
        paid = (self.paid, self.paid_minor) == (self.moved, self.moved_minor) or self.in_doubt
        booked = self.booked == self.booked_there and self.receipts_agree
        return bool(paid and booked and not (self.paid_twice or self.booked_twice or self.breaks))


class Lending:
    """The loans beside everything else; what is still open is waited for, but not for ever."""

    def __init__(self, *, at: datetime) -> None:
        self._ends_at = at + LIMIT
        self.not_booked: dict[str, int] = {}

    def is_under_way(self) -> bool:
        """Whether a loan will still be fetched, paid or booked by itself."""
        if clock.database_now() > self._ends_at:
            return False
        found = loans()
        return (
            found.count() < _approved_there()
            or found.filter(status__in=OPEN_LOANS, disbursement__person_needed_at=None).exists()
            or _bookings().filter(status__in=OPEN_BOOKINGS).exists()
        )

    def put_right(self) -> int:
        """What staff do at the desk: see why, mend it in Mifos X, book again; how many."""
        at = clock.database_now()
        self._ends_at = at + LIMIT
        for row in loans().filter(status=LoanStatus.FAILED):
            _try(by_hand.retry_payment, by_hand.RETRY, loan_id=row.pk)
        refused = list(_bookings().filter(status__in=NOT_BOOKED))
        self.not_booked = dict(
            Counter(booking_words.explain(each.code).what for each in refused).most_common()
        )
        umoja = next(each for each in LENDERS if each.tenant == REPAYMENT[0])
        at_mifos("change-loan", umoja, loanId=REPAYMENT[1], firstRepaymentOn="")
        for booking in refused:
            _try(book_again.book_again, book_again.PERMISSION, booking_id=booking.pk)
        return len(refused)

    def figures(self) -> LoanFigures:
        """Count all three books now."""
        book = simulator("GET", "fineract/book").json()
        there = {each["receipt"] for each in book["disbursals"] if not each["reversed"]}
        moves = _moves()
        paid = payouts().filter(status=DisbursementStatus.COMPLETED)
        booked = _bookings().filter(status=BookingStatus.BOOKED)
        unpaid = loans().exclude(status=LoanStatus.DISBURSED)
        moved_by_loan = Counter((move["shortcode"], move["remarks"]) for move in moves)
        return LoanFigures(
            approved=_approved_there(), tracked=loans().count(), paid=paid.count(),
            paid_minor=sum(paid.values_list("amount_minor", flat=True)),
            moved=len(moves), moved_minor=sum(move["amount"] * 100 for move in moves),
            booked=booked.count(), booked_there=book["count"],
            receipts_agree=set(booked.values_list("receipt", flat=True)) == there,
            not_booked=self.not_booked,
            waiting=dict(Counter(unpaid.values_list("status", flat=True))),
            in_doubt=unpaid.exclude(disbursement__person_needed_at=None).count(),
            paid_twice=sum(times > 1 for times in moved_by_loan.values()),
            booked_twice=len(book["bookedTwice"]), breaks=list(breaks()),
        )  # fmt: skip


def loans() -> QuerySet[LoanTracking]:
    """The loans of the demo's lenders."""
    return LoanTracking.objects.filter(partner__in=_partners())


def payouts() -> QuerySet[DisbursementRequest]:
    """Their payouts."""
    return DisbursementRequest.objects.filter(partner__in=_partners(), origin="loan")


def _partners() -> QuerySet[Partner]:
    return Partner.objects.filter(name__in=[each.name for each in LENDERS])


def _bookings() -> QuerySet[LoanBooking]:
    return LoanBooking.objects.filter(loan__partner__in=_partners())


def _approved_there() -> int:
    tenants = {each.tenant for each in LENDERS}
    found = simulator("GET", "fineract/loans").json()["loans"]
    return sum(each["tenant"] in tenants for each in found)


def _moves() -> list[dict[str, Any]]:
    numbers = {each.number for each in LENDERS}
    found = simulator("GET", "book").json()["moves"]
    return [move for move in found if move["shortcode"] in numbers]


def _try(verb: Callable[..., object], permission: str, **about: object) -> None:
    """One click at the desk; what is refused there shows in the figures."""
    try:
        verb(reason=REASON, caller=person(DESK, permission), at=clock.database_now(), **about)
    except Refused:
        return
