"""Payout jobs: the list of settlements to be paid out, and its doors. A page: job_page.py."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join

from core.admin import everyday, shown
from core.admin.base import RecordAdmin, column
from core.admin.counting import COUNTED_MAX
from core.admin.record import Record
from disbursements.admin import job_figures, job_page, job_words
from disbursements.admin.job_actions import JOB_VERBS
from disbursements.admin.job_filters import JOB_FILTERS
from disbursements.admin.settlement_upload import UploadSettlement
from disbursements.models import PayoutJob
from disbursements.queries import payout_jobs
from disbursements.queries.job_selection import WAITING, found_jobs
from disbursements.states import TransferStatus

VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("All", {}),
    ("Not complete", {"open": "yes"}),
    ("Not complete > 24 h", {"late": "yes"}),
    ("With winners not paid", {"with": TransferStatus.FAILED_TERMINAL}),
    ("Waiting for accounts", {"with": WAITING}),
    ("Complete", {"open": "no"}),
)


@admin.register(PayoutJob)
class PayoutJobAdmin(RecordAdmin):
    """Every settlement, newest first."""

    partner_path = "partner"
    purpose = "Every settlement of a contest that is paid out through Stripe, each winner once."
    nothing_yet = "No payout job yet. They arrive by the API or with “Upload a settlement”."
    all_clear = "All clear: no such job."
    list_display = ("settlement", "amount", "state", "progress", "waiting", "since")
    list_filter = JOB_FILTERS
    list_filter_submit = True
    list_select_related = ("partner", "shortcode")
    list_before_template = "disbursements/jobs_top.html"
    search_fields = ("settlement_id",)
    search_help_text = "Settlement, contest, user, transfer (tr_…) or account (acct_…)"
    ordering = ("-created_at", "-id")
    row_actions = JOB_VERBS
    list_actions = (UploadSettlement,)

    def get_urls(self) -> list[URLPattern]:
        """With the figures that an open job reads again."""
        view = self.admin_site.admin_view(self.progress_view)
        name = "disbursements_payoutjob_progress"
        return [path("<uuid:object_id>/progress/", view, name=name), *super().get_urls()]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By anything that names a job or a winner of it."""
        return found_jobs(queryset, text=search_term), False

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        names = [part.parameter_name for part in JOB_FILTERS]
        return everyday.views(changelist, VIEWS, names=names)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the figures of each job, read once, and the totals."""
        changelist: Any = super().get_changelist_instance(request)
        rows = changelist.result_list = list(changelist.result_list)
        figures = payout_jobs.figures([row.pk for row in rows])
        for row in rows:
            row.figures = figures[row.pk]
        changelist.totals = _totals(changelist)
        return changelist

    def progress_view(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """The figures alone."""
        if request.method not in {"GET", "HEAD"} or not self.has_view_permission(request):
            raise PermissionDenied
        job = self.get_object(request, str(object_id))
        if job is None:
            raise Http404(f"There is no payout job {object_id}")
        figures = payout_jobs.figures([job.pk])[job.pk]
        context = {"section": job_figures.progress_of(job, figures)}
        return TemplateResponse(request, "disbursements/job_figures.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The job above the list of its winners. A POST only leads on to a page that asks."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        job = self.get_object(request, object_id)
        if job is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        record = self.record(request, job)
        return job_page.page(
            request, job, record=record, off=self._off(request, job),
            job_buttons=[*self._buttons(request, job), *record.buttons],
        )  # fmt: skip

    def record(self, request: HttpRequest, row: PayoutJob) -> Record:
        """What stands above its winners."""
        return job_page.record(request, row)

    @column("Settlement")
    def settlement(self, row: PayoutJob) -> Any:
        """Its id and whose it is."""
        return shown.two_lines(row.settlement_id, f"{row.contest_id}, {row.partner.name}")

    @column("Amount")
    def amount(self, row: PayoutJob) -> Any:
        """What the winners are to get, and how many they are."""
        winners = f"{row.winners_count:,} {'winner' if row.winners_count == 1 else 'winners'}"
        return shown.two_lines(shown.amount(row.total_minor, row.currency), winners)

    @column("Status")
    def state(self, row: PayoutJob) -> Any:
        """Pending, processing, complete."""
        return job_words.job_status(row)

    @column("Paid")
    def progress(self, row: Any) -> Any:
        """How many of how many, and how much."""
        paid = row.figures.paid
        percent = 100 * paid.count // max(1, row.winners_count)
        bar = format_html(
            '<svg class="pv-paid" width="90" height="6" aria-hidden="true">'
            '<rect width="90" height="6" rx="3" class="pv-run__track"></rect>'
            '<rect width="{}%" height="6" rx="3" class="pv-job__part--good"></rect></svg>',
            percent,
        )
        of = format_html(
            "{}<span>{} of {}</span>", bar, f"{paid.count:,}", f"{row.winners_count:,}"
        )
        return shown.two_lines(of, shown.amount(paid.amount_minor, row.currency))

    @column("Unpaid")
    def waiting(self, row: Any) -> Any:
        """Who is not paid: failed, waiting for an account, the rest."""
        return _unpaid(row)

    @column("Handed in", ordering="created_at")
    def since(self, row: PayoutJob) -> Any:
        """When."""
        return shown.moment(row.created_at)


def _unpaid(row: Any) -> Any:
    figures = row.figures
    failed = figures.states[TransferStatus.FAILED_TERMINAL].count
    waiting = sum(figures.skipped.values())
    others = figures.winners.count - figures.ended.count - waiting
    said = [
        (failed, "not paid", shown.BAD), (waiting, "waiting for the account", shown.WARN),
        (others, "open", shown.WAIT),
    ]  # fmt: skip
    lines = format_html_join(
        "", '<span class="pv-status pv-status--{}">{} {}</span>',
        ((tone, f"{count:,}", text) for count, text, tone in said if count > 0),
    )  # fmt: skip
    return format_html('<span class="pv-two">{}</span>', lines) if lines else ""


def _totals(changelist: Any) -> dict[str, Any] | None:
    """Jobs, winners and amounts per currency of all that match; None for too many."""
    if changelist.result_count > COUNTED_MAX or not changelist.result_count:
        return None
    found = job_figures.totals(changelist.queryset)
    return {
        "sums": [
            ("Jobs", f"{sum(jobs for _, jobs, _, _ in found):,}"),
            ("Winners", f"{sum(winners for _, _, winners, _ in found):,}"),
            ("To be paid", shown.totals({currency: minor for currency, _, _, minor in found})),
            ("Paid", shown.totals(job_figures.paid_totals(changelist.queryset)) or shown.NOTHING),
        ],
    }
