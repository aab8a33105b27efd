"""Write down what checks came to: runs, findings, sums, alerts, events and the queue, all at once.

Whatever dies before the commit leaves the requests as they were, and nothing else.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from core import clock
from reconciliation.models import BulkCheck, CheckRequest, Finding, ReconciliationRun
from reconciliation.operations import alert_findings, tell_live
from reconciliation.operations.ask_again import after_the_answer, look_again
from reconciliation.operations.checked import Checked
from reconciliation.operations.count_checks import count_checks
from reconciliation.operations.findings import Kept, Subject, keep
from reconciliation.operations.put_back import Again, after_failure, put_back
from reconciliation.operations.tell_live import Event
from reconciliation.operations.write_runs import write_runs
from reconciliation.queries.runs import Issue, as_result, name_partners
from reconciliation.rules.moments import told
from reconciliation.states import Severity

MILLISECOND = timedelta(milliseconds=1)
WORST_FIRST = [each.value for each in Severity]
RESULT, DISCREPANCY = "reconciliation_result", "discrepancy_alert"
LATER = "periodic"


def record_checks(
    made: Sequence[Checked], *, at: datetime, began_s: float
) -> list[ReconciliationRun]:
    """One transaction for all of them. `at` is when they began, `began_s` by the stopwatch."""
    with transaction.atomic(durable=True):
        present = _still_asked_for(made)
        kept = keep([look for each in present if (look := each.look())], at=at)
        duration_ms = round((clock.stopwatch_s() - began_s) * 1000)
        runs = _runs(present, kept, at=at, duration_ms=duration_ms)
        write_runs(runs)
        count_checks(runs)
        tell_live.tell_many(_events(runs, kept, at))
        _leave_queue(present, at=at)
        _end_bulks({row.bulk_id for each in present for row in each.requests}, at=at)
        opened, cured = kept.opened + kept.worse, kept.cured + kept.milder
        if opened or cured:  # last: others who tell of the same wait until the commit
            alert_findings.tell(opened=opened, cured=cured, at=at)
    return runs


def _still_asked_for(made: Sequence[Checked]) -> list[Checked]:
    """Without the requests that went meanwhile; the others stay locked until the commit."""
    ids = [row.pk for each in made for row in each.requests]
    locked = CheckRequest.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    there = set(locked.values_list("pk", flat=True))
    left = [
        replace(each, requests=[row for row in each.requests if row.pk in there]) for each in made
    ]
    return [each for each in left if each.requests]


def _runs(
    made: Iterable[Checked], kept: Kept, *, at: datetime, duration_ms: int
) -> list[ReconciliationRun]:
    return [
        ReconciliationRun(
            subject_kind=row.subject_kind, subject_id=row.subject_id, partner_id=each.partner_id,
            trigger=row.trigger, actor=row.actor, bulk_id=row.bulk_id,
            result=str(each.judgement.result), inputs=each.inputs(), asked=each.asked,
            findings=sorted({found.kind for found in kept.open_of.get(each.subject, ())}),
            details=_details(each), problem=each.problem, started_at=at,
            waited_ms=max(0, (at - row.due_at) // MILLISECOND), duration_ms=duration_ms,
        )
        for each in made
        for row in each.requests
    ]  # fmt: skip


def _details(each: Checked) -> dict[str, object]:
    if each.record is None:
        return {"kind": each.subject[0]}
    return {"reference": each.record.reference, "kind": each.subject[0], **each.record.details}


def _events(runs: Sequence[ReconciliationRun], kept: Kept, at: datetime) -> list[Event]:
    opened: dict[Subject, list[Finding]] = {}
    for row in kept.opened:
        opened.setdefault((row.subject_kind, row.subject_id), []).append(row)
    events: list[Event] = []
    name_partners(runs)
    for run in runs:
        rows = kept.open_of.get((run.subject_kind, run.subject_id), [])
        events.append((RESULT, as_result(run, issues=_issues(rows)), run.partner_id))
        if news := opened.pop((run.subject_kind, run.subject_id), []):
            events.append((DISCREPANCY, _alert(run, news, at), run.partner_id))
    return events


def _issues(rows: Iterable[Finding]) -> list[Issue]:
    return [Issue.of(row) for row in sorted(rows, key=lambda row: (row.kind, row.about))]


def _alert(run: ReconciliationRun, news: Sequence[Finding], at: datetime) -> dict[str, object]:
    return {
        "sessionId": run.subject_id,
        "issues": [issue.as_told() for issue in _issues(news)],
        "severity": min((row.severity for row in news), key=WORST_FIRST.index),
        "timestamp": told(at),
    }


def _leave_queue(made: Sequence[Checked], *, at: datetime) -> None:
    """They go; what failed, was asked about, or will differ if nothing happens, waits anew."""
    done = [row.pk for each in made for row in each.requests]
    CheckRequest.objects.filter(pk__in=done).delete()
    again = [
        after_failure(each.requests, problem=each.problem, at=at)
        for each in made
        if each.is_tried_again
    ]
    again += [_again(each, at) for each in made if not each.is_tried_again]
    put_back([each for each in again if each is not None])


def _again(made: Checked, at: datetime) -> Again | None:
    if made.asked:
        return after_the_answer(made.subject, partner_id=made.partner_id, at=at)
    due_at = made.judgement.again_at
    if due_at is None:
        return None
    return look_again(
        made.subject, partner_id=made.partner_id, trigger=LATER, due_at=due_at, at=at
    )


def _end_bulks(ids: Collection[object], *, at: datetime) -> None:
    """A bulk ends with its last check; its row is locked, so that one of two sees the end."""
    found = BulkCheck.objects.filter(pk__in=[each for each in ids if each], ended_at=None)
    rows = list(found.select_for_update().order_by("pk"))
    waiting = CheckRequest.objects.filter(bulk__in=rows).order_by()
    unfinished = set(waiting.values_list("bulk_id", flat=True).distinct()) if rows else set()
    ended = [row.pk for row in rows if row.pk not in unfinished]
    BulkCheck.objects.filter(pk__in=ended).update(ended_at=at)
