"""What lies below the figures: success with and without retry, reasons, times, partners."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.admin import shown
from core.admin.record import Column, Table
from disbursements.admin.chart import Chart, Point, drawn, percent
from disbursements.queries import statistics
from disbursements.queries.result_codes import CodeTable

ROWS_MAX = 15


@dataclass(frozen=True, kw_only=True)
class Success:
    """How many were paid at the first try and in the end: in a sentence, a chart, a table."""

    sentence: str
    days: int
    chart: Chart | None
    table: Table


def success_of(days: Sequence[statistics.Day]) -> Success:
    """Of the days that are given, oldest first."""
    finished = sum(day.finished for day in days)
    first = sum(day.paid_first_try for day in days)
    after = sum(day.paid_after_retry for day in days)
    return Success(
        sentence=_sentence(finished, first, after, len(days)),
        days=len(days),
        chart=drawn([
            Point(day=day.day, first_try_bps=day.first_try_bps, in_the_end_bps=day.in_the_end_bps)
            for day in days
        ]),
        table=Table(
            title="Success rate per day",
            columns=[
                Column(label="Day"), Column(label="Finished", numeric=True),
                Column(label="Paid at the first try", numeric=True),
                Column(label="Paid after a retry", numeric=True),
                Column(label="Failed", numeric=True),
                Column(label="Without retry", numeric=True),
                Column(label="With retry", numeric=True),
            ],
            rows=[
                [
                    f"{day.day:%-d %b %Y}", f"{day.finished:,}", f"{day.paid_first_try:,}",
                    f"{day.paid_after_retry:,}", f"{day.failed:,}",
                    _percent(day.first_try_bps), _percent(day.in_the_end_bps),
                ]
                for day in reversed(days)
            ],
        ),
    )  # fmt: skip


def _sentence(finished: int, first: int, after: int, days: int) -> str:
    """`Retries added 12.4 points …`: the difference of the two shares as they are shown."""
    if not finished:
        return f"Nothing was paid or failed in the last {days} days."
    without, with_retry = (1_000 * count // finished for count in (first, first + after))
    points = f"{(with_retry - without) / 10:.1f} points" if after else "nothing"
    return (
        f"Retries added {points} over the last {days} days: {without / 10:.1f} % of "
        f"{finished:,} finished payouts were paid at the first try, {with_retry / 10:.1f} % "
        "in the end."
    )


def breakdowns(scope: Any, codes: CodeTable) -> list[Table]:
    """Reasons by code, time to paid, per partner, per shortcode; each row leads to its list."""
    return [
        _reasons(scope, codes),
        _times(statistics.time_to_paid(**scope.between)),
        _shares(
            "Per partner", "Partner", scope, "partner",
            statistics.per_partner(**scope.between),
        ),
        _shares(
            "Per shortcode", "Shortcode", scope, "shortcode",
            statistics.per_shortcode(**scope.between),
        ),
    ]  # fmt: skip


NO_CODE = "M-Pesa says that it was not paid, and names no code"


def _reasons(scope: Any, table: CodeTable) -> Table:
    codes = statistics.per_code(**scope.between)
    most = max((code.count for code in codes), default=0)
    rows = []
    for code in codes[:ROWS_MAX]:
        said = table.in_words(code=code.code)
        rows.append(
            [
                shown.link(scope.list_of(code=code.code), code.code) if code.code else "none",
                shown.two_lines(shown.free_text(said.happened or NO_CODE), said.side),
                bar(code.count, most),
                f"{code.count:,}",
                shown.short_totals(code.totals),
            ]
        )
    return Table(
        title="Reasons by code",
        columns=[Column(label="Code"), Column(label="What happened"), Column(label="Share"),
                 Column(label="Payouts", numeric=True), Column(label="Money", numeric=True)],
        rows=rows,
        empty="No payout stands with a code in these days.",
    )  # fmt: skip


def _times(buckets: Sequence[statistics.Bucket]) -> Table:
    paid = sum(bucket.count for bucket in buckets)
    most = max((bucket.count for bucket in buckets), default=0)
    return Table(
        title="Time from instruction to paid",
        columns=[Column(label="Within"), Column(label="Share"),
                 Column(label="Payouts", numeric=True), Column(label="Of all paid", numeric=True)],
        rows=[
            [bucket.label, bar(bucket.count, most), f"{bucket.count:,}",
             _percent(10_000 * bucket.count // paid)]
            for bucket in buckets
        ] if paid else [],
        empty="Nothing was paid in these days.",
    )  # fmt: skip


def _shares(
    title: str, heading: str, scope: Any, name: str, shares: Sequence[statistics.Share]
) -> Table:
    most = max((share.count for share in shares), default=0)
    return Table(
        title=title,
        columns=[Column(label=heading), Column(label="Share"),
                 Column(label="Payouts", numeric=True), Column(label="Successful", numeric=True),
                 Column(label="Failed", numeric=True), Column(label="Money", numeric=True)],
        rows=[
            [
                shown.link(scope.list_of(**{name: str(share.id)}), share.name),
                bar(share.count, most), f"{share.count:,}", f"{share.successful:,}",
                f"{share.failed:,}", shown.short_totals(share.totals),
            ]
            for share in shares[:ROWS_MAX]
        ],
        empty="Nothing in these days.",
    )  # fmt: skip


def bar(count: int, most: int) -> SafeString:
    """A bar as long as its share of the longest; the figure stands beside it as text."""
    width = round(100 * count / most) if most else 0
    return format_html(
        '<span class="pv-bar" aria-hidden="true"><span style="width: {}%"></span></span>', width
    )


def _percent(bps: int | None) -> str:
    return shown.NOTHING if bps is None else percent(bps)
