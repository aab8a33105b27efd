"""What a detail page is made of: a headline, buttons, facts, tables, raw texts, one timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from core import clock
from core.admin import shown


@dataclass(frozen=True, kw_only=True)
class Button:
    """A way to a page that asks for confirmation. The button itself changes nothing."""

    label: str
    url: str
    explanation: str = ""
    primary: bool = False


@dataclass(frozen=True, kw_only=True)
class Headline:
    """What stands on top: the amount or name, the status and what happens next."""

    kind: str
    main: object
    beside: object = ""
    status: object = ""
    meaning: str = ""
    next_step: object = ""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Labels and values."""

    template: ClassVar[str] = "core/facts.html"
    title: str
    rows: Sequence[tuple[str, object]]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A heading; numbers stand on the right."""

    label: str
    numeric: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under headings, or one sentence when there are none."""

    template: ClassVar[str] = "core/table.html"
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[object]]
    empty: str = "Nothing yet."
    note: str = ""

    @property
    def cells(self) -> list[list[tuple[Column, object]]]:
        """Every row as pairs of heading and value."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, kw_only=True)
class Raw:
    """A folded text as it came or went, secrets removed."""

    template: ClassVar[str] = "core/raw.html"
    title: str
    text: str
    note: str = ""
    is_open: bool = False


@dataclass(frozen=True, kw_only=True)
class Event:
    """One moment of a timeline: when, where it comes from, what happened."""

    at: datetime
    source: str
    title: str
    text: str = ""
    actor: str = ""
    tone: str = shown.MUTE
    url: str = ""
    raws: Sequence[Raw] = ()
    order: int = 0

    @property
    def clock_text(self) -> str:
        """`21 Nov 2026, 14:32:05 EAT`: a timeline needs the seconds."""
        return f"{self.at.astimezone(clock.NAIROBI):%-d %b %Y, %H:%M:%S} EAT"


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Everything that happened, in the order in which it happened."""

    template: ClassVar[str] = "core/timeline.html"
    title: str
    events: Sequence[Event]
    empty: str = "Nothing has happened yet."
    note: str = ""


Section = Facts | Table | Raw | Timeline


@dataclass(frozen=True, kw_only=True)
class Record:
    """A whole detail page."""

    headline: Headline
    sections: Sequence[Section]
    buttons: Sequence[Button] = field(default_factory=tuple)
