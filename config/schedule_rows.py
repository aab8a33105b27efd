"""How each schedule is doing: last run, next run, state, and who has asked for a run."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from config.schedules import SWEEPS, rhythm
from core.admin import shown
from core.models import JobRun, Step

RHYTHMS_LATE = 3
FIRST_RUN_WITHIN = timedelta(minutes=15)
ASKED_IS_SHOWN_FOR = timedelta(days=2)
SUBJECT = JobRun.__name__
TONES_BY_URGENCY = (shown.BAD, shown.WARN, shown.MUTE, shown.GOOD)


class State(StrEnum):
    """How a schedule is doing."""

    LATE = "late"
    FAILING = "failing"
    NEVER_RAN = "never_ran"
    OFF = "off"
    ON_TIME = "on_time"


MEANINGS = {
    State.LATE: f"It has not begun for {RHYTHMS_LATE} of its rhythms.",
    State.FAILING: "Its last run broke off. The next one finds the same work again.",
    State.NEVER_RAN: "A worker should run it, and it has not begun yet.",
    State.OFF: "No worker has it on its list: start manage.py qcluster.",
    State.ON_TIME: "Its last run went well, and the next one is not overdue.",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Somebody wants it to run now."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class ScheduleRow:
    """One schedule of the table as it stands at the moment `at`."""

    name: str
    at: datetime
    run: JobRun | None = None
    next_at: datetime | None = None
    asked: Asked | None = None

    @property
    def says(self) -> str:
        """What it does, for staff."""
        return SWEEPS[self.name].says

    @property
    def every(self) -> timedelta:
        """Its rhythm."""
        return rhythm(self.name)

    @property
    def every_minutes(self) -> int:
        """Its rhythm in whole minutes."""
        return int(self.every.total_seconds() // 60)

    @property
    def started_at(self) -> datetime | None:
        """When the latest run began."""
        return self.run.started_at if self.run else None

    @property
    def is_running(self) -> bool:
        """Whether a run has begun of which no end is known."""
        return bool(self.run and self.started_at) and self.took is None

    @property
    def took(self) -> timedelta | None:
        """How long the latest run took; None: it never ran, or has not ended."""
        run = self.run
        if run is None or run.started_at is None or run.ended_at is None:
            return None
        return run.ended_at - run.started_at if run.ended_at >= run.started_at else None

    @property
    def did(self) -> int:
        """How much the latest good run did."""
        return (self.run.did or 0) if self.run else 0

    @property
    def succeeded_at(self) -> datetime | None:
        """When a run last ended well."""
        return self.run.succeeded_at if self.run else None

    @property
    def error(self) -> str:
        """Why the latest run that ended broke off."""
        return self.run.error if self.run else ""

    @property
    def waits_for_run(self) -> bool:
        """Whether somebody has asked for a run that has not begun yet."""
        return self.asked is not None and (
            self.started_at is None or self.started_at < self.asked.at
        )

    @property
    def state(self) -> State:
        """Trouble before good news."""
        if self.started_at is None:
            listed = self.next_at is not None or (self.run and self.run.listed_at)
            return State.NEVER_RAN if listed else State.OFF
        if self.at - self.started_at > RHYTHMS_LATE * self.every:
            return State.LATE
        return State.FAILING if self.error else State.ON_TIME

    @property
    def is_overdue(self) -> bool:
        """Whether a person has to look: no good run for longer than it should take."""
        allowed = RHYTHMS_LATE * self.every
        state, run = self.state, self.run
        if run is None or state is State.LATE:
            return run is not None
        if state is State.NEVER_RAN:
            since = run.listed_at
            return since is not None and self.at - since > min(allowed, FIRST_RUN_WITHIN)
        good_at = run.succeeded_at or run.listed_at
        return bool(state is State.FAILING and good_at and self.at - good_at > allowed)

    @property
    def tone(self) -> str:
        """The colour of the state."""
        if self.is_overdue:
            return shown.BAD
        if self.state is State.ON_TIME:
            return shown.GOOD
        return shown.MUTE if self.state is State.OFF else shown.WARN

    @property
    def state_text(self) -> str:
        """The state as staff read it."""
        return self.state.replace("_", " ").capitalize()

    @property
    def every_text(self) -> str:
        """`every 5 min`."""
        minutes = self.every_minutes
        if minutes >= 60 and minutes % 60 == 0:
            return f"every {minutes // 60} h"
        return "every minute" if minutes == 1 else f"every {minutes} min"


def every_row(*, at: datetime) -> list[ScheduleRow]:
    """All schedules of the table, trouble first; three reads however many there are."""
    rows = _rows(list(SWEEPS), at)
    return sorted(rows, key=lambda row: TONES_BY_URGENCY.index(row.tone))


def one_row(name: str, *, at: datetime) -> ScheduleRow:
    """One schedule. Raises KeyError when there is none of that name."""
    if name not in SWEEPS:
        raise KeyError(name)
    return next(_rows([name], at))


def _rows(names: list[str], at: datetime) -> Iterator[ScheduleRow]:
    from django_q.models import Schedule

    runs = JobRun.objects.in_bulk(names)
    next_runs = dict(
        Schedule.objects.filter(name__in=[f"sweep:{name}" for name in names]).values_list(
            "name", "next_run"
        )
    )
    asked = _asked(names, at)
    for name in names:
        yield ScheduleRow(
            name=name, at=at, run=runs.get(name), next_at=next_runs.get(f"sweep:{name}"),
            asked=asked.get(name),
        )  # fmt: skip


def _asked(names: list[str], at: datetime) -> dict[str, Asked]:
    """The latest wish for each schedule: the Steps of it are nothing else."""
    steps = Step.objects.filter(
        subject_type=SUBJECT, subject_id__in=names, at__gte=at - ASKED_IS_SHOWN_FOR
    )
    return {
        step.subject_id: Asked(by=step.actor, at=step.at, reason=step.because)
        for step in steps.order_by("id")
    }
