"""Messages to staff about alerts: what was sent to whom, and what became of it."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.base import RecordAdmin, column
from core.admin.filters import ChoiceFilter
from core.admin.record import Headline, Record
from core.masking import masked_address
from gateways.interface import Channel
from reconciliation.models import AlertMessage, AlertRecipient
from reconciliation.operations.route_alerts import IN_SUM
from vault.admin.notices import TONES, ChannelFilter, MadeFilter, StateFilter, message_sections

State = AlertMessage.State
FROM_SETTINGS = "Administrator by the settings"
MEANINGS = {
    State.DUE: "It will be sent.",
    State.SENT: "The provider took it.",
    State.UNCLEAR: "Whether it went out cannot be told; it is not sent again, since it might "
    "arrive twice.",
    State.GIVEN_UP: "It was refused, could not be sent in time, or the alert was closed first.",
}


class WhyFilter(ChoiceFilter):
    """Why somebody was told."""

    title = "why"
    parameter_name = "why"
    column = "why"
    values = tuple((why.value, why.label) for why in AlertMessage.Why)


class RecipientFilter(admin.SimpleListFilter):
    """Whom."""

    title = "recipient"
    parameter_name = "recipient"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Everybody who was ever on the list."""
        return [(str(row.pk), row.name) for row in AlertRecipient.objects.order_by("name")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AlertMessage]
    ) -> QuerySet[AlertMessage]:
        """Theirs; what is no id is no filter."""
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(recipient=UUID(str(self.value())))


@admin.register(AlertMessage)
class AlertMessageAdmin(RecordAdmin):
    """Every message, newest first."""

    page_title = "Message about an alert"
    purpose = "What staff were told of alerts, and what became of it."
    nothing_yet = "No message yet: nobody had to be told of an alert."
    list_display = ("made", "why_text", "addressee", "state_text", "of_alert")
    list_filter = (StateFilter, WhyFilter, ChannelFilter, RecipientFilter, MadeFilter)
    list_select_related = ("alert", "recipient")
    search_fields = ("message_id", "reference")
    search_help_text = "The provider's message id, or our reference"
    ordering = ("-created_at", "-id")
    has_phones = True

    @column("Made")
    def made(self, row: AlertMessage) -> Any:
        """When it was written down."""
        return shown.moment(row.created_at)

    @column("Why")
    def why_text(self, row: AlertMessage) -> Any:
        """Why, by which way."""
        return shown.two_lines(row.get_why_display(), row.channel)

    @column("To")
    def addressee(self, row: AlertMessage) -> Any:
        """Their name and where, never whole on a list."""
        return shown.two_lines(_name(row), _addressee(row, may_see=False))

    @column("State")
    def state_text(self, row: AlertMessage) -> Any:
        """In words."""
        return _state(row)

    @column("Alert")
    def of_alert(self, row: AlertMessage) -> str:
        """What it is about."""
        return shown.free_text(row.alert.text) if row.alert else "All of them"

    def record(self, request: HttpRequest, row: AlertMessage) -> Record:
        """One message with its text."""
        may_see = shown.may_see_phones(request)
        return Record(
            headline=Headline(
                kind="Message about an alert", main=row.get_why_display(),
                beside=f"To: {_name(row)}", status=_state(row), meaning=_meaning(row),
                next_step=shown.moment(row.due_at) if row.due_at else "",
            ),
            sections=message_sections(
                row, to=_addressee(row, may_see=may_see), about=[("Alert", _alert(row))]
            ),
        )  # fmt: skip


def _name(row: AlertMessage) -> str:
    return row.recipient.name if row.recipient else FROM_SETTINGS


def _alert(row: AlertMessage) -> Any:
    if row.alert is None:
        return "All of them"
    url = reverse("admin:core_alert_change", args=[row.alert.pk])
    return shown.link(url, shown.free_text(row.alert.text))


def _meaning(row: AlertMessage) -> str:
    return IN_SUM if row.problem == IN_SUM else MEANINGS[State(row.state)]


def _state(row: AlertMessage) -> Any:
    if row.problem == IN_SUM:
        return shown.status("In a sum", meaning=IN_SUM, tone=shown.MUTE)
    state = State(row.state)
    return shown.status(state.label, meaning=MEANINGS[state], tone=TONES[state])


def _addressee(row: AlertMessage, *, may_see: bool) -> Any:
    if row.channel == Channel.SMS:
        return shown.phone(row.to, may_see=may_see)
    return row.to if may_see else masked_address(row.to)
