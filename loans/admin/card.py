"""The card of a loan: booked = to the client + kept as charges, and its three stations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from django.urls import reverse

from core.admin import shown
from core.admin.record import Facts
from disbursements.admin import words as payout_words
from disbursements.models import DisbursementRequest
from loans.admin import words
from loans.models import LoanBooking, LoanTracking
from loans.queries.bookings import NOT_BOOKED
from loans.rules.booking_words import explain

STATES = {
    100: "submitted", 200: "approved", 300: "active", 303: "active", 304: "active",
    400: "withdrawn", 500: "rejected", 600: "closed", 601: "written off", 602: "rescheduled",
    700: "overpaid",
}  # fmt: skip
Rows = Sequence[tuple[str, object]]


@dataclass(frozen=True, kw_only=True)
class Station:
    """Mifos X, M-Pesa, Mifos X again: how it stands there, and what it is known by."""

    name: str
    status: object
    rows: Rows


@dataclass(frozen=True, kw_only=True)
class LoanCard(Facts):
    """The arithmetic on top, the stations below."""

    template: ClassVar[str] = "loans/card.html"
    gross: object
    net: object
    charges: object
    stations: Sequence[Station] = field(default_factory=tuple)


def card(row: LoanTracking, booking: LoanBooking | None, *, may_see: bool) -> LoanCard:
    """Of the present cycle."""
    return LoanCard(
        title="Approved, paid, booked",
        rows=(),
        gross=words.gross(row),
        net=words.net(row),
        charges=words.amount(row.gross_minor - row.net_minor, row.currency),
        stations=[_approved(row), _paid(row, may_see=may_see), _booked(booking)],
    )


def _approved(row: LoanTracking) -> Station:
    word = STATES.get(row.mifos_status, f"status {row.mifos_status}")
    is_well = row.mifos_status in (200, 300)
    return Station(
        name="Mifos X",
        status=shown.status(
            word, meaning="As Mifos X said when it was last asked.",
            tone=shown.GOOD if is_well else shown.WARN,
        ),
        rows=[
            ("Approved on", day(row.approved_on)),
            ("Expected on", day(row.expected_on)),
            ("Last looked", shown.moment(row.seen_at)),
        ],
    )  # fmt: skip


def _paid(row: LoanTracking, *, may_see: bool) -> Station:
    payout = row.disbursement
    if payout is None:
        none = shown.status("No payout yet", meaning="Nothing has left.", tone=shown.MUTE)
        return Station(
            name="M-Pesa", status=none, rows=[("To", words.client(row, may_see=may_see))]
        )
    return Station(
        name="M-Pesa", status=payout_words.status(payout), rows=list(_payout(payout, may_see))
    )


def _payout(payout: DisbursementRequest, may_see: bool) -> Iterator[tuple[str, object]]:
    url = reverse(words.PAYOUT, args=[payout.pk])
    yield ("Payout", shown.link(url, payout_link_text(payout)))
    yield ("To", shown.phone(payout.msisdn, may_see=may_see))
    yield ("Receipt", shown.copied(payout.receipt or "", label="M-Pesa receipt"))
    if payout.completed_at:
        yield ("Paid", shown.moment(payout.completed_at))
    elif payout_words.reason(payout):
        text = payout_words.reason(payout)
        yield ("Reason", shown.free_text(text, may_see_phones=may_see))


def payout_link_text(payout: DisbursementRequest) -> str:
    """`Payout of cycle 1`: its reference is long, and stands below."""
    cycle = payout.origin_id.rpartition(":")[2]
    return f"Cycle {cycle}" if cycle else payout.client_reference


def _booked(booking: LoanBooking | None) -> Station:
    if booking is None:
        none = shown.status(
            "Not booked yet", meaning="It is booked once the client has the money.",
            tone=shown.MUTE,
        )  # fmt: skip
        return Station(name="Booked in Mifos X", status=none, rows=[])
    rows: list[tuple[str, object]] = [("Booking", shown.link(words.page_of(booking), "Open"))]
    if booking.status in NOT_BOOKED:
        rows.append(("Because", explain(booking.code).what))
    if booking.transaction_id:
        number = str(booking.transaction_id)
        rows.append(("Transaction", shown.copied(number, label="transaction")))
    rows.append(("External id", shown.copied(booking.external_id, label="external id")))
    rows.append(("Since", shown.moment(booking.booked_at or booking.status_at)))
    return Station(name="Booked in Mifos X", status=words.booking_status(booking), rows=rows)


def day(on: date | None) -> str:
    """`21 Nov 2026`."""
    return f"{on:%-d %b %Y}" if on else shown.NOTHING
