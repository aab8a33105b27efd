"""Loans in words: the colour of a state, the payee, and what happens next."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import clock, money
from core.admin import shown
from disbursements.admin import words as payout_words
from loans.models import LoanBooking, LoanProposal, LoanTracking, MifosConnection
from loans.operations.sync import why_it_does_not_pay
from loans.queries.bookings import NOT_BOOKED
from loans.queries.timeline import TONES
from loans.rules.booking_words import UNDONE, explain
from loans.rules.holds import HOLDS
from loans.states import BookingStatus, LoanStatus

L, B = LoanStatus, BookingStatus
LOAN_TONES: Mapping[str, str] = TONES[LoanTracking.__name__]
BOOKING_WORDS: Mapping[str, str] = {
    B.DUE: "To be booked",
    B.SENDING: "Being booked",
    B.UNKNOWN: "Being looked up",
    B.WAITS_FOR_CHECKER: "Waits for a checker",
    B.BOOKED: "Booked",
    B.REFUSED: "Paid, not booked",
    B.GIVEN_UP: "Given up",
    B.UNDONE: "Undone in Mifos X",
}
PAYOUT = "admin:disbursements_disbursementrequest_change"


def loan_status(row: LoanTracking) -> SafeString:
    """How the loan stands, its meaning on hover."""
    return _status(row, row.status)


def booking_status(row: LoanBooking) -> SafeString:
    """Whether Mifos X knows of the money, the meaning on hover."""
    return _status(row, BOOKING_WORDS[row.status])


def proposal_status(row: LoanProposal) -> SafeString:
    """Whether two persons agree."""
    return _status(row, row.status)


def _status(row: LoanTracking | LoanBooking | LoanProposal, word: str) -> SafeString:
    tone = TONES[type(row).__name__].get(row.status, shown.MUTE)
    return shown.status(word, meaning=row.MACHINE.meanings[row.status], tone=tone)


def proposed(row: LoanProposal) -> str:
    """What is to happen, as two words would have it."""
    return str(row.get_kind_display()).lower()


def amount(minor: int, currency: str) -> SafeString:
    """An amount in figures of equal width."""
    return format_html('<span class="pv-amount">{}</span>', amount_text(minor, currency))


def amount_text(minor: int, currency: str) -> str:
    """`KES 9,500.00`; of a currency that we do not know, and never pay, only its name."""
    if currency not in money.DECIMALS:
        return f"in {currency}" if currency else "no currency"
    return money.shown(minor, currency)


def net(row: LoanTracking) -> SafeString:
    """What the client receives."""
    return amount(row.net_minor, row.currency)


def gross(row: LoanTracking) -> SafeString:
    """What Mifos X books."""
    return amount(row.gross_minor, row.currency)


def totals(minor: int, currency: str) -> dict[str, int]:
    """For a confirmation: nothing in a currency that we do not know."""
    return {currency: minor} if currency in money.DECIMALS else {}


def client(row: LoanTracking, *, may_see: bool = False) -> Any:
    """Name and phone: the number that is paid, else what Mifos X has, phones masked if need be."""
    number = shown.phone(row.msisdn, may_see=may_see) if row.msisdn else written(row, may_see)
    return shown.two_lines(row.client_name or "No client", number)


def written(row: LoanTracking, may_see: bool) -> str:
    """The phone as Mifos X has it: free text, in which no mask would surely find a number."""
    if not row.phone_as_written:
        return "no phone"
    return row.phone_as_written if may_see else "phone hidden"


def product(row: LoanTracking) -> str:
    """Its name, or its number in Mifos X."""
    return row.product_name or f"Product {row.product_id}"


def hold_reason(row: LoanTracking, *, may_see: bool = False) -> str:
    """Why it is held, as a sentence."""
    known = HOLDS.get(row.held_code)
    text = row.held_text or (known.text if known else row.held_code.replace("_", " "))
    return shown.free_text(text, may_see_phones=may_see)


def hold_to_do(row: LoanTracking) -> str:
    """What a person can do about it."""
    known = HOLDS.get(row.held_code)
    return known.what_to_do if known else "Look at the loan in Mifos X, then release it."


def releasable(row: LoanTracking) -> bool:
    """Whether one person may let it go on."""
    known = HOLDS.get(row.held_code)
    return row.status == L.HELD and known is not None and known.releasable


def why(row: LoanTracking, booking: LoanBooking | None) -> str:
    """Why it stands where it stands, in one sentence; empty where all is as it should be."""
    if row.status == L.HELD:
        return hold_reason(row)
    if row.status == L.FAILED and row.disbursement is not None:
        return shown.free_text(payout_words.reason(row.disbursement))
    if booking is not None and booking.status in NOT_BOOKED:
        return explain(booking.code).what
    return ""


def booking_reason(row: LoanBooking) -> Any:
    """Why it is not booked, and below it what to do; of others nothing."""
    if row.status not in NOT_BOOKED:
        return ""
    found = explain(row.code if row.status == B.REFUSED else UNDONE)
    return shown.two_lines(found.what, found.what_to_do)


def next_step(row: LoanTracking, booking: LoanBooking | None) -> str:
    """One or two sentences: what happens next, and whether a person has to do anything."""
    if row.status == L.HELD:
        return f"Nothing by itself. {hold_to_do(row)}"
    if row.status == L.PENDING:
        return _pending(row)
    if row.status == L.PROCESSING and row.disbursement is not None:
        return payout_words.next_step(row.disbursement, pause=None)
    if row.status == L.FAILED:
        return "Nothing by itself. It is proven not paid: a person may have it tried again."
    return booking_step(booking) if booking else "It is booked in Mifos X within minutes."


def booking_step(row: LoanBooking) -> str:
    """What happens next with the booking."""
    return {
        B.DUE: _due(row),
        B.SENDING: "Mifos X is being told. If the answer is lost, it is looked up first.",
        B.UNKNOWN: "It is looked up in Mifos X by our id before anything is repeated.",
        B.WAITS_FOR_CHECKER: "A checker approves it in Mifos X"
        + (f" (command {row.command_id})" if row.command_id else "")
        + "; we look every few minutes.",
        B.BOOKED: "Nothing: the client is paid and Mifos X shows it.",
        B.REFUSED: f"Nothing by itself, and the loan is never paid again by it. "
        f"{explain(row.code).what_to_do}",
        B.GIVEN_UP: "Nothing: two persons agreed that it is not booked from here.",
        B.UNDONE: f"Nothing by itself. {explain(UNDONE).what_to_do}",
    }[BookingStatus(row.status)]


def _due(row: LoanBooking) -> str:
    if row.due_at <= clock.now():
        return "Mifos X is told within minutes."
    moment = f"{shown.relative(row.due_at)}, at {shown.absolute(row.due_at)}"
    return f"Mifos X is told {moment}." if not row.tries else f"It is tried again {moment}."


def _pending(row: LoanTracking) -> str:
    connection = MifosConnection.objects.filter(partner=row.partner_id).first()
    why_not = why_it_does_not_pay(connection) if connection else "its Mifos X is not connected"
    if why_not:
        return f"Nothing for now: {why_not}."
    today = clock.now().astimezone(clock.NAIROBI).date()
    if row.expected_on is not None and row.expected_on > today:
        return f"It is paid from {row.expected_on:%-d %b %Y} on, after a last look at Mifos X."
    return (
        "It is paid by the next sync, after a last look at Mifos X, as far as the limits of its "
        "product allow."
    )


def shown_money(row: LoanTracking) -> str:
    """`KES 9,500.00`, what the client receives."""
    return amount_text(row.net_minor, row.currency)


def page_of(row: Any) -> str:
    """The address of the row's own page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def link(row: Any) -> object:
    """The row by name, leading to its page."""
    return shown.NOTHING if row is None else shown.link(page_of(row), row)
