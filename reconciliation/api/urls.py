"""Addresses of the watchtower: those of the source document, without a trailing slash; one is
tolerated."""

from django.urls import URLPattern, path
from rest_framework.views import APIView

from reconciliation.api.alerts import AcknowledgeView, AlertsView, AssignView, CloseView
from reconciliation.api.checking import BulkCheckView, BulkView, QueueView, RunsView, SessionView
from reconciliation.api.findings import DismissView, FindingsView, FindingView
from reconciliation.api.statistics import ActiveView, HistoryView, StatsView

FINDING = "/findings/<str:finding_id>"
ALERT = "/alerts/<str:alert_id>"


def _both(route: str, view: type[APIView], name: str) -> list[URLPattern]:
    return [
        path(f"real-time-reconciliation{route}", view.as_view(), name=name),
        path(f"real-time-reconciliation{route}/", view.as_view(schema=None)),
    ]


urlpatterns = [
    *_both("/stats", StatsView, "reconciliation_stats"),
    *_both("/active", ActiveView, "active_reconciliations"),
    *_both("/history", HistoryView, "reconciliation_history"),
    *_both("/session/<str:session_id>", SessionView, "reconcile_session"),
    *_both("/queue/<str:session_id>", QueueView, "queue_reconciliation"),
    *_both("/bulk", BulkView, "bulk_reconciliation"),
    *_both("/bulk/<str:bulk_id>", BulkCheckView, "bulk_check"),
    *_both("/runs", RunsView, "reconciliations"),
    *_both("/findings", FindingsView, "findings"),
    *_both(FINDING, FindingView, "finding"),
    *_both(f"{FINDING}/dismiss", DismissView, "dismiss_finding"),
    *_both("/alerts", AlertsView, "alerts"),
    *_both(f"{ALERT}/acknowledge", AcknowledgeView, "acknowledge_alert"),
    *_both(f"{ALERT}/assign", AssignView, "assign_alert"),
    *_both(f"{ALERT}/close", CloseView, "close_alert"),
]
