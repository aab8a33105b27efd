"""Differences: the list and its doors. The page of one is in finding_page.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest

from core.admin import everyday, shown
from core.admin.base import column
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome
from core.admin.record import Column, Record
from reconciliation.admin import finding_page, words
from reconciliation.admin.checking import CheckAgain
from reconciliation.admin.filters import FINDING_FILTERS
from reconciliation.admin.listed import WatchtowerList, check_all_button, check_ticked
from reconciliation.models import Finding
from reconciliation.operations.dismiss import PERMISSION, dismiss
from reconciliation.queries import findings
from reconciliation.states import FindingStatus
from vault.admin.acting import caller, told

VIEWS: everyday.Questions = (
    ("Open", {"status": "open"}),
    ("High", {"status": "open", "severity": "high"}),
    ("Paid twice", {"status": "open", "type": "duplicate"}),
    ("Money we cannot place", {"status": "open", "type": "missing_here"}),
    ("Late", {"status": "open", "type": "late"}),
    ("Opened today", {"when": "today"}),
    ("Dismissed", {"status": "dismissed"}),
    ("All", {}),
)


class Dismiss(ConfirmedAction):
    """Say why a difference is all right."""

    name = "dismiss"
    label = "Dismiss…"
    explanation = "Says why it is all right. It opens again by itself if the difference changes."

    def allowed(self, request: HttpRequest) -> bool:
        """Whoever may say so."""
        return self.admin.is_open_to(request) and request.user.has_perm(PERMISSION)

    def offered(self, row: Finding) -> bool:
        """Open ones only."""
        return row.status == FindingStatus.OPEN

    def confirmation(self, request: HttpRequest, rows: Sequence[Finding]) -> Confirmation:
        """What it means, and the difference."""
        row = rows[0]
        stake = words.stake(row)
        return Confirmation(
            title=f"Dismiss: {words.finding_kind(row.kind).lower()}",
            button="Dismiss it" if stake == shown.NOTHING else f"Dismiss it: {stake_text(row)}",
            will_happen=[
                "It leaves the list of open ones, with your name and reason.",
                "Its alert counts one less, and closes with the last one.",
                "If the sides come to differ otherwise, it opens again.",
                "Nothing is corrected by it: no row, no booking and no payment changes.",
            ],
            columns=[Column(label="Difference"), Column(label="At stake", numeric=True)],
            lines=[[shown.free_text(row.text), stake]],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Keep the reason."""
        with told():
            dismiss(finding_id=rows[0].pk, reason=answers["reason"], caller=caller(request), at=at)
        return Outcome(text="The difference is dismissed.")


def stake_text(row: Finding) -> str:
    """`KES 1,250.00`."""
    return shown.totals({row.currency: row.stake_minor or 0})


@admin.register(Finding)
class FindingAdmin(WatchtowerList):
    """Every difference that was ever seen."""

    page_title = "Difference"
    purpose = "What our rows, our books and the providers tell differently, once for each."
    nothing_yet = "All clear: no check has seen a difference yet."
    all_clear = "All clear: no such difference."
    list_display = ("what", "severe", "state", "amount", "reason", "since", "whose")
    list_filter = FINDING_FILTERS
    table = findings.TABLE
    questions = VIEWS
    search_fields = ("reference",)
    sortable_by = ("since",)
    ordering = ("-opened_at", "-id")
    actions = (check_ticked,)
    row_actions = (CheckAgain, Dismiss)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the way to check everything that it shows."""
        changelist: Any = super().get_changelist_instance(request)
        changelist.more_buttons = check_all_button(request, changelist, of="findings")
        return changelist

    @column("Difference")
    def what(self, row: Finding) -> Any:
        """In what, and of what."""
        reference = shown.free_text(row.reference or row.subject_id)
        kind = words.subject_kind(row.subject_kind)
        return shown.two_lines(words.finding_kind(row.kind), f"{kind} {reference}")

    @column("Severity")
    def severe(self, row: Finding) -> Any:
        """How bad."""
        return words.severity(row.severity)

    @column("Status")
    def state(self, row: Finding) -> Any:
        """Open, dismissed or cured."""
        return words.finding_status(row)

    @column("At stake")
    def amount(self, row: Finding) -> Any:
        """The money that it is about."""
        return words.stake(row)

    @column("What the sides say")
    def reason(self, row: Finding) -> str:
        """The difference in a sentence, phones always masked."""
        return shown.free_text(row.text)

    @column("Opened", ordering="opened_at")
    def since(self, row: Finding) -> Any:
        """Since when."""
        return shown.moment(row.opened_at)

    @column("Partner")
    def whose(self, row: Finding) -> str:
        """Whose it is, as far as anybody knows."""
        return row.partner.name if row.partner else "nobody's"

    def record(self, request: HttpRequest, row: Finding) -> Record:
        """The page of one."""
        return finding_page.record(request, row)
