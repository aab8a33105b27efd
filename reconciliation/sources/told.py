"""What providers told of our rows by themselves: the raw callbacks, read again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from gateways import inbox, registry
from gateways.interface import Rail, Unreadable
from gateways.models import Callback

STRIPE = registry.provider_of(Rail.STRIPE_TRANSFER)
# A sender may repeat itself without end: of each address that a row was given, the first and the
# last so many. What one address is told crowds out nothing of another's.
EACH_MAX = 25


@dataclass(frozen=True, kw_only=True)
class Told:
    """One callback and what it says. `at`: when it was read, by the clock of what it changed.
    `source_listed`: it came from where the provider calls."""

    callback_id: int
    provider: str
    event: Any
    at: datetime
    source_listed: bool
    outcome: str
    secret_digest: bytes

    @property
    def name(self) -> str:
        """For people."""
        sender = "Stripe" if self.provider == STRIPE else "M-Pesa"
        name = f"{sender}'s callback {self.callback_id}"
        return name if self.source_listed else f"{name} (not from {sender}'s address)"


def told_of(subject_ids: Collection[str], *, events: tuple[type, ...]) -> dict[str, list[Told]]:
    """What was told of these rows, oldest first, of these types of event, in one query.

    What was not read yet, or never could be, is left out. Raises Unreadable for what was read
    once and cannot be any more: that is no silence.
    """
    of_address = [F("subject_id"), F("secret_digest")]
    rows = (
        Callback.objects.filter(subject_id__in=subject_ids)
        .exclude(subject_id="")
        .annotate(
            first=Window(RowNumber(), partition_by=of_address, order_by=F("id").asc()),
            last=Window(RowNumber(), partition_by=of_address, order_by=F("id").desc()),
        )
    )
    found: dict[str, list[Told]] = {}
    for callback in rows.filter(Q(first__lte=EACH_MAX) | Q(last__lte=EACH_MAX)).order_by("id"):
        told = as_told(callback, events=events)
        if told is not None:
            found.setdefault(callback.subject_id, []).append(told)
        elif callback.note in {event.__name__ for event in events}:
            _demand_readable(callback)
    return found


def as_told(callback: Callback, *, events: tuple[type, ...]) -> Told | None:
    """The callback as an event of one of these types; None for anything else."""
    if callback.processed_at is None or not callback.secret_ok:
        return None
    try:
        event = inbox.read(callback)
    except Unreadable:
        return None
    if not isinstance(event, events):
        return None
    return Told(
        callback_id=callback.pk, provider=callback.provider, event=event, at=callback.processed_at,
        source_listed=callback.source_listed, outcome=callback.outcome,
        secret_digest=bytes(callback.secret_digest),
    )  # fmt: skip


def _demand_readable(callback: Callback) -> None:
    try:
        inbox.read(callback)
    except Unreadable as error:
        raise Unreadable(f"callback {callback.pk} was read before: {error}") from error
