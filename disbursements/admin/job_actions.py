"""What a person may have done to the winners of a payout job: all, some by filter, or ticked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core.callers import Caller
from disbursements.admin import actions
from disbursements.admin.by_hand import ByHand
from disbursements.admin.chosen import IDS_MAX, Chosen, chosen_in
from disbursements.admin.filters import filters_of
from disbursements.models import BulkRun, BulkVerb, PayoutJob, PayoutTransfer
from disbursements.operations import bulk, follow_jobs, job_verbs
from disbursements.queries.job_selection import WINNERS
from disbursements.rules.by_hand import STATUSES

RUN = "admin:disbursements_bulkrun_change"
NOT_NOW = "no winner of this job is in a state that allows it"


@dataclass(frozen=True, kw_only=True)
class OfJob(Chosen):
    """Winners of one job: ticked ones, or all that match a filter of its list."""

    job: PayoutJob
    statuses: frozenset[str]

    def unchanged_since(self, at: datetime | None) -> dict[str, Any]:
        """Their ids; with `at` only of those that have not changed their status after it.

        Of a whole job nobody means those that have ended: they are left out, not skipped.
        """
        rows = PayoutTransfer.objects.filter(job=self.job)
        if self.selection is None:
            rows = rows.filter(pk__in=self.ids)
        else:
            rows = WINNERS.narrowed(rows, self.selection, partners=None, may_see_phones=False)
        if at is not None:
            rows = rows.filter(disbursement__status_at__lte=at)
            if self.selection is not None:
                rows = rows.filter(disbursement__status__in=self.statuses)
        return {"ids": tuple(rows.values_list("pk", flat=True))}


class JobVerb(ByHand):
    """One verb over winners. The address names the job and, if not all are meant, which."""

    job_permission = ""
    above_list = False

    def allowed(self, request: HttpRequest) -> bool:
        """Those who may do it to a job and to its payouts."""
        return super().allowed(request) and request.user.has_perm(self.job_permission)

    def offered(self, row: Any) -> bool:
        """While a winner stands so that it can be done."""
        return any(_statuses(row).get(status) for status in STATUSES[self.verb])

    def off_because(self, row: Any) -> str:
        """Why it is missing where it is looked for."""
        return "" if self.offered(row) or not self.is_looked_for else NOT_NOW

    def row_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page about the job's winners."""
        self._demand_permission(request)
        job = self.admin.get_object(request, object_id)
        if job is None:
            raise Http404(f"There is no payout job {object_id}")
        found = chosen_in(request.GET)
        if "ids" not in request.GET and found.is_nothing:
            found = Chosen(selection={})
        chosen = OfJob(
            ids=found.ids, selection=found.selection, job=job, statuses=STATUSES[self.verb]
        )
        return self._about(request, chosen, job)

    def for_winners(self, request: HttpRequest, job: PayoutJob, rows: QuerySet[Any]) -> Any:
        """From the list below the job's page to the page that asks: ticked, or all that match."""
        self._demand_permission(request)
        if request.POST.get("select_across") == "1":
            winners = admin.site.get_model_admin(PayoutTransfer)
            chosen = Chosen(selection=filters_of(winners.get_changelist_instance(request)))
        else:
            chosen = Chosen(ids=tuple(rows.values_list("pk", flat=True)[: IDS_MAX + 1]))
        return HttpResponseRedirect(f"{self.url(job)}?{chosen.query_string}")

    def named(self, row: Any) -> str:
        """In its title."""
        return f"winners of {row.settlement_id}"

    def chosen_by(self, chosen: Chosen, caller: Caller) -> str:
        """The filter in words."""
        if chosen.selection is None or not isinstance(chosen, OfJob):
            return ""
        narrowed = "; ".join(
            f"{name} {text.replace('_', ' ')}" for name, text in chosen.selection.items()
        )
        return f"every winner of {chosen.job.settlement_id}{f': {narrowed}' * bool(narrowed)}"

    def begin(self, chosen: Any, **asked: Any) -> BulkRun:
        """Freeze them, by the operation of jobs."""
        asked.pop("options")
        return self.start(job_id=chosen.job.pk, transfer_ids=asked.pop("ids"), **asked)

    def start(self, *, job_id: UUID, transfer_ids: tuple[UUID, ...], **asked: Any) -> BulkRun:
        """Call the operation."""
        raise NotImplementedError

    def _nothing(self, found: bulk.Preview, row: Any) -> str:
        """Of a job every reason counts, not the first winner's alone."""
        if not found.skipped:
            return super()._nothing(found, row)
        reasons = "; ".join(f"{count:,}: {why}" for why, count in found.skipped.items())
        return f"This is off for {self.named(row)}: {reasons}."

    def _done(
        self, request: HttpRequest, chosen: Any, caller: Caller, answers: Mapping[str, Any]
    ) -> tuple[BulkRun, int]:
        """And what follows for the job, which may be complete now, or open again."""
        done = super()._done(request, chosen, caller, answers)
        follow_jobs.follow_jobs(job_id=chosen.job.pk)
        return done

    def _address(self, chosen: Chosen, row: Any) -> str:
        return f"{self.url(row)}?{chosen.query_string}"

    def _led_on(
        self, request: HttpRequest, run: BulkRun, row: Any, changed: int = 0
    ) -> HttpResponse:
        """Back to the job; of many on to the run's page, which shows what was skipped and why."""
        led = super()._led_on(request, run, row, changed)
        if run.total <= 1:
            return led
        return HttpResponseRedirect(reverse(RUN, args=[run.pk]))


