"""Callbacks: what arrived, as it arrived, secrets removed; and reading them once more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import BinaryField, F, Func, IntegerField, Max, Q, QuerySet, Value
from django.http import HttpRequest

from core import states
from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, actor_of
from core.admin.filters import ChoiceFilter, MomentFilter
from core.admin.record import Column, Facts, Headline, Raw, Record
from gateways import inbox
from gateways.interface import Delivery
from gateways.models import Callback

UNREAD = "unread"
BODIES_SEARCHED = 20_000
BODIES_NOT_SEARCHED = (
    "What is in a body is searched only for those who may see whole phones. "
    "Use the number of the callback or the whole id of the payout."
)
MEANINGS = {
    "": ("Not read yet", "Stored; the worker reads it within seconds.", shown.WAIT),
    Delivery.APPLIED: ("Applied", "It was understood and acted on.", shown.GOOD),
    Delivery.DUPLICATE: ("Duplicate", "It says what we knew already.", shown.MUTE),
    Delivery.UNMATCHED: ("Unmatched", "It belongs to nothing that we sent.", shown.WARN),
    Delivery.MALFORMED: ("Malformed", "It could not be read and changed nothing.", shown.WARN),
    Delivery.CONTRADICTORY: (
        "Contradictory",
        "It says otherwise than what is on record. It changed nothing.",
        shown.BAD,
    ),
    Delivery.IGNORED: ("Ignored", "It is of no use to us.", shown.MUTE),
}


class Replay(ConfirmedAction):
    """Read stored callbacks once more."""

    name = "replay"
    label = "Replay…"
    explanation = "Reads the stored message once more. What it did before is not done twice."

    def confirmation(self, request: HttpRequest, rows: Sequence[Callback]) -> Confirmation:
        """What replaying means."""
        moments = [row.received_at for row in rows]
        one = len(rows) == 1
        return Confirmation(
            title="Replay this callback" if one else f"Replay {len(rows)} callbacks",
            button="Replay the callback" if one else f"Replay {len(rows)} callbacks",
            will_happen=[
                "The stored message is read again, as if it had just arrived.",
                "Nothing is done twice: what was applied before is found to be a duplicate.",
                "What arrived stays as it is.",
            ],
            count=len(rows),
            noun="callback" if one else "callbacks",
            oldest=min(moments, default=None),
            newest=max(moments, default=None),
            columns=[Column(label="Callback", numeric=True), Column(label="Kind"),
                     Column(label="Outcome so far"), Column(label="Received")],
            lines=[[row.pk, row.kind, outcome(row), shown.moment(row.received_at)]
                   for row in rows],
            blocked="" if rows else "No callback is selected.",
        )  # fmt: skip

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Replay each."""
        actor = actor_of(request)
        for row in rows:
            with transaction.atomic():
                states.note(row, at=at, because=f"replayed: {answers['reason']}", actor=actor)
                inbox.replay(callback_id=row.pk)
        return Outcome(text=f"{len(rows)} queued to be read again. The outcome appears here.")


class ReplayMany(Replay):
    """The same for rows ticked in the list."""

    label = ""
    name = "replay-many"


class DeliveryFilter(ChoiceFilter):
    """What became of it."""

    title = "outcome"
    parameter_name = "outcome"
    values = ((UNREAD, "Not read yet"), *((each.value, each.capitalize()) for each in Delivery))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows with this outcome; unread ones have none."""
        if self.value() == UNREAD:
            return queryset.filter(processed_at=None)
        if self.value() in dict(self.values):
            return queryset.filter(outcome=self.value())
        return queryset


class KindFilter(ChoiceFilter):
    """What it is about."""

    title = "kind"
    parameter_name = "kind"
    column = "kind"
    values = tuple(
        (kind, kind.replace("-", " ").capitalize())
        for kind in (
            "payout", "payout-timeout", "status", "status-timeout", "balance", "balance-timeout",
        )
    )  # fmt: skip


class ListedFilter(ChoiceFilter):
    """Whether its source address is on the list."""

    title = "source address"
    parameter_name = "source"
    values = (("listed", "On the list"), ("unlisted", "Not on the list"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows from listed or unlisted addresses."""
        if self.value() in dict(self.values):
            return queryset.filter(source_listed=self.value() == "listed")
        return queryset


class ReceivedFilter(MomentFilter):
    """When it arrived."""

    title = "day of arrival"
    column = "received_at"


