"""How bad each kind of difference is: the table that staff edit, with a reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, ReasonForm
from core.admin.record import Column, Facts, Headline, Record, Table
from reconciliation.admin import words
from reconciliation.models import Finding, FindingKind, SeverityRule
from reconciliation.operations.severities import set_severity
from reconciliation.rules.finding_words import explain
from reconciliation.rules.severities import ALWAYS_HIGH, DEFAULTS
from reconciliation.states import FindingStatus, Severity
from vault.admin.acting import caller, told

PAGE = "admin:reconciliation_severityrule_change"
ALWAYS = "Always high: money was lost or paid twice"
MEANS = {
    Severity.HIGH: "High: people are told at once, at night too",
    Severity.MEDIUM: "Medium: people are told outside of their quiet hours",
    Severity.LOW: "Low: it is told to those who want everything, and in the digest",
}


class SeverityForm(ReasonForm):
    """How bad, and why."""

    severity = forms.ChoiceField(
        choices=[(each.value, text) for each, text in MEANS.items()],
        widget=forms.Select(attrs={"class": "pv-input"}),
    )
    field_order = ("severity", "reason")


class ChangeSeverity(ConfirmedAction):
    """From the next check on."""

    name = "severity"
    label = "Change…"
    form_class = SeverityForm
    primary = True

    def offered(self, row: SeverityRule) -> bool:
        """Not where it is high whatever anybody says."""
        return row.kind not in ALWAYS_HIGH

    def off_because(self, row: SeverityRule) -> str:
        """Why not."""
        return "" if self.offered(row) else f"{ALWAYS}."

    def url(self, row: Any = None) -> str:
        """By the kind: a kind that nobody has changed has no row."""
        return reverse(f"admin:reconciliation_severityrule_{self.name}", args=[row.kind])

    def back_url(self, rows: Sequence[Any]) -> str:
        """The table."""
        return reverse("admin:reconciliation_severityrule_changelist")

    def confirmation(self, request: HttpRequest, rows: Sequence[SeverityRule]) -> Confirmation:
        """What it does."""
        row = rows[0]
        count = Finding.objects.filter(kind=row.kind, status=FindingStatus.OPEN).count()
        return Confirmation(
            title=f"How bad is it: {words.finding_kind(row.kind).lower()}",
            button="Save the change",
            will_happen=[
                "It holds from the next check of each difference on.",
                f"{count:,} are open now: each is weighed anew when it is checked again.",
                "Where money is lost, or paid twice, it is high whatever stands here.",
            ],
            columns=[
                Column(label="Difference"), Column(label="Now"), Column(label="As delivered"),
            ],
            lines=[
                [words.finding_kind(row.kind), words.severity(row.severity),
                 DEFAULTS[row.kind].capitalize()]
            ],
        )  # fmt: skip

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """As it is."""
        return {"severity": rows[0].severity}

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Save it with the reason."""
        kind, severity = rows[0].kind, answers["severity"]
        with told():
            set_severity(
                kind=kind, severity=severity, reason=answers["reason"], caller=caller(request),
                at=at,
            )  # fmt: skip
        return Outcome(text=f"{words.finding_kind(kind)}: {severity} from now on.")


@admin.register(SeverityRule)
class SeverityAdmin(RecordAdmin):
    """Every kind of difference there is, changed or not."""

    row_actions = (ChangeSeverity,)

    def get_object(
        self,
        request: HttpRequest,
        object_id: str,
        from_field: str | None = None,
    ) -> SeverityRule | None:
        """By kind or number; a kind that nobody has changed is as it was delivered."""
        if object_id.isascii() and object_id.isdigit() and len(object_id) < 18:
            return SeverityRule.objects.filter(pk=int(object_id)).first()
        if object_id not in FindingKind.values:
            return None
        row = SeverityRule.objects.filter(kind=object_id).first()
        return row or SeverityRule(kind=object_id, severity=DEFAULTS[object_id])

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All kinds, the worst first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Severities",
            "table": _table(ChangeSeverity(self).allowed(request)),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "reconciliation/severities.html", context)

    def record(self, request: HttpRequest, row: SeverityRule) -> Record:
        """One kind, and who changed it."""
        said = explain(row.kind)
        return Record(
            headline=Headline(
                kind="Kind of difference",
                main=words.finding_kind(row.kind),
                beside=said.what,
                status=words.severity(row.severity),
                meaning=MEANS[Severity(row.severity)],
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("What to do about one", said.what_to_do),
                        ("As delivered", DEFAULTS[row.kind].capitalize()),
                        ("May be changed", ALWAYS if row.kind in ALWAYS_HIGH else "yes"),
                        ("Open now", _open_link(row.kind, _open_counts().get(row.kind, 0))),
                    ],
                ),
                steps_of(row),
            ],
        )


def _table(may_change: bool) -> Table:
    rules = {row.kind: row for row in SeverityRule.objects.all()}
    counts = _open_counts()
    order = list(Severity)
    kinds = sorted(
        FindingKind.values, key=lambda kind: (order.index(_severity(rules, kind)), kind)
    )
    return Table(
        title="Kinds of difference",
        columns=[
            Column(label="Difference"), Column(label="Severity"), Column(label="What it means"),
            Column(label="Open now", numeric=True), Column(label=""),
        ],
        rows=[
            [
                shown.link(reverse(PAGE, args=[kind]), words.finding_kind(kind)),
                _shown_severity(rules, kind),
                explain(kind).what,
                _open_link(kind, counts.get(kind, 0)),
                _change(kind, may_change),
            ]
            for kind in kinds
        ],
    )  # fmt: skip


def _severity(rules: Mapping[str, SeverityRule], kind: str) -> Severity:
    if kind in ALWAYS_HIGH or kind not in rules:
        return DEFAULTS[kind]
    return Severity(rules[kind].severity)


def _shown_severity(rules: Mapping[str, SeverityRule], kind: str) -> object:
    now = _severity(rules, kind)
    word = words.severity(now)
    if now == DEFAULTS[kind]:
        return word
    return shown.two_lines(word, f"as delivered: {DEFAULTS[kind]}")


def _change(kind: str, may_change: bool) -> object:
    if kind in ALWAYS_HIGH:
        return "always high"
    if not may_change:
        return ""
    url = reverse("admin:reconciliation_severityrule_severity", args=[kind])
    label = words.finding_kind(kind).lower()
    return shown.button(url, "Change…", f"Change how bad it is: {label}")


def _open_counts() -> dict[str, int]:
    rows = Finding.objects.filter(status=FindingStatus.OPEN).order_by()
    return dict(rows.values_list("kind").annotate(rows=Count("pk")))


def _open_link(kind: str, count: int) -> object:
    if not count:
        return "0"
    return shown.link(f"{words.list_url(words.FINDINGS)}?status=open&type={kind}", f"{count:,}")
