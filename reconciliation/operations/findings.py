"""Keep findings: each difference is one row, opened, seen again, cured and opened once more."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from core import states
from reconciliation.models import Finding, SeverityRule
from reconciliation.rules.severities import at_least, severity_of
from reconciliation.rules.sides import Difference
from reconciliation.states import FindingStatus

Subject = tuple[str, str]
CURED_BECAUSE = "a check saw no difference any more"
FOUND_BECAUSE = "a check found a difference"
COLUMNS = (
    "severity", "text", "reference", "here", "there", "there_name", "stake_minor", "currency",
)  # fmt: skip
ABOUT_LENGTH_MAX, REFERENCE_LENGTH_MAX, NAME_LENGTH_MAX = 100, 255, 60


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one check saw of a subject. `is_whole`: what it did not see is not there any more."""

    subject: Subject
    partner_id: UUID | None
    reference: str
    differences: tuple[Difference, ...]
    is_whole: bool = True


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of the findings; `open_of` are those that are open now, of each subject.

    `worse` and `milder` stayed open, with another severity.
    """

    opened: list[Finding] = field(default_factory=list)
    cured: list[Finding] = field(default_factory=list)
    worse: list[Finding] = field(default_factory=list)
    milder: list[Finding] = field(default_factory=list)
    open_of: dict[Subject, list[Finding]] = field(default_factory=dict)


@dataclass(kw_only=True)
class _Sorted:
    """Rows by what is to be done with them; a change is (row, the columns that it gets)."""

    new: list[Finding] = field(default_factory=list)
    again: list[Finding] = field(default_factory=list)
    reopened: list[tuple[Finding, dict[str, Any]]] = field(default_factory=list)
    changed: list[tuple[Finding, dict[str, Any]]] = field(default_factory=list)
    cured: list[Finding] = field(default_factory=list)


def keep(looks: Sequence[Look], *, at: datetime) -> Kept:
    """Bring the findings of these subjects up to what was seen, inside a transaction.

    The caller holds each subject's lock, so that nobody else keeps the same findings meanwhile.
    """
    known = _known(look.subject for look in looks)
    table = dict(SeverityRule.objects.values_list("kind", "severity"))
    found = _Sorted()
    for look in looks:
        _sort(look, known.get(look.subject, {}), found, table, at)
    gone = [row for row in found.cured if row.status == FindingStatus.OPEN]
    worse, milder = _moved(found.changed)
    _write(found, at)
    open_of: dict[Subject, list[Finding]] = {}
    everything = [row for rows in known.values() for row in rows.values()] + found.new
    for row in everything:
        if row.status == FindingStatus.OPEN:
            open_of.setdefault((row.subject_kind, row.subject_id), []).append(row)
    opened = found.new + [row for row, _ in found.reopened]
    return Kept(opened=opened, cured=gone, worse=worse, milder=milder, open_of=open_of)


def _known(subjects: Iterable[Subject]) -> dict[Subject, dict[tuple[str, str], Finding]]:
    """The findings there are of these subjects, locked in one order by everybody."""
    ids_of: dict[str, list[str]] = {}
    for kind, subject_id in subjects:
        ids_of.setdefault(kind, []).append(subject_id)
    chosen = Q(pk__in=[])
    for kind, ids in ids_of.items():
        chosen |= Q(subject_kind=kind, subject_id__in=ids)
    found: dict[Subject, dict[tuple[str, str], Finding]] = {}
    for row in Finding.objects.select_for_update().filter(chosen).order_by("pk"):
        rows = found.setdefault((row.subject_kind, row.subject_id), {})
        rows[row.kind, row.about] = row
    return found


def _sort(
    look: Look, known: Mapping[tuple[str, str], Finding], found: _Sorted,
    table: Mapping[str, str], at: datetime,
) -> None:  # fmt: skip
    seen: set[tuple[str, str]] = set()
    for difference in look.differences:
        key = (difference.kind, difference.about[:ABOUT_LENGTH_MAX])
        if key in seen:
            continue
        seen.add(key)
        columns = _columns(look, difference, table)
        if key not in known:
            found.new.append(_new(look, key, columns, at))
        else:
            _sort_known(known[key], columns, found)
    if look.is_whole:
        found.cured += [
            row for key, row in known.items()
            if key not in seen and row.status != FindingStatus.CURED
        ]  # fmt: skip


def _sort_known(row: Finding, columns: dict[str, Any], found: _Sorted) -> None:
    differs_otherwise = (row.here, row.there) != (columns["here"], columns["there"])
    is_back = row.status == FindingStatus.DISMISSED and differs_otherwise
    if row.status == FindingStatus.CURED or is_back:
        found.reopened.append((row, columns))
    elif row.status == FindingStatus.OPEN and _changes(row, columns):
        found.changed.append((row, columns))
    else:
        found.again.append(row)


def _changes(row: Finding, columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if getattr(row, name) != value}


def _moved(
    changed: Iterable[tuple[Finding, Mapping[str, Any]]],
) -> tuple[list[Finding], list[Finding]]:
    """Those that will be worse and those that will be milder than they are."""
    worse: list[Finding] = []
    milder: list[Finding] = []
    for row, columns in changed:
        if row.severity != columns["severity"]:
            is_worse = at_least(columns["severity"], row.severity)
            (worse if is_worse else milder).append(row)
    return worse, milder


def _columns(look: Look, difference: Difference, table: Mapping[str, str]) -> dict[str, Any]:
    severity = severity_of(difference.kind, is_loss=difference.is_loss, table=table)
    return {
        "severity": str(severity),
        "text": difference.text,
        "reference": look.reference[:REFERENCE_LENGTH_MAX],
        "here": dict(difference.here),
        "there": dict(difference.there),
        "there_name": difference.there_name[:NAME_LENGTH_MAX],
        "stake_minor": difference.stake_minor,
        "currency": difference.currency,
    }


def _new(look: Look, key: tuple[str, str], columns: dict[str, Any], at: datetime) -> Finding:
    (subject_kind, subject_id), (kind, about) = look.subject, key
    return Finding(
        subject_kind=subject_kind, subject_id=subject_id, partner_id=look.partner_id, kind=kind,
        about=about, status=FindingStatus.OPEN, status_at=at, opened_at=at, seen_at=at, **columns,
    )  # fmt: skip


def _write(found: _Sorted, at: datetime) -> None:
    states.begin(found.new, at=at, because=FOUND_BECAUSE, actor=states.SYSTEM)
    if found.again:
        _count(found.again, at)
    for row, columns in found.changed:
        before = {name: getattr(row, name) for name in _changes(row, columns)}
        now = {name: columns[name] for name in before}
        _set(row, columns, at)
        states.note(
            row, at=at, because=columns["text"], details={"before": before, "now": now}
        )  # fmt: skip
    for row, columns in found.reopened:
        states.advance(
            row, to=FindingStatus.OPEN, at=at, because=columns["text"],
            details={"here": columns["here"], "there": columns["there"]},
            opened_at=at, seen_at=at, times=1, **columns,
        )  # fmt: skip
    if found.cured:
        states.advance_many(found.cured, to=FindingStatus.CURED, at=at, because=CURED_BECAUSE)


def _count(rows: Collection[Finding], at: datetime) -> None:
    chosen = Finding.objects.filter(pk__in=[row.pk for row in rows])
    chosen.update(times=F("times") + 1, seen_at=at)


def _set(row: Finding, columns: Mapping[str, Any], at: datetime) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    row.times, row.seen_at = row.times + 1, at
    row.save(update_fields=[*COLUMNS, "times", "seen_at"])
