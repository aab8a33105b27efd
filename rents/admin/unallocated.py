"""The queue of money that is nobody's: each payment with who it might be, and why."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from core.admin import shown
from core.admin.record import Table
from rents.admin import choosing, words
from rents.admin.allocating import Allocate, facts_of
from rents.queries.finding import Whom
from vault.models import Payment
from vault.queries.candidates import candidates_of
from vault.states import PaymentStatus

ROWS_PER_PAGE = 20
CANDIDATES_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One payment, its facts, who it might be."""

    title: str
    url: str
    facts: list[tuple[str, object]]
    candidates: Table
    choose_url: str


def page(request: HttpRequest) -> HttpResponse:
    """`/admin/rent-unallocated/`: the oldest first; for those who may see payments."""
    return admin.site.admin_view(_page)(request)


def _page(request: HttpRequest) -> HttpResponse:
    model_admin: Any = admin.site.get_model_admin(Payment)
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    rows = model_admin.get_queryset(request).filter(status=PaymentStatus.UNALLOCATED)
    pages = Paginator(
        rows.select_related("shortcode", "partner").order_by("received_at", "id"), ROWS_PER_PAGE
    )
    shown_page = pages.get_page(request.GET.get("p"))
    sums = rows.order_by().values("currency").annotate(total=Sum("amount_minor"))
    context = {
        **admin.site.each_context(request),
        "opts": words.heading(model_admin.opts, "Unallocated money"),
        "title": "Unallocated money",
        "page": shown_page,
        "count": pages.count,
        "total": shown.totals({each["currency"]: each["total"] for each in sums}),
        "waiting": _waiting(list(shown_page.object_list), Allocate(model_admin).allowed(request)),
        "may_allocate": Allocate(model_admin).allowed(request),
        "list_url": reverse("admin:vault_payment_changelist"),
    }
    return TemplateResponse(request, "rents/unallocated.html", context)


def _waiting(rows: list[Payment], may_allocate: bool) -> list[Waiting]:
    found = candidates_of(rows)
    return [
        Waiting(
            title=f"{words.shown_money(row)}, receipt {row.receipt}",
            url=words.page_of(row),
            facts=facts_of(row),
            candidates=_candidates(row, found.get(row.pk, []), may_allocate),
            choose_url=reverse("admin:vault_payment_allocate", args=[row.pk]),
        )
        for row in rows
    ]


def _candidates(row: Payment, found: list[Any], may_allocate: bool) -> Table:
    likeliest = found[:CANDIDATES_SHOWN]
    return choosing.table(
        [Whom(place=each.property, tenant=each.tenant) for each in likeliest],
        reverse("admin:vault_payment_allocate", args=[row.pk]),
        verb="Allocate to…" if may_allocate else "",
        title=f"Who {row.receipt} might be from",
        why=[shown.two_lines(each.why, f"score {each.score}") for each in likeliest],
        empty="Nothing points to anybody.",
    )
