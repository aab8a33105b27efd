"""The sides of one loan, and what of them no general rule sees."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from core import clock, money
from disbursements.models import DisbursementRequest
from disbursements.queries.of_origin import PAID
from disbursements.states import DisbursementStatus
from loans.models import LoanBooking
from loans.queries.bookings import LATE_MINUTES
from loans.rules.booking_words import DISBURSED_ELSEWHERE, EARLIER_CYCLE, explain
from loans.states import BOOKING_MEANINGS, BookingStatus, LoanStatus
from reconciliation.models import FindingKind
from reconciliation.rules.sides import Difference, Record, Side, Standing
from reconciliation.sources import loan_mifos, loan_rows
from reconciliation.sources.loan_mifos import MIFOS, LastWord
from reconciliation.sources.loan_rows import Lent
from reconciliation.sources.payout_rows import STANDINGS

B = BookingStatus
# Followed each minute, and after each result: until then loan and payout may differ.
FOLLOWED_WITHIN = timedelta(minutes=10)
ENDED = (B.BOOKED, B.UNDONE, B.GIVEN_UP)
NOT_BOOKED = (B.DUE, B.SENDING, B.UNKNOWN, B.WAITS_FOR_CHECKER, B.REFUSED)
DISBURSED_BY_OTHERS = (DISBURSED_ELSEWHERE, EARLIER_CYCLE)


def record_of(loan: Lent, *, kind: str, at: datetime) -> Record:
    """All that is told of it. The payout's own sides are those of another subject."""
    booking = loan.booking
    return Record(
        kind=kind, subject_id=loan.id, partner_id=str(loan.row.partner_id),
        reference=loan.row.account_no or str(loan.row.loan_id), row=_row_side(loan, at),
        book=None, others=tuple(_others(loan)), beneficiary=loan.row.client_name,
        is_said_for=booking is not None and booking.status == B.GIVEN_UP,
        problems=tuple(_problems(loan, at)),
        details=dict(loan_rows.details(loan, kind=kind)),
    )  # fmt: skip


def _row_side(loan: Lent, at: datetime) -> Side:
    row, booking = loan.row, loan.booking
    standing = _standing(loan, at)
    return Side(
        name="our record", source="row", standing=standing, amount_minor=row.net_minor,
        currency=row.currency, receipt=booking.receipt if booking else "",
        is_final=standing != Standing.OPEN, at=row.status_at,
    )  # fmt: skip


def _standing(loan: Lent, at: datetime) -> Standing:
    """Paid is over when it is booked too, or two persons gave that up."""
    row, booking = loan.row, loan.booking
    if row.status == LoanStatus.DISBURSED:
        ended = booking is None or booking.status in ENDED
        return Standing.PAID if ended else Standing.OPEN
    if row.status == LoanStatus.FAILED and not _is_just_paid(loan, at):
        return Standing.NOT_PAID
    return Standing.OPEN


def _is_just_paid(loan: Lent, at: datetime) -> bool:
    payout = loan.payout
    if payout is None or payout.status not in PAID:
        return False
    return at < payout.status_at + clock.scaled(FOLLOWED_WITHIN)


def _others(loan: Lent) -> Iterator[Side]:
    payout, booking = loan.payout, loan.booking
    if payout is not None:
        yield Side(
            name=f"our payout {payout.client_reference}", source="row",
            standing=STANDINGS.get(payout.status, Standing.OPEN),
            amount_minor=payout.amount_minor, currency=payout.currency,
            receipt=payout.receipt or "", is_final=payout.status in PAID,
            at=payout.completed_at or payout.status_at,
        )  # fmt: skip
    if booking is not None and booking.status in (B.BOOKED, B.UNDONE):
        word = loan_mifos.last_word(loan, booking)
        yield Side(
            name=MIFOS, source="read", standing=_shown_there(loan, booking, word), is_final=True,
            at=word.at if word else booking.status_at,
        )  # fmt: skip


def _shown_there(loan: Lent, booking: LoanBooking, word: LastWord | None) -> Standing:
    """Of one that was undone while a person looks at it, _problems tells."""
    if booking.status != B.UNDONE:
        return loan_mifos.standing(booking, word)
    held = loan.row.status != LoanStatus.DISBURSED
    return Standing.SILENT if held else Standing.UNKNOWN_THERE


def _problems(loan: Lent, at: datetime) -> Iterator[Difference]:
    yield from _paid_twice(loan)
    yield from _not_followed(loan, at)
    yield from _without_booking(loan)
    for booking in loan.bookings:
        yield from _of_booking(loan, booking, at)


def _paid_twice(loan: Lent) -> Iterator[Difference]:
    """More than one payout kept the money: in one cycle ever, in two without two persons."""
    before: DisbursementRequest | None = None
    agreed = False
    for cycle in range(1, loan.row.cycle + 1):
        paid = [
            row for row in loan.payouts_of(cycle) if row.status == DisbursementStatus.COMPLETED
        ]
        for place, payout in enumerate(paid):
            if before is not None and (place > 0 or not agreed):
                yield _duplicate(loan, before, payout)
            before = payout
        agreed = cycle in loan.agreed if paid else agreed


