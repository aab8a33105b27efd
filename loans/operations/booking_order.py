"""What a booking says: the loan as it is now, the server's day, and its payment type."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property

from gateways.interface import AccessRefused, LoanFacts, PaymentType
from loans.models import LoanBooking
from loans.operations.reach_mifos import Line
from loans.rules import payment_types
from loans.rules.booking_body import Body, booked_on, booking_body
from loans.rules.booking_words import PAYMENT_TYPE


class NoPaymentType(AccessRefused):
    """The server has no payment type of this name that is not a cash one: nothing is booked.

    As with a permission that is missing, all loans meet the same until a person mends it.
    """


class Order:
    """For one round: what holds for all bookings of the server is read once, when needed."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._approved_on: date | None = None

    def read(self, booking: LoanBooking) -> LoanFacts:
        """The loan as it is there; its approval day is kept for `body`."""
        facts = self.line.book.loan(booking.loan.loan_id)
        self._approved_on = facts.approved_on
        return facts

    def body(self, booking: LoanBooking) -> Body:
        """After `read` of the same booking. Raises NoPaymentType."""
        return booking_body(
            day=booked_on(
                paid_at=booking.paid_at, time_zone=self.line.connection.time_zone,
                business_date=self._business_date, approved_on=self._approved_on,
            ),
            gross_minor=booking.gross_minor,
            currency=booking.currency,
            payment_type_id=self._payment_type_id,
            receipt=booking.receipt,
            msisdn=booking.disbursement.msisdn,
            external_id=booking.external_id,
        )  # fmt: skip

    @cached_property
    def _business_date(self) -> date:
        return self.line.desk.business_date()

    @cached_property
    def _payment_types(self) -> Sequence[PaymentType]:
        return self.line.desk.payment_types()

    @property
    def _payment_type_id(self) -> int:
        name = self.line.connection.payment_type_name
        found = payment_types.named(self._payment_types, name)
        if found is not None and not found.is_cash:
            return found.type_id
        raise NoPaymentType(
            f"{name!r} is no payment type of this Mifos X (or a cash one): make it there, such "
            "as 'M-Pesa', or name another one at the connection",
            code=PAYMENT_TYPE,
        )
