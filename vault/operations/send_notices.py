"""Send notices that are due, by gateways/outbox.py, and keep what became of each."""

from datetime import datetime

from core import alerts, clock, masking
from core.states import SYSTEM
from gateways.interface import Arrival, Channel, Delivery, NoticeReported, NoticeState
from gateways.outbox import PROBLEM_CHARACTERS_MAX, Outbox, failed_in_a_row
from vault.models import Notice
from vault.queries import notices
from vault.rules import notifying

FAIL_ALERT = "notices_not_sent"
FAILED_IN_A_ROW = 3
State = Notice.State


def send_notices(*, at: datetime) -> int:
    """Send what is due, within the outbox's budget; how many were sent."""
    return OUTBOX.send(at=at)


def apply_delivery_report(
    *,
    event: NoticeReported,
    arrival: Arrival,  # noqa: ARG001 - every delivery has the same shape
    at: datetime,  # noqa: ARG001
) -> tuple[Delivery, str]:
    """What became of a message: kept on its notice; nothing follows from it."""
    found = Notice.objects.filter(message_id=event.message_id).exclude(message_id="")
    notice = found.first()
    if notice is None:
        return Delivery.IGNORED, event.message_id[:60]
    if event.state is NoticeState.UNDER_WAY:
        return Delivery.IGNORED, str(notice.pk)
    problem = ""
    if event.state is NoticeState.NOT_DELIVERED:
        problem = f"Not delivered: {event.provider_status} {event.reason}".strip()
    found.update(problem=masking.without_phones(problem)[:PROBLEM_CHARACTERS_MAX])
    return Delivery.APPLIED, str(notice.pk)


def _again_at(notice: Notice, at: datetime) -> datetime | None:
    wait = notifying.wait_minutes(notice.tries)
    if wait is None:
        return None
    due_at = at + clock.minutes(wait)
    return notifying.not_at_night(due_at) if notice.channel == Channel.SMS else due_at


def _after(notice: Notice, at: datetime) -> None:
    """One that was given up may be the addressee's fault; several in a row are ours."""
    key = f"{notice.partner_id}:{notice.channel}"
    if notice.state == State.SENT:
        alerts.close_alerts(kind=FAIL_ALERT, key=key, at=at, actor=SYSTEM)
        return
    rows = Notice.objects.filter(partner_id=notice.partner_id, channel=notice.channel)
    if failed_in_a_row(rows, times=FAILED_IN_A_ROW):
        alerts.raise_alert(
            kind=FAIL_ALERT, key=key, at=at,
            text=f"The last {FAILED_IN_A_ROW} notices of {notice.partner} by {notice.channel} "
            f"could not be sent: {notice.problem}",
        )  # fmt: skip


OUTBOX: Outbox[Notice] = Outbox(
    call_kind="notice", useless_after=notifying.USELESS_AFTER,
    due=lambda at: notices.due(at=at), again_at=_again_at, after=_after,
)  # fmt: skip
