"""What persons do with an alert: acknowledge, assign, close. Each asks a reason."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.module_loading import import_string

from core import alerts, refusals
from core.admin import shown
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, ReasonForm, Refused
from core.admin.record import Column
from core.callers import Caller
from core.models import Alert

NOBODY = "Nobody"


class AlertAction(ConfirmedAction):
    """One verb about one open alert: `deed` of core/alerts with what the form asks."""

    title = ""
    button = ""
    will_happen: Sequence[str] = ()
    deed: Callable[..., Alert]

    def offered(self, row: Alert) -> bool:
        """Open ones only."""
        return row.closed_at is None

    def confirmation(self, request: HttpRequest, rows: Sequence[Alert]) -> Confirmation:
        """What it means, and the alert."""
        row, may_see = rows[0], shown.may_see_phones(request)
        return Confirmation(
            title=self.title,
            button=self.button,
            will_happen=[*self.will_happen, "No payment is sent, retried or settled by it."],
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
        """Do it and keep the reason."""
        try:
            row = self.deed(alert_id=rows[0].pk, caller=caller(request), at=at, **answers)
        except alerts.NotOpen:
            return Outcome(text="The alert was closed already.", level=messages.INFO)
        except refusals.Refused as refused:
            raise Refused(f"{refused}. Nothing was changed.") from None
        return Outcome(text=self.done(row))

    def done(self, row: Alert) -> str:
        """What to say afterwards."""
        raise NotImplementedError


class CloseAlert(AlertAction):
    """Say that the condition is dealt with. If it comes back, a new alert opens."""

    name = "close"
    label = "Close alert…"
    explanation = "Says that it is dealt with. It opens again if the condition comes back."
    title = "Close this alert"
    button = "Close the alert"
    will_happen = (
        "The alert leaves the list of open ones and stays on record.",
        "Nobody is told of it any more.",
        "If the condition is met again, a new alert opens.",
    )
    deed = staticmethod(alerts.close)

    def offered(self, row: Alert) -> bool:
        """Open ones, but not while what they count is open."""
        return super().offered(row) and not alerts.why_held(row)

    def off_because(self, row: Alert) -> str:
        """What has to end first."""
        held = alerts.why_held(row) if super().offered(row) else ""
        return f"{held[:1].upper()}{held[1:]}." if held else ""

    def done(self, row: Alert) -> str:
        """That it is over."""
        return "The alert is closed."


class AcknowledgeAlert(AlertAction):
    """Say that somebody looks after it."""

    name = "acknowledge"
    label = "Acknowledge…"
    explanation = "Says that you look after it: it is not escalated to others any more."
    title = "Acknowledge this alert"
    button = "Acknowledge it"
    will_happen = (
        "Everybody sees that you look after it.",
        "It is not escalated any more, and nobody else is told of it.",
        "It stays open until the condition ends or somebody closes it.",
        "If it gets worse, the acknowledgement ends.",
    )
    deed = staticmethod(alerts.acknowledge)

    def offered(self, row: Alert) -> bool:
        """Open ones that nobody has acknowledged."""
        return super().offered(row) and row.acknowledged_at is None

    def done(self, row: Alert) -> str:
        """That somebody looks after it."""
        return "The alert is acknowledged."


class AssignForm(ReasonForm):
    """To whom."""

    field_order = ("to", "reason")
    to = forms.ChoiceField(
        label="Assign to", required=False,
        choices=lambda: _colleagues(),  # noqa: PLW0108 - it is defined below
        widget=forms.Select(attrs={"class": "pv-input"}),
    )  # fmt: skip


class AssignAlert(AlertAction):
    """Give it to a member of staff."""

    name = "assign"
    label = "Assign…"
    explanation = "Says whose it is. It is escalated until somebody acknowledges it."
    form_class = AssignForm
    title = "Assign this alert"
    button = "Assign it"
    will_happen = (
        "Everybody sees whose it is; that person finds it under Assigned: to me.",
        "It is still escalated until somebody acknowledges it.",
    )
    deed = staticmethod(alerts.assign)

    def initial(self, request: HttpRequest, rows: Sequence[Alert]) -> dict[str, Any]:
        """Whose it is."""
        return {"to": rows[0].assigned_to}

    def done(self, row: Alert) -> str:
        """Whose it is now."""
        return f"The alert is assigned to {row.assigned_to or NOBODY.lower()}."


def caller(request: HttpRequest) -> Caller:
    """Who asks; core knows no partners: the setting names who knows the person's."""
    found: Caller = import_string(settings.VAULT_CALLER_OF)(request.user, origin="admin")
    return found


def times(count: int) -> str:
    """`once`, `3 times`."""
    return "once" if count == 1 else f"{count:,} times"


def _colleagues() -> list[tuple[str, str]]:
    names = User.objects.filter(is_staff=True, is_active=True).order_by("username")
    return [("", NOBODY), *((name, name) for name in names.values_list("username", flat=True))]
