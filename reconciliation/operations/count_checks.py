"""Count checks by the hour: the sums stay when the runs are pruned."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

from reconciliation.models import DURATION_BOUNDS_MS, ReconciliationRun

Key = tuple[datetime, str, str, str, int]
# In the order of their keys, so that two who count at once do not wait for each other in a ring.
_ADD = """
    INSERT INTO reconciliation_tallies AS tally (
        hour, partner_id, subject_kind, result, bucket, count, duration_ms, last_at
    )
    SELECT hour, nullif(partner, '')::uuid, kind, result, bucket, count, duration_ms, last_at
      FROM unnest(%s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::int[],
                  %s::bigint[], %s::bigint[], %s::timestamptz[])
           AS made (hour, partner, kind, result, bucket, count, duration_ms, last_at)
     ORDER BY hour, partner, kind, result, bucket
    ON CONFLICT (hour, partner_id, subject_kind, result, bucket)
    DO UPDATE SET count = tally.count + EXCLUDED.count,
                  duration_ms = tally.duration_ms + EXCLUDED.duration_ms,
                  last_at = greatest(tally.last_at, EXCLUDED.last_at)
"""


def count_checks(runs: Sequence[ReconciliationRun]) -> None:
    """Add these runs to the tallies, in the transaction that writes them."""
    sums: dict[Key, tuple[int, int, datetime]] = {}
    for run in runs:
        key = _key(run.started_at, run.partner_id, run)
        count, duration_ms, last_at = sums.get(key, (0, 0, run.started_at))
        sums[key] = (count + 1, duration_ms + run.duration_ms, max(last_at, run.started_at))
    if not sums:
        return
    columns = zip(*((*key, *figures) for key, figures in sums.items()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [list(column) for column in columns])


def bucket_of(duration_ms: int) -> int:
    """The index of the first bound that it does not pass."""
    return bisect_left(DURATION_BOUNDS_MS, duration_ms)


def _key(moment: datetime, partner_id: UUID | None, run: ReconciliationRun) -> Key:
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    partner = str(partner_id or "")
    return hour, partner, run.subject_kind, run.result, bucket_of(run.duration_ms)
