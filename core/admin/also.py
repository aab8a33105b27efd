"""What apps above add to a row's page: filled by them, by the model's label."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from core.admin.record import Button, Record, Section


@dataclass(frozen=True, kw_only=True)
class Added:
    """Buttons after the page's own, sections after its first one."""

    buttons: Sequence[Button] = ()
    sections: Sequence[Section] = ()


# Such as `vault.payment`: what else its page shows to this person.
ALSO: dict[str, Callable[[HttpRequest, Any], Added]] = {}


def added_to(request: HttpRequest, row: Any) -> Added:
    """What apps above show on this row's page to this person."""
    adds = ALSO.get(row._meta.label_lower)
    return adds(request, row) if adds else Added()


def with_sections(record: Record, added: Added) -> Record:
    """The same page with what was added after its first section."""
    first, rest = record.sections[:1], record.sections[1:]
    return replace(record, sections=[*first, *added.sections, *rest])
