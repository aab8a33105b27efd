"""Addresses of the API: without a trailing slash; one is tolerated."""

from django.urls import URLPattern, path
from rest_framework.views import APIView

import vault.api.schema  # noqa: F401 - registers itself with drf-spectacular
from disbursements.api import (
    bulk_views,
    payout_accounts,
    payout_job_verbs,
    payout_jobs,
    payout_reversals,
    payout_verbs,
    settlements,
)
from disbursements.api.correct import CorrectView
from disbursements.api.export_view import ExportView
from disbursements.api.retry_views import RetryView
from disbursements.api.statistics_view import StatisticsView
from disbursements.api.views import DisbursementView, DisburseView

ONE = "disburse/<str:disbursement_id>"
RUN = "disburse/bulk-runs/<str:run_id>"
SETTLEMENT = "settlements/<str:settlement_id>"
JOB = "payouts/jobs/<str:job_id>"
TRANSFER = "payouts/transfers/<str:transfer_id>"
REVERSAL = "payouts/reversals/<str:reversal_id>"


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
    *_both("payouts/settlements", payout_jobs.SettlementsInView, "payout_settlements"),
    *_both("payouts/jobs", payout_jobs.JobsView, "payout_jobs"),
    *_both(JOB, payout_jobs.JobView, "payout_job"),
    *_both(f"{JOB}/transfers", payout_jobs.JobTransfersView, "payout_job_transfers"),
    *_both(f"{JOB}/retry", payout_job_verbs.RetryJobView, "retry_payout_job"),
    *_both(f"{JOB}/cancel", payout_job_verbs.CancelJobView, "cancel_payout_job"),
    *_both(TRANSFER, payout_jobs.TransferView, "payout_transfer"),
    *_both(f"{TRANSFER}/reversals", payout_reversals.ProposeReversalView, "propose_reversal"),
    *_both("payouts/reversals", payout_reversals.ReversalsView, "reversals"),
    *_both(f"{REVERSAL}/approve", payout_reversals.ApproveReversalView, "approve_reversal"),
    *_both(f"{REVERSAL}/reject", payout_reversals.RejectReversalView, "reject_reversal"),
    *_both("payouts/accounts", payout_accounts.AccountsView, "payout_accounts"),
    *_both("payouts/accounts/<str:user_id>", payout_accounts.AccountView, "payout_account"),
]
