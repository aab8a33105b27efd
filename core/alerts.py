"""Raise and close alerts: one row per condition while it lasts, however often it is met."""

import json
from datetime import datetime
from typing import Any

from django.db import connection

from core.models import Alert, AlertSeverity


def raise_alert(
    *,
    kind: str,
    key: str,
    text: str,
    at: datetime,
    severity: AlertSeverity = AlertSeverity.WARNING,
    details: dict[str, Any] | None = None,
) -> Alert:
    """Open the alert of this condition, or count it once more.

    One statement does either, so that no occurrence is lost to somebody who closes it meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_alert
                (kind, key, severity, text, details, count, first_at, last_at, closed_by)
            VALUES (%s, %s, %s, %s, %s, 1, %s, %s, '')
            ON CONFLICT (kind, key) WHERE closed_at IS NULL
            DO UPDATE SET count = core_alert.count + 1, last_at = EXCLUDED.last_at
            RETURNING id
            """,
            [kind, key, str(severity), text, json.dumps(details or {}), at, at],
        )
        return Alert.objects.get(pk=cursor.fetchone()[0])


def close_alerts(*, kind: str, key: str, at: datetime, actor: str) -> int:
    """Close the alert of a condition that has ended; returns how many were open (0 or 1)."""
    return Alert.objects.filter(kind=kind, key=key, closed_at=None).update(
        closed_at=at, closed_by=actor
    )
