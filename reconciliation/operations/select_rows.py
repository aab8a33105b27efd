"""Select rows by the filters of their list, where `id` is any that the thing has."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from django.db.models import Model, QuerySet

from core.callers import Caller
from disbursements.queries.filter_table import BadSelection
from reconciliation.operations.check_now import EXAMPLE, TEXT_LENGTH_MAX
from reconciliation.sources.finding_subjects import find

ID = "id"
Row = TypeVar("Row", bound=Model)


def select_rows(
    rows: Callable[..., QuerySet[Row]], selection: Mapping[str, str], *, caller: Caller
) -> QuerySet[Row]:
    """The caller's, of `rows` such as findings.rows; an id that several have shows those of all.

    Raises BadSelection, also for an id that nothing of the caller's has.
    """
    others = {name: text for name, text in selection.items() if name != ID}
    found = rows(others, partners=caller.partners)
    if ID not in selection:
        return found
    text = selection[ID].strip()
    ids = ids_of(text, caller=caller)
    if not ids and not rows({ID: text}, partners=caller.partners).exists():
        said = f"nothing of yours has {text!r}: an id is such as {EXAMPLE}"
        raise BadSelection(said, field=ID)
    return found.filter(subject_id__in=ids or [text])


def ids_of(text: str, *, caller: Caller) -> list[str]:
    """Our ids of what of the caller's has this id, reference or receipt, as checks take it."""
    if len(text) > TEXT_LENGTH_MAX or not text.isprintable():
        return []
    hits = [each.subject_id for each in find(text, caller=caller)]
    return [text] if text in hits else list(dict.fromkeys(hits))
