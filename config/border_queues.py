"""The work queues that concern every partner: alerts, unclassified codes, callbacks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse

from config.work_queues import Queue
from core.admin import shown
from core.models import Alert
from disbursements.operations.judge import UNCLASSIFIED_ALERT
from disbursements.queries import code_use
from gateways.interface import Delivery
from gateways.models import Callback

RECENT = timedelta(days=7)
COUNTED_MAX = 10_000
CALLBACKS = "admin:gateways_callback_changelist"
ALERTS = "admin:core_alert_changelist"
RESULT_CODES = "admin:disbursements_resultcoderule_changelist"


def alert_queues(request: HttpRequest) -> Iterator[Queue]:
    """Codes that somebody has to classify, and every open alert."""
    counts = Alert.objects.filter(closed_at=None).aggregate(
        every=Count("pk"),
        critical=Count("pk", filter=Q(severity="critical")),
    )
    if request.user.has_perm("disbursements.view_resultcoderule"):
        codes = code_use.unclassified(alert_kind=UNCLASSIFIED_ALERT)
        yield Queue(
            name="Unclassified codes", count=len(codes), tone=shown.WARN,
            url=reverse(RESULT_CODES),
            text="Say what they mean; until then the plain ranges decide.",
        )  # fmt: skip
    if request.user.has_perm("core.view_alert"):
        critical = counts["critical"]
        text = f"{critical} of them high." if critical else "None is high."
        yield Queue(
            name="Open alerts", count=counts["every"], url=reverse(ALERTS),
            text=text if counts["every"] else "Nothing to report.",
            tone=shown.BAD if critical else shown.WARN,
        )  # fmt: skip


def callback_queues(*, at: datetime) -> Iterator[Queue]:
    """What arrived and is not read, cannot be read, or says otherwise."""
    unread = Callback.objects.filter(processed_at=None)[: COUNTED_MAX + 1].count()
    yield Queue(
        name="Callbacks not read yet", count=unread, tone=shown.WAIT,
        url=f"{reverse(CALLBACKS)}?outcome=unread",
        text="Stored, to be read by the worker within seconds.",
    )  # fmt: skip
    told = {
        Delivery.MALFORMED: (shown.WARN, "They changed nothing."),
        Delivery.CONTRADICTORY: (shown.BAD, "They say otherwise than what is on record."),
    }
    for outcome, (tone, text) in told.items():
        # by the index over outcomes; the newest first, so that a flood is cut off and not counted
        rows = Callback.objects.filter(
            processed_at__isnull=False, outcome=outcome, received_at__gte=at - RECENT
        ).order_by("-id")
        yield Queue(
            name=f"{outcome.capitalize()} callbacks", count=rows[: COUNTED_MAX + 1].count(),
            text=f"Of the last 7 days. {text}", tone=tone,
            url=f"{reverse(CALLBACKS)}?outcome={outcome}&when=7days",
        )  # fmt: skip
