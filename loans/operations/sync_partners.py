"""Sync several partners at once: each in a thread of its own, so that none waits for another."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connections

from core import clock
from core.refusals import Refused
from core.states import SYSTEM
from loans.models import LoanSyncRun
from loans.operations.reach_mifos import lasts_until_s
from loans.operations.sync import STEPS, sync
from loans.operations.sync_alerts import tell_not_ready, tell_not_synced
from loans.queries import due

logger = logging.getLogger(__name__)

THREADS = 8
PARTNERS_MAX = 100
BUDGET_S = 30.0
Answer = TypeVar("Answer")


class NoTimeLeft(Refused):
    """Others took all the time there was; nothing was done, and the next sync goes on."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What became of one partner: its run, or why there is none. `unexpected`: a fault of ours."""

    partner_id: UUID
    run: LoanSyncRun | None = None
    refused: Refused | None = None
    unexpected: Exception | None = None


def sync_due(*, at: datetime) -> int:
    """Sync whoever is due, the longest due first; returns how many syncs were run.

    Raises the first unexpected error, at the end.
    """
    ids = due.to_sync(at=at).values_list("partner_id", flat=True)[:PARTNERS_MAX]
    answers = sync_partners(
        partner_ids=list(ids), steps=STEPS, trigger="schedule", actor=SYSTEM, at=at
    )
    tell_not_synced(at=at)
    tell_not_ready(at=at)
    for answer in answers:
        if answer.unexpected is not None:
            raise answer.unexpected
    return sum(answer.run is not None for answer in answers)


def sync_partners(
    *, partner_ids: Sequence[UUID], steps: Sequence[str], trigger: str, actor: str, at: datetime
) -> list[Answered]:
    """Sync these, each as `sync` does; in their order. Nothing is raised for one partner."""
    begins_until_s, ends_s = clock.stopwatch_s() + BUDGET_S, lasts_until_s()

    def one(partner_id: UUID) -> Answered:
        if clock.stopwatch_s() > begins_until_s:
            refused = NoTimeLeft("other partners took all the time: try again in a minute")
            return Answered(partner_id=partner_id, refused=refused)
        return _one(partner_id, steps, trigger, actor, at, ends_s)

    return each(partner_ids, one)


def each(partner_ids: Sequence[UUID], call: Callable[[UUID], Answer]) -> list[Answer]:
    """What the call answers for each partner, in their order; several at once."""
    if len(partner_ids) <= 1:
        return [call(partner_id) for partner_id in partner_ids]

    def apart(partner_id: UUID) -> Answer:
        try:
            return call(partner_id)
        finally:
            connections.close_all()  # the session belongs to this thread, which ends

    with ThreadPoolExecutor(THREADS, thread_name_prefix="loans") as threads:
        return list(threads.map(apart, partner_ids))


def _one(
    partner_id: UUID, steps: Sequence[str], trigger: str, actor: str, at: datetime, ends_s: float
) -> Answered:
    try:
        run = sync(
            partner_id=partner_id, steps=steps, trigger=trigger, actor=actor, at=at, ends_s=ends_s
        )
    except Refused as error:
        return Answered(partner_id=partner_id, refused=error)
    except Exception as error:
        logger.exception("Loans of partner %s were not synced", partner_id)
        return Answered(
            partner_id=partner_id, unexpected=error,
            refused=Refused("something of ours went wrong; the log says what"),
        )  # fmt: skip
    return Answered(partner_id=partner_id, run=run)
