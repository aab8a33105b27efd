"""What is to be done about one row of the list: look at the loan, or leave it, and why."""

from collections.abc import Mapping
from enum import StrEnum

from gateways.interface.loans import ListedLoan
from loans.models import LoanBooking, LoanProductAutoDisbursalConfig, LoanTracking
from loans.rules.holds import BY_TERMS, DISBURSED_ELSEWHERE, NOT_APPROVED, judge_terms
from loans.states import BookingStatus, LoanStatus

Products = Mapping[int, LoanProductAutoDisbursalConfig]


class Todo(StrEnum):
    TRACK = "track"
    LOOK_AGAIN = "look_again"
    PERHAPS_UNDONE = "perhaps_undone"
    LEAVE = "leave"


def of_new(row: ListedLoan, products: Products) -> str:
    """Why a loan that is not tracked is left out; empty when it is to be tracked."""
    if row.product_id is None:
        return ""
    return why_not_product(row.product_id, products)


def why_not_product(product_id: int, products: Products) -> str:
    """Why loans of this product are not tracked; empty when they are."""
    product = products.get(product_id)
    if product is None:
        return "product_unknown"
    return "" if product.enabled else "product_disabled"


def of_tracked(
    row: ListedLoan, loan: LoanTracking, products: Products, booking: LoanBooking | None
) -> Todo:
    """What an approved row of the list means for a loan that is tracked.

    `booking`: the one that Mifos X showed, so that the loan is approved only by an undo.
    """
    if booking is not None and (
        loan.status == LoanStatus.DISBURSED
        or (loan.status == LoanStatus.HELD and booking.status == BookingStatus.BOOKED)
    ):
        return Todo.PERHAPS_UNDONE
    if loan.status == LoanStatus.PENDING:
        return Todo.LOOK_AGAIN if _differs(row, loan) else Todo.LEAVE
    if loan.status == LoanStatus.HELD:
        if loan.held_code in (NOT_APPROVED, DISBURSED_ELSEWHERE):
            return Todo.LOOK_AGAIN
        if loan.held_code in BY_TERMS and (
            _differs(row, loan) or _terms_say_otherwise(loan, products)
        ):
            return Todo.LOOK_AGAIN
    return Todo.LEAVE


def _differs(row: ListedLoan, loan: LoanTracking) -> bool:
    """Of what the list says at all; phones are never in it."""
    return any(
        said is not None and said != tracked
        for said, tracked in (
            (row.gross_minor, loan.gross_minor),
            (row.net_minor, loan.net_minor),
            (row.approved_on, loan.approved_on),
            (row.product_id, loan.product_id),
            (row.client_id, loan.client_id),
        )
    )


def _terms_say_otherwise(loan: LoanTracking, products: Products) -> bool:
    terms = products.get(loan.product_id)
    if terms is None:
        return False
    now = judge_terms(loan.net_minor, several=loan.several_disbursals, terms=terms)
    return now != loan.held_code
