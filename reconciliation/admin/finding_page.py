"""The page of a difference: what it means, both sides, all sides as they are now, its story."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest
from django.utils.html import format_html

from core import money
from core.admin import shown
from core.admin.alerts import changes
from core.admin.record import Column, Event, Facts, Headline, Record, Section, Table, Timeline
from core.admin.steps import has_moved, moved
from core.models import Step
from reconciliation.admin import words
from reconciliation.models import Finding, ReconciliationRun, SubjectKind
from reconciliation.operations.read_sides import read_sides
from reconciliation.queries import findings
from reconciliation.rules.finding_words import Explained, explain
from reconciliation.rules.sides import Book, Side, Standing
from reconciliation.rules.sides import Record as AllSides
from reconciliation.states import FindingStatus

EVENTS_MAX = 60
OURS = "Our record"
NOT_TOLD = "nothing"
STANDINGS = {
    Standing.OPEN: "under way",
    Standing.PAID: "paid",
    Standing.NOT_PAID: "not paid",
    Standing.RETURNED: "came back",
    Standing.UNKNOWN_THERE: "not known there",
    Standing.SILENT: "says nothing",
}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact as each side has it."""

    name: str
    here: str
    there: str
    differs: bool

    @property
    def is_told(self) -> bool:
        """Whether a side says anything of it."""
        return {self.here, self.there} != {NOT_TOLD}


@dataclass(frozen=True, kw_only=True)
class BothSides(Facts):
    """Two sides next to each other; what differs is marked, in words too."""

    template: ClassVar[str] = "reconciliation/sides.html"
    there_name: str
    facts: Sequence[Fact]
    text: str
    explained: Explained
    is_open: bool


def record(request: HttpRequest, row: Finding) -> Record:
    """The difference and what to do on top; then the sides; then the timeline."""
    stake = words.stake(row)
    return Record(
        headline=Headline(
            kind=f"{words.subject_kind(row.subject_kind)}: difference",
            main=words.finding_kind(row.kind),
            beside=shown.two_lines(
                words.subject_link(
                    request, row.subject_kind, row.subject_id,
                    shown.free_text(row.reference or row.subject_id),
                ),
                _stake_text(stake),
            ),
            status=format_html(
                '<span class="pv-states">{} {}</span>',
                words.severity(row.severity), words.finding_status(row),
            ),
            meaning=row.MACHINE.meanings[row.status],
            next_step=_next(row),
        ),
        sections=list(_sections(request, row)),
    )  # fmt: skip


def _stake_text(stake: object) -> object:
    return format_html("{} at stake", stake) if stake != shown.NOTHING else ""


def _next(row: Finding) -> str:
    if row.status == FindingStatus.CURED:
        return "Nothing: a later check saw no difference any more."
    if row.status == FindingStatus.DISMISSED:
        return "Nothing, until the difference changes: then it opens again by itself."
    return explain(row.kind).what_to_do


def _sections(request: HttpRequest, row: Finding) -> Iterator[Section]:
    yield both_sides(row)
    yield _all_sides(row)
    yield _timeline(row)
    others = findings.of_subject(row.subject_kind, row.subject_id).exclude(pk=row.pk)
    if found := list(others.order_by("-opened_at")):
        yield _others(found)
    yield Facts(title="Facts and ids", rows=list(_facts(request, row)))


def both_sides(row: Finding) -> BothSides:
    """What was compared, fact by fact."""
    names = [*row.here, *(name for name in row.there if name not in row.here)]
    return BothSides(
        title="What differs",
        rows=(),
        there_name=row.there_name[:1].upper() + row.there_name[1:],
        facts=[fact for name in names if (fact := _fact(row, name)).is_told],
        text=shown.free_text(row.text),
        explained=explain(row.kind),
        is_open=row.status == FindingStatus.OPEN,
    )


def _fact(row: Finding, name: str) -> Fact:
    here, there = (
        shown.free_text(str(side.get(name, ""))) or NOT_TOLD for side in (row.here, row.there)
    )
    label = name.replace("_", " ")
    return Fact(
        name=label[:1].upper() + label[1:], here=here, there=there,
        differs=here.strip().casefold() != there.strip().casefold(),
    )  # fmt: skip


def _all_sides(row: Finding) -> Table:
    """Read at this moment: what each side says now, the provider's oldest first."""
    subject = (row.subject_kind, row.subject_id)
    sides = read_sides([subject])[subject]
    told = sides.record
    return Table(
        title="All sides, as they are now",
        note="Read when this page was opened; the provider's words are those that we have.",
        columns=[
            Column(label="Who says it"), Column(label="What became of it"),
            Column(label="Amount", numeric=True), Column(label="Fee", numeric=True),
            Column(label="Came back", numeric=True), Column(label="Receipt"),
            Column(label="Said"),
        ],
        rows=_rows(told, is_ours=row.subject_kind != SubjectKind.STRANGER) if told else [],
        empty=f"The sides cannot be read now: {shown.free_text(sides.problem)}"
        if sides.problem
        else "There is no such row (any more).",
    )  # fmt: skip


