"""One verb over one payout or a hundred thousand: looked at first, frozen by id, then worked off.

What is frozen is done or skipped with its reason, each once, whatever dies in between.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet, Sum

from core import jobs, states
from core.callers import Caller, NotAllowed
from core.refusals import Refused
from disbursements.models import BulkItem, BulkRun, BulkVerb, DisbursementRequest
from disbursements.operations import freeze
from disbursements.operations.bulk_options import (
    VERB_PERMISSIONS,
    BadOptions,
    checked_options,
    checked_reason,
    limit_in,
    moment_in,
)
from disbursements.operations.bulk_work import work
from disbursements.operations.freeze import NothingSelected
from disbursements.queries.by_hand import alike, standings
from disbursements.queries.selection import BadSelection
from disbursements.rules import by_hand
from disbursements.states import BulkRunStatus

__all__ = [
    "BULK_MAX", "INLINE_MAX", "VERB_PERMISSIONS", "BadOptions", "BadSelection", "NoSuchRun",
    "NotAllowed", "NothingSelected", "Preview", "TooMany", "done_totals", "preview",
    "skips", "start", "stop", "why_not", "why_not_many", "work",
]  # fmt: skip

BULK_MAX = 200_000
INLINE_MAX = 500
FIRST_SHOWN = 10
LOOKED_AT = 200
LOOKS_MAX = 10


class TooMany(Refused):
    """More payouts than one run may touch; nothing was changed."""


class NoSuchRun(Refused):
    """There is no such run, or it is not the caller's to see."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a run would do now: minor units per currency, and why the others would be skipped."""

    count: int
    totals: dict[str, int] = field(default_factory=dict)
    oldest: datetime | None = None
    newest: datetime | None = None
    first: list[DisbursementRequest] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)


