"""Send what people are to be told of alerts, by gateways/outbox.py."""

from datetime import datetime, timedelta

from core import alerts, clock, masking
from core.models import AlertSeverity
from core.states import SYSTEM
from gateways.interface import NoticeReported, NoticeState
from gateways.outbox import PROBLEM_CHARACTERS_MAX, Outbox, failed_in_a_row
from reconciliation.models import AlertMessage
from reconciliation.queries import untold
from reconciliation.rules import routing

FAIL_ALERT = "alert_messages_not_sent"
FAILED_IN_A_ROW = 3
REPORTED_WITHIN = timedelta(days=7)
IN_VAIN = "The alert was closed, or the recipient taken off the list, before it was sent"
State = AlertMessage.State


def send_alert_messages(*, at: datetime) -> int:
    """Send what is due; how many were sent. What has become pointless is not sent."""
    untold.in_vain().update(state=State.GIVEN_UP, due_at=None, problem=IN_VAIN)
    return OUTBOX.send(at=at)


def apply_delivery_report(event: NoticeReported, *, at: datetime) -> str:
    """What became of a message is kept on it; its id, or '' where it is none of these."""
    recent = AlertMessage.objects.filter(created_at__gt=at - REPORTED_WITHIN)
    row = recent.filter(message_id=event.message_id).exclude(message_id="").first()
    if row is None:
        return ""
    if event.state is not NoticeState.UNDER_WAY:
        problem = ""
        if event.state is NoticeState.NOT_DELIVERED:
            problem = f"Not delivered: {event.provider_status} {event.reason}".strip()
        row.problem = masking.without_phones(problem)[:PROBLEM_CHARACTERS_MAX]
        row.save(update_fields=["problem"])
    return str(row.pk)


def _again_at(message: AlertMessage, at: datetime) -> datetime | None:
    wait = routing.wait_minutes(message.tries)
    return None if wait is None else at + clock.minutes(wait)


def _after(message: AlertMessage, at: datetime) -> None:
    """One that was given up may be the recipient's fault; several in a row are ours."""
    if message.state == State.SENT:
        alerts.close_alerts(kind=FAIL_ALERT, key=message.channel, at=at, actor=SYSTEM)
        return
    rows = AlertMessage.objects.filter(channel=message.channel).exclude(text="")
    if failed_in_a_row(rows, times=FAILED_IN_A_ROW):
        alerts.raise_alert(
            kind=FAIL_ALERT, key=message.channel, at=at, severity=AlertSeverity.CRITICAL,
            text=f"The last {FAILED_IN_A_ROW} messages about alerts by {message.channel} could "
            f"not be sent: {message.problem}",
        )  # fmt: skip


OUTBOX: Outbox[AlertMessage] = Outbox(
    call_kind="alert", useless_after=routing.USELESS_AFTER,
    taken_over_after=routing.TAKEN_OVER_AFTER,
    due=lambda at: untold.due(at=at), again_at=_again_at, after=_after,
)  # fmt: skip
