"""Notices to owners and tenants: what was sent, and what became of it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.base import RecordAdmin, column
from core.admin.filters import ChoiceFilter, MomentFilter
from core.admin.record import Facts, Headline, Raw, Record, Section
from core.masking import masked_address
from gateways.interface import Channel
from gateways.models import OutgoingMessage
from vault.admin.notice_settings import KindFilter
from vault.admin.rental_filters import PartnerFilter
from vault.models import Notice

State = Notice.State
TONES = {
    State.DUE: shown.WAIT,
    State.SENT: shown.GOOD,
    State.UNCLEAR: shown.WARN,
    State.GIVEN_UP: shown.BAD,
}
MEANINGS = {
    State.DUE: "It will be sent; SMS not between 21:00 and 07:00.",
    State.SENT: "The provider took it.",
    State.UNCLEAR: "Whether it went out cannot be told; it is not sent again, since it might "
    "arrive twice.",
    State.GIVEN_UP: "It was refused, or could not be sent in time.",
}


class StateFilter(ChoiceFilter):
    """What became of it."""

    title = "state"
    parameter_name = "state"
    column = "state"
    values = tuple((state.value, state.label) for state in State)


class ChannelFilter(ChoiceFilter):
    """By which way."""

    title = "channel"
    parameter_name = "channel"
    column = "channel"
    values = ((Channel.SMS.value, "SMS"), (Channel.EMAIL.value, "Email"))


class MadeFilter(MomentFilter):
    """When it was written down."""

    title = "day"
    column = "created_at"


@admin.register(Notice)
class NoticeAdmin(RecordAdmin):
    """Every message, newest first."""

    purpose = "What owners and tenants were told, and what became of it."
    nothing_yet = "No notice yet: kinds are switched on under Notice kinds."
    list_display = ("made", "kind_text", "addressee", "state_text", "partner")
    list_filter = (StateFilter, KindFilter, ChannelFilter, PartnerFilter, MadeFilter)
    list_select_related = ("partner",)
    search_fields = ("reference", "message_id")
    search_help_text = "Id of the payment or transfer, or the provider's message id"
    ordering = ("-created_at", "-id")
    partner_path = "partner"

    @column("Made")
    def made(self, row: Notice) -> Any:
        """When it was written down."""
        return shown.moment(row.created_at)

    @column("Kind")
    def kind_text(self, row: Notice) -> Any:
        """What it tells, by which way."""
        return shown.two_lines(row.get_kind_display(), row.channel)

    @column("To")
    def addressee(self, row: Notice) -> Any:
        """Never whole on a list."""
        return _addressee(row, may_see=False)

    @column("State")
    def state_text(self, row: Notice) -> Any:
        """In words."""
        return _state(row)

    def record(self, request: HttpRequest, row: Notice) -> Record:
        """One message with its text."""
        may_see = shown.may_see_phones(request)
        return Record(
            headline=Headline(
                kind="Notice", main=row.get_kind_display(), beside=f"of {row.partner}",
                status=_state(row), meaning=MEANINGS[State(row.state)],
                next_step=shown.moment(row.due_at) if row.due_at else "",
            ),
            sections=message_sections(row, to=_addressee(row, may_see=may_see)),
        )  # fmt: skip


def message_sections(
    row: OutgoingMessage, *, to: Any, about: Sequence[tuple[str, Any]] = ()
) -> list[Section]:
    """The text of a message to somebody, and what became of it; `about` are facts before these."""
    calls = reverse("admin:gateways_call_changelist")
    return [
        Raw(title="Text", text=f"{row.subject}\n\n{row.text}".strip(), is_open=True),
        Facts(
            title="Facts",
            rows=[
                *about,
                ("To", to),
                ("By", row.channel),
                ("Made", shown.moment(row.created_at)),
                ("Sent", shown.moment(row.sent_at)),
                ("Tries", row.tries),
                ("Problem", shown.free_text(row.problem)),
                ("Message id", shown.copied(row.message_id, label="message id")),
                ("Reference", shown.copied(row.reference, label="reference")),
                ("Calls", shown.link(f"{calls}?q={row.pk}", "Show them")),
            ],
        ),
    ]


def _state(row: Notice) -> Any:
    state = State(row.state)
    return shown.status(state.label, meaning=MEANINGS[state], tone=TONES[state])


def _addressee(row: Notice, *, may_see: bool) -> Any:
    if row.channel == Channel.SMS:
        return shown.phone(row.to, may_see=may_see)
    return row.to if may_see else masked_address(row.to)
