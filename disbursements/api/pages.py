"""A page of rows that a filter table selects, for every list of the API that goes by key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import (
    DateTimeField,
    F,
    Func,
    Model,
    QuerySet,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.lookups import LessThan
from django.http import Http404

from core.ids import as_uuid
from core.refusals import Refused
from disbursements.api.paging import LIMIT_DEFAULT, Position
from vault.api.errors import ApiError, bad_fields

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Page:
    """How much is asked for, of what, and from where on."""

    limit: int = LIMIT_DEFAULT
    after: Position | None = None
    selection: dict[str, str] = field(default_factory=dict)


def page(
    rows: QuerySet[Row], asked: Page, *, moment: str, beside: tuple[str, ...] = ()
) -> tuple[list[Row], str | None]:
    """A page of these, newest first by `moment`, and the cursor of the next one."""
    if asked.after is not None:
        rows = rows.filter(before(asked.after, moment_field=moment))
    if beside:
        rows = rows.select_related(*beside)
    newest = rows.order_by(f"-{moment}", "-id")
    found = list(newest[: asked.limit + 1])
    shown = found[: asked.limit]
    if len(found) <= asked.limit:
        return shown, None
    last = Position(created_at=getattr(shown[-1], moment), id=shown[-1].pk)
    return shown, last.as_cursor()


def before(position: Position, *, moment_field: str = "created_at") -> LessThan:
    """Older than the position, as one comparison of rows.

    A million payouts of one file share one moment: with OR the index would read all of them.
    """
    moment = Value(position.created_at, output_field=DateTimeField())
    return LessThan(
        _row(F(moment_field), F("id")), _row(moment, Value(position.id, output_field=UUIDField()))
    )


def one(rows: QuerySet[Any], text: str) -> Any:
    """The row of this id. Raises Http404 for one that is not among them, and for no id."""
    row_id = as_uuid(text)
    row = rows.filter(pk=row_id).first() if row_id else None
    if row is None:
        raise Http404
    return row


def bad_selection(error: Refused, names: Mapping[str, str]) -> ApiError:
    """400 for a filter that the query did not take after all; `names` are {the API's: ours}."""
    theirs = {ours: name for name, ours in names.items()}
    return bad_fields({theirs.get(error.field, error.field): [f"{error.message}."]})


def _row(moment: F | Value, row_id: F | Value) -> Func:
    return Func(moment, row_id, function="ROW", output_field=TextField())
