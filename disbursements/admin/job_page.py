"""The page of a payout job: where it stands above, its winners below."""

from types import SimpleNamespace
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.record import Button, Facts, Headline, Record
from disbursements.admin import job_figures, job_words
from disbursements.models import PayoutJob, PayoutTransfer
from disbursements.queries import payout_jobs
from disbursements.queries.payout_jobs import JobFigures

LIST = "admin:disbursements_payoutjob_changelist"
PAYOUTS = "admin:disbursements_disbursementrequest_changelist"
EXPORT = "admin:disbursements_disbursementrequest_export"


def page(request: HttpRequest, job: PayoutJob, **above: Any) -> HttpResponse:
    """The list of its winners, under what stands `above` them: record, job_buttons, off."""
    request.payout_job = job  # type: ignore[attr-defined]
    winners = admin.site.get_model_admin(PayoutTransfer)
    answer = winners.changelist_view(request)
    changelist = (getattr(answer, "context_data", None) or {}).get("cl")
    if not isinstance(answer, TemplateResponse) or not isinstance(changelist, ChangeList):
        return answer
    answer.template_name = "disbursements/payout_job.html"
    answer.context_data = {
        **(answer.context_data or {}),
        "title": f"{job.settlement_id}, {job.contest_id}",
        "opts": _heading(changelist),
        "list_url": reverse(LIST),
        **above,
    }
    return answer


def record(request: HttpRequest, job: PayoutJob) -> Record:
    """Amount, settlement, status and next step; how far it is; who waits for an account."""
    figures = payout_jobs.figures([job.pk])[job.pk]
    vars(job)["by_status"] = {status: share.count for status, share in figures.payouts.items()}
    progress = job_figures.progress_of(job, figures)
    return Record(
        headline=Headline(
            kind=f"Payout job of {job.partner}",
            main=shown.amount(job.total_minor, job.currency),
            beside=shown.two_lines(job.settlement_id, f"contest {job.contest_id}"),
            status=job_words.job_status(job),
            meaning=job.MACHINE.meanings[job.status],
            next_step=job_figures.next_step(job, figures),
        ),
        sections=[
            progress,  # type: ignore[list-item]
            Facts(title="Settlement", rows=_facts(job, figures)),
            steps_of(job, may_see_phones=shown.may_see_phones(request)),
        ],
        buttons=_buttons(request, job),
    )


def _heading(changelist: ChangeList) -> SimpleNamespace:
    """What unfold makes the page's heading and its class names of."""
    opts = changelist.opts
    return SimpleNamespace(
        app_label=opts.app_label, app_config=opts.app_config, model_name=opts.model_name,
        verbose_name_plural="payout jobs",
    )  # fmt: skip


def _facts(job: PayoutJob, figures: JobFigures) -> list[tuple[str, object]]:
    shortcode = reverse("admin:vault_shortcode_change", args=[job.shortcode_id])
    left = job.pool_minor - job.total_minor
    return [
        ("Pool", shown.amount(job.pool_minor, job.currency)),
        ("Not given out", shown.amount(left, job.currency)),
        ("Winners", job_figures.share_text(figures.winners)),
        ("Tries for each winner", job.max_attempts),
        ("From Stripe account", shown.link(shortcode, job.shortcode)),
        ("Handed in", shown.moment(job.created_at)),
        ("By", f"{job.created_by}, through {job.origin}"),
        ("Complete", shown.moment(job.completed_at)),
        ("Our id", shown.copied(str(job.pk), label="our id")),
    ]


def _buttons(request: HttpRequest, job: PayoutJob) -> list[Button]:
    """Ways to its payouts: in the list where every verb and every filter is, and as a file."""
    found = []
    if request.user.has_perm("disbursements.export_disbursementrequest"):
        found.append(Button(label="Export…", url=f"{reverse(EXPORT)}?job={job.pk}"))
    if request.user.has_perm("disbursements.view_disbursementrequest"):
        found.append(Button(label="Its payouts", url=f"{reverse(PAYOUTS)}?job={job.pk}"))
    return found
