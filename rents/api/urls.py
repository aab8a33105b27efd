"""Addresses of rent: those of the source document, without a trailing slash; one is tolerated."""

from django.urls import URLPattern, path
from rest_framework.views import APIView

from rents.api.forwarding import DisbursementStatusView, DisburseView, RetryFailedView
from rents.api.history import OwnerHistoryView
from rents.api.initiate import InitiateView
from rents.api.payments import PaymentsView, PaymentView
from rents.api.statement_view import OwnerStatementView

ONE = "<str:payment_id>"


def _both(route: str, view: type[APIView], name: str) -> list[URLPattern]:
    return [
        path(f"payments{route}", view.as_view(), name=name),
        path(f"payments{route}/", view.as_view(schema=None)),
    ]


urlpatterns = [
    *_both("", PaymentsView, "payments"),
    *_both("/initiate", InitiateView, "initiate_payment"),
    *_both(f"/disburse/{ONE}", DisburseView, "disburse_payment"),
    *_both(f"/disbursement-status/{ONE}", DisbursementStatusView, "disbursement_status"),
    *_both("/disbursements/owner", OwnerHistoryView, "owner_disbursements"),
    *_both("/statements/owner", OwnerStatementView, "owner_statement_api"),
    *_both("/retry-failed-disbursements", RetryFailedView, "retry_failed_disbursements"),
    *_both(f"/{ONE}", PaymentView, "payment"),
]
