"""Payouts in trouble, brought there by what a provider says: failed, retrying, unknown."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from disbursements.models import DisbursementRequest
from gateways.interface import PaymentState
from tests.staff import REASON
from tests.wire import MovedClock

FINAL, TEMPORARY = "2040", "100000002"
LIST = "admin:disbursements_disbursementrequest"


def fail(
    row: DisbursementRequest, reports: Any, moved: MovedClock, code: str = FINAL
) -> DisbursementRequest:
    """Reported as failed, and the status query agrees: proven not paid."""
    reports.failed(row, code)
    DisbursementRequest.objects.filter(pk=row.pk).update(ask_at=moved())
    reports.asked(row)
    reports.answered(row, PaymentState.NOT_PAID)
    return row


def page_of(verb: str, row: DisbursementRequest | None = None, query: str = "") -> str:
    """The address of a confirmation page: of one payout, or of what the query names."""
    if row is not None:
        return reverse(f"{LIST}_{verb}", args=[row.pk])
    return f"{reverse(f'{LIST}_{verb}')}?{query}"


def ids_of(*rows: DisbursementRequest) -> str:
    """The query that names these."""
    return "&".join(f"ids={row.pk}" for row in rows)


def form_of(page: str, **answers: Any) -> dict[str, Any]:
    """What the form of a confirmation page sends, with these answers."""
    hidden = re.findall(r'type="hidden" name="(run|seen_at|shown)" value="([^"]*)"', page)
    return {"confirmed": "yes", **dict(hidden), **answers}


def press(client: Client, address: str, **answers: Any) -> Any:
    """Open the page, fill in the form, send it, follow to where it leads."""
    page = client.get(address).content.decode()
    return client.post(address, form_of(page, reason=REASON, **answers), follow=True)


def status_of(row: DisbursementRequest) -> str:
    """As it is now."""
    return DisbursementRequest.objects.get(pk=row.pk).status