def _duplicate(loan: Lent, first: DisbursementRequest, second: DisbursementRequest) -> Difference:
    return Difference(
        kind=FindingKind.DUPLICATE,
        about=second.receipt or second.client_reference,
        text=f"Loan {loan.row.loan_id} was paid by {first.client_reference}, and again by "
        f"{second.client_reference}, which no two persons agreed on",
        here={"receipt": first.receipt or "", "amount": _shown(first)},
        there={"receipt": second.receipt or "", "amount": _shown(second)},
        there_name=second.client_reference,
        stake_minor=second.amount_minor,
        currency=second.currency,
        is_loss=True,
    )


def _not_followed(loan: Lent, at: datetime) -> Iterator[Difference]:
    """Its payout paid, and the loan never heard of it. What failed here the rules see."""
    row, payout = loan.row, loan.payout
    if payout is None or payout.status not in PAID or _is_just_paid(loan, at):
        return
    if row.status in (LoanStatus.DISBURSED, LoanStatus.FAILED) or loan.booking is not None:
        return
    yield Difference(
        kind=FindingKind.STATUS_MISMATCH,
        about="payout",
        text=f"{payout.client_reference} is {payout.status}, and the loan is {row.status}",
        here={"status": row.status},
        there={"status": payout.status, "receipt": payout.receipt or ""},
        there_name=payout.client_reference,
        stake_minor=payout.amount_minor,
        currency=payout.currency,
    )


def _without_booking(loan: Lent) -> Iterator[Difference]:
    row, payout = loan.row, loan.payout
    if row.status != LoanStatus.DISBURSED or loan.booking is not None:
        return
    yield Difference(
        kind=FindingKind.STATUS_MISMATCH,
        about="booking",
        text=f"Loan {row.loan_id} is disbursed, and nothing is there to be booked in {MIFOS}",
        here={"status": row.status, "receipt": (payout.receipt or "") if payout else ""},
        there={"booking": "none"},
        there_name=MIFOS,
        stake_minor=row.net_minor,
        currency=row.currency,
    )


def _of_booking(loan: Lent, booking: LoanBooking, at: datetime) -> Iterator[Difference]:
    payout = loan.payout_of(booking)
    came_back = payout is not None and payout.status == DisbursementStatus.RETURNED
    is_present = booking.cycle == loan.row.cycle
    if booking.status == B.UNDONE and is_present and not came_back:
        yield _undone(loan, booking)
    if booking.status == B.BOOKED and is_present:
        word = loan_mifos.last_word(loan, booking)
        if came_back and loan_mifos.standing(booking, word) == Standing.PAID:
            yield _booked_and_came_back(loan, booking)
        yield from loan_mifos.differences(loan, booking, word)
    if booking.status in NOT_BOOKED and not came_back:
        yield from _not_booked(loan, booking, at)


def _not_booked(loan: Lent, booking: LoanBooking, at: datetime) -> Iterator[Difference]:
    if booking.code in DISBURSED_BY_OTHERS:
        yield _disbursed_by_others(loan, booking)
    if at < booking.created_at + clock.minutes(LATE_MINUTES):
        return
    refused = booking.status == B.REFUSED
    why = explain(booking.code).what if refused else BOOKING_MEANINGS[booking.status]
    yield Difference(
        kind=FindingKind.LATE,
        about=_about(loan, booking),
        text=f"Loan {loan.row.loan_id} is paid, not booked, for more than an hour: {why}",
        here={"status": "paid", "receipt": booking.receipt},
        there={"booking": booking.status},
        there_name=MIFOS,
        stake_minor=booking.gross_minor,
        currency=booking.currency,
    )


def _disbursed_by_others(loan: Lent, booking: LoanBooking) -> Difference:
    return Difference(
        kind=FindingKind.STATUS_MISMATCH,
        about=f"disbursal {_about(loan, booking)}".strip(),
        text=f"{explain(booking.code).what} {booking.text}".strip(),
        here={"receipt": booking.receipt},
        there={"disbursal": booking.text},
        there_name=MIFOS,
        stake_minor=booking.gross_minor,
        currency=booking.currency,
        is_loss=True,
    )


def _undone(loan: Lent, booking: LoanBooking) -> Difference:
    return Difference(
        kind=FindingKind.MISSING_AT_PROVIDER,
        text=f"Loan {loan.row.loan_id} is paid and was booked, and the disbursal was undone in "
        f"{MIFOS}. {booking.text}".strip(),
        here={"status": "paid", "receipt": booking.receipt},
        there={"booking": "undone"},
        there_name=MIFOS,
        stake_minor=booking.gross_minor,
        currency=booking.currency,
        is_loss=True,
    )


def _booked_and_came_back(loan: Lent, booking: LoanBooking) -> Difference:
    return Difference(
        kind=FindingKind.STATUS_MISMATCH,
        about="came back",
        text=f"The money of loan {loan.row.loan_id} came back, and {MIFOS} shows it disbursed",
        here={"status": "came back", "receipt": booking.receipt},
        there={"status": "disbursed"},
        there_name=MIFOS,
        stake_minor=booking.gross_minor,
        currency=booking.currency,
    )


def _about(loan: Lent, booking: LoanBooking) -> str:
    """The present cycle needs no name."""
    return "" if booking.cycle == loan.row.cycle else f"cycle {booking.cycle}"


def _shown(row: DisbursementRequest) -> str:
    return money.shown(row.amount_minor, row.currency)
