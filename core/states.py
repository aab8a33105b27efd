"""The one way a status changes: a known arrow, a guarded update and a Step, all or nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models

SYSTEM = "system"


class IllegalMove(Exception):
    """There is no such arrow: the row stays as it is."""


class StaleRow(Exception):
    """The row's status changed since it was read: read it again, locked."""


class NotInTransaction(Exception):
    """A status changes only inside the transaction of an operation."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The statuses of one kind of row, what each means, and the arrows between them."""

    name: str
    arrows: Mapping[str, frozenset[str]]
    meanings: Mapping[str, str]

    def check(self, *, old: str, new: str) -> None:
        """Raises IllegalMove unless the arrow is in the table."""
        if new not in self.arrows.get(old, frozenset()):
            raise IllegalMove(f"A {self.name} does not go from {old} to {new}")


def begin(rows: Sequence[models.Model], *, at: datetime, because: str, actor: str) -> None:
    """Insert new rows with the Step of their first status."""
    _demand_transaction()
    if rows:
        type(rows[0])._default_manager.bulk_create(rows)
        _write_steps(rows, from_statuses=[""] * len(rows), at=at, because=because, actor=actor)


def advance(
    row: models.Model,
    *,
    to: str,
    at: datetime,
    because: str,
    actor: str = SYSTEM,
    details: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Move one locked row along an arrow and set `changes` with it.

    Raises IllegalMove for an unknown arrow, StaleRow when another session moved the row first,
    NotInTransaction outside of one.
    """
    advance_many([row], to=to, at=at, because=because, actor=actor, details=details, **changes)


def advance_many(
    rows: Sequence[models.Model],
    *,
    to: str,
    at: datetime,
    because: str,
    actor: str = SYSTEM,
    details: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Move locked rows of one model to the same status with the same changes."""
    _demand_transaction()
    by_status: dict[str, list[models.Model]] = {}
    for row in rows:
        by_status.setdefault(_status(row), []).append(row)
    for old, group in by_status.items():
        model = type(group[0])
        model.MACHINE.check(old=old, new=to)  # type: ignore[attr-defined]
        moved = model._default_manager.filter(pk__in=[row.pk for row in group], status=old).update(
            status=to, status_at=at, **changes
        )
        if moved != len(group):
            raise StaleRow(f"{len(group) - moved} of {len(group)} rows were no longer {old}")
        for row in group:
            for name, value in {"status": to, "status_at": at, **changes}.items():
                setattr(row, name, value)
        _write_steps(
            group, from_statuses=[old] * len(group), at=at, because=because, actor=actor,
            details=details,
        )  # fmt: skip


def note(
    row: models.Model,
    *,
    at: datetime,
    because: str,
    actor: str = SYSTEM,
    details: dict[str, Any] | None = None,
) -> None:
    """A Step that changes no status: an edit by staff, a contradiction, an observation."""
    note_many([row], at=at, because=because, actor=actor, details=details)


def note_many(
    rows: Sequence[models.Model],
    *,
    at: datetime,
    because: str,
    actor: str = SYSTEM,
    details: dict[str, Any] | None = None,
) -> None:
    """The same note on rows of one model."""
    _demand_transaction()
    if rows:
        _write_steps(
            rows, from_statuses=[_status(row) for row in rows], at=at, because=because,
            actor=actor, details=details,
        )  # fmt: skip


def _write_steps(
    rows: Sequence[models.Model],
    *,
    from_statuses: Sequence[str],
    at: datetime,
    because: str,
    actor: str,
    details: dict[str, Any] | None = None,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_step (subject_type, subject_id, from_status, to_status,
                                   because, actor, details, at)
            SELECT %s, moved.subject_id, moved.from_status, moved.to_status, %s, %s, %s::jsonb, %s
              FROM unnest(%s::text[], %s::text[], %s::text[])
                   AS moved (subject_id, from_status, to_status)
            """,
            [
                type(rows[0]).__name__,
                because,
                actor,
                json.dumps(details or {}),
                at,
                [str(row.pk) for row in rows],
                list(from_statuses),
                [_status(row) for row in rows],
            ],
        )


def _status(row: models.Model) -> str:
    return getattr(row, "status", "")


def _demand_transaction() -> None:
    if not connection.in_atomic_block:
        raise NotInTransaction("Change a status inside transaction.atomic()")
