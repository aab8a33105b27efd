"""Look after prompts whose moment has come: ask M-Pesa, expire, find what was paid.

Three paragraphs as everywhere: claim and commit, call, record and commit. A query's "not yet" and
"not known" are no failures (daraja.md 2.3).
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core import clock, states
from core.secrets import CannotOpen
from gateways import registry
from gateways.errors import GatewayError, Unclear, Unreachable
from gateways.interface import Collector, PromptStanding, PromptState
from gateways.interface.received import PAID_CODE
from vault.models import Prompt
from vault.operations import settle_prompt
from vault.operations.account_alerts import tell_closed
from vault.operations.record_prompt import locked, log_call
from vault.queries import prompts
from vault.queries.collecting import access_of
from vault.rules import prompting
from vault.states import PROMPT_OPEN, PromptStatus

BATCH_MAX = 8
BUDGET_S = 40.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    prompt_id: UUID
    checkout_id: str
    shortcode_id: UUID
    collector: Collector


def ask_prompts(*, at: datetime) -> int:
    """Look after every prompt that is due, within BUDGET_S; returns how many.

    A shortcode that M-Pesa does not let ask (throttled, not reached) rests for a minute.
    """
    ends_s, looked_at = clock.stopwatch_s() + BUDGET_S, 0
    resting: set[UUID] = set()
    with ThreadPoolExecutor(BATCH_MAX, thread_name_prefix="prompts") as threads:
        while clock.stopwatch_s() < ends_s:
            count, asked = _claim(resting, at)
            if not count:
                break
            looked_at += count
            for each, answer in zip(asked, threads.map(_call, asked), strict=True):
                if isinstance(answer, Unreachable):
                    resting.add(each.shortcode_id)
                _record(each, answer, clock.database_now())
    return looked_at


def _claim(resting: set[UUID], at: datetime) -> tuple[int, Sequence[_Asked]]:
    """How many due prompts were looked at, and those to ask about: committed, not yet asked."""
    with transaction.atomic(durable=True):
        rows = (
            prompts.due(at=at, resting=resting)
            .select_related("shortcode", "property", "tenant")
            .select_for_update(of=("self",), skip_locked=True)[:BATCH_MAX]
        )
        found = list(rows)
        asked = [one for prompt in found if (one := _look_at(prompt, resting, at))]
        return len(found), asked


def _look_at(prompt: Prompt, resting: set[UUID], at: datetime) -> _Asked | None:
    """What can be done without a call is done; what remains is to be asked."""
    if prompt.status == PromptStatus.PAID:
        settle_prompt.find_payment(prompt, at=at)
        return None
    if settle_prompt.paid_otherwise(prompt, at=at):
        return None
    if prompt.status == PromptStatus.ASKING:
        states.advance(
            prompt, to=PromptStatus.UNKNOWN, at=at,
            because="whoever prompted ended before the answer was recorded",
        )  # fmt: skip
    if prompt.checkout_id is None:
        _wait_or_expire(prompt, at)
        return None
    collector = None if prompt.shortcode_id in resting else _collector(prompt, at)
    if collector is None:
        resting.add(prompt.shortcode_id)
        _rest(prompt, at)
        return None
    age = _age(prompt, at)
    wait = prompting.next_look(age)
    prompt.asked_times += 1
    prompt.ask_at = None if wait is None else prompt.created_at + clock.scaled(wait)
    prompt.save(update_fields=["asked_times", "ask_at"])
    return _Asked(
        prompt_id=prompt.pk, checkout_id=prompt.checkout_id, shortcode_id=prompt.shortcode_id,
        collector=collector,
    )  # fmt: skip


def _wait_or_expire(prompt: Prompt, at: datetime) -> None:
    """Nobody told us its id: there is nothing to ask by."""
    if prompt.status in PROMPT_OPEN and _age(prompt, at) >= prompting.EXPIRES_AFTER:
        _expire(prompt, "no answer came, and there is no id to ask by", at, ask_at=None)
        return
    open_still = prompt.status in PROMPT_OPEN
    expires_at = prompt.created_at + clock.scaled(prompting.EXPIRES_AFTER)
    prompt.ask_at = expires_at if open_still else None
    prompt.save(update_fields=["ask_at"])


def _collector(prompt: Prompt, at: datetime) -> Collector | None:
    try:
        return registry.collector(access_of(prompt.shortcode))
    except CannotOpen as error:
        tell_closed(prompt.shortcode, error, at=at)
        return None


def _call(asked: _Asked) -> PromptStanding | GatewayError:
    try:
        return asked.collector.ask(asked.checkout_id)
    except GatewayError as error:
        return error
    except Exception:
        logger.exception("The question about prompt %s broke off", asked.prompt_id)
        return Unclear("The question broke off on our side")


def _record(asked: _Asked, answer: PromptStanding | GatewayError, at: datetime) -> None:
    with transaction.atomic(durable=True):
        prompt = locked(asked.prompt_id)
        if answer.exchange is not None:
            log_call(prompt, answer.exchange, kind="prompt-query")
        if prompt.status == PromptStatus.PAID:
            return
        if isinstance(answer, GatewayError):
            _not_told(prompt, answer, at)
        elif answer.paid:
            settle_prompt.paid(
                prompt, receipt="", paid_at=None, because="a query says paid", at=at
            )
        elif answer.state is PromptState.ANSWERED:
            _answered(prompt, answer, at)
        else:
            _expire_in_time(prompt, f"a query says {answer.state}", prompting.EXPIRES_AFTER, at)


def _answered(prompt: Prompt, answer: PromptStanding, at: datetime) -> None:
    words = f"a query says {answer.code} {answer.text}".strip()
    if not settle_prompt.is_final(code=answer.code, text=answer.text, at=at):
        _expire_in_time(prompt, words, prompting.EXPIRES_AFTER, at)
        return
    if prompt.code == PAID_CODE:
        settle_prompt.contradicted(prompt, f"{words}, but it was told as paid", at=at)
    if prompt.status == PromptStatus.FAILED:
        prompt.ask_at = None
        prompt.save(update_fields=["ask_at"])
        return
    settle_prompt.failed(prompt, code=answer.code, text=answer.text, because=words, at=at)
    settle_prompt.paid_otherwise(prompt, at=at)


def _not_told(prompt: Prompt, error: GatewayError, at: datetime) -> None:
    text = f"no answer, and M-Pesa could not be asked: {error}"[:500]
    expired = _expire_in_time(prompt, text, prompting.EXPIRES_UNASKED_AFTER, at)
    if isinstance(error, Unreachable) and not expired:
        _rest(prompt, at)


def _expire_in_time(prompt: Prompt, because: str, after: timedelta, at: datetime) -> bool:
    """An open prompt of that age expires; it is still asked about at times."""
    if prompt.status not in PROMPT_OPEN or _age(prompt, at) < after:
        return False
    _expire(prompt, because, at, ask_at=prompt.ask_at)
    return True


def _expire(prompt: Prompt, because: str, at: datetime, *, ask_at: datetime | None) -> None:
    states.advance(
        prompt, to=PromptStatus.EXPIRED, at=at, because=f"expired: {because}"[:500], ask_at=ask_at
    )


def _rest(prompt: Prompt, at: datetime) -> None:
    prompt.ask_at = at + clock.scaled(prompting.REST)
    prompt.save(update_fields=["ask_at"])


def _age(prompt: Prompt, at: datetime) -> timedelta:
    return clock.lived(at - prompt.created_at)
