"""Read what arrived and found nothing of ours: what tells of money asks for a check.

A check is asked for when such a message is delivered (told_by_callback.py); this finds the rest,
each once, in whatever order messages are read. The cursor and the requests are one transaction.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Q

from core import clock, states
from core.locks import try_transaction_lock
from gateways.models import Callback
from reconciliation.models import SubjectKind, TrailCursor
from reconciliation.operations.request_check import request
from reconciliation.queries import trail
from reconciliation.queries.trail import Gap
from reconciliation.sources import stranger_rows

CURSOR = "strangers"
LOCK = "reconciliation.strangers"
TRIGGER = "callback"
# Of those that came before the first call.
FIRST_MAX = 1_000
BATCH = 20_000
# An id whose message never came: its transaction was taken back.
GAP_KEPT = timedelta(minutes=10)
_READ_IN = """
    SELECT callback.id
      FROM unnest(%s::bigint[], %s::bigint[]) AS gap (first, last)
      JOIN gateways_callback callback ON callback.id BETWEEN gap.first AND gap.last
     WHERE callback.processed_at IS NOT NULL
"""


def read_strangers(*, at: datetime) -> int:
    """Ask for checks of the messages since the last call; returns how many.

    0 while another session reads.
    """
    asked = 0
    while True:
        read, more = _read_some(at)
        asked += more
        if read < BATCH:
            return asked


def _read_some(at: datetime) -> tuple[int, int]:
    """How many ids the cursor passed, and how many checks were asked for."""
    with transaction.atomic(durable=True):
        if not try_transaction_lock(LOCK):
            return 0, 0
        cursor = TrailCursor.objects.filter(name=CURSOR).first()
        newest = Callback.objects.aggregate(id=Max("id"))["id"] or 0
        if cursor is None:
            return 0, _begin(newest, at)
        top = min(newest, cursor.last_id + BATCH)
        gaps = trail.gaps_in(cursor.gaps)
        came = _read_meanwhile(gaps)
        gaps = _still_open(trail.left_of(gaps, came=came), at)
        gaps += _unread_between(cursor.last_id, top, at)
        asked = _ask(Q(pk__gt=cursor.last_id, pk__lte=top) | Q(pk__in=came), at)
        passed = top - cursor.last_id
        cursor.last_id, cursor.gaps, cursor.read_at = top, trail.as_kept(gaps), at
        cursor.save()
        return passed, asked


def _begin(newest: int, at: datetime) -> int:
    """The latest that are there; what is not read by now is waited for."""
    after = max(0, newest - BATCH)
    gaps = _unread_between(after, newest, at)
    TrailCursor.objects.create(name=CURSOR, last_id=newest, gaps=trail.as_kept(gaps), read_at=at)
    return _ask(Q(pk__lte=newest), at, limit=FIRST_MAX)


def _unread_between(after: int, top: int, at: datetime) -> list[Gap]:
    """Ids of messages that are not read yet, or whose transaction may still commit."""
    rows = Callback.objects.filter(pk__gt=after, pk__lte=top, processed_at__isnull=False)
    read = rows.order_by("pk").values_list("pk", flat=True)
    return trail.gaps_between([*read, top + 1], after=after, since=at, writers=frozenset())


def _read_meanwhile(gaps: Collection[Gap]) -> list[int]:
    if not gaps:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_READ_IN, [[gap.first for gap in gaps], [gap.last for gap in gaps]])
        return [row[0] for row in cursor]


def _still_open(gaps: Iterable[Gap], at: datetime) -> list[Gap]:
    """Without the old ones in which nothing waits to be read."""
    kept_since = at - clock.scaled(GAP_KEPT)
    return [gap for gap in gaps if gap.since > kept_since or _anything_unread(gap)]


def _anything_unread(gap: Gap) -> bool:
    unread = Callback.objects.filter(processed_at__isnull=True)
    return unread.filter(pk__gte=gap.first, pk__lte=gap.last).exists()


def _ask(chosen: Q, at: datetime, *, limit: int = BATCH) -> int:
    rows = stranger_rows.candidates().filter(chosen).order_by("-pk")
    ids = [str(pk) for pk in rows.values_list("pk", flat=True)[:limit]]
    telling = stranger_rows.load(ids) if ids else {}
    subjects = [(str(SubjectKind.STRANGER), pk, None) for pk in ids if pk in telling]
    return request(subjects=subjects, trigger=TRIGGER, actor=states.SYSTEM, at=at)
