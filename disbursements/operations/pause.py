"""Pause and resume sending; release what was parked for a cause."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from core import alerts, jobs, states
from core.refusals import Refused
from disbursements import queries
from disbursements.models import DisbursementRequest, Pause, PauseScope
from disbursements.rules.causes import blocks_asking
from disbursements.states import DisbursementStatus
from vault.models import Shortcode

RELEASE_BATCH = 500
RACES_MAX = 3
ALERT_KIND = "sending_paused"
PARKED_ALERT = "payouts_parked"


class AlreadyPaused(Refused):
    """A pause of exactly this is on already."""


class NotPaused(Refused):
    """The pause does not exist or has ended."""


@dataclass(frozen=True, kw_only=True)
class Resumed:
    """How many parked payouts were released."""

    released: int


@dataclass(frozen=True, kw_only=True)
class ReleasedMany:
    """How many of the named payouts were released, and how many were left as they are."""

    released: int
    skipped: int


def pause(
    *, scope: str, reason: str, actor: str, at: datetime, target: str = "", cause: str = ""
) -> Pause:
    """Stop sending what `scope` and `target` cover. Raises AlreadyPaused."""
    try:
        with transaction.atomic():
            row = Pause.objects.create(
                scope=scope, target=target, cause=cause, reason=reason,
                started_at=at, started_by=actor,
            )  # fmt: skip
            states.note(row, at=at, because=f"paused: {reason}", actor=actor)
            return row
    except IntegrityError:
        raise AlreadyPaused(f"Sending is paused already for {scope} {target}".strip()) from None


def pause_for_fault(*, target: str, cause: str, reason: str, at: datetime) -> None:
    """Pause a shortcode for a fault of its own; where it is paused already, that pause stays.

    It is locked until the caller's transaction ends, so that nobody resumes between this and
    what the caller parks. Broken credentials stop the asking as well.
    """
    for _ in range(RACES_MAX):
        try:
            pause(
                scope=PauseScope.SHORTCODE, target=target, cause=cause, reason=reason,
                actor=states.SYSTEM, at=at,
            )  # fmt: skip
        except AlreadyPaused:
            row = (
                Pause.objects.select_for_update()
                .filter(scope=PauseScope.SHORTCODE, target=target, ended_at=None)
                .first()
            )
            if row is None:
                continue
            if blocks_asking(cause) and not blocks_asking(row.cause):
                because = f"{reason}: asking stops too"
                states.note(row, at=at, because=because, details={"was": row.cause})
                row.cause = cause
                row.save(update_fields=["cause"])
        return


def resume(*, pause_id: int, reason: str, actor: str, at: datetime) -> Resumed:
    """End the pause and release what was parked while it lasted. Raises NotPaused.

    A shortcode's pause holds whatever a fault of that shortcode parked, also when the pause
    itself was begun for another reason.
    """
    with transaction.atomic():
        row = Pause.objects.select_for_update().filter(pk=pause_id, ended_at=None).first()
        if row is None:
            raise NotPaused("This pause has ended already")
        row.ended_at, row.ended_by, row.end_reason = at, actor, reason
        row.save(update_fields=["ended_at", "ended_by", "end_reason"])
        states.note(row, at=at, because=f"resumed: {reason}", actor=actor)
        causes = causes_held_by(row)
        for key in {row.cause or str(row), *causes}:
            alerts.close_alerts(kind=ALERT_KIND, key=key, at=at, actor=actor)
        released = sum(_release(cause, reason, actor, at) for cause in causes)
        jobs.after_commit("send")
        jobs.after_commit("retry")
    return Resumed(released=released)


def release(*, cause: str, reason: str, actor: str, at: datetime) -> int:
    """Send again everything that is parked for `cause`; returns how many."""
    with transaction.atomic():
        released = _release(cause, reason, actor, at)
        jobs.after_commit("retry")
    return released


def release_many(
    *, disbursement_ids: Sequence[UUID], reason: str, actor: str, at: datetime
) -> ReleasedMany:
    """Send these again, whatever they are parked for; what is not parked is left alone.

    So is what a person must settle first: contradictory reports say that it may be paid.
    """
    named = sorted(set(disbursement_ids))
    released = 0
    with transaction.atomic():
        for first in range(0, len(named), RELEASE_BATCH):
            rows = list(
                queries.releasable()
                .select_for_update(of=("self",))
                .filter(pk__in=named[first : first + RELEASE_BATCH])
                .order_by("id")
            )
            send_again(rows, reason=reason, actor=actor, at=at)
            released += len(rows)
        jobs.after_commit("retry")
    return ReleasedMany(released=released, skipped=len(named) - released)


def tell_parked(*, cause: str, reason: str, at: datetime) -> None:
    """Payouts wait for this cause, and no pause says so: staff must put it right and release."""
    alerts.raise_alert(
        kind=PARKED_ALERT, key=cause, at=at,
        text=f"Payouts are parked: {reason}. Put it right, then release them.",
    )  # fmt: skip


def causes_held_by(row: Pause) -> list[str]:
    """The faults of its shortcode for which payouts are parked; none for other pauses."""
    if row.scope != PauseScope.SHORTCODE:
        return []
    number = Shortcode.objects.values_list("number", flat=True).get(pk=row.target)
    parked = queries.releasable().filter(
        shortcode_id=row.target, parked_cause__endswith=f":{number}"
    )
    return sorted(set(parked.values_list("parked_cause", flat=True)))


def _release(cause: str, reason: str, actor: str, at: datetime) -> int:
    released = 0
    while True:
        rows = list(
            queries.releasable()
            .select_for_update(of=("self",))
            .filter(parked_cause=cause)
            .order_by("id")[:RELEASE_BATCH]
        )
        if not rows:
            return released
        send_again(rows, reason=reason, actor=actor, at=at)
        released += len(rows)


def send_again(
    rows: Sequence[DisbursementRequest],
    *,
    reason: str,
    actor: str,
    at: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """What is parked is due now, and uses up no retry. In a transaction, on locked rows."""
    causes = {row.parked_cause for row in rows}
    states.advance_many(
        rows, to=DisbursementStatus.RETRYING, at=at, because=f"released: {reason}",
        actor=actor, details=details, next_retry_at=at, parked_cause="",
        retry_reason="the cause was put right", person_needed_at=None, person_needed_because="",
    )  # fmt: skip
    tell_nothing_is_parked(causes=causes, actor=actor, at=at)


def tell_nothing_is_parked(*, causes: Collection[str], actor: str, at: datetime) -> None:
    """Close the alerts of those causes for which nothing is parked any more."""
    for cause in sorted(causes):
        if cause and not queries.parked_for(cause=cause).exists():
            alerts.close_alerts(kind=PARKED_ALERT, key=cause, at=at, actor=actor)
