"""How the lists of payout jobs and of winners are narrowed: as queries/job_selection.py says."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from core.admin.scope import of_partners, partners_of
from core.ids import as_uuid
from disbursements.admin import filters as payouts
from disbursements.admin import job_words
from disbursements.admin.narrowing import Narrowing
from disbursements.models import PayoutJob
from disbursements.queries.job_selection import JOBS, SKIP_CODES, WAITING, WINNERS
from disbursements.states import PayoutJobStatus

STATES = tuple((str(state), said[0]) for state, said in job_words.STATES.items())
YES_NO = (("yes", "Yes"), ("no", "No"))


class JobNarrowing(Narrowing):
    """A value means what JOBS says."""

    condition: Callable[[str, str], Q] = staticmethod(JOBS.condition)


class WinnerNarrowing(Narrowing):
    """A value means what WINNERS says."""

    condition: Callable[[str, str], Q] = staticmethod(WINNERS.condition)


class JobStatusFilter(JobNarrowing):
    """One status or several."""

    template = "disbursements/filter_several.html"
    title = "status"
    parameter_name = "status"
    several = True
    values = tuple((each.value, each.value.capitalize()) for each in PayoutJobStatus)


class JobOpenFilter(JobNarrowing):
    """Complete or not."""

    title = "not complete"
    parameter_name = "open"
    values = YES_NO


class JobLateFilter(JobNarrowing):
    """Those that should be complete by now."""

    title = "not complete for more than 24 h"
    parameter_name = "late"
    values = YES_NO


class JobWithFilter(JobNarrowing):
    """Those with a winner who stands so."""

    template = "disbursements/filter_several.html"
    title = "with winners"
    parameter_name = "with"
    several = True
    values = (*STATES, (WAITING, "Waiting for their account"))


class CurrencyFilter(JobNarrowing):
    """One currency."""

    template = "disbursements/filter_text.html"
    title = "currency"
    parameter_name = "currency"
    several = True
    placeholder = "USD"


class ContestFilter(JobNarrowing):
    """One contest."""

    template = "disbursements/filter_text.html"
    title = "contest"
    parameter_name = "contest"
    placeholder = "contest-2026-11"


class JobPartnerFilter(JobNarrowing, payouts.PartnerFilter):
    """One partner of those that the person may see."""


class JobDayFilter(JobNarrowing, payouts.InstructedFilter):
    """When it was handed in."""

    title = "day of settlement"


class StateFilter(WinnerNarrowing):
    """One state or several."""

    template = "disbursements/filter_several.html"
    title = "state"
    parameter_name = "state"
    several = True
    values = STATES


class WaitsFilter(WinnerNarrowing):
    """Those who wait for their account."""

    title = "waits for the account"
    parameter_name = "waits"
    values = YES_NO


class SkipFilter(WinnerNarrowing):
    """Why they wait."""

    title = "why the account cannot receive"
    parameter_name = "skip"
    several = True
    values = tuple((code, job_words.skip_text(code)) for code in SKIP_CODES)


class ReturnedFilter(WinnerNarrowing):
    """Those from whom money came back."""

    title = "money came back"
    parameter_name = "returned"
    values = YES_NO


class WinnerJobFilter(WinnerNarrowing):
    """One payout job, named by its id."""

    template = "disbursements/filter_given.html"
    title = "payout job"
    parameter_name = "job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The chosen one by its settlement."""
        chosen = as_uuid(self.value())
        rows = of_partners(PayoutJob.objects.all(), partners_of(request), path="partner")
        named = rows.filter(pk=chosen).values_list("pk", "settlement_id") if chosen else ()
        return [(str(pk), settlement_id) for pk, settlement_id in named]


class WinnerContestFilter(WinnerNarrowing, ContestFilter):
    """One contest."""


class WinnerCurrencyFilter(WinnerNarrowing, CurrencyFilter):
    """One currency."""


class WinnerPartnerFilter(WinnerNarrowing, payouts.PartnerFilter):
    """One partner of those that the person may see."""


class WinnerDayFilter(WinnerNarrowing, payouts.InstructedFilter):
    """When it was handed in."""

    title = "day of settlement"


JOB_FILTERS = (
    JobStatusFilter, JobOpenFilter, JobLateFilter, JobWithFilter, JobPartnerFilter,
    ContestFilter, CurrencyFilter, JobDayFilter,
)  # fmt: skip
OF_ONE_JOB = (StateFilter, WaitsFilter, SkipFilter, ReturnedFilter)
WINNER_FILTERS = (
    *OF_ONE_JOB, WinnerPartnerFilter, WinnerContestFilter, WinnerCurrencyFilter,
    WinnerJobFilter, WinnerDayFilter,
)  # fmt: skip
