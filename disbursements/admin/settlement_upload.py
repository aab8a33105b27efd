"""Upload a settlement: type or choose it, see exactly what it would do, confirm that.

Nothing is stored before the confirmation: what was written travels with the pages, and a signed
token says that this person has seen the preview of exactly that.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core import clock, money, states
from core.admin import shown
from core.admin.confirm import ReasonForm, actor_of
from core.admin.form_action import FormAction
from core.admin.record import Column, Table
from core.admin.scope import partners_of
from core.refusals import Refused
from disbursements.admin import job_words
from disbursements.admin.settlement_form import SettlementForm
from disbursements.operations.schedule_payout import (
    BadSettlement,
    ConflictingSettlement,
    SettlementPreview,
    preview,
    schedule_payout_for_settlement,
)
from disbursements.queries.accounts import standing_of
from disbursements.rules.contest_settlement import SettlementProblem
from disbursements.rules.receiving import skip_of
from disbursements.rules.winner_file import BadFile

FIRST_ROWS = 10
PROBLEMS_SHOWN = 100
PERMISSION = "disbursements.schedule_payoutjob"
# The form's own fields; what is wrong with others is wrong with the winners.
ABOVE = {"settlement_id", "contest_id", "currency", "pool", "max_attempts"}


class UploadSettlement(FormAction):
    """Nothing is queued before the preview is confirmed, and then all of it or nothing."""

    name = "upload"
    label = "Upload a settlement…"
    primary = True

    def allowed(self, request: HttpRequest) -> bool:
        """Those who may hand in settlements."""
        return self.admin.is_open_to(request) and request.user.has_perm(PERMISSION)

    def list_view(self, request: HttpRequest) -> HttpResponse:
        """Write, preview, confirm; from the preview back to mend."""
        self._demand_permission(request)
        if request.method != "POST":
            return self._write(request, SettlementForm(partners_of(request)))
        form = SettlementForm(partners_of(request), request.POST, request.FILES)
        is_fine = form.is_valid()
        if not is_fine or "mend" in request.POST:
            return self._write(request, form.with_text())
        try:
            return self._go_on(request, form)
        except (BadSettlement, ConflictingSettlement) as error:
            return self._write(request, form.with_text(), _told(form, error))
        except BadFile as error:
            form.add_error("winners", str(error))
        except Refused as error:
            form.add_error("shortcode", f"{error}. Nothing was stored.")
        return self._write(request, form.with_text())

    def _go_on(self, request: HttpRequest, form: SettlementForm) -> HttpResponse:
        """The preview; or, confirmed, the job."""
        actor = actor_of(request)
        if "confirmed" not in request.POST:
            return self._preview(request, form, ReasonForm())
        if not form.was_previewed(request.POST.get("token", ""), actor=actor):
            messages.warning(request, "Look at this preview once more. Nothing was stored yet.")
            return self._preview(request, form, ReasonForm())
        reason = ReasonForm(request.POST)
        if not reason.is_valid():
            return self._preview(request, form, reason)
        return self._hand_in(request, form, reason.cleaned_data["reason"])

    def _hand_in(self, request: HttpRequest, form: SettlementForm, reason: str) -> HttpResponse:
        actor, at = actor_of(request), clock.now()
        with transaction.atomic():
            scheduled = schedule_payout_for_settlement(
                settlement=form.settlement(), origin="admin", actor=actor, at=at, **_where(form)
            )
            job = scheduled.job
            if not scheduled.replayed:
                because = f"settlement uploaded: {reason}"
                states.note(job, at=at, because=because, actor=actor)
        if scheduled.replayed:
            messages.info(request, f"{job.settlement_id} was handed in before: this is its job.")
        else:
            amount = money.shown(job.total_minor, job.currency)
            messages.success(request, f"{_winners(job.winners_count)} queued, {amount}.")
        return HttpResponseRedirect(reverse(job_words.JOB, args=[job.pk]))

    def _preview(
        self, request: HttpRequest, form: SettlementForm, reason: forms.Form
    ) -> HttpResponse:
        found = preview(settlement=form.settlement(), **_where(form))
        checked = found.settlement
        amount = money.shown(checked.total_minor, checked.currency)
        return self.show(
            request, "disbursements/settlement_preview.html", reason,
            title=f"Settlement {checked.settlement_id}: preview",
            figures=_figures(found), first=_first(found), skips=_skips(form, found),
            hidden=[*form.hidden(), ("token", form.token(actor=actor_of(request)))],
            job=found.job and reverse(job_words.JOB, args=[found.job.pk]),
            button=f"Pay out {_winners(len(checked.winners))}, {amount}",
            confirm_url=f"{self.url()}?step=2", will_happen=_will_happen(found, amount),
        )  # fmt: skip

    def _write(
        self, request: HttpRequest, form: forms.Form, problems: Table | None = None
    ) -> HttpResponse:
        return self.show(
            request, "disbursements/settlement_upload.html", form, title="Upload a settlement",
            problems=problems, is_wrong=problems is not None,
        )  # fmt: skip


def _where(form: SettlementForm) -> dict[str, Any]:
    shortcode = form.cleaned_data["shortcode"]
    return {
        "partner_id": form.cleaned_data["partner"].pk,
        "shortcode_number": shortcode.number if shortcode else None,
    }


def _told(form: SettlementForm, error: BadSettlement | ConflictingSettlement) -> Table:
    """What is wrong with fields of the form stands there; the rest as lines of the box."""
    if not error.problems:
        form.add_error(error.field if error.field in ABOVE else None, str(error))
    below: list[SettlementProblem] = []
    for problem in error.problems:
        if problem.line == 0 and problem.field in ABOVE:
            form.add_error(problem.field, problem.message)
        else:
            below.append(problem)
    return _problems(below)


def _problems(found: Sequence[SettlementProblem]) -> Table:
    shown_here = found[:PROBLEMS_SHOWN]
    more = len(found) > len(shown_here)
    return Table(
        title="What is wrong with the winners",
        note=f"The first {len(shown_here)} of {len(found):,}." if more else "",
        columns=[
            Column(label="Line", numeric=True), Column(label="Column"), Column(label="Value"),
            Column(label="What is wrong, and what to do"),
        ],
        rows=[
            [bad.line or shown.NOTHING, bad.field, bad.value, bad.message] for bad in shown_here
        ],
    )  # fmt: skip


def _figures(found: SettlementPreview) -> list[tuple[str, object]]:
    checked = found.settlement
    left = checked.pool_minor - checked.total_minor
    return [
        ("Settlement", checked.settlement_id),
        ("Contest", checked.contest_id),
        ("From", f"{found.shortcode} of {found.shortcode.partner}"),
        ("Winners", f"{len(checked.winners):,}"),
        ("They get together", shown.amount(checked.total_minor, checked.currency)),
        ("Pool", shown.amount(checked.pool_minor, checked.currency)),
        ("Not given out", shown.amount(left, checked.currency)),
        ("Tries for each", checked.attempts),
    ]


def _will_happen(found: SettlementPreview, amount: str) -> list[str]:
    return [
        f"{_winners(len(found.settlement.winners))} queued: {amount} leave {found.shortcode}.",
        "All of them or none. Each is paid once, however often this settlement is handed in.",
        "Who cannot receive yet waits, and is paid as soon as their account may receive.",
    ]


def _first(found: SettlementPreview) -> Table:
    rows = found.settlement.winners[:FIRST_ROWS]
    every = len(found.settlement.winners)
    return Table(
        title="The winners" if every <= FIRST_ROWS else f"The first {len(rows)} of {every:,}",
        columns=[
            Column(label="Line", numeric=True), Column(label="User"),
            Column(label="Amount", numeric=True),
        ],
        rows=[
            [row.line, row.user_id, shown.amount(row.amount_minor, found.settlement.currency)]
            for row in rows
        ],
    )  # fmt: skip


def _skips(form: SettlementForm, found: SettlementPreview) -> Table | None:
    """Who cannot be paid as things stand: how many for each reason, and what to do."""
    users = [winner.user_id for winner in found.settlement.winners]
    known = standing_of(partner_id=form.cleaned_data["partner"].pk, user_ids=users)
    counts: dict[str, int] = {}
    for user in users:
        if skip := skip_of(known.get(user)):
            counts[skip] = counts.get(skip, 0) + 1
    if not counts:
        return None
    return Table(
        title="Who would have to wait",
        columns=[Column(label="Winners", numeric=True), Column(label="Why"),
                 Column(label="What to do")],
        rows=[
            [f"{count:,}", job_words.skip_text(code), job_words.skip_to_do(code)]
            for code, count in sorted(counts.items(), key=lambda pair: -pair[1])
        ],
    )  # fmt: skip


def _winners(count: int) -> str:
    return f"{count:,} {'winner' if count == 1 else 'winners'}"
