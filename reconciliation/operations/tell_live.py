"""Tell live: what everybody who watches should see, in the transaction of what it tells of."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reconciliation.operations import wake_ups

# (kind, data, whose it is or None)
Event = tuple[str, dict[str, Any], UUID | None]
# Through the ORM, or as arrays, writing them down costs as much as all else of a check.
_TELL = """
    INSERT INTO reconciliation_live_events (kind, partner_id, data)
    SELECT kind, partner_id, data
      FROM ROWS FROM (
               jsonb_to_recordset(%s::jsonb) AS (kind text, partner_id uuid, data jsonb)
           ) WITH ORDINALITY AS told (kind, partner_id, data, position)
     ORDER BY position
"""


def tell(kind: str, data: dict[str, Any], partner_id: UUID | None) -> None:
    """Write one event down; rolled back, it was never told."""
    tell_many([(kind, data, partner_id)])


def tell_many(events: Sequence[Event]) -> None:
    """Write the events down; those who watch are woken once, after the commit."""
    if not events:
        return
    rows = [
        {"kind": kind, "partner_id": str(partner_id) if partner_id else None, "data": data}
        for kind, data, partner_id in events
    ]
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [json.dumps(rows)])
    if not any(each[1] is wake_ups.send for each in connection.run_on_commit):
        transaction.on_commit(wake_ups.send, robust=True)
