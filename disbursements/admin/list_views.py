"""Ready-made questions above the list of payouts, and the way to take its rows away."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.urls import reverse

from core import clock
from core.admin import everyday, shown
from disbursements.admin.filters import FILTERS, filters_of
from disbursements.models import DisbursementRequest
from disbursements.states import DisbursementStatus

EXPORT = "admin:disbursements_disbursementrequest_export"
BUILT_IN: tuple[tuple[str, dict[str, str]], ...] = (
    ("All", {}),
    ("Needs a person", {"person": "yes", "when": "any"}),
    ("Unknown > 30 min", {"unknown_for": "30", "when": "any"}),
    ("Unknown", {"status": "unknown", "when": "any"}),
    ("Parked", {"status": "parked", "when": "any"}),
    ("Retrying", {"status": "retrying", "when": "any"}),
    ("Failed today", {"status": "failed", "corrected": "no", "when": "today"}),
    ("Failed", {"status": "failed", "corrected": "no"}),
    ("Large > 50,000", {"amount_from": "50,000"}),
)
KEPT = {"partner", "shortcode", "p"}
DAYS = ("from", "to")
WORK: tuple[dict[str, str], ...] = (
    {"status": "failed"}, {"status": "failed", "corrected": "no"}, {"status": "unknown"},
    {"status": "parked"}, {"status": "retrying"}, {"person": "yes"}, {"unknown_for": "30"},
)  # fmt: skip


def built_in(changelist: ChangeList) -> list[dict[str, Any]]:
    """The everyday questions as text, url, chosen. Partner and shortcode stay as they are."""
    names = [part.parameter_name for part in FILTERS] + ["when_from", "when_to"]
    return everyday.views(
        changelist,
        BUILT_IN,
        names=[name for name in names if name not in KEPT],
        also_removed=["paid_from", "paid_to"],
    )


def replaced(rows: Sequence[DisbursementRequest]) -> dict[UUID, str]:
    """The reference of the correction that replaces each of these, where one does; one query."""
    children = DisbursementRequest.objects.filter(corrects__in=[row.pk for row in rows])
    return {
        parent: reference
        for parent, reference in children.values_list("corrects_id", "client_reference")
        if parent is not None
    }


def all_clear(request: HttpRequest, model_admin: Any, changelist: ChangeList) -> str:
    """What an empty list of work says when nothing but the kind of work was asked for."""
    chosen = {name: text for name, text in filters_of(changelist).items() if name not in DAYS}
    kind = chosen if chosen in WORK else None
    if changelist.result_count or kind is None:
        return ""
    if kind.get("status") != DisbursementStatus.FAILED:
        return f"All clear at {clock.now().astimezone(clock.NAIROBI):%H:%M} EAT"
    failed = model_admin.get_queryset(request).filter(status=DisbursementStatus.FAILED)
    latest = failed.order_by("-created_at").values_list("status_at", flat=True).first()
    return f"All clear since {shown.absolute(latest)}" if latest else "All clear: nothing failed"


def export_url(request: HttpRequest, model_admin: Any, changelist: ChangeList) -> str:
    """The page that takes exactly these rows away; empty for those who may not."""
    if not model_admin.may(request, "export"):
        return ""
    return f"{reverse(EXPORT)}?{urlencode(filters_of(changelist))}"
