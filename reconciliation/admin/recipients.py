"""Who is told of alerts, when and how; the buttons that change it."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.filters import ChoiceFilter
from core.admin.record import Facts, Headline, Record
from core.masking import masked_address
from reconciliation.admin.recipient_actions import (
    BY_EMAIL,
    BY_SMS,
    SEVERITIES,
    AddRecipient,
    ChangeRecipient,
)
from reconciliation.models import AlertRecipient
from reconciliation.queries.alert_targets import told_instead

AT_ONCE = "At once"


class StepFilter(ChoiceFilter):
    """When they are told."""

    title = "step"
    parameter_name = "step"
    column = "step"
    values = (("0", AT_ONCE), ("1", "Step 1"), ("2", "Step 2"), ("3", "Step 3"))


class ActiveFilter(ChoiceFilter):
    """Whether they are told at all."""

    title = "on the list"
    parameter_name = "active"
    column = "is_active"
    values = (("True", "On the list"), ("False", "Taken off"))


@admin.register(AlertRecipient)
class AlertRecipientAdmin(RecordAdmin):
    """Everybody who was ever on the list."""

    purpose = (
        "Who is told of alerts by email and SMS. Step 0 is told at once, the next steps when "
        "nobody acknowledges an alert."
    )
    list_display = ("who", "reached", "severities", "step_text", "hours", "state")
    list_filter = (ActiveFilter, StepFilter)
    search_fields = ("name",)
    search_help_text = "Name"
    ordering = ("-is_active", "step", "name")
    list_actions = (AddRecipient,)
    row_actions = (ChangeRecipient,)
    has_phones = True

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With who is told while nobody is on the list."""
        changelist: Any = super().get_changelist_instance(request)
        changelist.nothing_yet = told_instead()
        return changelist

    @column("Name")
    def who(self, row: AlertRecipient) -> str:
        """Their name."""
        return row.name

    @column("Reached by")
    def reached(self, row: AlertRecipient) -> Any:
        """Address and phone, never whole on a list."""
        return shown.two_lines(address(row, may_see=False), phone(row, may_see=False))

    @column("Told of")
    def severities(self, row: AlertRecipient) -> Any:
        """From which severity on, by each way."""
        return shown.two_lines(
            f"Email: {alerts_of(row.from_severity).lower()}" if row.email else "No email",
            f"SMS: {alerts_of(row.sms_from_severity).lower()}" if row.phone else "No SMS",
        )

    @column("When")
    def step_text(self, row: AlertRecipient) -> str:
        """At once, or at which step."""
        return step(row)

    @column("Quiet hours")
    def hours(self, row: AlertRecipient) -> str:
        """In Nairobi."""
        return quiet_hours(row)

    @column("State")
    def state(self, row: AlertRecipient) -> Any:
        """On the list or not."""
        return state(row)

    def record(self, request: HttpRequest, row: AlertRecipient) -> Record:
        """One person."""
        may_see = shown.may_see_phones(request)
        messages = reverse("admin:reconciliation_alertmessage_changelist")
        return Record(
            headline=Headline(
                kind="Alert recipient", main=row.name, status=state(row), meaning=step(row),
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("Email", address(row, may_see=may_see)),
                        (BY_EMAIL, alerts_of(row.from_severity) if row.email else "—"),
                        ("Phone", phone(row, may_see=may_see)),
                        (BY_SMS, alerts_of(row.sms_from_severity) if row.phone else "—"),
                        ("Told", step(row)),
                        ("Quiet hours", quiet_hours(row)),
                        ("Daily digest", "Yes" if row.gets_digest and row.email else "No"),
                        ("Since", shown.moment(row.created_at)),
                        ("Messages", shown.link(f"{messages}?recipient={row.pk}", "Show them")),
                    ],
                ),
                steps_of(row, may_see_phones=may_see),
            ],
        )  # fmt: skip


def address(row: AlertRecipient, *, may_see: bool) -> str:
    """The address, masked from those who may not see it."""
    if not row.email:
        return shown.NOTHING
    return row.email if may_see else masked_address(row.email)


def phone(row: AlertRecipient, *, may_see: bool) -> Any:
    """The same of the phone."""
    return shown.phone(row.phone, may_see=may_see) if row.phone else shown.NOTHING


def alerts_of(severity: str) -> str:
    """`Medium and high`."""
    return dict(SEVERITIES)[severity]


def step(row: AlertRecipient) -> str:
    """`At once`, or `Step 1: when nobody acknowledged`."""
    return f"Step {row.step}: when nobody acknowledged" if row.step else AT_ONCE


def quiet_hours(row: AlertRecipient) -> str:
    """`21:00 to 07:00: only high ones`."""
    if row.quiet_from is None or row.quiet_until is None:
        return "None"
    return f"{row.quiet_from:%H:%M} to {row.quiet_until:%H:%M}: only high ones"


def state(row: AlertRecipient) -> Any:
    """On the list or taken off, as word, dot and colour."""
    if row.is_active:
        return shown.status("On the list", meaning="Is told of alerts.", tone=shown.GOOD)
    return shown.status("Taken off", meaning="Is told of nothing.", tone=shown.MUTE)
