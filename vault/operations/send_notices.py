"""Send notices that are due: claim and commit, call, record. A message that may have gone is
never sent again: a second one may arrive twice.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.db import transaction

from core import alerts, clock, masking
from core.states import SYSTEM
from gateways import registry
from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.interface import (
    Arrival,
    Channel,
    Delivery,
    Exchange,
    NoticeReported,
    NoticeState,
    NoticeTaken,
)
from gateways.interface import Notice as Message
from gateways.models import Call
from vault.models import Notice
from vault.queries import notices
from vault.rules import notifying

BATCH_MAX = 8
BUDGET_S = 40.0
PROBLEM_CHARACTERS_MAX = 500
CALL_KIND = "notice"
FAIL_ALERT = "notices_not_sent"
FAILED_IN_A_ROW = 3
UNDER_WAY = "It was being sent, and what came of it was not recorded"
TOO_LATE = "It was due for so long that it is of no use any more"
State = Notice.State

logger = logging.getLogger(__name__)


def send_notices(*, at: datetime) -> int:
    """Send what is due, within BUDGET_S; how many were sent.

    A channel that cannot be reached rests until the next time.
    """
    ends_s, sent = clock.stopwatch_s() + BUDGET_S, 0
    resting: set[str] = set()
    with ThreadPoolExecutor(BATCH_MAX, thread_name_prefix="notices") as threads:
        while clock.stopwatch_s() < ends_s:
            claimed = _claim(resting, at)
            if not claimed:
                break
            for notice, answer in zip(claimed, threads.map(_call, claimed), strict=True):
                if isinstance(answer, Unreachable):
                    resting.add(notice.channel)
                sent += _record(notice, answer, clock.database_now())
    return sent


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


def _claim(resting: set[str], at: datetime) -> Sequence[Notice]:
    """Committed as perhaps sent before anything is: whoever dies in the middle sends no second."""
    with transaction.atomic(durable=True):
        rows = notices.due(at=at).exclude(channel__in=resting)
        found = list(rows.select_for_update(skip_locked=True)[:BATCH_MAX])
        late = at - clock.scaled(notifying.USELESS_AFTER)
        useless = [notice for notice in found if notice.created_at < late]
        _set(useless, state=State.GIVEN_UP, due_at=None, problem=TOO_LATE)
        claimed = [notice for notice in found if notice.created_at >= late]
        for notice in claimed:
            tries = notice.tries + 1
            _set([notice], state=State.UNCLEAR, due_at=None, tries=tries, problem=UNDER_WAY)
            notice.tries = tries
    return claimed or (_claim(resting, at) if useless else [])


def _call(notice: Notice) -> NoticeTaken | GatewayError:
    message = Message(
        to=notice.to, text=notice.text, reference=notice.reference, subject=notice.subject
    )
    try:
        return registry.notifier(Channel(notice.channel)).send(message)
    except GatewayError as error:
        return error
    except Exception:
        logger.exception("Notice %s broke off", notice.pk)
        return Unclear("It broke off on our side")


def _record(notice: Notice, answer: NoticeTaken | GatewayError, at: datetime) -> bool:
    """Whether it was sent."""
    with transaction.atomic(durable=True):
        if answer.exchange is not None:
            _log(notice, answer.exchange)
        if isinstance(answer, NoticeTaken):
            _set(
                [notice], state=State.SENT, sent_at=at, message_id=answer.message_id[:100],
                problem="",
            )  # fmt: skip
            alerts.close_alerts(kind=FAIL_ALERT, key=_key(notice), at=at, actor=SYSTEM)
            return True
        problem = masking.for_log(str(answer))[:PROBLEM_CHARACTERS_MAX]
        if isinstance(answer, Unreachable):
            _again(notice, problem, at)
        elif isinstance(answer, Declined):
            _give_up(notice, problem, at)
        else:
            _set([notice], problem=problem)
    return False


def _again(notice: Notice, problem: str, at: datetime) -> None:
    wait = notifying.wait_minutes(notice.tries)
    if wait is None:
        _give_up(notice, problem, at)
        return
    due_at = at + clock.minutes(wait)
    if notice.channel == Channel.SMS:
        due_at = notifying.not_at_night(due_at)
    _set([notice], state=State.DUE, due_at=due_at, problem=problem)


def _give_up(notice: Notice, problem: str, at: datetime) -> None:
    """One may be the addressee's fault; several in a row are ours."""
    _set([notice], state=State.GIVEN_UP, problem=problem)
    latest = (
        Notice.objects.filter(partner_id=notice.partner_id, channel=notice.channel)
        .exclude(state=State.DUE)
        .order_by("-created_at", "-id")
        .values_list("state", flat=True)[:FAILED_IN_A_ROW]
    )
    if list(latest) == [State.GIVEN_UP] * FAILED_IN_A_ROW:
        alerts.raise_alert(
            kind=FAIL_ALERT, key=_key(notice), at=at,
            text=f"The last {FAILED_IN_A_ROW} notices of {notice.partner} by {notice.channel} "
            f"could not be sent: {problem}",
        )  # fmt: skip


def _key(notice: Notice) -> str:
    return f"{notice.partner_id}:{notice.channel}"


def _set(rows: Sequence[Notice], **columns: Any) -> None:
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(**columns)


def _log(notice: Notice, exchange: Exchange) -> None:
    Call.objects.from_exchange(
        exchange, provider=registry.notifies_by(Channel(notice.channel)), kind=CALL_KIND,
        shortcode="", subject_id=str(notice.pk),
    ).save()  # fmt: skip
