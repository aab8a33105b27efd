"""Reads: the syncs that were run, found and told in words."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from disbursements.queries.filter_table import FilterTable
from disbursements.queries.filter_values import moment, one_id, several, yes
from loans.models import LoanSyncRun
from loans.rules.run_words import STEPS, TRIGGERS

NOTHING = "Nothing was new."


def _found(
    rows: QuerySet[LoanSyncRun],
    *,
    text: str,
    may_see_phones: bool,  # noqa: ARG001 - as every search
) -> QuerySet[LoanSyncRun]:
    """Those of exactly this id, or that this person or key started."""
    term = text.strip()
    try:
        return rows.filter(pk=UUID(term))
    except ValueError:
        return rows.filter(actor__iexact=term)


def _with_errors(text: str) -> Q:
    return ~Q(errors=[]) if yes(text) else Q(errors=[])


def _with_news(text: str) -> Q:
    """Those that did something, or failed to."""
    nothing = Q(
        fresh=0, instructed=0, paid=0, failed=0, booked=0, not_booked=0, held={}, errors=[]
    )
    return ~nothing if yes(text) else nothing


CONDITIONS: dict[str, Callable[[str], Q]] = {
    "partner": lambda text: Q(partner_id=one_id(text)),
    "trigger": lambda text: Q(trigger__in=several(text, tuple(TRIGGERS), "schedule")),
    "errors": _with_errors,
    "news": _with_news,
    "ended": lambda text: Q(ended_at__isnull=not yes(text)),
    "from": lambda text: Q(started_at__gte=moment(text, days=0)),
    "to": lambda text: Q(started_at__lt=moment(text, days=1)),
}
TABLE = FilterTable(CONDITIONS, _found)
condition = TABLE.condition
as_selection = TABLE.among


def rows(
    selection: Mapping[str, str], *, partners: Collection[UUID] | None
) -> QuerySet[LoanSyncRun]:
    """The syncs of a selection, unordered. `partners` None: of all. Raises BadSelection."""
    return TABLE.narrowed(
        LoanSyncRun.objects.all(), selection, partners=partners, may_see_phones=False
    )


def in_words(run: LoanSyncRun) -> str:
    """What it did, in one sentence, such as `3 new, 2 handed over to be paid, 1 held.`"""
    held, skipped = (sum(counts.values()) for counts in (run.held, run.skipped))
    told = [
        (run.fresh, "new"), (held, "held"), (run.instructed, "handed over to be paid"),
        (run.paid, "paid"), (run.failed, "not paid"), (run.booked, "booked"),
        (run.not_booked, "refused by Mifos X"), (skipped, "left as they are"),
        (len(run.errors), "with errors"),
    ]  # fmt: skip
    said = ", ".join(f"{count:,} {words}" for count, words in told if count)
    return f"{said}." if said else NOTHING


def errors(run: LoanSyncRun) -> list[tuple[str, str, str]]:
    """Step in words, the loan's number in Mifos X or empty, and what went wrong."""
    return [_error(each) for each in run.errors]


def _error(error: Mapping[str, Any]) -> tuple[str, str, str]:
    loan_id = error.get("loan_id")
    code, text = error.get("code", ""), error.get("text", "")
    said = f"{text} ({code})" if text and code else text or code
    step = str(error.get("step", ""))
    return STEPS.get(step, step), "" if loan_id is None else str(loan_id), said
