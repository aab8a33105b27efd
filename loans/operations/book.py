"""Book paid loans back into Mifos X: looked up, claimed, called, recorded.

Under the partner's lock. No call inside a transaction; whatever dies in between is found again
by the loan itself (look_up_booking.py), never by sending blindly.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from core import clock
from disbursements.states import DisbursementStatus
from gateways.errors import Declined, GatewayError, Unclear
from gateways.interface import AwaitsChecker, LoanState
from loans.models import LoanBooking, LoanSyncRun
from loans.operations import counting, record_booking
from loans.operations.booking_notes import leave_note
from loans.operations.booking_order import NoPaymentType, Order
from loans.operations.checker import ask_checker
from loans.operations.claim_booking import claim, found
from loans.operations.look_up_booking import again_at, look_up
from loans.operations.reach_mifos import Line, NotNow
from loans.queries import bookings
from loans.rules import booking_answers, booking_words
from loans.rules.booking_answers import Then
from loans.states import BookingStatus

BATCH_MAX = 200
LOOKED_AT_AGAIN_MAX = 20
BUDGET_S = 40.0
KIND = "booking"
STEP = "book"
CHECKER_MINUTES = 15
READ_AGAIN_MINUTES = 5
UNCLEAR_IN_A_ROW_MAX = 3
B = BookingStatus


def book_due(line: Line, run: LoanSyncRun, *, at: datetime) -> None:
    """Tell this partner's Mifos X of paid loans, the longest due first, within BUDGET_S.

    Counts into `run` (not saved). Raises what concerns the whole server, with every row in order:
    AccessRefused, Unreachable, Unclear, and NotNow of the line. Where the payment type is missing
    those that were sent before are still looked at.
    """
    partner_id = line.connection.partner_id
    todo = [
        *_ids(bookings.due(partner_id=partner_id, at=at)[:BATCH_MAX]),
        *_ids(bookings.to_look_at_again(partner_id=partner_id, at=at)[:LOOKED_AT_AGAIN_MAX]),
    ]
    ends_s, round_ = clock.stopwatch_s() + BUDGET_S, Round(line, run, at)
    for booking_id in todo:
        round_.work_on(booking_id)
        if clock.stopwatch_s() > ends_s:
            break
    if round_.no_payment_type is not None:
        raise round_.no_payment_type


class Round:
    """One round over one partner's bookings."""

    def __init__(self, line: Line, run: LoanSyncRun, at: datetime) -> None:
        self.line, self.run, self.at = line, run, at
        self.order = Order(line)
        self.unclear = 0
        self.no_payment_type: NoPaymentType | None = None

    def work_on(self, booking_id: UUID) -> None:
        """Bring one booking on by as much as can be done now."""
        booking = found(booking_id, at=self.at)
        before = booking.status
        with self.line.about(booking.loan_id, kind=KIND):
            try:
                after = self._bring_on(booking)
                self.unclear = 0
            except GatewayError as error:
                after = self._not_read(booking_id, error)
            self._count(before, after)
            if after.status == B.REFUSED and after.noted_at is None and _is_ours(after):
                leave_note(self.line, after, at=self.at)

    def _bring_on(self, booking: LoanBooking) -> LoanBooking:
        row = look_up(self.line, booking, at=self.at)
        if row.status == B.WAITS_FOR_CHECKER:
            return ask_checker(self.line, row, again_minutes=CHECKER_MINUTES, at=self.at)
        if row.status == B.DUE and row.due_at <= self.at:
            try:
                return self._send(row)
            except NoPaymentType as error:
                self.no_payment_type = error
        return row

    def _send(self, row: LoanBooking) -> LoanBooking:
        if row.disbursement.status == DisbursementStatus.RETURNED:
            return self._refused(row, booking_words.CAME_BACK, "")
        loan = self.order.read(row)
        if loan.client_id != row.loan.client_id:
            return self._refused(row, booking_words.ANOTHER_LOAN, f"client {loan.client_id}")
        if not row.body and loan.state != LoanState.APPROVED:
            return self._refused(row, booking_words.NOT_APPROVED, f"its status is {loan.state}")
        order = claim(row.pk, body=row.body or self.order.body(row), at=self.at)
        if order is None:
            return found(row.pk, at=self.at)
        try:
            answer = self.line.book.record(order)
        except NotNow:
            self._again(row, "no request was left for it", was_sent=False)
            raise
        except GatewayError as error:
            return self._answered(found_sending(row.pk), error)
        if isinstance(answer, AwaitsChecker):
            return record_booking.waits(
                booking_id=row.pk, command_id=answer.command_id, at=self.at,
                due_at=self.at + clock.minutes(CHECKER_MINUTES),
            )  # fmt: skip
        return record_booking.booked(
            booking_id=row.pk, transaction_id=answer.transaction_id, at=self.at,
            because="Mifos X says that the loan is disbursed",
        )  # fmt: skip

    def _answered(self, row: LoanBooking, error: GatewayError) -> LoanBooking:
        then, code = booking_answers.after(error), booking_answers.code_of(error)
        if then == Then.STOP:
            self._again(row, f"not booked yet: {error}", was_sent=False)
            raise error
        if then == Then.REFUSED:
            return self._refused(row, code, error.text)
        if then == Then.LOOK or row.tries >= booking_answers.TRIES_MAX:
            return self._unclear(row, error, code)
        return record_booking.again(
            booking_id=row.pk, because=f"not now: {error}", at=self.at, code=code,
            text=error.text, new_key=then == Then.LATER_WITH_NEW_KEY,
            due_at=self.at + clock.minutes(booking_answers.wait_minutes(row.tries)),
        )  # fmt: skip

    def _unclear(self, row: LoanBooking, error: GatewayError, code: str) -> LoanBooking:
        """An answer is looked into at once; silence after a minute, and the others wait too."""
        unknown = record_booking.unknown(
            booking_id=row.pk, because=f"it cannot be told: {error}", at=self.at, code=code,
            text=error.text, due_at=self.at + clock.minutes(booking_answers.wait_minutes(1)),
        )  # fmt: skip
        if booking_answers.is_of_the_server(error):
            raise error
        return look_up(self.line, unknown, at=self.at)

    def _not_read(self, booking_id: UUID, error: GatewayError) -> LoanBooking:
        """A read failed: of this loan only, unless it is the server's."""
        self.unclear += isinstance(error, Unclear)
        if booking_answers.is_of_the_server(error) or self.unclear >= UNCLEAR_IN_A_ROW_MAX:
            raise error
        row = found(booking_id, at=self.at)
        code = booking_answers.code_of(error)
        if isinstance(error, Declined) and booking_answers.is_not_there(code):
            return self._refused(row, booking_words.NOT_THERE, error.text)
        counting.trouble(
            self.run, step=STEP, loan_id=row.loan.loan_id, code=code,
            text=f"Loan {row.loan.loan_id} could not be looked at: {error}",
        )  # fmt: skip
        record_booking.later(
            booking_id=row.pk, statuses=[row.status],
            due_at=self.at + clock.minutes(READ_AGAIN_MINUTES),
        )  # fmt: skip
        return row

    def _refused(self, row: LoanBooking, code: str, text: str) -> LoanBooking:
        return record_booking.refused(
            booking_id=row.pk, code=code, text=text, at=self.at,
            look_again_at=again_at(B.REFUSED, self.at),
        )  # fmt: skip

    def _again(self, row: LoanBooking, because: str, *, was_sent: bool) -> None:
        record_booking.again(
            booking_id=row.pk, because=because, due_at=self.at, at=self.at, was_sent=was_sent
        )

    def _count(self, before: str, row: LoanBooking) -> None:
        if row.status == before:
            return
        self.run.booked += row.status == B.BOOKED
        if row.status == B.REFUSED:
            self.run.not_booked += 1
            said = booking_words.explain(row.code).what
            told = f"Loan {row.loan.loan_id} is paid, not booked. {said} {row.text}"
            counting.trouble(
                self.run, step=STEP, loan_id=row.loan.loan_id, code=row.code,
                text=told.strip(),
            )  # fmt: skip


def found_sending(booking_id: UUID) -> LoanBooking:
    """The row as this round claimed it."""
    return LoanBooking.objects.select_related("loan__partner", "disbursement").get(pk=booking_id)


def _is_ours(row: LoanBooking) -> bool:
    """Whether it is the loan that we paid: nothing is written on another's."""
    return row.code != booking_words.ANOTHER_LOAN


def _ids(rows: Iterable[LoanBooking]) -> list[UUID]:
    return [row.pk for row in rows]