class RetryWinners(JobVerb, actions.Retry):
    """Send again what is proven not paid."""

    label = "Retry…"
    list_label = "Retry the ticked winners…"
    explanation = "Every winner who waits for a try, for us, or failed with tries left."
    job_permission = job_verbs.RETRY

    def start(self, **asked: Any) -> BulkRun:
        """Retry them."""
        return job_verbs.retry_job(**asked)


class ForceWinners(JobVerb, actions.Force):
    """Try failed ones once more, whatever their code and limit say."""

    label = "Force a retry of failed ones…"
    list_label = "Force a retry of the ticked winners…"
    explanation = "Past their number of tries. Only after proof that they were not paid."
    job_permission = job_verbs.RETRY

    def start(self, **asked: Any) -> BulkRun:
        """Force them."""
        return job_verbs.retry_job(force=True, **asked)


class CancelWinners(JobVerb, actions.Cancel):
    """Withdraw what was never sent."""

    label = "Cancel what was not sent…"
    list_label = "Cancel the ticked winners…"
    explanation = "For good. Who was sent money, or may have been, is left alone."
    job_permission = job_verbs.CANCEL

    def start(self, **asked: Any) -> BulkRun:
        """Cancel them."""
        return job_verbs.cancel_job(**asked)


class LookUpWinners(JobVerb, actions.AskMany):
    """Look up what became of those whose outcome is open."""

    label = "Look up at Stripe…"
    list_label = "Look the ticked winners up at Stripe…"
    title = "Look {} up at Stripe"
    button = "Look up {}"
    done = "being looked up"
    explanation = "The only safe thing to do while an outcome is open. It never pays twice."
    job_permission = job_verbs.RETRY
    sentences = (
        "We look at Stripe whether the transfer of each is there.",
        "One that is there is paid.",
        "One that is not is sent again under the same key for 23 hours: it pays once at the most.",
        actions.JUDGED_AGAIN,
    )
    afterwards = "The answers appear in each timeline."

    def start(self, *, job_id: UUID, transfer_ids: tuple[UUID, ...], **asked: Any) -> BulkRun:
        """Ask about them."""
        return bulk.start(verb=BulkVerb.ASK, ids=transfer_ids, **asked)


JOB_VERBS: tuple[type[JobVerb], ...] = (
    RetryWinners, LookUpWinners, ForceWinners, CancelWinners,
)  # fmt: skip


def _in_the_list(kind: type[JobVerb]) -> Callable[..., HttpResponse]:
    def begin(
        _winners: Any, request: HttpRequest, queryset: QuerySet[PayoutTransfer]
    ) -> HttpResponse:
        job: PayoutJob = request.payout_job  # type: ignore[attr-defined]
        jobs = admin.site.get_model_admin(PayoutJob)
        return kind(jobs).for_winners(request, job, queryset)

    begin.__name__ = f"{kind.name}_winners"
    return admin.action(description=kind.list_label)(begin)


LIST_ACTIONS = tuple(_in_the_list(kind) for kind in JOB_VERBS)


def allowed_actions(request: HttpRequest, found: Mapping[str, Any]) -> dict[str, Any]:
    """Of the list's actions, those that this person may do."""
    jobs = admin.site.get_model_admin(PayoutJob)
    kinds = {f"{kind.name}_winners": kind for kind in JOB_VERBS}
    return {
        name: action
        for name, action in found.items()
        if name not in kinds or kinds[name](jobs).allowed(request)
    }


def _statuses(job: PayoutJob) -> dict[str, int]:
    """How many winners stand in each status of payouts; read once for each page."""
    if "by_status" not in vars(job):
        rows = PayoutTransfer.objects.filter(job=job).order_by()
        counted = rows.values_list("disbursement__status").annotate(count=Count("pk"))
        vars(job)["by_status"] = dict(counted)
    found: dict[str, int] = vars(job)["by_status"]
    return found
