"""Read what all sides of many subjects tell, each kind in one moment of the database."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from reconciliation.queries import trail
from reconciliation.rules.sides import Record
from reconciliation.sources.registry import SOURCES

logger = logging.getLogger(__name__)

Subject = tuple[str, str]
PROBLEM_LENGTH_MAX = 500
_BEGIN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@dataclass(frozen=True, kw_only=True)
class Sides:
    """One subject's record, or why it could not be read (`problem`); neither: there is none.

    `seen`: steps of the trail, not read yet, whose changes are in it (queries/trail.py).
    """

    record: Record | None = None
    problem: str = ""
    seen: str = ""


def read_sides(subjects: Collection[Subject]) -> dict[Subject, Sides]:
    """Read them all. What fails, is read alone, so that it disturbs no other."""
    ids_of: dict[str, list[str]] = {}
    for kind, subject_id in subjects:
        ids_of.setdefault(kind, []).append(subject_id)
    found: dict[Subject, Sides] = {}
    for kind, ids in ids_of.items():
        found |= _of_kind(kind, ids)
    return found


def _of_kind(kind: str, ids: list[str]) -> dict[Subject, Sides]:
    try:
        return _read(kind, ids)
    except Exception as error:
        if len(ids) == 1:
            logger.exception("%s %s could not be read", kind, ids[0])
            return {(kind, ids[0]): Sides(problem=problem_of(error))}
    found: dict[Subject, Sides] = {}
    for subject_id in ids:
        found |= _of_kind(kind, [subject_id])
    return found


def problem_of(error: Exception) -> str:
    """What is kept of an error: its kind and its first line."""
    said = (str(error).strip() or "no text").splitlines()[0]
    return f"{type(error).__name__}: {said}"[:PROBLEM_LENGTH_MAX]


def _read(kind: str, ids: list[str]) -> dict[Subject, Sides]:
    with _one_moment() as seen:
        records = SOURCES[kind].read(ids)
    return {
        (kind, subject_id): Sides(record=records.get(subject_id), seen=seen) for subject_id in ids
    }


@contextmanager
def _one_moment() -> Iterator[str]:
    """Sides that are read one after the other must not differ by what happened in between."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_BEGIN)
        yield trail.seen_now()