def _rows(told: AllSides, *, is_ours: bool) -> list[list[object]]:
    rows = [_side(told.row, OURS if is_ours else told.row.name)]
    if told.book is not None:
        rows.append(_book(told.book, told.row.currency))
    return rows + [_side(each, each.name) for each in told.others]


def _side(side: Side, name: str) -> list[object]:
    text = name[:1].upper() + name[1:]
    return [
        shown.two_lines(text, "perhaps not from the provider") if side.is_hearsay else text,
        STANDINGS[side.standing].capitalize(),
        _money(side.amount_minor, side.currency), _money(side.fee_minor, side.currency),
        _money(side.returned_minor or None, side.currency),
        shown.free_text(side.receipt) or shown.NOTHING,
        shown.moment(side.at),
    ]  # fmt: skip


def _book(book: Book, currency: str) -> list[object]:
    said = "; ".join(shown.free_text(each) for each in book.problems) or "Booked"
    return [
        "Our ledger", said, _money(book.paid_minor, currency), _money(book.fee_minor, currency),
        _money(book.returned_minor or None, currency), shown.NOTHING, shown.NOTHING,
    ]  # fmt: skip


def _money(amount_minor: int | None, currency: str) -> object:
    if amount_minor is None or currency not in money.DECIMALS:
        return shown.NOTHING
    return shown.amount(amount_minor, currency)


def _timeline(row: Finding) -> Timeline:
    runs = ReconciliationRun.objects.filter(
        subject_id=row.subject_id, subject_kind=row.subject_kind
    ).order_by("-started_at", "-id")[:EVENTS_MAX]
    steps = Step.objects.filter(subject_type="Finding", subject_id=str(row.pk)).order_by("-id")
    events = [*map(_of_run, runs), *map(_of_step, steps[:EVENTS_MAX])]
    return Timeline(
        title="Timeline",
        events=sorted(events, key=lambda event: (event.at, event.order)),
        note="Oldest first: the checks, what opened and closed it, what people did.",
    )


def _of_run(run: ReconciliationRun) -> Event:
    kinds = ", ".join(words.finding_kind(each).lower() for each in run.findings)
    asked = "The provider was asked anew. " if run.asked else ""
    return Event(
        at=run.started_at,
        source="Check",
        title=f"{run.result}: {kinds}" if kinds else run.result,
        text=f"{asked}{shown.free_text(run.problem)}"
        or f"Started by: {words.trigger(run.trigger)}",
        actor="" if run.actor == "system" else run.actor,
        tone=words.RESULT_TONES[run.result],
        url=words.page_of(run),
    )


def _of_step(step: Step) -> Event:
    because = shown.free_text(step.because)
    tone = words.FINDING_TONES.get(step.to_status, shown.MUTE) if has_moved(step) else shown.MUTE
    return Event(
        at=step.at,
        source="Difference",
        title=moved(step) if has_moved(step) else because,
        text=because if has_moved(step) else shown.free_text(changes(step.details)),
        actor="" if step.actor == "system" else step.actor,
        tone=tone,
        order=1,
    )


def _others(rows: Sequence[Finding]) -> Table:
    return Table(
        title="Other differences of the same",
        columns=[
            Column(label="Difference"), Column(label="Severity"), Column(label="Status"),
            Column(label="Since"),
        ],
        rows=[
            [
                shown.link(words.page_of(row), words.finding_kind(row.kind)),
                words.severity(row.severity), words.finding_status(row),
                shown.moment(row.opened_at),
            ]
            for row in rows
        ],
    )  # fmt: skip


def _facts(request: HttpRequest, row: Finding) -> Iterator[tuple[str, object]]:
    checks = f"{words.list_url(words.RUNS)}?id={row.subject_id}"
    yield ("What it is", words.subject_kind(row.subject_kind))
    yield (
        "Known as",
        words.subject_link(
            request, row.subject_kind, row.subject_id, shown.free_text(row.reference)
        ),
    )
    yield ("Money at stake", words.stake(row))
    yield ("Opened", shown.moment(row.opened_at))
    yield ("Last seen", shown.moment(row.seen_at))
    yield ("Seen by", "1 check" if row.times == 1 else f"{row.times:,} checks")
    yield ("About", shown.free_text(row.about) or shown.NOTHING)
    yield ("Partner", row.partner.name if row.partner else "Nobody's: it is not known whose")
    yield ("All its checks", shown.link(checks, "Show them"))
    yield ("Our id of it", shown.copied(row.subject_id, label="our id"))
    yield ("Id of the difference", shown.copied(str(row.pk), label="id of the difference"))
