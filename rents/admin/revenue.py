"""The platform's revenue: fees by month, owner and property, beside what was forwarded."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from core import clock, money, states
from core.admin import shown
from core.admin.record import Column, Table
from core.admin.scope import partners_of
from rents.admin.statements import as_file, demand_permission, period_of, presets, shown_page
from rents.queries.revenue import Revenue, Share, revenue
from rents.rules.spreadsheet import safe, written
from rents.rules.statement_files import file_name
from vault.models import Partner

CSV_COLUMNS = (
    "by", "name", "owner", "rents", "received", "fee", "owed", "forwarded", "charges", "currency",
)  # fmt: skip
KINDS = ("csv",)


def page(request: HttpRequest) -> HttpResponse:
    """`/admin/rent-revenue/`: to read; a POST takes it away as CSV."""
    return admin.site.admin_view(_page)(request)


def _page(request: HttpRequest) -> HttpResponse:
    demand_permission(request)
    given = request.POST if request.method == "POST" else request.GET
    period, wrong = period_of(given)
    partners, partner = _chosen(request, given.get("partner", ""))
    found = revenue(partners=partners, period=period)
    if request.method == "POST" and not wrong:
        return _file(request, found, partner)
    return shown_page(
        request, "rents/revenue.html", title="Rent: revenue", wrong=wrong, period=period,
        presets=presets(period), kinds=KINDS, sums=_sums(found), tables=_tables(found),
        as_of=shown.absolute(clock.now()),
    )  # fmt: skip


def _chosen(request: HttpRequest, text: str) -> tuple[frozenset[UUID] | None, Partner | None]:
    """The partner that is chosen, as far as the person may see it, else all of theirs."""
    seen = partners_of(request)
    try:
        partner = Partner.objects.filter(pk=UUID(text)).first() if text else None
    except ValueError:
        partner = None
    if partner is None or (seen is not None and partner.pk not in seen):
        return seen, None
    return frozenset({partner.pk}), partner


def _file(request: HttpRequest, found: Revenue, partner: Partner | None) -> HttpResponse:
    rows = [list(CSV_COLUMNS), *_csv_rows(found)]
    noted = partner or Partner.objects.filter(pk__in=partners_of(request) or []).first()
    if noted is not None:
        with transaction.atomic():
            states.note(
                noted, at=clock.now(), actor=request.user.get_username(),
                because=f"took the revenue of {found.period} as csv",
            )  # fmt: skip
    view = f"revenue_{partner.name if partner else 'all'}"
    name = file_name(view=view, days=found.period, file_format="csv")
    body = written(rows, for_spreadsheet=True)
    return as_file(body, name=name, content_type="text/csv; charset=utf-8")


def _csv_rows(found: Revenue) -> Iterator[list[str]]:
    groups = (
        ("month", found.months), ("owner", found.owners), ("property", found.properties),
        ("total", [found.total]),
    )  # fmt: skip
    for by, shares in groups:
        for share in shares:
            amounts = (
                share.received_minor, share.fee_minor, share.owed_minor, share.forwarded_minor,
                share.charges_minor,
            )  # fmt: skip
            yield [
                by, safe(share.name), safe(share.beside), str(share.rents),
                *(money.plain(minor, found.currency) for minor in amounts), found.currency,
            ]  # fmt: skip


def _sums(found: Revenue) -> list[tuple[str, str, object]]:
    """Received = fee + owed, and what remains of the fee: sign, label, amount."""
    of = found.total
    rows = [
        ("", "Rent received", of.received_minor), ("-", "Owed to owners", of.owed_minor),
        ("=", "Fee kept", of.fee_minor), ("-", "M-Pesa charges", of.charges_minor),
        ("=", "After charges", of.fee_minor - of.charges_minor),
    ]  # fmt: skip
    return [(sign, label, shown.amount(minor, found.currency)) for sign, label, minor in rows]


def _tables(found: Revenue) -> list[Table]:
    empty = "No rent was allocated in these days."
    return [
        _table("By month", "Month", found.months, found, extra=("Forwarded", "M-Pesa charges"),
               empty=empty),
        _table("By owner", "Owner", found.owners, found, extra=("Forwarded", "M-Pesa charges"),
               empty=empty),
        _table("By property", "Property", found.properties, found, extra=(), empty=empty),
    ]  # fmt: skip


def _table(
    title: str, of: str, shares: Sequence[Share], found: Revenue, *, extra: Sequence[str],
    empty: str,
) -> Table:  # fmt: skip
    labels = ("Rents", "Received", "Fee", "Owed", *extra)
    return Table(
        title=title,
        columns=[Column(label=of), *(Column(label=label, numeric=True) for label in labels)],
        rows=[_cells(share, found.currency, len(extra)) for share in shares],
        empty=empty,
        note="" if title != "By property" else "A rent counts for the property it has now.",
    )


def _cells(share: Share, currency: str, extra: int) -> list[object]:
    name: object = shown.two_lines(share.name, share.beside) if share.beside else share.name
    amounts = [share.received_minor, share.fee_minor, share.owed_minor]
    amounts += [share.forwarded_minor, share.charges_minor][:extra]
    return [name, f"{share.rents:,}", *(shown.amount(minor, currency) for minor in amounts)]
