"""Ask what became of payouts: write the question down, send it, let the answer come."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from core import clock, jobs, states
from core.refusals import Refused
from core.secrets import CannotOpen
from disbursements import queries
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    StatusQuestion,
)
from disbursements.operations import ask_afresh, hand_over, ladder, look_up, pace
from disbursements.operations.call_log import call_of
from disbursements.states import DisbursementStatus
from gateways import inbox, registry
from gateways.errors import GatewayError, Unclear
from gateways.interface import Acknowledgement, CallbackUrls, Disburser, Rail
from gateways.interface import StatusQuestion as Wording
from vault.models import Shortcode, ShortcodeKind
from vault.operations.account_alerts import tell_closed

logger = logging.getLogger(__name__)

BATCH_MAX = 100
THREADS = 8
BUDGET_S = 40.0
REMARKS = "Status of a payout"
ASKABLE = (
    DisbursementStatus.ACCEPTED,
    DisbursementStatus.UNKNOWN,
    DisbursementStatus.RETRYING,
)


class CannotAsk(Refused):
    """Nothing is open about this payout: there is nothing to ask."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question that is written down, to be sent at `ready_s` of clock.stopwatch_s()."""

    row: DisbursementRequest
    question: StatusQuestion
    secret: str = field(repr=False)
    ready_s: float


def ask_due(*, of: Q = queries.ANY) -> int:
    """Send every status query `of` these that is due, within BUDGET_S; returns how many."""
    started_s, asked = clock.stopwatch_s(), 0
    with ThreadPoolExecutor(THREADS, thread_name_prefix="ask") as threads:
        while clock.stopwatch_s() - started_s < BUDGET_S:
            at = clock.database_now()
            looked_at = 0
            for shortcode in queries.shortcodes_to_ask(at=at, of=of):
                count, questions = write_down(shortcode=shortcode, at=at, of=of)
                looked_at += count
                asked += len(questions)
                _send(shortcode, questions, threads)
            if not looked_at:
                return asked
    return asked


def ask_now(*, disbursement_id: UUID, actor: str, at: datetime, reason: str = "") -> None:
    """Ask about this payout at once. Raises CannotAsk."""
    with transaction.atomic():
        row = DisbursementRequest.objects.select_for_update().get(pk=disbursement_id)
        attempt = queries.current_attempt(row)
        if row.status not in ASKABLE or attempt is None or not _is_open(attempt):
            raise CannotAsk(f"This payout is {row.status}: there is nothing to ask")
        if not attempt.asked_by:
            raise CannotAsk(f"M-Pesa cannot be asked: {hand_over.NOTHING_TO_ASK_BY}")
        row.ask_at = at
        row.save(update_fields=["ask_at"])
        because = f"asked for by hand: {reason}" if reason else "asked for by hand"
        states.note(row, at=at, because=because, actor=actor)
        jobs.after_commit("ask")


def write_down(
    *, shortcode: Shortcode, at: datetime, of: Q = queries.ANY
) -> tuple[int, list[Asked]]:
    """How many due rows were looked at, and the questions that follow: committed, not yet sent."""
    with transaction.atomic(durable=True):
        room = min(BATCH_MAX, pace.free_slots(shortcode=shortcode, at=at))
        rows = list(
            queries.to_ask(at=at, of=of)
            .filter(shortcode=shortcode)
            .select_related("shortcode")
            .select_for_update(of=("self",), skip_locked=True)[:room]
        )
        to_ask = []
        for row in rows:
            attempt = queries.current_attempt(row)
            if attempt is None or not _is_open(attempt):
                row.ask_at = None
                row.save(update_fields=["ask_at"])
                to_ask += [(row, settled) for settled in ask_afresh.wanted(row, at=at)]
            elif not attempt.asked_by:
                row.ask_at = None
                row.save(update_fields=["ask_at"])
                hand_over.to_a_person(row, hand_over.NOTHING_TO_ASK_BY, at=at)
            elif ladder.climb(row, attempt, at=at):
                to_ask.append((row, attempt))
        slots = pace.take(shortcode=shortcode, count=len(to_ask), at=at)
        questions = [
            _question(row, attempt, slots.ready_s(position, at=at), at)
            for position, (row, attempt) in enumerate(to_ask)
        ]
        StatusQuestion.objects.bulk_create([each.question for each in questions])
        return len(rows), questions


def _is_open(attempt: DisbursementRetryLog) -> bool:
    """Open, or proven not paid and contradicted since."""
    return attempt.outcome == AttemptOutcome.OPEN or (
        attempt.outcome == AttemptOutcome.NOT_PAID and attempt.success_reported_at is not None
    )


def _question(
    row: DisbursementRequest, attempt: DisbursementRetryLog, ready_s: float, at: datetime
) -> Asked:
    provider = registry.provider_of(Rail(row.rail))
    secret = inbox.new_secret(provider=provider, kind="status")
    return Asked(
        row=row,
        ready_s=ready_s,
        secret=secret,
        question=StatusQuestion(
            attempt=attempt, secret_digest=inbox.secret_digest(secret), asked_at=at
        ),
    )


def _wording(asked: Asked) -> Wording:
    provider, url = registry.provider_of(Rail(asked.row.rail)), inbox.callback_url
    return Wording(
        reference=asked.question.attempt.asked_by,
        remarks=REMARKS,
        urls=CallbackUrls(
            result=url(provider=provider, kind="status", secret=asked.secret),
            timeout=url(provider=provider, kind="status-timeout", secret=asked.secret),
        ),
    )


def _send(shortcode: Shortcode, questions: Sequence[Asked], threads: ThreadPoolExecutor) -> None:
    if not questions:
        return
    if shortcode.kind == ShortcodeKind.STRIPE:
        look_up.look_up(shortcode, [(each.question, each.ready_s) for each in questions], threads)
        return
    try:
        access = shortcode.access()
    except CannotOpen as error:
        tell_closed(shortcode, error, at=questions[0].question.asked_at)
        return
    rails = {asked.row.rail for asked in questions}
    disbursers = {rail: registry.disburser(Rail(rail), access) for rail in rails}
    answers = list(threads.map(lambda asked: _call(asked, disbursers[asked.row.rail]), questions))
    with transaction.atomic(durable=True):
        for asked, answer in zip(questions, answers, strict=True):
            _record(asked, answer)


def _call(asked: Asked, disburser: Disburser) -> Acknowledgement | GatewayError:
    clock.wait(seconds=max(0.0, asked.ready_s - clock.stopwatch_s()))
    try:
        return disburser.ask(_wording(asked))
    except GatewayError as error:
        return error
    except Exception:
        logger.exception("The question about attempt %s broke off", asked.question.attempt_id)
        return Unclear("The question broke off on our side")


def _record(asked: Asked, answer: Acknowledgement | GatewayError) -> None:
    """The ladder asks again by itself, so an error is only written down."""
    question = StatusQuestion.objects.filter(pk=asked.question.pk)
    if isinstance(answer, GatewayError):
        question.update(error=f"{type(answer).__name__}: {answer}"[:300])
    else:
        question.update(conversation_id=answer.conversation_id)
    if answer.exchange is not None:
        call_of(asked.row, answer.exchange, kind="status").save()
