"""Pauses: stop sending for everything, a partner, a rail or a shortcode; resume with a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest

from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.confirm import (
    Confirmation,
    ConfirmedAction,
    Outcome,
    ReasonForm,
    Refused,
    actor_of,
)
from core.admin.filters import ChoiceFilter
from core.admin.record import Column, Facts, Headline, Record
from disbursements.admin import words
from disbursements.models import DisbursementRequest, Pause, PauseScope
from disbursements.operations import pause as pausing
from disbursements.rules import causes
from disbursements.states import DisbursementStatus
from gateways.interface import Rail
from vault.models import Partner, Shortcode

SENDABLE = (DisbursementStatus.QUEUED, DisbursementStatus.RETRYING)


class PauseForm(ReasonForm):
    """What is stopped, and why."""

    covers = forms.ChoiceField(
        label="Stop sending for",
        widget=forms.Select(attrs={"class": "pv-input"}),
        error_messages={"required": "Choose what is stopped"},
    )
    field_order = ("covers", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["covers"].choices = _targets()  # type: ignore[attr-defined]


class StartPause(ConfirmedAction):
    """Stop sending."""

    name = "start"
    label = "Pause…"
    permission = "add"
    form_class = PauseForm
    primary = True

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What a pause does."""
        return Confirmation(
            title="Pause sending",
            button="Pause sending",
            will_happen=[
                "Nothing that it covers is sent or retried while it lasts.",
                "What the provider has already is not stopped: its outcome still arrives.",
                "New instructions are still taken in, and wait.",
                "A banner stands on every page until somebody resumes.",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Pause."""
        scope, _, target = answers["covers"].partition(":")
        try:
            row = pausing.pause(
                scope=scope, target=target, reason=answers["reason"],
                actor=actor_of(request), at=at,
            )  # fmt: skip
        except pausing.AlreadyPaused:
            return Outcome(text="Sending is paused for that already.", level=messages.INFO)
        return Outcome(text=f"Sending is paused for {words.target_text(row)}.")


class Resume(ConfirmedAction):
    """End a pause."""

    name = "resume"
    label = "Resume…"
    explanation = "Sending goes on within minutes."
    primary = True

    def offered(self, row: Pause) -> bool:
        """While it is on."""
        return row.ended_at is None

    def confirmation(self, request: HttpRequest, rows: Sequence[Pause]) -> Confirmation:
        """What was held back and goes out."""
        held = _held_back(rows[0])
        sums = list(
            held.order_by().values("currency").annotate(n=Count("pk"), total=Sum("amount_minor"))
        )
        first = list(held.order_by("created_at")[:10])
        last = held.order_by("-created_at").first()
        count = sum(line["n"] for line in sums)
        totals = {line["currency"]: line["total"] for line in sums}
        noun = "payout" if count == 1 else "payouts"
        return Confirmation(
            title=f"Resume sending for {words.target_text(rows[0])}",
            button=f"Resume {count:,} {noun}, {shown.totals(totals)}" if count else "Resume",
            will_happen=[
                "What waits below is sent as soon as it is due, unless another pause covers it.",
                "Payouts parked for this cause are tried again without using up a retry.",
                "No payout whose outcome is open is sent: those are asked about, as always.",
            ],
            count=count,
            noun="payouts wait",
            totals=totals,
            oldest=first[0].created_at if first else None,
            newest=last.created_at if last else None,
            columns=[Column(label="Reference"), Column(label="Status"),
                     Column(label="Amount", numeric=True)],
            lines=[
                [row.client_reference, words.status(row),
                 shown.amount(row.amount_minor, row.currency)]
                for row in first
            ],
        )  # fmt: skip

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Resume."""
        try:
            resumed = pausing.resume(
                pause_id=rows[0].pk, reason=answers["reason"], actor=actor_of(request), at=at
            )
        except pausing.NotPaused as error:
            raise Refused(f"{error}. Nothing was changed.") from None
        return Outcome(text=f"Sending goes on. {resumed.released:,} parked payouts were released.")


class OnFilter(ChoiceFilter):
    """On or ended."""

    title = "state"
    parameter_name = "state"
    values = (("on", "On"), ("ended", "Ended"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Pauses that are on, or that have ended."""
        if self.value() in {"on", "ended"}:
            return queryset.filter(ended_at__isnull=self.value() == "on")
        return queryset


@admin.register(Pause)
class PauseAdmin(RecordAdmin):
    """The switches, on and off."""

    purpose = "While a pause is on, nothing that it covers is sent."
    nothing_yet = "Nothing is paused and nothing ever was."
    all_clear = "Nothing is paused."
    list_display = ("covers", "state", "why", "since", "by", "until")
    list_filter = (OnFilter,)
    ordering = ("-started_at",)
    row_actions = (Resume,)
    list_actions = (StartPause,)

    @column("Covers")
    def covers(self, row: Pause) -> str:
        """What it stops."""
        text = words.target_text(row)
        return f"{text[:1].upper()}{text[1:]}"

    @column("State")
    def state(self, row: Pause) -> Any:
        """On or ended."""
        return _state(row)

    @column("Why")
    def why(self, row: Pause) -> str:
        """The reason."""
        return row.reason

    @column("Since")
    def since(self, row: Pause) -> Any:
        """From when."""
        return shown.moment(row.started_at)

    @column("By")
    def by(self, row: Pause) -> str:
        """Who."""
        return row.started_by

    @column("Until")
    def until(self, row: Pause) -> Any:
        """When it ended."""
        return shown.moment(row.ended_at)

    def record(self, request: HttpRequest, row: Pause) -> Record:
        """One pause."""
        facts = [
            ("Since", shown.moment(row.started_at)),
            ("By", row.started_by),
            ("Waits for", row.cause or shown.NOTHING),
        ]
        if row.ended_at:
            facts += [
                ("Ended", shown.moment(row.ended_at)),
                ("Ended by", row.ended_by),
                ("Why it ended", row.end_reason),
            ]
        return Record(
            headline=Headline(
                kind="Pause",
                main=f"Sending paused: {words.target_text(row)}",
                beside=row.reason,
                status=_state(row),
                next_step="" if row.ended_at else _end(row),
            ),
            sections=[Facts(title="Facts", rows=facts), steps_of(row)],
        )


def _end(row: Pause) -> str:
    if causes.waits_for_float(row.cause):
        return "It ends by itself once the balance is read as large enough, or somebody resumes."
    return "It lasts until somebody resumes."


def _state(row: Pause) -> Any:
    if row.ended_at:
        return shown.status("Ended", meaning="It stops nothing any more.", tone=shown.MUTE)
    return shown.status("On", meaning="Nothing that it covers is sent.", tone=shown.WARN)


def _targets() -> list[tuple[str, Any]]:
    partners = Partner.objects.values_list("pk", "name")
    shortcodes = Shortcode.objects.values_list("pk", "number")
    return [
        ("", "Choose what is stopped"),
        (PauseScope.EVERYTHING.value, "Everything"),
        ("Partners", [(f"{PauseScope.PARTNER}:{pk}", name) for pk, name in partners]),
        ("Shortcodes", [(f"{PauseScope.SHORTCODE}:{pk}", number) for pk, number in shortcodes]),
        ("Rails", [(f"{PauseScope.RAIL}:{rail}", rail.value) for rail in Rail]),
    ]


def _held_back(row: Pause) -> QuerySet[DisbursementRequest]:
    waiting = Q(status__in=SENDABLE)
    if row.cause:
        waiting |= Q(status=DisbursementStatus.PARKED, parked_cause=row.cause)
    rows = DisbursementRequest.objects.filter(waiting)
    columns = {
        PauseScope.PARTNER: "partner_id",
        PauseScope.SHORTCODE: "shortcode_id",
        PauseScope.RAIL: "rail",
    }
    if row.scope == PauseScope.EVERYTHING:
        return rows
    target = row.target if row.scope == PauseScope.RAIL else UUID(row.target)
    return rows.filter(**{columns[PauseScope(row.scope)]: target})
