"""Owners' statements: what each has to get, and one owner's month as page, PDF and CSV."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header, urlencode

from core import clock, money
from core.admin import shown
from core.admin.record import Column, Table
from core.admin.scope import of_partners, partners_of
from core.refusals import Refused
from rents.operations import statements
from rents.operations.statements import FILES, PERMISSION, NoSuchOwner
from rents.queries.statement import CURRENCY, Statement, standings
from rents.rules.period import BadPeriod, Period, read_period
from rents.rules.statement_lines import StatementLine
from rents.rules.statement_words import ENGLISH, parts_in_words, subject, words
from vault.models import Owner
from vault.queries import caller_of

OWNERS_PER_PAGE = 50
LINES_SHOWN_MAX = 1_000
RECEIPTS_NAMED_MAX = 24
COLUMNS = (
    Column(label="Date"), Column(label="Receipt"), Column(label="What"),
    Column(label="Received", numeric=True), Column(label="Fee", numeric=True),
    Column(label="Owed", numeric=True), Column(label="Paid out", numeric=True),
    Column(label="Balance", numeric=True),
)  # fmt: skip


def owners_page(request: HttpRequest) -> HttpResponse:
    """`/admin/owner-statements/`: every owner the person may see, and what each has to get."""
    return admin.site.admin_view(_owners)(request)


def statement_page(request: HttpRequest, owner_id: UUID) -> HttpResponse:
    """`/admin/owner-statements/<owner>/`: to read; a POST takes it away as a file."""
    return admin.site.admin_view(_statement)(request, owner_id)


def _owners(request: HttpRequest) -> HttpResponse:
    demand_permission(request)
    searched = request.GET.get("q", "").replace("\x00", "").strip()[:120]
    rows = of_partners(Owner.objects.order_by("name"), partners_of(request), path="partner")
    rows = rows.select_related("partner")
    if searched:
        rows = rows.filter(name__icontains=searched)
    page = Paginator(rows, OWNERS_PER_PAGE).get_page(request.GET.get("p"))
    found = standings([owner.pk for owner in page])
    table = Table(
        title="Owners",
        columns=[
            Column(label="Owner"), Column(label="Partner"), Column(label="Owed", numeric=True),
            Column(label="On its way", numeric=True), Column(label="To get", numeric=True),
        ],
        rows=[
            [
                shown.link(reverse("owner_statement", args=[owner.pk]), owner.name),
                owner.partner.name,
                shown.amount(found[owner.pk].owed_minor, CURRENCY),
                shown.amount(found[owner.pk].forwarding_minor, CURRENCY),
                shown.amount(found[owner.pk].total_minor, CURRENCY),
            ]
            for owner in page
        ],
        empty="No owner's name has this in it." if searched else "There is no owner yet.",
    )  # fmt: skip
    return shown_page(
        request, "rents/statement_owners.html", title="Owners' statements", table=table, page=page,
        searched=searched, as_of=shown.absolute(clock.now()),
        more=f"{urlencode({'q': searched})}&" if searched else "",
    )  # fmt: skip


def _statement(request: HttpRequest, owner_id: UUID) -> HttpResponse:
    demand_permission(request)
    caller = caller_of(request.user, origin="admin")
    given = request.POST if request.method == "POST" else request.GET
    period, wrong = period_of(given)
    try:
        if request.method == "POST" and not wrong:
            taken = statements.take(
                owner_id=owner_id, period=period, file_format=given.get("kind", FILES[0]),
                caller=caller, at=clock.now(), for_spreadsheet=True,
            )  # fmt: skip
            return as_file(taken.body, name=taken.file_name, content_type=taken.content_type)
        found = statements.read(owner_id=owner_id, period=period, caller=caller)
    except NoSuchOwner as refused:
        raise Http404(str(refused)) from None
    except Refused as refused:
        found, wrong = None, f"{refused}. Nothing was taken away."
    return shown_page(
        request, "rents/statement.html", title="Owner's statement", found=found, wrong=wrong,
        period=period, presets=presets(period), sums=_sums(found) if found else [],
        table=_table(found) if found else None, kinds=FILES,
        on_its_way=_on_its_way(found) if found else "", as_of=shown.absolute(clock.now()),
    )  # fmt: skip


def demand_permission(request: HttpRequest) -> None:
    """Raises PermissionDenied for those who may not see where rent goes."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied


