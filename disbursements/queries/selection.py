"""Which payouts a person means: the same filters for page, API, command, export and bulk runs.

A selection is a mapping of names to texts, as it stands in an address. Every name is in
CONDITIONS; what is unknown or malformed is refused, never ignored.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from core import clock
from disbursements.models import BulkItem, DisbursementRequest, ResultCodeRule
from disbursements.queries import search
from disbursements.queries.due import CORRECTED
from disbursements.queries.filter_table import BadSelection, FilterTable
from disbursements.queries.filter_values import amount, moment, of_units, one_id, several, yes
from disbursements.rules.reason_classes import REASON_CLASSES
from disbursements.states import DisbursementStatus

__all__ = ["CONDITIONS", "BadSelection", "as_selection", "condition", "retryable", "rows"]

CLOCKS_APART_MAX = timedelta(days=1)  # the provider's clock says when it was paid

RUN_PARTS = {
    "": Q(),
    "done": Q(settled_at__isnull=False, skipped_because=""),
    "skipped": ~Q(skipped_because=""),
    "waiting": Q(settled_at=None),
}

S = DisbursementStatus


def retryable() -> Q:
    """What a plain retry could do something for; each one is judged again when it is done."""
    return Q(status__in=[S.RETRYING, S.PARKED, S.FAILED], person_needed_at=None)


def _statuses(text: str) -> Q:
    return Q(status__in=several(text, tuple(S), "failed,retrying"))


def _partner(text: str) -> Q:
    return Q(partner_id=one_id(text))


def _shortcode(text: str) -> Q:
    if text.isascii() and text.isdigit() and len(text) <= 7:
        return Q(shortcode__number=text)
    return Q(shortcode_id=one_id(text))


def _reason(text: str) -> Q:
    """Codes whose most specific row of the table says so."""
    classes = set(several(text, tuple(REASON_CLASSES), "backoff"))
    codes = ResultCodeRule.objects.filter(next__in=classes, api__in=["b2c", "any"])
    return Q(failure_code__in=codes.exclude(code="").values("code")) & ~Q(failure_code="")


def _code(text: str) -> Q:
    return Q(failure_code__in=several(text, None, "2006"))


def _cause(text: str) -> Q:
    return Q(status=S.PARKED, parked_cause=text)


def _person(text: str) -> Q:
    return Q(person_needed_at__isnull=not yes(text))


def _corrected(text: str) -> Q:
    return Q(CORRECTED) if yes(text) else ~Q(CORRECTED)


def _retryable(text: str) -> Q:
    return retryable() if yes(text) else ~retryable()


def _amount_from(text: str) -> Q:
    return of_units("gte", amount(text))


def _amount_to(text: str) -> Q:
    return of_units("lte", amount(text))


def _retries(text: str) -> Q:
    """`2` is exactly two, `1+` is one or more."""
    return _counted("retry_count", text, "of retries, such as 2, or 1+ for one or more")


def _attempts(text: str) -> Q:
    """How often it was sent: `1` is exactly once, `2+` more than once."""
    return _counted("attempts_made", text, "of attempts, such as 1, or 2+ for two or more")


def _counted(column: str, text: str, example: str) -> Q:
    number = text.removesuffix("+")
    if not (number.isascii() and number.isdigit() and len(number) <= 3):
        raise ValueError(f"write a number {example}")
    return Q(**{f"{column}__gte" if text.endswith("+") else column: int(number)})


def _from(text: str) -> Q:
    return Q(created_at__gte=moment(text, days=0))


def _to(text: str) -> Q:
    return Q(created_at__lt=moment(text, days=1))


def _unknown_for(text: str) -> Q:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ValueError("write a number of minutes, such as 30")
    before = clock.now() - clock.minutes(int(text))
    return Q(status=S.UNKNOWN, status_at__lte=before)


def _paid_from(text: str) -> Q:
    return Q(completed_at__gte=moment(text, days=0))


def _paid_to(text: str) -> Q:
    """Nothing is instructed after it is paid: that leads the newest first to where they begin."""
    end = moment(text, days=1)
    return Q(completed_at__lt=end, created_at__lt=end + CLOCKS_APART_MAX)


def _file(text: str) -> Q:
    return Q(origin_id=text)


def _job(text: str) -> Q:
    """The payouts of a payout job: their origin_id names it."""
    return Q(origin="payout_job", origin_id=str(one_id(text)))


def _run(text: str) -> Q:
    """The payouts of a bulk run; `ID:done`, `ID:skipped`, `ID:waiting` are those parts of it."""
    run_id, _, part = text.partition(":")
    if part not in RUN_PARTS:
        raise ValueError(
            f"after the id write nothing or one of {', '.join(filter(None, RUN_PARTS))}"
        )
    items = BulkItem.objects.filter(RUN_PARTS[part], run_id=one_id(run_id))
    return Q(pk__in=items.values("disbursement_id"))


def _unchanged_since(text: str) -> Q:
    return Q(status_at__lte=moment(text, days=1))


CONDITIONS: dict[str, Callable[[str], Q]] = {
    "status": _statuses,
    "partner": _partner,
    "shortcode": _shortcode,
    "reason": _reason,
    "code": _code,
    "cause": _cause,
    "person": _person,
    "retryable": _retryable,
    "corrected": _corrected,
    "amount_from": _amount_from,
    "amount_to": _amount_to,
    "retries": _retries,
    "attempts": _attempts,
    "from": _from,
    "to": _to,
    "paid_from": _paid_from,
    "paid_to": _paid_to,
    "unknown_for": _unknown_for,
    "file": _file,
    "job": _job,
    "run": _run,
    "unchanged_since": _unchanged_since,
}
TABLE = FilterTable(CONDITIONS, search.found)
condition = TABLE.condition
as_selection = TABLE.among


def rows(
    selection: Mapping[str, str], *, partners: Collection[UUID] | None, may_see_phones: bool
) -> QuerySet[DisbursementRequest]:
    """The payouts of a selection, unordered. `partners` None: of all. Raises BadSelection."""
    return TABLE.narrowed(
        DisbursementRequest.objects.all(),
        selection,
        partners=partners,
        may_see_phones=may_see_phones,
    )
