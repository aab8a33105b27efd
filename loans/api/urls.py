"""Addresses of loans: those of the source document, without a trailing slash; one is tolerated."""

from django.urls import URLPattern, path
from rest_framework.views import APIView

from loans.api.connection import ConnectionCheckView, ConnectionView
from loans.api.deciding import ApproveView, ProposeView, RejectView
from loans.api.loans import LoansFileView, LoansView, LoanView, RunsView
from loans.api.products import ProductsView, ProductView
from loans.api.syncing import FetchView, ProcessView, ScheduledSyncView
from loans.api.verbs import BookAgainView, HoldView, RecheckView, ReleaseView, RetryPaymentView

LOAN = "/loans/<str:loan_id>"
PROPOSAL = "/proposals/<str:proposal_id>"


def _both(route: str, view: type[APIView], name: str) -> list[URLPattern]:
    return [
        path(f"mifos{route}", view.as_view(), name=name),
        path(f"mifos{route}/", view.as_view(schema=None)),
    ]


urlpatterns = [
    *_both("/fetch-pending-loans", FetchView, "fetch_pending_loans"),
    *_both("/process-pending-loans", ProcessView, "process_pending_loans"),
    *_both("/scheduled-loan-sync", ScheduledSyncView, "scheduled_loan_sync"),
    *_both("/loans", LoansView, "loans"),
    *_both("/loans/export", LoansFileView, "export_loans"),
    *_both("/runs", RunsView, "loan_syncs"),
    *_both("/connection", ConnectionView, "mifos_connection"),
    *_both("/connection/check", ConnectionCheckView, "check_mifos_connection"),
    *_both("/products", ProductsView, "loan_products"),
    *_both("/products/<int:product_id>", ProductView, "loan_product"),
    *_both(LOAN, LoanView, "loan"),
    *_both(f"{LOAN}/recheck", RecheckView, "recheck_loan"),
    *_both(f"{LOAN}/hold", HoldView, "hold_loan"),
    *_both(f"{LOAN}/release", ReleaseView, "release_loan"),
    *_both(f"{LOAN}/retry-payment", RetryPaymentView, "retry_loan_payment"),
    *_both(f"{LOAN}/book-again", BookAgainView, "book_loan_again"),
    *_both(f"{LOAN}/proposals", ProposeView, "propose_of_loan"),
    *_both(f"{PROPOSAL}/approve", ApproveView, "approve_loan_proposal"),
    *_both(f"{PROPOSAL}/reject", RejectView, "reject_loan_proposal"),
]
