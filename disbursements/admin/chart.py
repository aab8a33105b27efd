"""The one line chart of the desk, drawn as SVG at the server: two success rates, day by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 560, 190
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 12, 26
FULL_BPS = 10_000
STEPS_BPS = (100, 200, 500, 1_000, 2_000, 2_500)
LINES_MAX = 5


@dataclass(frozen=True, kw_only=True)
class Point:
    """One day: shares of finished payouts in basis points; None where nothing finished."""

    day: date
    first_try_bps: int | None
    in_the_end_bps: int | None


@dataclass(frozen=True, kw_only=True)
class Dot:
    """Where a value stands."""

    x: float
    y: float
    title: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Coordinates for the template."""

    first_try: Sequence[Dot]
    in_the_end: Sequence[Dot]
    lines: Sequence[tuple[float, str]]
    days: Sequence[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT

    @property
    def first_try_path(self) -> str:
        """`x,y x,y` of the dashed line."""
        return _path(self.first_try)

    @property
    def in_the_end_path(self) -> str:
        """`x,y x,y` of the full line."""
        return _path(self.in_the_end)


def drawn(points: Sequence[Point]) -> Chart | None:
    """The chart, its scale ending at 100 %; None when no day has a value."""
    values = [
        bps for point in points for bps in (point.first_try_bps, point.in_the_end_bps)
        if bps is not None
    ]  # fmt: skip
    if not values:
        return None
    step = next(
        (each for each in STEPS_BPS if (FULL_BPS - min(values)) / each <= LINES_MAX - 1),
        STEPS_BPS[-1],
    )
    lowest = min(values) // step * step
    lowest = min(lowest, FULL_BPS - step)

    def y_of(bps: int) -> float:
        share = (bps - lowest) / (FULL_BPS - lowest)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def dots(name: str) -> list[Dot]:
        return [
            Dot(x=_x(index, len(points)), y=y_of(bps), title=f"{point.day:%-d %b}: {percent(bps)}")
            for index, point in enumerate(points)
            if (bps := getattr(point, name)) is not None
        ]

    return Chart(
        first_try=dots("first_try_bps"),
        in_the_end=dots("in_the_end_bps"),
        lines=[(y_of(bps), f"{bps // 100} %") for bps in range(lowest, FULL_BPS + 1, step)],
        days=[
            (_x(index, len(points)), f"{point.day:%-d %b}")
            for index, point in enumerate(points)
            if (len(points) - 1 - index) % 3 == 0
        ],
    )


def percent(bps: int) -> str:
    """`99.6 %`."""
    return f"{bps / 100:.1f} %"


def _x(index: int, count: int) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * index / max(count - 1, 1), 1)


def _path(dots: Sequence[Dot]) -> str:
    return " ".join(f"{dot.x},{dot.y}" for dot in dots)
