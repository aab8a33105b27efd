"""The engine: take what is due from the queue, read all sides, judge, and write it down."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import InterfaceError, OperationalError

from core import clock
from reconciliation.models import CheckRequest, ReconciliationRun
from reconciliation.operations.ask_again import ask_again
from reconciliation.operations.checked import Checked, failed, judged
from reconciliation.operations.claim_checks import BATCH, claimed
from reconciliation.operations.read_sides import Sides, read_sides
from reconciliation.operations.record_checks import record_checks

logger = logging.getLogger(__name__)

Subject = tuple[str, str]
BUDGET_S = 40.0


def check_due(*, batches_max: int | None = None, batch: int = BATCH) -> int:
    """Make the checks that are due, within BUDGET_S; returns how many were made."""
    ends_s, done, batches = clock.stopwatch_s() + BUDGET_S, 0, 0
    while batches_max is None or batches < batches_max:
        at = clock.database_now()
        with claimed(at=at, limit=batch) as rows:
            done += len(check(rows, at=at))
        batches += 1
        if not rows or clock.stopwatch_s() > ends_s:
            break
    return done


def check(rows: Sequence[CheckRequest], *, at: datetime) -> list[ReconciliationRun]:
    """Make these checks now; the caller holds the lock of each subject. No transaction is open.

    Of several requests of one subject the sides are read once, and each has its run.
    """
    if not rows:
        return []
    began_s = clock.stopwatch_s()
    of: dict[Subject, list[CheckRequest]] = {}
    for row in rows:
        of.setdefault((row.subject_kind, row.subject_id), []).append(row)
    sides = read_sides(of)
    made = [judged(requests, sides.get(each, Sides()), at=at) for each, requests in of.items()]
    runs = _recorded(_asked(made, at=at), at=at, began_s=began_s)
    _tell_at_length(runs)
    return runs


def _tell_at_length(runs: Sequence[ReconciliationRun]) -> None:
    """A line for each where `DEBUG=reconciliation:*` asks for it."""
    if not logger.isEnabledFor(logging.DEBUG):
        return
    for run in runs:
        logger.debug(
            "Checked %s %s (%s): %s; open: %s; sides: %s; waited %s ms, took %s ms",
            run.subject_kind, run.subject_id, run.trigger, run.result,
            ", ".join(run.findings) or "none", ", ".join(sorted(run.inputs)) or "none",
            run.waited_ms, run.duration_ms,
        )  # fmt: skip


def _recorded(made: list[Checked], *, at: datetime, began_s: float) -> list[ReconciliationRun]:
    """What cannot be written down disturbs no other: then each is written alone, or fails."""
    try:
        return record_checks(made, at=at, began_s=began_s)
    except (OperationalError, InterfaceError):  # the database's fault: the lease brings it back
        raise
    except Exception as error:
        logger.exception("%s checks could not be written down", len(made))
        if len(made) == 1:
            return record_checks([failed(made[0], error)], at=at, began_s=began_s)
    return [run for each in made for run in _alone(each, at=at, began_s=began_s)]


def _alone(made: Checked, *, at: datetime, began_s: float) -> list[ReconciliationRun]:
    """Not even its failure can be written down: the lease brings it back, later."""
    try:
        return _recorded([made], at=at, began_s=began_s)
    except Exception:
        logger.exception("The check of %s %s is lost for now", *made.subject)
        return []


def _asked(made: list[Checked], *, at: datetime) -> list[Checked]:
    wanted = {each.subject for each in made if each.must_ask}
    wished = [each.subject for each in made if each.may_ask and not each.must_ask]
    asked = ask_again(wanted, wished=wished, at=at) if wanted or wished else set()
    return [each.after_asking() if each.subject in asked else each for each in made]
