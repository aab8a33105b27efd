"""Which loans a person means: the same filters for page, API, command and export.

A selection is a mapping of names to texts, as it stands in an address. Every name is in
CONDITIONS; what is unknown or malformed is refused, never ignored. Amounts are those that the
client receives.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from disbursements.queries.filter_table import BadSelection, FilterTable
from disbursements.queries.filter_values import amount, moment, one_id, several, yes
from loans.models import LoanBooking, LoanProposal, LoanTracking
from loans.queries import search
from loans.queries.bookings import NOT_BOOKED, OPEN
from loans.rules.holds import HOLDS
from loans.states import BookingStatus, LoanStatus, ProposalStatus

__all__ = ["BOOKINGS", "CONDITIONS", "BadSelection", "as_selection", "condition", "rows"]

NUMBER_DIGITS_MAX = 18
NONE = "none"
# What a filter of bookings may name, beside the statuses: the queue, what is under way, and none.
BOOKINGS = (*BookingStatus, "not_booked", "open", NONE)
TOGETHER = {"not_booked": NOT_BOOKED, "open": OPEN}


def _booking(text: str) -> Q:
    """Loans with a booking, of whatever cycle, that stands so."""
    named = several(text, BOOKINGS, "not_booked")
    wanted = set(named) & set(BookingStatus)
    for each in named:
        wanted.update(TOGETHER.get(each, ()))
    found = Q(pk__in=LoanBooking.objects.filter(status__in=wanted).values("loan"))
    if NONE in named:
        found |= ~Q(pk__in=LoanBooking.objects.values("loan"))
    return found


def _numbers(text: str, example: str) -> list[int]:
    """Numbers of Mifos X between commas."""
    values = several(text, None, example)
    if not all(
        each.isascii() and each.isdigit() and len(each) <= NUMBER_DIGITS_MAX for each in values
    ):
        raise ValueError(f"write a number as Mifos X shows it, such as {example}")
    return [int(each) for each in values]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("write a day, such as 2026-11-21") from None


def _released(text: str) -> Q:
    return Q(released_at__isnull=not yes(text))


def _again(text: str) -> Q:
    """Loans that are not in their first cycle: approved, or paid, more than once."""
    return Q(cycle__gt=1) if yes(text) else Q(cycle=1)


CONDITIONS: dict[str, Callable[[str], Q]] = {
    "status": lambda text: Q(status__in=several(text, tuple(LoanStatus), "held,failed")),
    "held": lambda text: Q(status=LoanStatus.HELD, held_code__in=several(
        text, tuple(HOLDS), "no_phone"
    )),
    "booking": _booking,
    "proposal": lambda text: Q(pk__in=LoanProposal.objects.filter(
        status__in=several(text, tuple(ProposalStatus), "proposed")
    ).values("loan")),
    "partner": lambda text: Q(partner_id=one_id(text)),
    "loan": lambda text: Q(loan_id__in=_numbers(text, "123")),
    "product": lambda text: Q(product_id__in=_numbers(text, "1")),
    "client": lambda text: Q(client_id__in=_numbers(text, "45")),
    "again": _again,
    "released": _released,
    "from": lambda text: Q(created_at__gte=moment(text, days=0)),
    "to": lambda text: Q(created_at__lt=moment(text, days=1)),
    "expected_from": lambda text: Q(expected_on__gte=_day(text)),
    "expected_to": lambda text: Q(expected_on__lte=_day(text)),
    "paid_from": lambda text: Q(disbursement__completed_at__gte=moment(text, days=0)),
    "paid_to": lambda text: Q(disbursement__completed_at__lt=moment(text, days=1)),
    "amount_from": lambda text: Q(net_minor__gte=amount(text)),
    "amount_to": lambda text: Q(net_minor__lte=amount(text)),
    "unchanged_since": lambda text: Q(status_at__lte=moment(text, days=1)),
}  # fmt: skip
TABLE = FilterTable(CONDITIONS, search.found)
condition = TABLE.condition
as_selection = TABLE.among


def rows(
    selection: Mapping[str, str], *, partners: Collection[UUID] | None, may_see_phones: bool
) -> QuerySet[LoanTracking]:
    """The loans of a selection, unordered. `partners` None: of all. Raises BadSelection."""
    return TABLE.narrowed(
        LoanTracking.objects.all(), selection, partners=partners, may_see_phones=may_see_phones
    )
