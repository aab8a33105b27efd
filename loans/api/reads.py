"""What a caller may read of loans: always filtered by the partners that are theirs."""

from django.db.models import QuerySet

from core.callers import Caller
from disbursements.api.pages import bad_selection
from disbursements.queries.filter_table import BadSelection
from loans.api.entries import SEE_PHONES
from loans.api.query import OF_LOANS, OF_RUNS
from loans.models import LoanProposal, LoanSyncRun, LoanTracking
from loans.queries import runs, selection


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
        raise bad_selection(error, OF_LOANS) from None


def selected_runs(caller: Caller, chosen: dict[str, str]) -> QuerySet[LoanSyncRun]:
    """The syncs of the caller's partners by these filters. Raises ApiError (400)."""
    try:
        return runs.rows(chosen, partners=caller.partners)
    except BadSelection as error:
        raise bad_selection(error, OF_RUNS) from None


def proposals(caller: Caller) -> QuerySet[LoanProposal]:
    """Every proposal that the caller may see."""
    rows = LoanProposal.objects.select_related("loan", "booking")
    return rows if caller.partners is None else rows.filter(loan__partner__in=caller.partners)
