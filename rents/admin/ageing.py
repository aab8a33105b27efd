"""Collected, not forwarded: what lies here for each owner, by how long."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin import shown
from core.admin.record import Column, Table
from core.admin.scope import partners_of
from rents.admin import words
from rents.admin.forwarding import ForwardMany
from rents.queries.ageing import AGES, OwnerAgeing, ageing
from vault.models import Payment

WAITING = {"status": "allocated", "leg": "pending"}


def page(request: HttpRequest) -> HttpResponse:
    """`/admin/rent-not-forwarded/`: who waits longest first; for those who may see payments."""
    return admin.site.admin_view(_page)(request)


def _page(request: HttpRequest) -> HttpResponse:
    model_admin: Any = admin.site.get_model_admin(Payment)
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    at = clock.now()
    rows = ageing(partners=partners_of(request), at=at)
    action = ForwardMany(model_admin)
    context = {
        **admin.site.each_context(request),
        "opts": words.heading(model_admin.opts, "Collected, not forwarded"),
        "title": "Collected, not forwarded",
        "count": sum(row.count for row in rows),
        "table": _table(rows, action.url() if action.allowed(request) else ""),
        "as_of": shown.absolute(at),
    }
    return TemplateResponse(request, "rents/ageing.html", context)


def _table(rows: list[OwnerAgeing], forward_url: str) -> Table:
    return Table(
        title="Collected, not forwarded, per owner",
        columns=[
            Column(label="Owner"),
            *(Column(label=label.capitalize(), numeric=True) for label, _ in AGES),
            Column(label="Together", numeric=True), Column(label="Oldest"),
            *([Column(label="Forward")] if forward_url else []),
        ],
        rows=[*(_line(row, forward_url) for row in rows), *_sums(rows, forward_url)],
        empty="All clear: everything collected is forwarded or on its way.",
    )  # fmt: skip


def _line(row: OwnerAgeing, forward_url: str) -> list[object]:
    listed = reverse("admin:vault_payment_changelist")
    query = urlencode({**WAITING, "owner": row.owner.pk})
    line = [
        shown.two_lines(
            words.link(row.owner), shown.link(f"{listed}?{query}", words.rents(row.count))
        ),
        *(_age(each.amount_minor, each.count, row.currency) for each in row.ages),
        shown.amount(row.amount_minor, row.currency),
        shown.moment(row.oldest_at),
    ]
    if forward_url:
        url = f"{forward_url}?{urlencode({'owner': row.owner.pk})}"
        line.append(shown.button(url, "Forward now…", f"Forward now to {row.owner.name}"))
    return line


def _age(amount_minor: int, count: int, currency: str) -> object:
    if not count:
        return shown.NOTHING
    return shown.two_lines(shown.amount(amount_minor, currency), f"{count:,}")


def _sums(rows: list[OwnerAgeing], forward_url: str) -> list[list[object]]:
    """A last line for each currency: what lies here altogether."""
    lines: list[list[object]] = []
    for currency in sorted({row.currency for row in rows}):
        some = [row for row in rows if row.currency == currency]
        ages: list[object] = []
        for number in range(len(AGES)):
            amount_minor = sum(row.ages[number].amount_minor for row in some)
            count = sum(row.ages[number].count for row in some)
            ages.append(_age(amount_minor, count, currency))
        total = shown.amount(sum(row.amount_minor for row in some), currency)
        name = shown.two_lines("All owners", words.rents(sum(row.count for row in some)))
        lines.append([name, *ages, total, "", *([""] if forward_url else [])])
    return lines
