"""Prune: old checks go, their sums stay, by the day; what was told live goes after a day."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from core import clock, jobs

JOB = "prune"
BATCH = 10_000
BUDGET_S = 40.0
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEPT = {"told": DAY, "tickets": HOUR, "servers": HOUR}
# Table, its key, and the moment by which a row is too old.
_OF = {
    "runs": ("reconciliation_runs", "id", "started_at"),
    "bulks": ("reconciliation_bulk_checks", "id", "ended_at"),
    "told": ("reconciliation_live_events", "id", "created_at"),
    "tickets": ("reconciliation_tickets", "digest", "expires_at"),
    "servers": ("reconciliation_live_servers", "id", "seen_at"),
}
# The hours of a day in Nairobi become its first one: whoever sums hours or days finds the same.
_BY_DAY = """
    WITH hours AS (
        DELETE FROM reconciliation_tallies
         WHERE hour < {first} AND hour <> {day}
        RETURNING {day} AS day, partner_id, subject_kind, result, bucket, count, duration_ms,
                  last_at
    )
    INSERT INTO reconciliation_tallies AS tally (
        hour, partner_id, subject_kind, result, bucket, count, duration_ms, last_at
    )
    SELECT day, partner_id, subject_kind, result, bucket, sum(count), sum(duration_ms),
           max(last_at)
      FROM hours GROUP BY day, partner_id, subject_kind, result, bucket
    ON CONFLICT (hour, partner_id, subject_kind, result, bucket)
    DO UPDATE SET count = tally.count + EXCLUDED.count,
                  duration_ms = tally.duration_ms + EXCLUDED.duration_ms,
                  last_at = greatest(tally.last_at, EXCLUDED.last_at)
"""
_DAY_OF = "date_trunc('day', {} AT TIME ZONE 'Africa/Nairobi') AT TIME ZONE 'Africa/Nairobi'"


def prune(*, at: datetime, batch: int = BATCH) -> int:
    """Delete what is too old, within BUDGET_S, of each table a batch in turn, so that no long one
    keeps the others waiting; returns how many rows went. More of it is hinted at."""
    long = timedelta(days=settings.RECONCILE_RUNS_KEPT_DAYS)
    _sum_by_day(before=at - long)
    ends_s, gone, left = clock.stopwatch_s() + BUDGET_S, 0, set(_OF)
    while left:
        for name in _in_turn(left):
            more = _delete_some(name, before=at - KEPT.get(name, long), batch=batch)
            gone += more
            if more < batch:
                left.remove(name)
        if left and clock.stopwatch_s() > ends_s:
            jobs.after_commit(JOB)
            break
    return gone


def _in_turn(left: Collection[str]) -> Iterator[str]:
    """A run points at its bulk: bulks go when all runs that are as old are gone."""
    yield from (name for name in _OF if name in left and (name != "bulks" or "runs" not in left))


def _sum_by_day(*, before: datetime) -> None:
    statement = _BY_DAY.format(first=_DAY_OF.format("%s::timestamptz"), day=_DAY_OF.format("hour"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [before])


def _delete_some(name: str, *, before: datetime, batch: int) -> int:
    table, key, moment = _OF[name]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE {key} IN "  # noqa: S608 - names of our own
            f"(SELECT {key} FROM {table} WHERE {moment} < %s LIMIT %s)",
            [before, batch],
        )
        return cursor.rowcount
