"""The figures above the list: what they count, in words, each with the list it counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from core import clock
from core.admin import shown
from core.admin.record import Table
from disbursements.admin import words
from disbursements.admin.breakdowns import Success, breakdowns, success_of
from disbursements.queries import statistics
from disbursements.queries.result_codes import CodeTable
from disbursements.queries.timeline import TONES

CAUSES_SHOWN = 3
SUCCESS_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose payouts, of which partner, shortcode and days. `kept`: what every link keeps."""

    partners: frozenset[UUID] | None
    shortcode_id: UUID | None
    first_day: date
    last_day: date
    today: date
    days_query: Mapping[str, str]
    kept: Mapping[str, str]

    @property
    def of(self) -> dict[str, Any]:
        """For every read: whose."""
        return {"partners": self.partners, "shortcode_id": self.shortcode_id}

    @property
    def between(self) -> dict[str, Any]:
        """For every read of the chosen days."""
        return {**self.of, "first_day": self.first_day, "last_day": self.last_day}

    def list_of(self, **query: str) -> str:
        """The address of the list that a figure counts, in the chosen days unless it says."""
        days = {} if "when" in query else self.days_query
        return f"{reverse('desk')}?{urlencode({**self.kept, **days, **query})}"


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One figure. `parts`: what it is made of, as text, figure and address."""

    name: str
    figure: object
    note: object = ""
    url: str = ""
    tone: str = shown.MUTE
    parts: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, kw_only=True)
class Group:
    """Figures that belong together."""

    title: str
    tiles: Sequence[Tile]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """All of the desk. `summary` is what a screen reader is told when it changes."""

    groups: Sequence[Group]
    money: Sequence[Tile]
    success: Success
    tables: Sequence[Table]
    as_of: str
    summary: str


def figures_of(scope: Scope) -> Figures:
    """All figures, of this moment."""
    at = clock.now()
    overview = statistics.overview(**scope.between)
    fortnight = statistics.per_day(
        **scope.of, first_day=scope.today - timedelta(days=SUCCESS_DAYS - 1), last_day=scope.today
    )
    codes = CodeTable.read()
    return Figures(
        groups=[
            Group(title="Waiting now, of any day", tiles=list(_waiting(scope, overview, codes))),
            Group(title="Instructed in these days", tiles=list(_outcomes(scope, overview))),
        ],
        money=list(_money(scope, overview)),
        success=success_of(fortnight),
        tables=breakdowns(scope, codes),
        as_of=f"{at.astimezone(clock.NAIROBI):%-d %b %Y, %H:%M:%S} EAT",
        summary=f"{overview.waiting:,} waiting to retry, {overview.unknown:,} unknown, "
        f"{overview.person:,} need a person",
    )


def _waiting(scope: Scope, overview: statistics.Overview, codes: CodeTable) -> Iterator[Tile]:
    yield Tile(
        name="Waiting to retry", figure=f"{overview.waiting:,}",
        note=_moment("Next", overview.waiting_next_at, nothing="None"),
        url=scope.list_of(status="retrying", when="any"),
        tone=shown.WAIT if overview.waiting else shown.MUTE,
    )  # fmt: skip
    yield Tile(
        name="Unknown", figure=f"{overview.unknown:,}",
        note=_moment("Oldest", overview.unknown_oldest_at, nothing="None"),
        url=scope.list_of(status="unknown", when="any"),
        tone=shown.ASK if overview.unknown else shown.MUTE,
    )  # fmt: skip
    yield Tile(
        name="Needs a person", figure=f"{overview.person:,}",
        note="Reports contradict, or no answer came" if overview.person else "None",
        url=scope.list_of(person="yes", when="any"),
        tone=shown.BAD if overview.person else shown.MUTE,
    )  # fmt: skip
    parked = sum(each.count for each in overview.parked)
    yield Tile(
        name="Parked", figure=f"{parked:,}",
        note="" if parked else "None",
        url=scope.list_of(status="parked", when="any"),
        tone=shown.WARN if parked else shown.MUTE,
        parts=_causes(scope, overview.parked, codes),
    )  # fmt: skip


def _causes(
    scope: Scope, causes: Sequence[statistics.Cause], codes: CodeTable
) -> list[tuple[str, str, str]]:
    """The largest causes in words, and the rest together."""
    parts = [
        (
            words.cause(each.cause, codes),
            f"{each.count:,}",
            scope.list_of(cause=each.cause, when="any"),
        )
        for each in causes[:CAUSES_SHOWN]
    ]
    others = causes[CAUSES_SHOWN:]
    if others:
        rest = f"{sum(each.count for each in others):,}"
        parts.append(("other causes", rest, scope.list_of(status="parked", when="any")))
    return parts


def _outcomes(scope: Scope, overview: statistics.Overview) -> Iterator[Tile]:
    yield Tile(name="Total", figure=f"{overview.total:,}", note="Instructed",
               url=scope.list_of())  # fmt: skip
    yield Tile(
        name="Successful", figure=f"{overview.successful:,}",
        note=_share(overview.successful, overview.total),
        url=scope.list_of(status="completed"), tone=shown.GOOD,
    )  # fmt: skip
    yield Tile(
        name="Failed", figure=f"{overview.failed:,}",
        note=_share(overview.failed, overview.total),
        url=scope.list_of(status="failed"), tone=shown.BAD if overview.failed else shown.MUTE,
    )  # fmt: skip
    yield Tile(
        name="With retries", figure=f"{overview.with_retries:,}", note="Sent more than once",
        url=scope.list_of(attempts="2+"),
    )  # fmt: skip
    yield Tile(
        name="Today", figure=f"{overview.today:,}",
        note=f"{overview.today_successful:,} paid, {overview.today_failed:,} failed",
        url=scope.list_of(when="today"),
    )  # fmt: skip


def _money(scope: Scope, overview: statistics.Overview) -> Iterator[Tile]:
    for line in overview.money:
        status = str(line.status)
        yield Tile(
            name=status.capitalize(),
            figure=shown.short_amount(line.amount_minor, line.currency),
            note=f"{line.count:,}",
            url=scope.list_of(status=status),
            tone=TONES[status],
        )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % of all" if whole else "of none"


def _moment(word: str, at: datetime | None, *, nothing: str) -> str:
    """`Next 21 Nov 2026, 14:32 EAT, in 12 min`; what should have been done is due."""
    if at is None:
        return nothing
    is_due = word == "Next" and at <= clock.now()
    return f"{word} {shown.absolute(at)}, {'due now' if is_due else shown.relative(at)}"