def shown_page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """A page of the desk that belongs to no table."""
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})


def as_file(body: bytes, *, name: str, content_type: str) -> HttpResponse:
    """A file to keep, not to show."""
    answer = HttpResponse(body, content_type=content_type)
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    answer["Cache-Control"] = "private, no-store"
    return answer


def period_of(given: Mapping[str, str]) -> tuple[Period, str]:
    """The days that are asked for, this month where they cannot be; and what is wrong."""
    today = clock.now().astimezone(clock.NAIROBI).date()
    first_text, last_text = given.get("from", ""), given.get("to", "")
    try:
        return read_period(first_text=first_text, last_text=last_text, today=today), ""
    except BadPeriod as refused:
        usual = read_period(first_text="", last_text="", today=today)
        return usual, f"{refused}. This month is shown instead."


def presets(chosen: Period) -> list[tuple[str, str, bool]]:
    """Text, query and whether it is the chosen one."""
    today = clock.now().astimezone(clock.NAIROBI).date()
    ended = today.replace(day=1) - timedelta(days=1)
    year_ago = date(today.year - 1, today.month, 1)
    ranges = [
        ("This month", today.replace(day=1), today), ("Last month", ended.replace(day=1), ended),
        ("Last 12 months", year_ago, ended),
    ]  # fmt: skip
    return [
        (text, f"?from={first}&to={last}", (first, last) == (chosen.first_day, chosen.last_day))
        for text, first, last in ranges
    ]


def _sums(found: Statement) -> list[tuple[str, str, object]]:
    """The statement as arithmetic: sign, label, amount."""
    of = found.totals
    rows = [
        ("", "Opening balance", found.opening.total_minor),
        ("+", "Rent received", of.received_minor),
        ("-", "Fee kept", of.fee_minor),
    ]
    if of.corrected_minor:
        rows.append(("+", "Corrections", of.corrected_minor))
    if of.handed_over_minor:
        rows.append(("-", "Had already, as with cash", of.handed_over_minor))
    rows += [("-", "Paid out", of.forwarded_minor), ("=", "Closing", found.closing.total_minor)]
    return [(sign, label, shown.amount(minor, found.currency)) for sign, label, minor in rows]


def _on_its_way(found: Statement) -> object:
    minor = found.closing.forwarding_minor
    return shown.amount(minor, found.currency) if minor else ""


def _table(found: Statement) -> Table:
    rows = [_cells(line, found.currency) for line in found.lines[:LINES_SHOWN_MAX]]
    if rows:
        sums = [
            sum(line.received_minor for line in found.lines),
            sum(line.fee_minor for line in found.lines),
            sum(line.owed_minor for line in found.lines),
            sum(line.paid_out_minor for line in found.lines),
            found.closing.total_minor,
        ]
        texts = ["Total", *(_amount(minor, found.currency) for minor in sums)]
        rows.append(["", "", *map(_strong, texts)])
    note = ""
    if len(found.lines) > LINES_SHOWN_MAX:
        note = (
            f"The first {LINES_SHOWN_MAX:,} of {len(found.lines):,} lines, and the total of all: "
            "the PDF and the CSV have every line."
        )
    empty = "Nothing was received or paid out in these days."
    return Table(title="Lines", columns=COLUMNS, rows=rows, empty=empty, note=note)


def _cells(line: StatementLine, currency: str) -> list[object]:
    said = words(ENGLISH)
    more = parts_in_words(line, said, named_max=RECEIPTS_NAMED_MAX)
    what = subject(line, said)
    amounts = (line.received_minor, line.fee_minor, line.owed_minor, line.paid_out_minor)
    return [
        format_html('<span class="pv-number">{}</span>', shown.absolute(line.at)), line.receipt,
        shown.two_lines(what, more) if more else what,
        *(_amount(minor, currency) if minor else "" for minor in amounts),
        _amount(line.balance_minor, currency),
    ]  # fmt: skip


def _strong(text: str) -> object:
    return format_html("<strong>{}</strong>", text)


def _amount(minor: int, currency: str) -> str:
    """Without the currency, which the heading has."""
    return f"{money.major(minor, currency):,.{money.exponent(currency)}f}"
