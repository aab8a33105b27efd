from reconciliation.models.alerting import AlertMessage, AlertRecipient
from reconciliation.models.check_request import BulkCheck, CheckRequest
from reconciliation.models.finding import Finding, FindingKind, SeverityRule
from reconciliation.models.live import LiveEvent, LiveServer, Ticket, TrailCursor
from reconciliation.models.run import ReconciliationRun
from reconciliation.models.subject import SubjectKind
from reconciliation.models.tally import DURATION_BOUNDS_MS, ReconciliationTally

__all__ = [
    "DURATION_BOUNDS_MS",
    "AlertMessage",
    "AlertRecipient",
    "BulkCheck",
    "CheckRequest",
    "Finding",
    "FindingKind",
    "LiveEvent",
    "LiveServer",
    "ReconciliationRun",
    "ReconciliationTally",
    "SeverityRule",
    "SubjectKind",
    "Ticket",
    "TrailCursor",
]
