"""Which payments a person means: the same filters for page, API and export.

A selection is a mapping of names to texts, as it stands in an address. Every name is in
CONDITIONS; what is unknown or malformed is refused, never ignored.
"""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from disbursements.queries.filter_table import BadSelection, FilterTable
from disbursements.queries.filter_values import amount, moment, one_id, several
from rents.models import ForwardPart
from rents.queries import search
from rents.states import ForwardStatus, LegacyStatus
from vault.models import Method, PaidTo, Payment
from vault.states import PaymentStatus

__all__ = ["CONDITIONS", "BadSelection", "as_selection", "condition", "leg", "rows"]

NOT_FORWARDED = (
    Q(status=PaymentStatus.RETURNED) | Q(method=Method.CASH)
    | Q(paid_to=PaidTo.NOWHERE) | Q(owed_minor=0)
)  # fmt: skip
BY_FORWARD = {
    LegacyStatus.PROCESSING: ForwardStatus.PROCESSING,
    LegacyStatus.COMPLETED: ForwardStatus.COMPLETED,
    LegacyStatus.FAILED: ForwardStatus.FAILED,
}


def leg(status: LegacyStatus) -> Q:
    """Payments whose way to the owner stands so; as rents/queries/legs.py says of each."""
    if status in BY_FORWARD:
        return _taken_by(BY_FORWARD[status])
    open_forward = _taken_by(*ForwardStatus)
    if status is LegacyStatus.NOT_REQUIRED:
        return NOT_FORWARDED & ~open_forward
    return ~_not_forwarded_at_all() & ~open_forward


def _not_forwarded_at_all() -> Q:
    """NOT_FORWARDED of a payment; one that is not split yet has no `owed_minor` to compare."""
    return Q(Exists(Payment.objects.filter(NOT_FORWARDED, pk=OuterRef("pk"))))


def _taken_by(*statuses: ForwardStatus) -> Q:
    parts = ForwardPart.objects.filter(payment=OuterRef("pk"), released_at=None)
    return Q(Exists(parts.filter(forward__status__in=statuses)))


def _statuses(text: str) -> Q:
    return Q(status__in=several(text, tuple(PaymentStatus), "unallocated"))


def _legs(text: str) -> Q:
    found = Q(pk__in=[])
    for each in several(text, tuple(LegacyStatus), "failed,pending"):
        found |= leg(LegacyStatus(each))
    return found


def _methods(text: str) -> Q:
    return Q(method__in=several(text, tuple(Method), "mpesa"))


def _shortcode(text: str) -> Q:
    if text.isascii() and text.isdigit() and len(text) <= 7:
        return Q(shortcode__number=text)
    return Q(shortcode_id=one_id(text))


CONDITIONS: dict[str, Callable[[str], Q]] = {
    "status": _statuses,
    "leg": _legs,
    "method": _methods,
    "partner": lambda text: Q(partner_id=one_id(text)),
    "shortcode": _shortcode,
    "owner": lambda text: Q(owner_id=one_id(text)),
    "property": lambda text: Q(property_id=one_id(text)),
    "tenant": lambda text: Q(tenant_id=one_id(text)),
    "from": lambda text: Q(received_at__gte=moment(text, days=0)),
    "to": lambda text: Q(received_at__lt=moment(text, days=1)),
    "paid_from": lambda text: Q(paid_at__gte=moment(text, days=0)),
    "paid_to": lambda text: Q(paid_at__lt=moment(text, days=1)),
    "amount_from": lambda text: Q(amount_minor__gte=amount(text)),
    "amount_to": lambda text: Q(amount_minor__lte=amount(text)),
}
TABLE = FilterTable(CONDITIONS, search.found)
condition = TABLE.condition
as_selection = TABLE.among


def rows(
    selection: Mapping[str, str], *, partners: Collection[UUID] | None, may_see_phones: bool
) -> QuerySet[Payment]:
    """The payments of a selection, unordered. `partners` None: of all. Raises BadSelection."""
    return TABLE.narrowed(
        Payment.objects.all(), selection, partners=partners, may_see_phones=may_see_phones
    )
