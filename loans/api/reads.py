"""What a caller may read of loans: always filtered by the partners that are theirs."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404

from core.callers import Caller
from disbursements.api.paging import Position
from disbursements.api.reads import before
from disbursements.queries.filter_table import BadSelection
from loans.api.entries import SEE_PHONES
from loans.api.query import Page, bad_selection
from loans.models import LoanProposal, LoanSyncRun, LoanTracking
from loans.queries import runs, selection

Row = TypeVar("Row", bound=Model)


def loans(caller: Caller) -> QuerySet[LoanTracking]:
    """Every loan that the caller may see."""
    rows = LoanTracking.objects.select_related("partner", "disbursement")
    return rows if caller.partners is None else rows.filter(partner_id__in=caller.partners)


def selected(caller: Caller, chosen: dict[str, str]) -> QuerySet[LoanTracking]:
    """The caller's loans by these filters. Raises ApiError (400)."""
    may_see = caller.may(SEE_PHONES)
    try:
        return selection.rows(chosen, partners=caller.partners, may_see_phones=may_see)
    except BadSelection as error:
        raise bad_selection(error) from None


def selected_runs(caller: Caller, chosen: dict[str, str]) -> QuerySet[LoanSyncRun]:
    """The syncs of the caller's partners by these filters. Raises ApiError (400)."""
    try:
        return runs.rows(chosen, partners=caller.partners)
    except BadSelection as error:
        raise bad_selection(error) from None


def proposals(caller: Caller) -> QuerySet[LoanProposal]:
    """Every proposal that the caller may see."""
    rows = LoanProposal.objects.select_related("loan", "booking")
    return rows if caller.partners is None else rows.filter(loan__partner__in=caller.partners)


def page(
    rows: QuerySet[Row], asked: Page, *, moment: str, beside: tuple[str, ...]
) -> tuple[list[Row], str | None]:
    """A page of these, newest first by `moment`, and the cursor of the next one."""
    if asked.after is not None:
        rows = rows.filter(before(asked.after, moment_field=moment))
    newest = rows.select_related(*beside).order_by(f"-{moment}", "-id")
    found = list(newest[: asked.limit + 1])
    shown = found[: asked.limit]
    if len(found) <= asked.limit:
        return shown, None
    last = Position(created_at=getattr(shown[-1], moment), id=shown[-1].pk)
    return shown, last.as_cursor()


def one(rows: QuerySet[Any], text: str) -> Any:
    """The row of this id. Raises Http404 for one that is not among them, and for no id."""
    try:
        row = rows.filter(pk=UUID(text)).first()
    except ValueError:
        row = None
    if row is None:
        raise Http404
    return row
