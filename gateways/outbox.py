"""Send messages to people that are due: claim and commit, call, record. What may have gone is
never sent again: a second one may arrive twice. Only where none would be worse, what somebody
died over is sent once more.

Any model that inherits OutgoingMessage is sent this way; an Outbox says how the kinds differ.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from core import clock, masking
from gateways import registry
from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.interface import Channel, Exchange, Notice, NoticeTaken
from gateways.models import Call, OutgoingMessage

BATCH_MAX = 8
BUDGET_S = 40.0
PROBLEM_CHARACTERS_MAX = 500
UNDER_WAY = "It was being sent, and what came of it was not recorded"
TOO_LATE = "It was due for so long that it is of no use any more"
State = OutgoingMessage.State
Message = TypeVar("Message", bound=OutgoingMessage)
Answer = NoticeTaken | GatewayError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outbox(Generic[Message]):
    """One kind of message. `due` are its rows to send at a moment, the most urgent first.

    `again_at` says when one that did not leave is tried again, None: never. `after` is told, in
    the transaction that records it, of each message that was sent or given up. `call_kind` names
    the calls in the log. `taken_over_after`: what somebody died over is sent once more then, for
    messages of which a second one is better than none; None: never.
    """

    call_kind: str
    useless_after: timedelta
    taken_over_after: timedelta | None = None
    due: Callable[[datetime], QuerySet[Message]]
    again_at: Callable[[Message, datetime], datetime | None]
    after: Callable[[Message, datetime], None]

    def send(self, *, at: datetime) -> int:
        """Send what is due, within BUDGET_S; how many were sent.

        A channel that cannot be reached rests until the next time.
        """
        ends_s, sent = clock.stopwatch_s() + BUDGET_S, 0
        resting: set[str] = set()
        with ThreadPoolExecutor(BATCH_MAX, thread_name_prefix=self.call_kind) as threads:
            while clock.stopwatch_s() < ends_s:
                found, claimed = self._claim(resting, at)
                if not found:
                    break
                for message, answer in zip(claimed, threads.map(_call, claimed), strict=True):
                    if isinstance(answer, Unreachable):
                        resting.add(message.channel)
                    sent += self._record(message, answer, clock.database_now())
        return sent

    def _claim(self, resting: set[str], at: datetime) -> tuple[int, Sequence[Message]]:
        """How many were due, and those to send now: committed as perhaps sent before anything
        is, so that whoever dies midway sends no second. The others were of no use any more.
        """
        with transaction.atomic(durable=True):
            rows = self.due(at).exclude(channel__in=resting)
            found = list(rows.select_for_update(skip_locked=True, of=("self",))[:BATCH_MAX])
            late = at - clock.scaled(self.useless_after)
            useless = [message for message in found if message.created_at < late]
            _set(useless, state=State.GIVEN_UP, due_at=None, problem=TOO_LATE)
            claimed = [message for message in found if message.created_at >= late]
            for message in claimed:
                _set(
                    [message], state=State.UNCLEAR, due_at=self._taken_over_at(message, at),
                    tries=message.tries + 1, problem=UNDER_WAY,
                )  # fmt: skip
        return len(found), claimed

    def _taken_over_at(self, message: Message, at: datetime) -> datetime | None:
        """Once: whoever dies over it twice may die of it."""
        if self.taken_over_after is None or message.state == State.UNCLEAR:
            return None
        return at + clock.scaled(self.taken_over_after)

    def _record(self, message: Message, answer: Answer, at: datetime) -> bool:
        """Whether it was sent."""
        with transaction.atomic(durable=True):
            if answer.exchange is not None:
                self._log(message, answer.exchange)
            if isinstance(answer, NoticeTaken):
                _set(
                    [message], state=State.SENT, sent_at=at, due_at=None,
                    message_id=answer.message_id[:100], problem="",
                )  # fmt: skip
                self.after(message, at)
                return True
            problem = masking.for_log(str(answer))[:PROBLEM_CHARACTERS_MAX]
            again_at = None
            if isinstance(answer, Unreachable):
                again_at = self.again_at(message, at)
            if again_at is not None:
                _set([message], state=State.DUE, due_at=again_at, problem=problem)
            elif isinstance(answer, Declined | Unreachable):
                _set([message], state=State.GIVEN_UP, due_at=None, problem=problem)
                self.after(message, at)
            else:
                _set([message], due_at=None, problem=problem)
        return False

    def _log(self, message: Message, exchange: Exchange) -> None:
        Call.objects.from_exchange(
            exchange, provider=registry.notifies_by(Channel(message.channel)),
            kind=self.call_kind, shortcode="", subject_id=str(message.pk),
        ).save()  # fmt: skip


def failed_in_a_row(rows: QuerySet[Message], *, times: int) -> bool:
    """Whether the newest of these messages that are not due any more were all given up."""
    latest = rows.exclude(state=State.DUE).order_by("-created_at", "-id")
    return list(latest.values_list("state", flat=True)[:times]) == [State.GIVEN_UP] * times


def _call(message: OutgoingMessage) -> Answer:
    notice = Notice(
        to=message.to, text=message.text, reference=message.reference, subject=message.subject
    )
    try:
        return registry.notifier(Channel(message.channel)).send(notice)
    except GatewayError as error:
        return error
    except Exception:
        logger.exception("Message %s broke off", message.pk)
        return Unclear("It broke off on our side")


def _set(rows: Sequence[OutgoingMessage], **columns: Any) -> None:
    if not rows:
        return
    type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).update(**columns)
    for row in rows:
        for name, value in columns.items():
            setattr(row, name, value)
