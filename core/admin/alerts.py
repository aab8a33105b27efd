"""Alerts: conditions that a person should know of; closing one asks a reason."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from core import alerts, states
from core.admin import shown
from core.admin.base import RecordAdmin, column
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, actor_of
from core.admin.filters import ChoiceFilter
from core.admin.record import Button, Column, Event, Facts, Headline, Raw, Record, Timeline
from core.admin.steps import has_moved, moved
from core.models import Alert, AlertSeverity, Step

# What else may be done about alerts of one kind; the app that raises them fills this in.
REMEDIES: dict[str, Callable[[HttpRequest, Alert], Button | None]] = {}


class CloseAlert(ConfirmedAction):
    """Say that the condition is dealt with. If it comes back, a new alert opens."""

    name = "close"
    label = "Close alert…"
    explanation = "Says that it is dealt with. It opens again if the condition comes back."
    primary = True

    def offered(self, row: Alert) -> bool:
        """Open ones only."""
        return row.closed_at is None

    def confirmation(self, request: HttpRequest, rows: Sequence[Alert]) -> Confirmation:
        """What closing means."""
        row, may_see = rows[0], shown.may_see_phones(request)
        return Confirmation(
            title="Close this alert",
            button="Close the alert",
            will_happen=[
                "The alert leaves the list of open ones and stays on record.",
                "Nothing else changes: no payment is sent, retried or settled.",
                "If the condition is met again, a new alert opens.",
            ],
            count=1,
            noun="alert",
            oldest=row.first_at,
            newest=row.last_at,
            columns=[Column(label="Alert"), Column(label="Met", numeric=True)],
            lines=[[shown.free_text(row.text, may_see_phones=may_see), times(row.count)]],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Alert], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Close it and keep the reason."""
        row, actor = rows[0], actor_of(request)
        with transaction.atomic():
            closed = alerts.close_alerts(kind=row.kind, key=row.key, at=at, actor=actor)
            if closed:
                states.note(row, at=at, because=f"closed: {answers['reason']}", actor=actor)
        if closed:
            return Outcome(text="The alert is closed.")
        return Outcome(text="The alert was closed already.", level=messages.INFO)


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
    """Critical or warning."""

    title = "severity"
    parameter_name = "severity"
    column = "severity"
    values = tuple((value, str(label)) for value, label in AlertSeverity.choices)


@admin.register(Alert)
class AlertAdmin(RecordAdmin):
    """Open alerts first."""

    purpose = (
        "One row per condition while it lasts, however often it is met. Open ones by default."
    )
    nothing_yet = "All clear: no alert is open."
    all_clear = "All clear: no such alert."
    list_display = ("alert", "severe", "times", "first", "last", "state")
    list_filter = (OpenFilter, SeverityFilter)
    search_fields = ("kind", "key", "text")
    search_help_text = "Kind, subject or part of the text"
    ordering = ("closed_at", "-last_at")
    row_actions = (CloseAlert,)
    has_phones = True

    def get_search_fields(self, request: HttpRequest) -> Sequence[str]:
        """The text only for those who may see the phones in it."""
        return self.search_fields if shown.may_see_phones(request) else ("kind", "key")

    @column("Alert")
    def alert(self, row: Alert) -> Any:
        """What is wrong, phones always masked in lists."""
        return shown.two_lines(
            shown.free_text(row.text), f"{row.kind.replace('_', ' ')} {row.key}"
        )

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
        """Open, or closed by whom."""
        return f"Closed by {row.closed_by}" if row.closed_at else "Open"

    def record(self, request: HttpRequest, row: Alert) -> Record:
        """One alert."""
        ended = ("Closed", shown.moment(row.closed_at)), ("Closed by", row.closed_by)
        details = json.dumps(row.details)
        may_see = shown.may_see_phones(request)
        remedy = REMEDIES[row.kind](request, row) if row.kind in REMEDIES else None
        return Record(
            buttons=[remedy] if remedy and not row.closed_at else [],
            headline=Headline(
                kind="Alert",
                main=shown.free_text(row.text, may_see_phones=may_see),
                status=severity(row),
                meaning="" if row.closed_at else "Open until the condition ends or you close it.",
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("Kind", row.kind),
                        ("About", shown.copied(row.key, label="subject")),
                        ("Met", times(row.count)),
                        ("First", shown.moment(row.first_at)),
                        ("Last", shown.moment(row.last_at)),
                        *(ended if row.closed_at else ()),
                    ],
                ),
                steps_of(row, may_see_phones=may_see),
                Raw(title="Details", text=shown.raw(details, may_see_phones=may_see)),
            ],
        )


def times(count: int) -> str:
    """`once`, `3 times`."""
    return "once" if count == 1 else f"{count:,} times"


def severity(row: Alert) -> Any:
    """The severity as word, dot and colour."""
    critical = row.severity == AlertSeverity.CRITICAL
    meaning = "Money or sending is at risk." if critical else "Look at it today."
    return shown.status(row.severity, meaning=meaning, tone=shown.BAD if critical else shown.WARN)


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