@admin.action(description="Replay the selected callbacks…")
def replay_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Callback]) -> Any:
    """Show what replaying the ticked rows would do; nothing happens yet."""
    return ReplayMany(model_admin).for_selection(request, queryset)


@admin.register(Callback)
class CallbackAdmin(RecordAdmin):
    """Everything that arrived, as it arrived."""

    purpose = "Every message from outside, stored before it is read. Newest first."
    nothing_yet = "No callback has arrived yet."
    all_clear = "All clear: no such callback."
    list_display = ("callback", "result", "note_text", "about", "source", "received")
    list_filter = (DeliveryFilter, KindFilter, ListedFilter, ReceivedFilter)
    search_fields = ("subject_id",)
    search_help_text = "Number, payout id or an id in the body"
    ordering = ("-id",)
    actions = (replay_selected,)
    row_actions = (Replay,)
    list_actions = (ReplayMany,)
    has_phones = True

    def get_actions(self, request: HttpRequest) -> Any:
        """Only for those who may replay."""
        return super().get_actions(request) if self.may(request, "change") else {}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By its number or subject; else by a part of the body of the last ones."""
        term = search_term.strip()
        if not term:
            return queryset, False
        exact = Q(subject_id=term)
        if term.isascii() and term.isdigit() and len(term) < 18:
            exact |= Q(pk=int(term))
        named = queryset.filter(exact)
        if named.exists():
            return named, False
        if not shown.may_see_phones(request):
            # Hits by parts of a body would tell a phone in it, digit by digit.
            messages.info(request, BODIES_NOT_SEARCHED)
            return named, False
        return _with_text(queryset, term), False

    @column("Callback")
    def callback(self, row: Callback) -> str:
        """Kind and number."""
        return f"{row.kind.replace('-', ' ').capitalize()} {row.pk}"

    @column("Outcome")
    def result(self, row: Callback) -> Any:
        """What became of it."""
        return outcome(row)

    @column("Note")
    def note_text(self, row: Callback) -> str:
        """What the reader noted."""
        return shown.free_text(row.note) or shown.NOTHING

    @column("About")
    def about(self, row: Callback) -> str:
        """The row that it is about."""
        return row.subject_id or shown.NOTHING

    @column("From")
    def source(self, row: Callback) -> Any:
        """Its source address."""
        address = row.source_address or "unknown"
        return address if row.source_listed else shown.two_lines(address, "not on the list")

    @column("Received")
    def received(self, row: Callback) -> Any:
        """When it arrived."""
        return shown.moment(row.received_at)

    def record(self, request: HttpRequest, row: Callback) -> Record:
        """One callback."""
        may_see = shown.may_see_phones(request)
        body = bytes(row.body).decode("utf-8", "replace")
        return Record(
            headline=Headline(
                kind=f"Callback {row.pk} of {row.provider}",
                main=row.kind.replace("-", " ").capitalize(),
                beside=shown.free_text(row.note, may_see_phones=may_see),
                status=outcome(row),
                meaning=MEANINGS[row.outcome if row.processed_at else ""][1],
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("About", shown.copied(row.subject_id, label="subject id")),
                        ("Received", shown.moment(row.received_at)),
                        ("Read", shown.moment(row.processed_at)),
                        ("Times read", row.tries),
                        ("From", row.source_address or "unknown"),
                        ("Address on the list", "Yes" if row.source_listed else "No"),
                        ("Secret in its path", "Right" if row.secret_ok else "Wrong"),
                        ("Content type", row.content_type or shown.NOTHING),
                    ],
                ),
                Raw(
                    title="What arrived, secrets removed",
                    text=shown.raw(body, may_see_phones=may_see),
                    is_open=True,
                ),
                steps_of(row, may_see_phones=may_see),
            ],
        )


def _with_text(queryset: QuerySet[Any], term: str) -> QuerySet[Any]:
    """Those of the last BODIES_SEARCHED whose body has the text in it."""
    newest = Callback.objects.aggregate(pk=Max("pk"))["pk"] or 0
    place = Func(
        Value(term.encode("utf-8", "replace"), output_field=BinaryField()), F("body"),
        function="position", arg_joiner=" in ", output_field=IntegerField(),
    )  # fmt: skip
    latest = queryset.filter(pk__gt=newest - BODIES_SEARCHED)
    return latest.annotate(place=place).filter(place__gt=0)


def outcome(row: Callback) -> Any:
    """What became of a callback, as dot, word and meaning."""
    word, meaning, tone = MEANINGS[row.outcome if row.processed_at else ""]
    return shown.status(word, meaning=meaning, tone=tone)
