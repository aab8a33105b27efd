"""Bar charts of checks over time, drawn as SVG at the server; each stands above its table."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core import clock
from core.admin.record import Column, Table
from reconciliation.admin import words
from reconciliation.queries.history import DAY, HOUR, Moment, Trend, history, trend
from reconciliation.queries.percentiles import of_buckets
from reconciliation.states import CheckResult

WIDTH, HEIGHT = 560, 132
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 10, 22
FILL = 0.72
LABELS_MAX = 8
NICE = (1, 2, 5)
WELL = (CheckResult.MATCHED, CheckResult.PENDING)
BADLY = (CheckResult.DISCREPANCY, CheckResult.ERROR)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One piece of a bar."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Coordinates for the template, and what the chart says in words."""

    title: str
    label: str
    bars: Sequence[Bar]
    lines: Sequence[tuple[float, str]]
    moments: Sequence[tuple[float, str]]
    legend: Sequence[tuple[str, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


@dataclass(frozen=True, kw_only=True)
class Span:
    """A day or a month: what it was like, two charts, and the table below them."""

    title: str
    sentence: str
    charts: Sequence[Chart]
    table: Table
    id: str


def span(length: str, moments: Sequence[Moment], trend: Trend, *, by: str) -> Span:
    """Of the moments that are given, oldest first; `length` such as `24 hours`."""
    title = f"The last {length}"
    return Span(
        title=title,
        sentence=_sentence(trend, length),
        charts=[
            _chart("Checks that went well", moments, WELL, by),
            _chart("Discrepancies and failed checks", moments, BADLY, by),
        ],
        table=_table(title, moments, by),
        id=f"pv-by-{by}",
    )


def spans(*, partners: Collection[UUID] | None, at: datetime) -> list[Span]:
    """The last 24 hours and the last 30 days, each beside the same time before it."""
    now = at + timedelta(seconds=1)  # the hour that begins now, too

    def of(length: str, by: str, whole: timedelta, step: timedelta) -> Span:
        return span(
            length, history(partners=partners, by=by, since=at - whole + step, until=now),
            trend(partners=partners, since=at - whole, until=at + timedelta(minutes=1)), by=by,
        )  # fmt: skip

    hour, day = timedelta(hours=1), timedelta(days=1)
    return [of("24 hours", HOUR, day, hour), of("30 days", DAY, 30 * day, day)]


def _sentence(trend: Trend, length: str) -> str:
    """`1,204 checks, 8 % more than in the 24 hours before. 3 discrepancies, 0 failed.`"""
    change, before = trend.change_percent(), f"in the {length} before"
    if change is None:
        compared = f", none {before}"
    elif not change:
        compared = f", as many as {before}"
    else:
        compared = f", {abs(change):,} % {'more' if change > 0 else 'fewer'} than {before}"
    found, failed = (trend.now.counts.get(each.value, 0) for each in BADLY)
    return (
        f"{_counted(trend.now.total, 'check')}{compared}. "
        f"{_counted(found, 'discrepancy', 'discrepancies')}, {failed:,} failed."
    )


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def _chart(
    title: str, moments: Sequence[Moment], results: Sequence[CheckResult], by: str
) -> Chart:
    sums = [sum(each.counts.get(result.value, 0) for result in results) for each in moments]
    top = _nice(max(sums, default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(moments), 1)
    every = max(1, -(-len(moments) // LABELS_MAX))
    return Chart(
        title=title,
        label=f"{title}: {sum(sums):,} in all, {max(sums, default=0):,} at the most in one {by}. "
        "The figures are in the table below.",
        bars=[
            bar for index, each in enumerate(moments)
            for bar in _pieces(each, results, x=LEFT + index * step, step=step, top=top, by=by)
        ],
        lines=[(_y(value, top), f"{value:,}") for value in sorted({0, top // 2, top})],
        moments=[
            (round(LEFT + (index + 0.5) * step, 1), _moment(each.since, by))
            for index, each in enumerate(moments)
            if (len(moments) - 1 - index) % every == 0
        ],
        legend=[(words.RESULT_TONES[each], each.value.capitalize()) for each in results],
    )  # fmt: skip


def _pieces(
    moment: Moment, results: Sequence[CheckResult], *, x: float, step: float, top: int, by: str
) -> list[Bar]:
    """One above the other."""
    pieces, below = [], 0
    for result in results:
        count = moment.counts.get(result.value, 0)
        if not count:
            continue
        y = _y(below + count, top)
        pieces.append(
            Bar(
                x=round(x + step * (1 - FILL) / 2, 1), y=y, width=round(step * FILL, 1),
                height=round(_y(below, top) - y, 1), tone=words.RESULT_TONES[result],
                title=f"{_moment(moment.since, by)}: {count:,} {result.value}",
            )
        )  # fmt: skip
        below += count
    return pieces


def _y(value: int, top: int) -> float:
    return round(HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM), 1)


def _nice(most: int) -> int:
    """The next of 2, 4, 10, 20, 40, 100, …: half of it is a whole number too."""
    size = 1
    while True:
        for each in NICE:
            if 2 * each * size >= most:
                return 2 * each * size
        size *= 10


def _moment(since: datetime, by: str) -> str:
    local = since.astimezone(clock.NAIROBI)
    return f"{local:%H:%M}" if by == HOUR else f"{local:%-d %b}"


def _table(title: str, moments: Sequence[Moment], by: str) -> Table:
    return Table(
        title=f"{title}: figures",
        columns=[
            Column(label="From" if by == HOUR else "Day"), Column(label="Checks", numeric=True),
            *(Column(label=each.value.capitalize(), numeric=True) for each in CheckResult),
            Column(label="Average", numeric=True), Column(label="95 of 100 within", numeric=True),
        ],
        rows=[
            [
                f"{each.since.astimezone(clock.NAIROBI):%-d %b, %H:%M}" if by == HOUR
                else f"{each.since.astimezone(clock.NAIROBI):%-d %b %Y}",
                f"{each.total:,}",
                *(f"{each.counts.get(result.value, 0):,}" for result in CheckResult),
                words.took(each.average_ms), words.took(of_buckets(each.buckets)[1]),
            ]
            for each in reversed(moments)
        ],
    )  # fmt: skip
