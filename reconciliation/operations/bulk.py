"""Have many checked at once: by their ids, or all of a selection of findings or checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from core import jobs
from core.callers import Caller
from core.refusals import Refused
from reconciliation.models import BulkCheck
from reconciliation.operations.check_now import PERMISSION
from reconciliation.operations.request_check import JOB, Asked, request
from reconciliation.operations.triggers import checked_trigger
from reconciliation.queries import findings, runs
from reconciliation.sources.finding_subjects import find_many

BULK_MAX = 10_000
FOUND_AT_ONCE = 1_000
TEXT_LENGTH_MAX = 200
FIRST = 10
OF = "of"
SELECTED: dict[str, Any] = {"findings": findings.rows, "runs": runs.rows}
NOT_FOUND, NAMED_TWICE = "not found", "named more than once"


class TooMany(Refused):
    """More than one bulk takes; nothing was queued."""


class NothingSelected(Refused):
    """There is nothing to check; nothing was queued."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """How many would be checked, what would be left out, and the first of them."""

    count: int
    left_out: Mapping[str, int]
    first: Sequence[Asked]


def preview(
    *, ids: Sequence[str] | None = None, selection: Mapping[str, str] | None = None,
    caller: Caller,
) -> Preview:  # fmt: skip
    """What `start` would queue; nothing is queued. Raises what `start` raises."""
    caller.demand(PERMISSION)
    subjects, left_out = _chosen(ids, selection, caller)
    return Preview(count=len(subjects), left_out=left_out, first=subjects[:FIRST])


def start(
    *, ids: Sequence[str] | None = None, selection: Mapping[str, str] | None = None,
    trigger: str = "bulk_manual", caller: Caller, at: datetime,
) -> BulkCheck:  # fmt: skip
    """Queue a check of each, fresh; unknown ones and those of others are counted in `left_out`.

    `selection` is of findings, or with `of=runs` of checks; its filters are those of the lists.
    Raises NotAllowed, TooMany, NothingSelected, BadSelection, Refused.
    """
    caller.demand(PERMISSION)
    bulk = BulkCheck(trigger=checked_trigger(trigger), actor=caller.actor, requested_at=at)
    bulk.selection = dict(selection or {}) if ids is None else {}
    subjects, bulk.left_out = _chosen(ids, selection, caller)
    bulk.total = len(subjects)
    bulk.ended_at = None if subjects else at
    with transaction.atomic():
        bulk.save(force_insert=True)
        request(
            subjects=subjects, trigger=bulk.trigger, actor=caller.actor, at=at, fresh=True,
            bulk_id=bulk.pk,
        )  # fmt: skip
        jobs.after_commit(JOB)
    return bulk


def _chosen(
    ids: Sequence[str] | None, selection: Mapping[str, str] | None, caller: Caller
) -> tuple[list[Asked], dict[str, int]]:
    if ids is not None:
        return _named(ids, caller)
    return _selected(dict(selection or {}), caller), {}


def _named(ids: Sequence[str], caller: Caller) -> tuple[list[Asked], dict[str, int]]:
    if not ids:
        raise NothingSelected("name at least one id", field="sessionIds")
    _refuse_many(len(ids), field="sessionIds")
    texts = list(dict.fromkeys(_a_text(each) for each in ids))
    known = {}
    for start_at in range(0, len(texts), FOUND_AT_ONCE):
        some = [text for text in texts[start_at : start_at + FOUND_AT_ONCE] if text]
        known.update(find_many(some, caller=caller))
    subjects = {(each.kind, each.subject_id): each.partner_id for each in known.values()}
    left_out = {
        NOT_FOUND: len(texts) - len(known),
        NAMED_TWICE: len(ids) - len(texts) + len(known) - len(subjects),
    }
    asked = [(*subject, partner_id) for subject, partner_id in subjects.items()]
    return asked, {why: count for why, count in left_out.items() if count}


def _a_text(given: object) -> str:
    """What cannot be anybody's id is one that is not found."""
    if not isinstance(given, str) or len(given) > TEXT_LENGTH_MAX or not given.isprintable():
        return ""
    return given.strip()


def _selected(selection: Mapping[str, str], caller: Caller) -> list[Asked]:
    filters = {name: text for name, text in selection.items() if name != OF}
    of = selection.get(OF, "findings")
    if of not in SELECTED:
        raise Refused(f"use one of {', '.join(SELECTED)}, such as findings", field=OF)
    rows = SELECTED[of](filters, partners=caller.partners).order_by()
    columns = ("subject_kind", "subject_id", "partner_id")
    found = list(rows.values_list(*columns).distinct()[: BULK_MAX + 1])
    if not found:
        raise NothingSelected(f"no {of} fit: take a filter away", field="selection")
    _refuse_many(len(found), field="selection")
    return found


def _refuse_many(count: int, *, field: str) -> None:
    if count > BULK_MAX:
        raise TooMany(
            f"has more than {BULK_MAX:,} and nothing was queued: send them in batches, such as "
            "5,000 at a time",
            field=field,
        )
