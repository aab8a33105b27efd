"""On the page of an alert about loans: the way to where it is mended."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from core.admin.alerts import REMEDIES
from core.admin.record import Button
from core.models import Alert
from disbursements.models import DisbursementRequest
from loans.admin import words
from loans.models import LoanBooking, MifosConnection
from loans.operations.booking_alerts import LATE_ALERT, NOT_BOOKED_ALERT
from loans.operations.mifos_trouble import NOT_ANSWERING_ALERT, REFUSES_ALERT
from loans.operations.sync_alerts import NOT_READY_ALERT
from loans.queries.payouts import CAME_BACK_ALERT, PAID_TWICE_ALERT


def _booking(request: HttpRequest, alert: Alert) -> Button | None:
    return _to(
        request, LoanBooking, alert, label="Open the booking…",
        explanation="What Mifos X said, what to do, and the way to book it again.",
    )  # fmt: skip


def _payout(request: HttpRequest, alert: Alert) -> Button | None:
    return _to(
        request, DisbursementRequest, alert, label="Open the payout…",
        explanation="What became of it, and the loan that it pays.",
    )  # fmt: skip


def _late(request: HttpRequest, alert: Alert) -> Button | None:  # noqa: ARG001 - all of them
    if not request.user.has_perm("loans.view_loanbooking"):
        return None
    url = f"{reverse('admin:loans_loanbooking_changelist')}?status=open"
    return Button(label="Bookings under way…", url=url, primary=True)


def _connection(request: HttpRequest, alert: Alert) -> Button | None:
    row = MifosConnection.objects.filter(partner__name=alert.key).first()
    if row is None or not request.user.has_perm("loans.view_mifosconnection"):
        return None
    return Button(
        label="Open the connection…", url=words.page_of(row), primary=True,
        explanation="Its latest test, and the way to test it again.",
    )  # fmt: skip


def _to(
    request: HttpRequest, model: Any, alert: Alert, *, label: str, explanation: str
) -> Button | None:
    """To the page of the row whose id the alert's key is."""
    needed = f"{model._meta.app_label}.view_{model._meta.model_name}"
    if not request.user.has_perm(needed):
        return None
    try:
        row = model._default_manager.filter(pk=UUID(alert.key)).first()
    except ValueError:
        return None
    if row is None:
        return None
    return Button(label=label, url=words.page_of(row), explanation=explanation, primary=True)


REMEDIES[NOT_BOOKED_ALERT] = _booking
REMEDIES[LATE_ALERT] = _late
REMEDIES[REFUSES_ALERT] = REMEDIES[NOT_ANSWERING_ALERT] = _connection
REMEDIES[NOT_READY_ALERT] = _connection
REMEDIES[CAME_BACK_ALERT] = REMEDIES[PAID_TWICE_ALERT] = _payout
