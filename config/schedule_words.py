"""A schedule in words: its state, its result, what comes next, its failures."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django_q.models import Failure

from config.schedule_rows import MEANINGS, ScheduleRow, State
from core import clock
from core.admin import shown
from core.admin.confirm import ConfirmedAction
from core.admin.record import Column, Table
from core.masking import for_log
from core.models import JobRun

FAILURES_SHOWN = 10
ERROR_LENGTH_MAX = 300


def table(rows: Sequence[ScheduleRow], run: ConfirmedAction | None) -> Table:
    """A line for each; `run` for those who may run one now."""
    return Table(
        title="Every schedule",
        columns=[
            Column(label="Schedule"), Column(label="State"), Column(label="Last run"),
            Column(label="Result"), Column(label="Next run"),
            *([Column(label="Run")] if run else []),
        ],
        rows=[_line(row, run) for row in rows],
    )  # fmt: skip


def _line(row: ScheduleRow, run: ConfirmedAction | None) -> list[object]:
    url = reverse("admin:core_jobrun_change", args=[row.name])
    line: list[object] = [
        shown.two_lines(shown.link(url, row.name), f"{row.says} {row.every_text.capitalize()}."),
        shown.two_lines(state(row), wish(row)) if row.waits_for_run else state(row),
        shown.moment(row.started_at),
        shown.two_lines(result(row), last_success(row)) if row.error else result(row),
        next_run(row),
    ]
    if run:
        button = shown.button(run.url(JobRun(name=row.name)), "Run now…", f"Run {row.name} now")
        line.append(button)
    return line


def state(row: ScheduleRow) -> object:
    """A dot, the word, its meaning on hover."""
    return shown.status(row.state_text, meaning=meaning(row), tone=row.tone)


def meaning(row: ScheduleRow) -> str:
    """One sentence."""
    return MEANINGS[row.state]


def result(row: ScheduleRow) -> str:
    """`Did 5 in 40 ms`, `Failed after 3.20 s because …`, or that it runs."""
    if row.started_at is None:
        return shown.NOTHING
    if row.took is None:
        return f"Running, began {shown.relative(row.started_at)}"
    if row.error:
        return f"Failed after {length(row.took)} because {error(row)}"
    return f"Did {row.did:,} in {length(row.took)}"


def last_success(row: ScheduleRow) -> str:
    """When a run last ended well."""
    good_at = row.succeeded_at
    return f"Last success {shown.relative(good_at)}" if good_at else "It never went well"


def error(row: ScheduleRow) -> str:
    """Why the latest run broke off, phones masked."""
    return shown.free_text(row.error)[:ERROR_LENGTH_MAX]


def length(took: timedelta) -> str:
    """`40 ms`, `4.2 s`, `2 min 5 s`."""
    seconds = took.total_seconds()
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def next_run(row: ScheduleRow) -> object:
    """When the worker's clock strikes, or that no worker knows of it."""
    return shown.moment(row.next_at) if row.next_at else "On no worker's list"


def wish(row: ScheduleRow) -> str:
    """Who wants it to run now; empty where nobody does."""
    if row.asked is None:
        return ""
    return f"Asked for by {row.asked.by} at {shown.absolute(row.asked.at)}"


def next_step(row: ScheduleRow) -> str:
    """What happens next."""
    if row.waits_for_run:
        return f"{wish(row)}. It begins once a worker is free."
    if row.state in {State.LATE, State.NEVER_RAN, State.OFF}:
        return "See whether a worker runs (manage.py qcluster), or run it now."
    if row.next_at:
        return f"It runs again {shown.relative(max(row.next_at, row.at))}."
    return f"It runs {row.every_text}, by whoever runs manage.py sweep."


def as_values(row: ScheduleRow) -> dict[str, Any]:
    """What the API and the command answer of one schedule."""
    run, took = row.run, row.took
    asked = row.asked if row.waits_for_run else None
    return {
        "name": row.name,
        "says": row.says,
        "everyMinutes": row.every_minutes,
        "state": row.state.value,
        "stateMeaning": meaning(row),
        "isOverdue": row.is_overdue,
        "startedAt": _told(row.started_at),
        "endedAt": _told(run.ended_at if run else None),
        "tookMs": None if took is None else round(took.total_seconds() * 1000),
        "did": run.did if run else None,
        "error": error(row),
        "succeededAt": _told(row.succeeded_at),
        "nextRunAt": _told(row.next_at),
        "askedBy": asked.by if asked else None,
        "askedAt": _told(asked.at) if asked else None,
    }


def _told(at: datetime | None) -> str | None:
    return at.astimezone(clock.NAIROBI).isoformat() if at else None


def failures(name: str, *, may_open: bool) -> list[list[object]]:
    """The last tasks of it that raised, newest first."""
    tasks = Failure.objects.filter(
        Q(group=f"sweep:{name}") | Q(name=f"hint:{name}"), success=False
    ).order_by("-stopped")[:FAILURES_SHOWN]
    lines: list[list[object]] = []
    for task in tasks:
        ended: object = shown.moment(task.stopped)
        if may_open:
            ended = shown.link(reverse("admin:django_q_failure_change", args=[task.pk]), ended)
        text = for_log(str(task.result).partition(" : Traceback")[0])[:ERROR_LENGTH_MAX]
        lines.append([ended, length(task.stopped - task.started), text])
    return lines
