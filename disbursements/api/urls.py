"""Addresses of the API: without a trailing slash; one is tolerated."""

from django.urls import URLPattern, path
from rest_framework.views import APIView

import vault.api.schema  # noqa: F401 - registers itself with drf-spectacular
from disbursements.api import bulk_views, payout_verbs, settlements
from disbursements.api.correct import CorrectView
from disbursements.api.export_view import ExportView
from disbursements.api.retry_views import RetryView
from disbursements.api.statistics_view import StatisticsView
from disbursements.api.views import DisbursementView, DisburseView

ONE = "disburse/<str:disbursement_id>"
RUN = "disburse/bulk-runs/<str:run_id>"
SETTLEMENT = "settlements/<str:settlement_id>"


def _both(route: str, view: type[APIView], name: str) -> list[URLPattern]:
    return [
        path(route, view.as_view(), name=name),
        path(f"{route}/", view.as_view(schema=None)),
    ]


urlpatterns = [
    *_both("disburse", DisburseView, "disburse"),
    *_both("disburse/retry", RetryView, "disburse_retry"),
    *_both("disburse/retry/statistics", StatisticsView, "retry_statistics"),
    *_both("disburse/export", ExportView, "disburse_export"),
    *_both("settlements", settlements.SettlementsView, "settlements"),
    *_both(f"{SETTLEMENT}/approve", settlements.ApproveView, "approve_settlement"),
    *_both(f"{SETTLEMENT}/reject", settlements.RejectView, "reject_settlement"),
    *_both("disburse/bulk-runs", bulk_views.BulkRunsView, "bulk_runs"),
    *_both(RUN, bulk_views.BulkRunView, "bulk_run"),
    *_both(f"{RUN}/stop", bulk_views.StopBulkRunView, "stop_bulk_run"),
    *_both(ONE, DisbursementView, "disbursement"),
    *_both(f"{ONE}/cancel", payout_verbs.CancelView, "cancel"),
    *_both(f"{ONE}/bring-forward", payout_verbs.BringForwardView, "bring_forward"),
    *_both(f"{ONE}/stop-retrying", payout_verbs.StopRetryingView, "stop_retrying"),
    *_both(f"{ONE}/max-retries", payout_verbs.MaxRetriesView, "max_retries"),
    *_both(f"{ONE}/ask", payout_verbs.AskView, "ask"),
    *_both(f"{ONE}/correct", CorrectView, "correct"),
    *_both(f"{ONE}/settlement", settlements.ProposeView, "propose_settlement"),
]
