"""How rent goes: success rates, time to the owner, what the platform earned, why things failed."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_date

from core import clock
from core.admin import shown
from core.admin.record import Column, Table
from core.admin.scope import partners_of
from disbursements.admin.breakdowns import bar
from disbursements.admin.chart import Point, drawn, percent
from disbursements.admin.figures import Group, Tile
from disbursements.queries.result_codes import CodeTable
from rents.admin import words
from rents.queries.overview import DAYS_MAX, Outcomes, Overview, Reason, overview
from vault.models import Payment

PRESETS: tuple[tuple[str, str, int], ...] = (
    ("today", "Today", 1), ("7days", "Last 7 days", 7), ("30days", "Last 30 days", 30),
    ("90days", "Last 90 days", 90),
)  # fmt: skip
DEFAULT = "30days"
PROMPTS, TRANSFERS = "stk", "b2b"


def page(request: HttpRequest) -> HttpResponse:
    """`/admin/rent-figures/`: for those who may see payments; of their partners only."""
    return admin.site.admin_view(_page)(request)


def _page(request: HttpRequest) -> HttpResponse:
    model_admin: Any = admin.site.get_model_admin(Payment)
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    first_day, last_day, preset = days_of(request)
    found = overview(partners=partners_of(request), first_day=first_day, last_day=last_day)
    days = {"when_from": first_day.isoformat(), "when_to": last_day.isoformat()}
    context = {
        **admin.site.each_context(request),
        "opts": words.heading(model_admin.opts, "Rent: figures"),
        "title": "Rent: figures",
        "presets": [(text, f"?when={name}", name == preset) for name, text, _ in PRESETS],
        "first_day": days["when_from"],
        "last_day": days["when_to"],
        "groups": _groups(found, days),
        "chart": drawn(
            [
                Point(day=each.day, first_try_bps=each.prompts.bps,
                      in_the_end_bps=each.forwards.bps)
                for each in found.days
            ]
        ),
        "day_table": _days(found),
        "tables": _tables(found),
        "as_of": shown.absolute(clock.now()),
    }  # fmt: skip
    return TemplateResponse(request, "rents/figures.html", context)


def days_of(request: HttpRequest) -> tuple[date, date, str]:
    """The first and the last day, and the preset they are; what cannot be read is the default."""
    today = clock.now().astimezone(clock.NAIROBI).date()
    ends = [_day(request.GET.get(f"when_{end}", "")) for end in ("from", "to")]
    if any(ends):
        last_day = min(ends[1] or today, today)
        first_day = min(ends[0] or last_day, last_day)
        return max(first_day, last_day - timedelta(days=DAYS_MAX - 1)), last_day, ""
    chosen = request.GET.get("when", DEFAULT)
    lengths = {name: length for name, _, length in PRESETS}
    preset = chosen if chosen in lengths else DEFAULT
    return today - timedelta(days=lengths[preset] - 1), today, preset


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _groups(found: Overview, days: dict[str, str]) -> list[Group]:
    listed = reverse("admin:vault_payment_changelist")
    prompts = reverse("admin:vault_prompt_changelist")
    failed = f"{listed}?{urlencode({**days, 'leg': 'failed'})}"
    took = "—" if found.to_owner is None else _length(found.to_owner)
    return [
        Group(
            title="How it goes",
            tiles=[
                Tile(name="Prompts paid", figure=_share(found.prompts),
                     note=_counts(found.prompts, "paid"), tone=shown.GOOD,
                     url=f"{prompts}?{urlencode(days)}"),
                Tile(name="Transfers completed", figure=_share(found.forwards),
                     note=_counts(found.forwards, "completed"),
                     tone=shown.GOOD, url=f"{listed}?{urlencode(days)}"),
                Tile(name="From paid to the owner", figure=took, note="On average",
                     url=f"{listed}?{urlencode({**days, 'leg': 'completed'})}"),
                Tile(name="Transfers failed", figure=f"{found.forwards.badly:,}",
                     note="Proven not paid", url=failed,
                     tone=shown.BAD if found.forwards.badly else shown.MUTE),
            ],
        ),
        *(
            Group(
                title=f"Received in these days, in {each.currency}",
                tiles=[
                    Tile(name=name, figure=shown.short_amount(minor, each.currency), note=note,
                         url=f"{listed}?{urlencode({**days, **query})}", tone=tone)
                    for name, minor, note, query, tone in (
                        ("Received", each.received_minor, f"{each.payments:,} payments", {},
                         shown.MUTE),
                        ("Platform's fee", each.fee_minor, "Earned", {}, shown.GOOD),
                        ("Owed to owners", each.owed_minor, "Of that received", {}, shown.MUTE),
                        ("Forwarded", each.forwarded_minor, "Of that owed",
                         {"leg": "completed"}, shown.MUTE),
                    )
                ],
            )
            for each in found.money
        ),
    ]  # fmt: skip


def _tables(found: Overview) -> list[Table]:
    codes = CodeTable.read()
    most = max((count for _, count in found.within), default=0)
    total = sum(count for _, count in found.within)
    return [
        _reasons("Why prompts failed", found.prompts_failed, codes, PROMPTS),
        _reasons("Why transfers failed", found.forwards_failed, codes, TRANSFERS),
        Table(
            title="Time from paid to forwarded",
            columns=[Column(label="Within"), Column(label="Share"),
                     Column(label="Rents", numeric=True)],
            rows=[[label.capitalize(), bar(count, most), f"{count:,}"]
                  for label, count in found.within] if total else [],
            empty="Nothing that came in these days is forwarded yet.",
        ),
    ]  # fmt: skip


def _reasons(title: str, reasons: Sequence[Reason], codes: CodeTable, api: str) -> Table:
    most = max((each.count for each in reasons), default=0)
    rows: list[list[object]] = []
    for each in reasons:
        said = words.said(codes, api=api, code=each.code, text=each.text)
        side = words.side_of_prompt(said) if api == PROMPTS else said.side
        happened = shown.free_text(said.happened or each.text) or "No reason was told"
        rows.append([
            shown.two_lines(happened, side) if each.code else happened,
            each.code or "none", bar(each.count, most), f"{each.count:,}",
        ])  # fmt: skip
    return Table(
        title=title,
        columns=[Column(label="What happened"), Column(label="Code"), Column(label="Share"),
                 Column(label="Times", numeric=True)],
        rows=rows,
        empty="None failed in these days.",
    )  # fmt: skip


def _days(found: Overview) -> Table:
    return Table(
        title="Success rate per day",
        columns=[
            Column(label="Day"), Column(label="Prompts paid", numeric=True),
            Column(label="Without money", numeric=True), Column(label="Paid", numeric=True),
            Column(label="Transfers completed", numeric=True),
            Column(label="Failed", numeric=True), Column(label="Completed", numeric=True),
        ],
        rows=[
            [f"{each.day:%-d %b %Y}", f"{each.prompts.well:,}", f"{each.prompts.badly:,}",
             _share(each.prompts), f"{each.forwards.well:,}", f"{each.forwards.badly:,}",
             _share(each.forwards)]
            for each in reversed(found.days)
        ],
    )  # fmt: skip


def _share(some: Outcomes) -> str:
    return shown.NOTHING if some.bps is None else percent(some.bps)


def _counts(some: Outcomes, word: str) -> str:
    still = f", {some.open:,} open" if some.open else ""
    return f"{some.well:,} of {some.well + some.badly:,} {word}{still}"


def _length(length: timedelta) -> str:
    """`4 min`, `3.5 h`, `2.1 days`."""
    minutes = length.total_seconds() / 60
    if minutes < 60:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.1f} days"
