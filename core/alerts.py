"""Raise and close alerts: one row per condition while it lasts, however often it is met. What
persons do with one: acknowledge it, assign it, close it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from core import states
from core.callers import Caller, NotAllowed
from core.models import Alert, AlertSeverity
from core.refusals import Refused, checked_reason

CHANGE = "core.change_alert"
# The mildest first.
SEVERITIES = (AlertSeverity.NOTICE, AlertSeverity.WARNING, AlertSeverity.CRITICAL)
_MILD_TO_BAD = f"ARRAY[{', '.join(repr(each.value) for each in SEVERITIES)}]"
_WORSE = (
    f"array_position({_MILD_TO_BAD}, EXCLUDED.severity::text)"
    f" > array_position({_MILD_TO_BAD}, core_alert.severity::text)"
)
# An acknowledgement of something mild is none of something bad.
_ACKNOWLEDGED = f"""
    acknowledged_at = CASE WHEN {_WORSE} THEN NULL ELSE core_alert.acknowledged_at END,
    acknowledged_by = CASE WHEN {_WORSE} THEN '' ELSE core_alert.acknowledged_by END
"""


class NotOpen(Refused):
    """The alert is closed already, or was never there; nothing was changed."""


class StillOpen(Refused):
    """What the alert counts is still open, so nobody closes it by hand; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Raised:
    """One condition as it is now, met `count` more times."""

    kind: str
    key: str
    severity: AlertSeverity
    text: str
    count: int = 1
    details: dict[str, Any] = field(default_factory=dict)


def raise_alert(
    *,
    kind: str,
    key: str,
    text: str,
    at: datetime,
    severity: AlertSeverity = AlertSeverity.WARNING,
    details: dict[str, Any] | None = None,
) -> Alert:
    """Open the alert of this condition, or count it once more; if it got worse, say so in it.

    One statement does either, so that no occurrence is lost to somebody who closes it meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO core_alert
                (kind, key, severity, text, details, count, first_at, last_at, closed_by)
            VALUES (%s, %s, %s, %s, %s, 1, %s, %s, '')
            ON CONFLICT (kind, key) WHERE closed_at IS NULL
            DO UPDATE SET count = core_alert.count + 1, last_at = EXCLUDED.last_at,
                text = CASE WHEN {_WORSE} THEN EXCLUDED.text ELSE core_alert.text END,
                details = CASE WHEN {_WORSE} THEN EXCLUDED.details ELSE core_alert.details END,
                severity = CASE WHEN {_WORSE} THEN EXCLUDED.severity ELSE core_alert.severity END,
                {_ACKNOWLEDGED}
            RETURNING id
            """,  # noqa: S608 - made of our own constants
            [kind, key, str(severity), text, json.dumps(details or {}), at, at],
        )
        return Alert.objects.get(pk=cursor.fetchone()[0])


def raise_many(rows: Sequence[Raised], *, at: datetime) -> None:
    """The same of many conditions in one statement; severity, text and details become these."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO core_alert
                (kind, key, severity, text, details, count, first_at, last_at, closed_by)
            SELECT kind, key, severity, text, details, count, %s, %s, ''
              FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::int[])
                   AS met (kind, key, severity, text, details, count)
             ORDER BY kind, key
            ON CONFLICT (kind, key) WHERE closed_at IS NULL
            DO UPDATE SET count = core_alert.count + EXCLUDED.count, last_at = EXCLUDED.last_at,
                text = EXCLUDED.text, details = EXCLUDED.details, severity = EXCLUDED.severity,
                {_ACKNOWLEDGED}
            """,  # noqa: S608 - made of our own constants
            [at, at, *_columns(rows), [row.count for row in rows]],
        )


def tell_anew(rows: Sequence[Raised]) -> None:
    """Open alerts of these conditions say this from now on; none is opened or counted."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core_alert
               SET severity = met.severity, text = met.text, details = met.details
              FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[])
                   AS met (kind, key, severity, text, details)
             WHERE core_alert.kind = met.kind AND core_alert.key = met.key
               AND core_alert.closed_at IS NULL
            """,
            _columns(rows),
        )


