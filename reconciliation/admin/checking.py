"""Have one checked now: by any id that somebody has in hand, or from its page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock, refusals
from core.admin.confirm import Confirmation, Outcome, Refused
from core.admin.form_action import FormAction
from core.admin.record import Column
from reconciliation.admin import words
from reconciliation.admin.stream import lines
from reconciliation.models import ReconciliationRun, SubjectKind
from reconciliation.operations.check_now import EXAMPLE, PERMISSION, TEXT_LENGTH_MAX, check_now
from reconciliation.operations.queue_check import queue_check
from reconciliation.sources.source import Found
from reconciliation.states import CheckResult
from vault.admin.acting import caller

TRIGGER, QUEUED = "manual_dashboard", "manual_queue"
PART = "X-Part"
NO_MONEY = "No money is sent, retried or booked by it."
WHAT_HAPPENS = (
    "Our row, our books, the raw messages and the provider's latest word are compared.",
    "Where they disagree or are silent, the provider is asked anew.",
    NO_MONEY,
)
SAYS = {
    CheckResult.MATCHED: "every side tells the same.",
    CheckResult.PENDING: "it is under way, or a side has not told yet.",
    CheckResult.DISCREPANCY: "the sides differ.",
    CheckResult.ERROR: "the check itself failed; it is tried again.",
}
LEVELS = {
    CheckResult.MATCHED: messages.SUCCESS,
    CheckResult.PENDING: messages.INFO,
    CheckResult.DISCREPANCY: messages.WARNING,
    CheckResult.ERROR: messages.ERROR,
}


class CheckForm(forms.Form):
    """What it is known by, and, where several things are, which kind of thing."""

    id = forms.CharField(
        label="Id, reference, receipt or number",
        max_length=TEXT_LENGTH_MAX,
        strip=True,
        help_text="Ours, the partner's or the provider's, or the number of a loan",
        widget=forms.TextInput(attrs={"class": "pv-input", "autocomplete": "off"}),
        error_messages={"required": f"Write the id of one, such as {EXAMPLE}"},
    )
    kind = forms.ChoiceField(
        label="What it is",
        required=False,
        choices=[("", "Anything"), *SubjectKind.choices],
        widget=forms.Select(attrs={"class": "pv-input"}),
    )


class CheckOne(FormAction):
    """Compare one thing with the provider at once, and show what came of it."""

    name = "check"
    label = "Check one…"
    form_class = CheckForm
    primary = True

    def allowed(self, request: HttpRequest) -> bool:
        """Whoever may have payments checked."""
        return self.admin.is_open_to(request) and request.user.has_perm(PERMISSION)

    def list_view(self, request: HttpRequest) -> HttpResponse:
        """GET: the form, filled in by the address. POST: the check itself, or its place in the
        queue."""
        self._demand_permission(request)
        sent = request.method == "POST"
        form = CheckForm(request.POST) if sent else CheckForm(initial=_asked_for(request))
        done = self._done(request, form) if sent and form.is_valid() else None
        if request.headers.get(PART) == "live":
            return _part(request, form, done)
        if isinstance(done, ReconciliationRun):
            messages.add_message(request, LEVELS[CheckResult(done.result)], told(done))
            return HttpResponseRedirect(words.page_of(done))
        if done is not None:
            messages.success(request, f"{done.title} is queued: it is checked within a minute.")
            return HttpResponseRedirect(words.list_url(words.QUEUE))
        return self.show(
            request, "reconciliation/check.html", form, title="Check one now",
            what_happens=WHAT_HAPPENS, many_url=many_url(),
        )  # fmt: skip

    def _done(self, request: HttpRequest, form: forms.Form) -> ReconciliationRun | Found | None:
        """The check that was made, or what was queued; nothing where the form says why not."""
        text, kind = form.cleaned_data["id"], form.cleaned_data["kind"]
        asked: dict[str, Any] = {
            "text": text, "subject": (kind, text) if kind else None, "caller": caller(request),
            "at": clock.now(),
        }  # fmt: skip
        try:
            if "queue" in request.POST:
                return queue_check(trigger=QUEUED, **asked)
            return check_now(trigger=TRIGGER, **asked)
        except refusals.Refused as refused:
            said = refused.message
            form.add_error("id", f"{said[:1].upper()}{said[1:]}")
            return None


class CheckAgain(FormAction):
    """On the page of a difference, a check or a row of the queue: the same thing once more."""

    name = "check-again"
    label = "Check again…"
    explanation = "Compares all sides once more, and asks the provider where it helps."
    form_class = forms.Form

    def allowed(self, request: HttpRequest) -> bool:
        """Whoever may have payments checked."""
        return self.admin.is_open_to(request) and request.user.has_perm(PERMISSION)

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What it is about, and that it moves nothing."""
        row = rows[0]
        return Confirmation(
            title=f"Check this {words.subject_kind(row.subject_kind).lower()} again",
            button="Check it now",
            will_happen=[*WHAT_HAPPENS, "A difference that is gone is closed by itself."],
            columns=[Column(label="What"), Column(label="Our id")],
            lines=[[words.subject_kind(row.subject_kind), row.subject_id]],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """One check, at once; a row of the queue may be gone by then."""
        row = rows[0]
        try:
            run = check_now(
                subject=(row.subject_kind, row.subject_id), trigger=TRIGGER,
                caller=caller(request), at=at,
            )  # fmt: skip
        except refusals.Refused as refused:
            raise Refused(f"{refused.message}. Nothing was checked.") from None
        leads_back = row._meta.model_name == "finding"
        url = "" if leads_back else words.page_of(run)
        return Outcome(text=told(run), url=url, level=LEVELS[CheckResult(run.result)])


def _part(
    request: HttpRequest, form: forms.Form, done: ReconciliationRun | Found | None
) -> HttpResponse:
    """The answer alone, for the live page."""
    run = done if isinstance(done, ReconciliationRun) else None
    context = {
        "form": form,
        "line": lines([run])[0] if run else None,
        "queued": done.title if isinstance(done, Found) else "",
    }
    status = 200 if done else 422
    return TemplateResponse(request, "reconciliation/checked.html", context, status=status)


def told(run: ReconciliationRun) -> str:
    """`Checked in 12 ms: every side tells the same.`"""
    asked = " The provider is asked anew; it is checked again after that." if run.asked else ""
    said = SAYS[CheckResult(run.result)]
    return f"Checked in {words.took(run.duration_ms)}: {said}{asked}"


def check_url(*, kind: str = "", subject_id: str = "") -> str:
    """The form, filled in with this subject."""
    url = reverse("admin:reconciliation_reconciliationrun_check")
    return f"{url}?{urlencode({'kind': kind, 'id': subject_id})}" if subject_id else url


def many_url(**selection: str) -> str:
    """The form for many; with a selection its preview."""
    url = reverse("admin:reconciliation_reconciliationrun_check-many")
    return f"{url}?{urlencode(selection)}" if selection else url


def _asked_for(request: HttpRequest) -> dict[str, str]:
    kind = request.GET.get("kind", "")
    return {
        "id": request.GET.get("id", "")[:TEXT_LENGTH_MAX],
        "kind": kind if kind in SubjectKind.values else "",
    }