def preview(
    *,
    verb: str,
    caller: Caller,
    at: datetime,
    selection: Mapping[str, str] | None = None,
    ids: Collection[UUID] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Preview:
    """Look only. Raises NotAllowed, BadSelection, BadOptions, NothingSelected, TooMany."""
    known = checked_options(verb=verb, options=options, caller=caller, at=at)
    chosen = freeze.chosen(caller=caller, selection=selection, ids=ids)
    fitting, skipped = _by_status(chosen, verb, named=None if ids is None else len(set(ids)))
    moment = moment_in(known, at=at)
    found = Preview(count=0, skipped=skipped)
    groups = alike(fitting, at=at, moment=moment) if _demand_few(fitting) else []
    for group in groups:
        reason = by_hand.why_not(verb, group.standing, max_retries=limit_in(known))
        if reason:
            skipped[reason] = skipped.get(reason, 0) + group.count
            continue
        totals = found.totals | {
            group.currency: found.totals.get(group.currency, 0) + group.amount_minor
        }
        found = Preview(
            count=found.count + group.count, totals=totals, skipped=skipped,
            oldest=min(found.oldest or group.oldest, group.oldest),
            newest=max(found.newest or group.newest, group.newest),
        )  # fmt: skip
    found.first.extend(_first(fitting, verb, known, at) if found.count else [])
    return found


def start(
    *,
    verb: str,
    reason: str,
    caller: Caller,
    at: datetime,
    selection: Mapping[str, str] | None = None,
    ids: Collection[UUID] | None = None,
    options: Mapping[str, Any] | None = None,
    run_id: UUID | None = None,
) -> BulkRun:
    """Freeze what is meant and leave it to `work`; the same `run_id` again is the same run.

    Of a selection only what stands in a status that the verb is for is frozen; of `ids`
    whatever is the caller's. Raises NotAllowed, BadSelection, BadOptions, NothingSelected,
    TooMany.
    """
    known = checked_options(verb=verb, options=options, caller=caller, at=at)
    run = BulkRun(
        id=run_id or uuid4(), verb=verb, options=known, reason=checked_reason(reason),
        actor=caller.actor, origin=caller.origin,
        partners=None if caller.partners is None else sorted(caller.partners),
        selection=dict(selection or {}), status=BulkRunStatus.RUNNING, status_at=at,
        started_at=at,
    )  # fmt: skip
    if run_id and (again := _again(run, caller)):
        return again
    rows = freeze.chosen(caller=caller, selection=selection, ids=ids)
    if ids is None:
        rows = rows.filter(status__in=by_hand.STATUSES[verb])
    try:
        _begin(run, rows, named=None if ids is None else len(set(ids)), at=at)
    except IntegrityError:
        if run_id and (again := _again(run, caller)):
            return again
        raise
    return run


def stop(*, run_id: UUID, reason: str, caller: Caller, at: datetime) -> BulkRun:
    """Leave what was not reached yet as it is. A run that has ended stays as it ended.

    Raises NotAllowed and NoSuchRun.
    """
    said = checked_reason(reason)
    with transaction.atomic(durable=True):
        run = BulkRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None or not _is_theirs(run, caller):
            raise NoSuchRun(f"There is no run {run_id}", field="run")
        caller.demand(VERB_PERMISSIONS[run.verb])
        if run.status == BulkRunStatus.RUNNING:
            states.advance(
                run, to=BulkRunStatus.STOPPED, at=at, because=f"stopped: {said}",
                actor=caller.actor, ended_at=at,
            )  # fmt: skip
    return run


def skips(run: BulkRun) -> dict[str, int]:
    """Why payouts were skipped, and how many for each reason, most first."""
    found = (
        BulkItem.objects.filter(run=run)
        .exclude(skipped_because="")
        .values_list("skipped_because")
        .annotate(count=Count("pk"))
    )
    counted = dict(found)
    if not_found := int(run.options.get(freeze.NOT_FOUND_OPTION, 0)):
        counted[by_hand.NOT_FOUND] = counted.get(by_hand.NOT_FOUND, 0) + not_found
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def done_totals(run: BulkRun) -> dict[str, int]:
    """Minor units per currency of what was done."""
    done = BulkItem.objects.filter(run=run, settled_at__isnull=False, skipped_because="")
    sums = (
        DisbursementRequest.objects.filter(pk__in=done.values("disbursement_id"))
        .order_by()
        .values_list("currency")
        .annotate(total=Sum("amount_minor"))
    )
    return dict(sums)


def why_not(row: DisbursementRequest, *, at: datetime) -> dict[str, str]:
    """For each verb why it cannot be done now; empty when it can."""
    standing = standings(_rows_of([row]), at=at, moment=at).get(row.pk)
    if standing is None:
        return dict.fromkeys(BulkVerb.values, by_hand.NOT_FOUND)
    return {verb: by_hand.why_not(verb, standing) for verb in BulkVerb.values}


def why_not_many(
    rows: Sequence[DisbursementRequest], *, verb: str, at: datetime
) -> dict[UUID, str]:
    """The same of many rows and one verb."""
    known = standings(_rows_of(rows), at=at, moment=at)
    return {pk: by_hand.why_not(verb, standing) for pk, standing in known.items()}


def _rows_of(rows: Sequence[DisbursementRequest]) -> QuerySet[DisbursementRequest]:
    return DisbursementRequest.objects.filter(pk__in=[row.pk for row in rows])


def _begin(
    run: BulkRun, rows: QuerySet[DisbursementRequest], *, named: int | None, at: datetime
) -> None:
    _refuse_many(named or 0)
    with transaction.atomic(durable=True):
        frozen = freeze.freeze(run_id=run.pk, rows=rows, limit=BULK_MAX + 1)
        _refuse_many(frozen.count)
        missing = max(0, named - frozen.count) if named is not None else 0
        if missing:
            run.options = run.options | {freeze.NOT_FOUND_OPTION: missing}
        run.total, run.skipped, run.totals = frozen.count + missing, missing, frozen.totals
        because = f"{run.get_verb_display()}: {run.reason}"
        states.begin([run], at=at, because=because, actor=run.actor)
        jobs.after_commit("bulk")


def _again(run: BulkRun, caller: Caller) -> BulkRun | None:
    """The run of this id that is there already. Raises NotAllowed when it is another's."""
    there = BulkRun.objects.filter(pk=run.pk).first()
    if there and (there.actor, there.verb) != (caller.actor, run.verb):
        raise NotAllowed("This run is another person's; begin anew")
    return there


def _is_theirs(run: BulkRun, caller: Caller) -> bool:
    if caller.partners is None:
        return True
    return run.partners is not None and set(run.partners) <= caller.partners


def _by_status(
    chosen: QuerySet[DisbursementRequest], verb: str, *, named: int | None
) -> tuple[QuerySet[DisbursementRequest], dict[str, int]]:
    """What stands in a status that the verb is for; the others counted by why they are not."""
    _refuse_many(named or 0)
    counts = dict(chosen.order_by().values_list("status").annotate(count=Count("pk")))
    skipped: dict[str, int] = {}
    for status, count in counts.items():
        if status not in by_hand.STATUSES[verb]:
            reason = by_hand.STANDS[status]
            skipped[reason] = skipped.get(reason, 0) + count
    if named is not None and (missing := named - sum(counts.values())) > 0:
        skipped[by_hand.NOT_FOUND] = missing
    return chosen.filter(status__in=by_hand.STATUSES[verb]), skipped


def _demand_few(rows: QuerySet[DisbursementRequest]) -> int:
    count = rows.order_by()[: BULK_MAX + 1].count()
    _refuse_many(count)
    return count


def _refuse_many(count: int) -> None:
    if count > BULK_MAX:
        raise TooMany(
            f"More than {BULK_MAX:,} payouts are selected, and one run may do {BULK_MAX:,}: "
            "nothing was changed. Use a filter, such as one day"
        )


def _first(
    rows: QuerySet[DisbursementRequest], verb: str, options: dict[str, Any], at: datetime
) -> list[DisbursementRequest]:
    """The newest that would be done, as far as a look at the newest two thousand tells."""
    found: list[DisbursementRequest] = []
    newest = rows.select_related("partner").order_by("-created_at", "-id")
    for look in range(LOOKS_MAX):
        some = list(newest[look * LOOKED_AT : (look + 1) * LOOKED_AT])
        known = standings(_rows_of(some), at=at, moment=moment_in(options, at=at))
        limit = limit_in(options)
        found += [
            row for row in some
            if row.pk in known and not by_hand.why_not(verb, known[row.pk], max_retries=limit)
        ]  # fmt: skip
        if len(found) >= FIRST_SHOWN or len(some) < LOOKED_AT:
            break
    return found[:FIRST_SHOWN]
