"""One change of one row: what differs is saved, with one Step that names old and new."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models

from core import money, states
from core.refusals import Refused

Facts = TypeVar("Facts")
CURRENCY = "KES"


@dataclass(frozen=True, kw_only=True)
class Changed:
    """The row, the columns that became otherwise, and the waiting money that follows them."""

    row: Any
    names: tuple[str, ...] = ()
    payments: int = 0
    amount_minor: int = 0


def facts_of(row: models.Model, kind: type[Facts], **more: Any) -> Facts:
    """What the row says now, as facts."""
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    return kind(**({name: getattr(row, name) for name in names if name not in more} | more))


def known(changes: Mapping[str, Any], kind: type[Any], *more: str) -> dict[str, Any]:
    """The changes, when each names a column. Raises Refused."""
    names = {each.name for each in fields(kind)} | set(more)
    for name in changes:
        if name not in names:
            raise Refused(
                f"is not something to change: use {', '.join(sorted(names))}", field=name
            )
    if "paid_to" in changes:
        # Another receiver: what was said of the former one is no part of it.
        blank = dict.fromkeys(("receiver_number", "receiver_account", "receiver_msisdn"), "")
        return blank | dict(changes)
    return dict(changes)


def demand_none(problems: list[tuple[str, str]]) -> None:
    """Raises Refused with the first problem, naming its field."""
    if problems:
        field, message = problems[0]
        raise Refused(message, field=field)


def edit(
    row: models.Model, columns: Mapping[str, Any], *, because: str, actor: str, at: datetime
) -> tuple[str, ...]:
    """Save the columns that differ; returns their names. Inside a transaction, on a locked row."""
    old = {name: getattr(row, name) for name in columns}
    names = tuple(name for name, value in columns.items() if value != old[name])
    if not names:
        return ()
    for name in names:
        setattr(row, name, columns[name])
    row.save(update_fields=names)
    details = {
        "old": dict(_said(name, old[name]) for name in names),
        "new": dict(_said(name, columns[name]) for name in names),
    }
    states.note(row, at=at, because=f"changed: {because}", actor=actor, details=details)
    return names


def taken(error: IntegrityError, *, constraint: str, name: str, what: str) -> Exception:
    """The refusal of a name that is taken; any other violation as it is."""
    if constraint in str(error):
        return Refused(f"there is {what} called {name!r} already: choose another", field="name")
    return error


def _said(name: str, value: object) -> tuple[str, str]:
    """A column and its value, as the trail shows them to people."""
    label = name.removesuffix("_minor").replace("_", " ")
    if isinstance(value, bool):
        return label, "yes" if value else "no"
    if isinstance(value, int) and name.endswith("_minor"):
        return label, money.shown(value, CURRENCY)
    return label, "" if value is None else str(value)
