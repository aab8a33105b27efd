"""The chain over steps: each seal's digest covers its step and the seal before it.

Sealing runs in the background, so that no payment waits for the chain's end. Whoever changes,
removes or reorders a sealed step is found by `verify_steps`. A tail that was cut off, seals and
all, is found only with a head that was kept outside this database.
"""

import hashlib
import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from core.locks import try_transaction_lock
from core.models import StepSeal

LOCK = "core.seal"
MARGIN_STEPS = 20_000
ROWS_PER_FETCH = 2_000
_STEP = (
    "step.id, step.subject_type, step.subject_id, step.from_status, step.to_status, "
    "step.because, step.actor, step.details::text, step.at, step.recorded_at"
)
_UNSEALED = (
    "FROM core_step AS step WHERE NOT EXISTS "
    "(SELECT 1 FROM core_stepseal AS seal WHERE seal.step_id = step.id)"
)
_NEXT_UNSEALED = f"SELECT {_STEP} {_UNSEALED} AND step.id > %s ORDER BY step.id LIMIT %s"
_SEALED = (
    f"SELECT seal.number, seal.step_id, seal.digest, seal.sealed_at, {_STEP} "  # noqa: S608
    "FROM core_stepseal AS seal LEFT JOIN core_step AS step ON step.id = seal.step_id "
    "ORDER BY seal.number"
)


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What a walk along the whole chain found. `first_broken` is empty when it holds."""

    ok: bool
    checked: int
    unsealed: int
    head_number: int
    head_digest_hex: str
    first_broken: str


@dataclass(frozen=True)
class _Head:
    number: int = 0
    digest: bytes = b""
    step_id: int = 0


def seal_steps(*, at: datetime, limit: int) -> int:
    """Seal up to `limit` steps in the order of their ids; returns how many.

    Steps may commit out of the order of their ids: a step that comes late, by MARGIN_STEPS at
    the most, is sealed by the next call; one that comes later still (a long transaction) when
    the chain has grown by so many again. 0 when another session is sealing.
    """
    with transaction.atomic():
        if not try_transaction_lock(LOCK):
            return 0
        head = _last_seal()
        found = _unsealed_steps(above=head.step_id - MARGIN_STEPS, limit=limit)
        grown = (head.number + len(found)) // MARGIN_STEPS > head.number // MARGIN_STEPS
        if grown:
            found = _unsealed_steps(above=0, limit=limit)
        StepSeal.objects.bulk_create(_chained(found, head=head, at=at))
    return len(found)


def verify_steps(*, expected_head: str | None = None) -> Verification:
    """Walk the chain from its beginning; stops at the first row that does not fit.

    `expected_head` is the digest (hexadecimal) of an earlier head that was kept elsewhere: it
    must still be in the chain. Steps that are not sealed yet are counted, not judged.
    """
    head, broken, anchored = _Head(), "", expected_head is None
    with transaction.atomic(), closing(_sealed_steps()) as links:
        for number, step_id, digest, sealed_at, step in links:
            broken = _fault(head, number, step_id, digest, sealed_at, step)
            if broken:
                break
            head = _Head(number, digest, step_id)
            anchored = anchored or digest.hex() == (expected_head or "").lower()
    if not broken and not anchored:
        broken = (
            f"the head {expected_head} is not in the chain: the tail after seal {head.number} "
            "was cut off, or the chain was written anew"
        )
    return Verification(
        ok=not broken,
        checked=head.number,
        unsealed=_count_unsealed(),
        head_number=head.number,
        head_digest_hex=head.digest.hex(),
        first_broken=broken,
    )


def _last_seal() -> _Head:
    seal = StepSeal.objects.order_by("-number").first()
    return _Head(seal.number, bytes(seal.digest), seal.step_id) if seal else _Head()


def _unsealed_steps(*, above: int, limit: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_UNSEALED, [above, limit])
        return cursor.fetchall()


def _count_unsealed() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_UNSEALED}")
        return cursor.fetchone()[0]


def _chained(steps: Sequence[tuple[Any, ...]], *, head: _Head, at: datetime) -> Iterator[StepSeal]:
    digest = head.digest
    for number, step in enumerate(steps, start=head.number + 1):
        digest = _digest(digest, number, at, step)
        yield StepSeal(number=number, step_id=step[0], digest=digest, sealed_at=at)


def _sealed_steps() -> Generator[tuple[int, int, bytes, datetime, tuple[Any, ...]]]:
    """Every seal in order with its step's row, fetched bit by bit from one snapshot."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_SEALED)
        while rows := cursor.fetchmany(ROWS_PER_FETCH):
            for number, step_id, digest, sealed_at, *step in rows:
                yield number, step_id, bytes(digest), sealed_at, tuple(step)


def _fault(
    head: _Head, number: int, step_id: int, digest: bytes, sealed_at: datetime,
    step: tuple[Any, ...],
) -> str:  # fmt: skip
    """What is wrong with this link, or nothing."""
    if number != head.number + 1:
        return f"seal {head.number + 1} is missing: seal {number} follows seal {head.number}"
    if step[0] is None:
        return f"step {step_id} was deleted: only its seal {number} is left"
    if _digest(head.digest, number, sealed_at, step) != digest:
        return f"step {step_id} does not fit its seal {number}: one of them, or the order, changed"
    return ""


def _digest(previous: bytes, number: int, sealed_at: datetime, step: tuple[Any, ...]) -> bytes:
    step_id, subject_type, subject_id, old, new, because, actor, details, at, recorded_at = step
    content = {
        "number": number,
        "sealed_at": _moment(sealed_at),
        "step": {
            "id": step_id,
            "subject_type": subject_type,
            "subject_id": subject_id,
            "from_status": old,
            "to_status": new,
            "because": because,
            "actor": actor,
            "details": json.loads(details),
            "at": _moment(at),
            "recorded_at": _moment(recorded_at),
        },
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(previous + text.encode()).digest()


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
