"""Run a schedule now: one operation behind the page, the API and the command."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from config import schedule_rows
from config.schedule_rows import Asked, ScheduleRow
from config.schedules import SWEEPS
from core import jobs, locks, states
from core.callers import Caller, NotAllowed
from core.models import JobRun
from core.refusals import Refused, checked_reason

VIEW = "core.view_jobrun"
PERMISSION = "core.run_jobrun"
SAME_WISH_WITHIN = timedelta(minutes=1)
LOCK_WAIT_S = 5.0
NAME_SHOWN_MAX = 60
REASON_EXAMPLE = "the provider answers again since 14:30"


class NoSuchSchedule(Refused):
    """No schedule has this name."""


@dataclass(frozen=True, kw_only=True)
class Queued:
    """The wish that stands, and whether it is a new one."""

    name: str
    asked: Asked
    is_new: bool


def demand_all_partners(caller: Caller, *, permission: str) -> None:
    """Raises NotAllowed without the permission, and for a partner's own staff: it is for all."""
    caller.demand(permission)
    if caller.partners is not None:
        raise NotAllowed(f"{caller.actor} sees one partner, and schedules concern all")


def found(name: str, *, at: datetime) -> ScheduleRow:
    """The schedule. Raises NoSuchSchedule naming those that there are."""
    if name not in SWEEPS:
        shown = name.replace("\x00", "?")[:NAME_SHOWN_MAX]
        raise NoSuchSchedule(
            f"no schedule is called {shown!r}; use one of {', '.join(sorted(SWEEPS))}",
            field="name",
        )
    return schedule_rows.one_row(name, at=at)


def run_now(*, name: str, reason: str, caller: Caller, at: datetime) -> Queued:
    """Queue one more run and keep who wanted it, and why. It harms nothing while one is running.

    The same wish again within SAME_WISH_WITHIN, before a run began, is the same wish. Raises
    NotAllowed, NoSuchSchedule, Refused for the reason.
    """
    demand_all_partners(caller, permission=PERMISSION)
    said = checked_reason(reason, example=REASON_EXAMPLE)
    with transaction.atomic():
        found(name, at=at)
        locks.wait_for_transaction_lock(f"run_now:{name}", wait_s=LOCK_WAIT_S)
        row = schedule_rows.one_row(name, at=at)
        if row.asked and row.waits_for_run and at - row.asked.at < SAME_WISH_WITHIN:
            return Queued(name=name, asked=row.asked, is_new=False)
        states.note(JobRun(name=name), at=at, because=f"run now: {said}", actor=caller.actor)
        jobs.after_commit(name)
    asked = Asked(by=caller.actor, at=at, reason=said)
    return Queued(name=name, asked=asked, is_new=True)