def close_alerts(*, kind: str, key: str, at: datetime, actor: str) -> int:
    """Close the alert of a condition that has ended; returns how many were open (0 or 1)."""
    return close_many([(kind, key)], at=at, actor=actor)


def close_many(ended: Collection[tuple[str, str]], *, at: datetime, actor: str) -> int:
    """Close the alerts of these conditions, each a kind and a key; how many were open."""
    if not ended:
        return 0
    about = Q(pk__in=[])
    for kind, key in ended:
        about |= Q(kind=kind, key=key)
    return Alert.objects.filter(about, closed_at=None).update(closed_at=at, closed_by=actor)


def acknowledge(*, alert_id: int, reason: str, caller: Caller, at: datetime) -> Alert:
    """Say that the caller looks after it: it is not escalated. Raises NotAllowed or Refused."""
    said = _demand(caller, reason)
    with transaction.atomic():
        row = _open(alert_id)
        if row.acknowledged_at is not None:
            raise Refused(f"{row.acknowledged_by} has acknowledged it already", field="alert")
        row.acknowledged_at, row.acknowledged_by = at, caller.actor
        row.save(update_fields=["acknowledged_at", "acknowledged_by"])
        states.note(row, at=at, because=f"acknowledged: {said}", actor=caller.actor)
    return row


def assign(*, alert_id: int, to: str, reason: str, caller: Caller, at: datetime) -> Alert:
    """Give it to a member of staff by username; '' takes it back. Raises NotAllowed or Refused."""
    said = _demand(caller, reason)
    if to:
        _demand_colleague(to)
    with transaction.atomic():
        row = _open(alert_id)
        if row.assigned_to == to:
            raise Refused(f"it is {to or 'nobody'}'s already", field="assigned to")
        row.assigned_to = to
        row.save(update_fields=["assigned_to"])
        states.note(
            row, at=at, because=f"assigned to {to or 'nobody'}: {said}", actor=caller.actor
        )
    return row


def close(*, alert_id: int, reason: str, caller: Caller, at: datetime) -> Alert:
    """Say that it is dealt with. Raises NotAllowed, Refused, NotOpen where it is closed, and
    StillOpen where it closes by itself only."""
    said = _demand(caller, reason)
    with transaction.atomic():
        row = _open(alert_id)
        if held := why_held(row):
            raise StillOpen(held, field="alert")
        row.closed_at, row.closed_by = at, caller.actor
        row.save(update_fields=["closed_at", "closed_by"])
        states.note(row, at=at, because=f"closed: {said}", actor=caller.actor)
    return row


def why_held(row: Alert) -> str:
    """Why nobody closes it by hand, in a sentence without its full stop; '' where they may.

    core knows no apps: the setting names who knows what an alert counts.
    """
    found: str = import_string(settings.VAULT_ALERT_HOLDER)(row)
    return found


def _demand(caller: Caller, reason: str) -> str:
    caller.demand(CHANGE)
    if caller.partners is not None:
        raise NotAllowed(f"{caller.actor} sees one partner, and alerts concern all")
    return checked_reason(reason, example="float is being topped up")


def _demand_colleague(username: str) -> None:
    """core knows no partners: the setting names who knows what a person may."""
    user = User.objects.filter(username=username, is_active=True, is_staff=True).first()
    theirs = import_string(settings.VAULT_CALLER_OF)(user, origin="alerts") if user else None
    if theirs is None or theirs.partners is not None or not theirs.may(CHANGE):
        raise Refused(
            f"{username[:60]!r} is no member of staff who may work on alerts: write a username, "
            "such as asha", field="assigned to",
        )  # fmt: skip


def _open(alert_id: int) -> Alert:
    row = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if row is None:
        raise NotOpen(f"there is no alert {alert_id}: the page Alerts lists them", field="alert")
    if row.closed_at is not None:
        raise NotOpen(f"alert {alert_id} was closed already by {row.closed_by}", field="alert")
    return row


def _columns(rows: Sequence[Raised]) -> list[list[Any]]:
    return [
        [row.kind for row in rows],
        [row.key for row in rows],
        [str(row.severity) for row in rows],
        [row.text for row in rows],
        [json.dumps(row.details) for row in rows],
    ]
