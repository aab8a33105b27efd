"""Checks that were made: the list, and the page of one."""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest

from core.admin import everyday, shown
from core.admin.base import column
from core.admin.record import Column, Facts, Headline, Raw, Record, Table
from reconciliation.admin import words
from reconciliation.admin.check_many import CheckMany
from reconciliation.admin.checking import CheckAgain, CheckOne
from reconciliation.admin.filters import RUN_FILTERS
from reconciliation.admin.listed import WatchtowerList, check_all_button, check_ticked
from reconciliation.models import ReconciliationRun
from reconciliation.queries import findings, runs
from reconciliation.states import RESULT_MEANINGS, CheckResult

VIEWS: everyday.Questions = (
    ("All", {}),
    ("Discrepancies", {"result": "discrepancy"}),
    ("Failed", {"result": "error"}),
    ("Pending", {"result": "pending"}),
    ("Asked for by people", {
        "trigger": "manual_dashboard,manual_api,manual_websocket,manual_command,manual_queue,"
        "bulk_manual"}),
    ("Today", {"when": "today"}),
)  # fmt: skip
NEXT = {
    CheckResult.MATCHED: "Nothing: every side tells the same.",
    CheckResult.PENDING: "It is checked again by itself as soon as something happens.",
    CheckResult.DISCREPANCY: "Look at the difference below: it says what to do.",
    CheckResult.ERROR: "It is tried again by itself, at longer and longer distances.",
}


@admin.register(ReconciliationRun)
class RunAdmin(WatchtowerList):
    """Newest first; old ones are pruned, their sums stay."""

    page_title = "Check"
    purpose = "Every comparison of one thing with the provider, and what it came to."
    nothing_yet = "No check yet. Each payment is checked the moment something happens to it."
    all_clear = "All clear: no such check."
    list_display = ("what", "came_to", "amount", "reason", "started_by", "took", "since")
    list_filter = RUN_FILTERS
    table = runs.TABLE
    questions = VIEWS
    search_fields = ("subject_id",)
    ordering = ("-started_at", "-id")
    actions = (check_ticked,)
    row_actions = (CheckAgain,)
    list_actions = (CheckOne, CheckMany)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the way to check everything that it shows."""
        changelist: Any = super().get_changelist_instance(request)
        narrowed = changelist.chips or changelist.query
        changelist.more_buttons = (
            check_all_button(request, changelist, of="runs") if narrowed else []
        )
        return changelist

    @column("What")
    def what(self, row: ReconciliationRun) -> Any:
        """By what people know it, and what it is."""
        return shown.two_lines(_reference(row), words.subject_kind(row.subject_kind))

    @column("Result")
    def came_to(self, row: ReconciliationRun) -> Any:
        """Matched, pending, discrepancy or error."""
        return words.result(row)

    @column("Amount")
    def amount(self, row: ReconciliationRun) -> str:
        """As our row has it."""
        told = words.told_amount(row.details)
        return shown.figures(told) if told else told

    @column("Differences")
    def reason(self, row: ReconciliationRun) -> str:
        """Which were open after it; of a failed check why it failed."""
        kinds = ", ".join(words.finding_kind(each) for each in row.findings)
        return kinds or shown.free_text(row.problem)

    @column("Started by")
    def started_by(self, row: ReconciliationRun) -> Any:
        """What, in whose name."""
        return shown.two_lines(words.started_by(row.trigger), row.actor)

    @column("Took")
    def took(self, row: ReconciliationRun) -> str:
        """How long."""
        return words.took(row.duration_ms)

    @column("Checked")
    def since(self, row: ReconciliationRun) -> Any:
        """When."""
        return shown.moment(row.started_at)

    def record(self, request: HttpRequest, row: ReconciliationRun) -> Record:
        """What it compared, and what it came to."""
        return Record(
            headline=Headline(
                kind=f"Check: {words.subject_kind(row.subject_kind).lower()}",
                main=words.subject_link(
                    request, row.subject_kind, row.subject_id, _reference(row)
                ),
                beside=words.told_amount(row.details),
                status=words.result(row),
                meaning=RESULT_MEANINGS[row.result],
                next_step=NEXT[CheckResult(row.result)],
            ),
            sections=[
                _differences(row),
                Facts(title="Facts", rows=list(_facts(row))),
                Raw(
                    title="What each source told (SHA-256)",
                    text=json.dumps(row.inputs, indent=2),
                    note="Two checks with the same sums compared the same words.",
                ),
            ],
        )


def _reference(row: ReconciliationRun) -> str:
    return words.known_by(row.subject_kind, row.details, or_else=row.subject_id)


def _differences(row: ReconciliationRun) -> Table:
    """The findings of these kinds, in the words that they have now."""
    found = findings.of_subject(row.subject_kind, row.subject_id).filter(kind__in=row.findings)
    return Table(
        title="Open differences after it",
        empty="None." if not row.problem else "It could not be checked: see the problem below.",
        columns=[
            Column(label="Difference"), Column(label="Severity"), Column(label="Status now"),
            Column(label="What the sides say"), Column(label="At stake", numeric=True),
        ],
        rows=[
            [
                shown.link(words.page_of(each), words.finding_kind(each.kind)),
                words.severity(each.severity), words.finding_status(each),
                shown.free_text(each.text), words.stake(each),
            ]
            for each in found.order_by("kind", "about")
        ],
    )  # fmt: skip


def _facts(row: ReconciliationRun) -> Iterator[tuple[str, object]]:
    checks = f"{words.list_url(words.RUNS)}?id={row.subject_id}"
    if row.problem:
        yield ("Problem", shown.free_text(row.problem))
    yield ("Checked", shown.moment(row.started_at))
    yield ("Started by", words.trigger(row.trigger))
    yield ("In the name of", row.actor)
    yield ("Waited", words.took(row.waited_ms))
    yield ("Took", words.took(row.duration_ms))
    yield ("Provider asked anew", "yes" if row.asked else "no")
    yield ("Client", shown.free_text(str(row.details.get("client") or "")) or shown.NOTHING)
    yield ("Receipt", shown.free_text(str(row.details.get("transactionId") or "")) or "—")
    yield ("Partner", row.partner.name if row.partner else "Nobody's: it is not known whose")
    if row.bulk is not None:
        yield ("Part of", shown.link(words.page_of(row.bulk), f"{row.bulk.total:,} checks"))
    yield ("All its checks", shown.link(checks, "Show them"))
    yield ("Our id of it", shown.copied(row.subject_id, label="our id"))
    yield ("Id of the check", shown.copied(str(row.pk), label="id of the check"))
