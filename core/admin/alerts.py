"""Alerts: conditions that a person should know of, who looks after them, what was done."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import F, QuerySet
from django.http import HttpRequest

from core import alerts, masking
from core.admin import everyday, shown
from core.admin.alert_actions import AcknowledgeAlert, AssignAlert, CloseAlert, times
from core.admin.base import RecordAdmin, column
from core.admin.filters import ChoiceFilter
from core.admin.record import Button, Event, Facts, Headline, Raw, Record, Timeline
from core.admin.steps import has_moved, moved
from core.models import Alert, AlertSeverity, Step

STAYS_OPEN = "Open until the condition ends or somebody closes it."
ENDS_BY_ITSELF = "Open until the condition ends."
IS_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
VIEWS: everyday.Questions = (
    ("Open", {}),
    ("High", {"severity": AlertSeverity.CRITICAL.value}),
    ("Nobody looks after it", {"acknowledged": "no"}),
    ("Mine", {"assigned": "me"}),
    ("Closed", {"state": "closed"}),
    ("All", {"state": "all"}),
)
# What else may be done about alerts of one kind; the app that raises them fills this in.
REMEDIES: dict[str, Callable[[HttpRequest, Alert], Button | None]] = {}
SEVERITIES = {
    AlertSeverity.CRITICAL: (shown.BAD, "High: money or sending is at risk."),
    AlertSeverity.WARNING: (shown.WARN, "Medium: look at it today."),
    AlertSeverity.NOTICE: (shown.MUTE, "Low: nothing presses."),
}


class OpenFilter(admin.SimpleListFilter):
    """Open ones unless asked otherwise."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Closed or all; open is the default."""
        return [("closed", "Closed"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        """Open, closed, or both."""
        if self.value() == "all":
            return queryset
        return queryset.filter(closed_at__isnull=self.value() != "closed")

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The default is called Open."""
        for number, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": "Open"} if number == 0 else choice


class SeverityFilter(ChoiceFilter):
    """High, medium or low."""

    title = "severity"
    parameter_name = "severity"
    column = "severity"
    values = tuple((value, str(label)) for value, label in AlertSeverity.choices)


class AcknowledgedFilter(admin.SimpleListFilter):
    """Whether somebody looks after it."""

    title = "acknowledged"
    parameter_name = "acknowledged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Yes or no."""
        return [("yes", "Acknowledged"), ("no", "By nobody yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        """As chosen."""
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(acknowledged_at__isnull=self.value() == "no")


class AssignedFilter(admin.SimpleListFilter):
    """Whose it is."""

    title = "assigned"
    parameter_name = "assigned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Mine, anybody's, nobody's."""
        return [("me", "To me"), ("somebody", "To somebody"), ("nobody", "To nobody")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        """As chosen."""
        if self.value() == "me":
            return queryset.filter(assigned_to=request.user.get_username())
        if self.value() == "nobody":
            return queryset.filter(assigned_to="")
        return queryset.exclude(assigned_to="") if self.value() == "somebody" else queryset


@admin.register(Alert)
class AlertAdmin(RecordAdmin):
    """Open alerts first."""

    page_title = "Alert"
    purpose = (
        "One row per condition while it lasts, however often it is met. Open ones by default."
    )
    nothing_yet = "All clear: no alert is open."
    all_clear = "All clear: no such alert."
    list_display = ("alert", "severe", "times", "first", "last", "state", "whose")
    list_filter = (OpenFilter, SeverityFilter, AcknowledgedFilter, AssignedFilter)
    search_fields = ("kind", "key", "text")
    search_help_text = "Kind, subject or part of the text"
    ordering = (F("closed_at").desc(nulls_first=True), "-last_at")
    row_actions = (AcknowledgeAlert, AssignAlert, CloseAlert)
    has_phones = True

    def get_search_fields(self, request: HttpRequest) -> Sequence[str]:
        """The text only for those who may see the phones in it."""
        return self.search_fields if shown.may_see_phones(request) else ("kind", "key")

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        names = [part.parameter_name for part in self.list_filter]
        return everyday.views(changelist, VIEWS, names=names)

    @column("Alert")
    def alert(self, row: Alert) -> Any:
        """What is wrong, phones always masked in lists."""
        about = "" if IS_ID.fullmatch(row.key) else f" {row.key}"
        return shown.two_lines(shown.free_text(row.text), f"{row.kind.replace('_', ' ')}{about}")

    @column("Severity")
    def severe(self, row: Alert) -> Any:
        """How bad."""
        return severity(row)

    @column("Met")
    def times(self, row: Alert) -> str:
        """How often."""
        return times(row.count)

    @column("Since")
    def first(self, row: Alert) -> Any:
        """First met."""
        return shown.moment(row.first_at)

    @column("Last met")
    def last(self, row: Alert) -> Any:
        """Last met."""
        return shown.moment(row.last_at)

    @column("State")
    def state(self, row: Alert) -> str:
        """Open, acknowledged or closed, and by whom."""
        return state(row)

    @column("Assigned to")
    def whose(self, row: Alert) -> str:
        """Whose it is."""
        return row.assigned_to or shown.NOTHING

    def record(self, request: HttpRequest, row: Alert) -> Record:
        """One alert."""
        details = json.dumps(row.details)
        may_see = shown.may_see_phones(request)
        remedy = REMEDIES[row.kind](request, row) if row.kind in REMEDIES else None
        return Record(
            buttons=[remedy] if remedy and not row.closed_at else [],
            headline=Headline(
                kind="Alert",
                main=shown.free_text(row.text, may_see_phones=may_see),
                status=severity(row),
                meaning=until(row),
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("Kind", row.kind.replace("_", " ")),
                        ("About", shown.copied(row.key, label="subject")),
                        ("Met", times(row.count)),
                        ("First", shown.moment(row.first_at)),
                        ("Last", shown.moment(row.last_at)),
                        ("State", state(row)),
                        *_whose(row),
                    ],
                ),
                steps_of(row, may_see_phones=may_see),
                Raw(title="Details", text=shown.raw(details, may_see_phones=may_see)),
            ],
        )

    def _phones(self, request: HttpRequest, row: Alert) -> dict[str, Any] | None:
        """Only where one stands in it."""
        told = f"{row.text} {row.key} {json.dumps(row.details)}"
        if masking.without_phones(told) == told:
            return None
        return super()._phones(request, row)


def severity(row: Alert) -> Any:
    """The severity as word, dot and colour."""
    found = AlertSeverity(row.severity)
    tone, meaning = SEVERITIES[found]
    return shown.status(found.label, meaning=meaning, tone=tone)


def state(row: Alert) -> str:
    """`Open`, `Acknowledged by asha`, `Closed by asha`."""
    if row.closed_at:
        return f"Closed by {row.closed_by}"
    return f"Acknowledged by {row.acknowledged_by}" if row.acknowledged_at else "Open"


def until(row: Alert) -> str:
    """What an open one waits for."""
    if row.closed_at:
        return ""
    return ENDS_BY_ITSELF if alerts.why_held(row) else STAYS_OPEN


def _whose(row: Alert) -> Iterator[tuple[str, Any]]:
    """Who looks after it, whose it is, who closed it: what applies."""
    if row.acknowledged_at:
        yield "Acknowledged", shown.moment(row.acknowledged_at)
        yield "Acknowledged by", row.acknowledged_by
    yield "Assigned to", row.assigned_to or "Nobody"
    if row.closed_at:
        yield "Closed", shown.moment(row.closed_at)
        yield "Closed by", row.closed_by


def steps_of(row: Any, *, may_see_phones: bool = False) -> Timeline:
    """What staff and the system did to a row that has no richer timeline."""

    def shown_text(text: str) -> str:
        return shown.free_text(text, may_see_phones=may_see_phones)

    steps = Step.objects.filter(subject_type=type(row).__name__, subject_id=str(row.pk))
    return Timeline(
        title="History",
        empty="Nobody has changed it.",
        events=[
            Event(
                at=step.at,
                source="Step",
                title=moved(step) if has_moved(step) else shown_text(step.because),
                text=shown_text(step.because if has_moved(step) else changes(step.details)),
                actor=step.actor,
            )
            for step in steps.order_by("id")
        ],
    )


def changes(details: dict[str, Any]) -> str:
    """`next: never → operator` for each field that an edit changed."""
    old, new = details.get("old", {}), details.get("new", {})
    if not isinstance(old, dict) or not isinstance(new, dict):
        return ""
    return "; ".join(f"{name}: {old.get(name, 'new')} → {value}" for name, value in new.items())
