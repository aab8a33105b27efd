"""Settlements: what one person says of how a payout ended, and another approves or rejects."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.confirm import actor_of
from core.admin.record import Button, Facts, Headline, Record
from disbursements.admin.decide import (
    YOUR_OWN,
    ApproveSettlement,
    RejectSettlement,
    claim,
    said,
)
from disbursements.models import DisbursementRequest, Settlement
from disbursements.queries import settlements as reads
from disbursements.states import SettlementStatus

SETTLEMENT = "admin:disbursements_settlement_change"
TONES = {
    SettlementStatus.PROPOSED: shown.ASK,
    SettlementStatus.APPROVED: shown.GOOD,
    SettlementStatus.REJECTED: shown.BAD,
    SettlementStatus.OVERTAKEN: shown.MUTE,
}


class WaitingFilter(admin.SimpleListFilter):
    """Those that wait for a second person, unless asked otherwise."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Decided ones, or all; waiting is the default."""
        return [("decided", "Decided"), ("all", "All")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Settlement]
    ) -> QuerySet[Settlement]:
        """Waiting, decided, or both."""
        if self.value() == "all":
            return queryset
        if self.value() == "decided":
            return queryset.exclude(status=SettlementStatus.PROPOSED)
        return queryset.filter(status=SettlementStatus.PROPOSED)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The default is called Waiting."""
        for number, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": "Waiting"} if number == 0 else choice


@admin.register(Settlement)
class SettlementAdmin(RecordAdmin):
    """Waiting ones unless asked otherwise, newest first."""

    partner_path = "disbursement__partner"
    purpose = (
        "How payouts of unknown outcome ended, as one person says with evidence. "
        "Another person approves or rejects it."
    )
    nothing_yet = "All clear: nothing waits for a second person."
    all_clear = "No such settlement."
    list_display = ("payout", "said_to_be", "amount", "state", "proposer", "since", "decider")
    list_filter = (WaitingFilter,)
    list_select_related = ("disbursement__partner", "attempt")
    ordering = ("-proposed_at", "-id")
    row_actions = (ApproveSettlement, RejectSettlement)

    @column("Payout")
    def payout(self, row: Settlement) -> Any:
        """Reference and partner."""
        payout = row.disbursement
        return shown.two_lines(payout.client_reference, payout.partner.name)

    @column("Said to be")
    def said_to_be(self, row: Settlement) -> str:
        """Paid with a receipt, or not paid."""
        return said(row)

    @column("Amount")
    def amount(self, row: Settlement) -> Any:
        """How much it is about."""
        return shown.amount(row.disbursement.amount_minor, row.disbursement.currency)

    @column("Status")
    def state(self, row: Settlement) -> Any:
        """The status."""
        return _status(row)

    @column("Proposed by")
    def proposer(self, row: Settlement) -> str:
        """The first person."""
        return row.proposed_by

    @column("Proposed")
    def since(self, row: Settlement) -> Any:
        """When."""
        return shown.moment(row.proposed_at)

    @column("Decided by")
    def decider(self, row: Settlement) -> str:
        """The second person."""
        return row.decided_by or shown.NOTHING

    def record(self, request: HttpRequest, row: Settlement) -> Record:
        """The claim, its evidence, and what became of it."""
        may_see = shown.may_see_phones(request)
        return Record(
            headline=Headline(
                kind=f"Settlement of {row.disbursement.client_reference}",
                main=shown.amount(row.disbursement.amount_minor, row.disbursement.currency),
                beside=f"Said to be {said(row)}",
                status=_status(row),
                meaning=row.MACHINE.meanings[row.status],
                next_step=YOUR_OWN if _is_own(request, row) else "",
            ),
            sections=[
                Facts(
                    title="What is said, and how one knows",
                    rows=[
                        *claim(row, may_see_phones=may_see),
                        *_decision(row, may_see_phones=may_see),
                    ],
                ),
                steps_of(row, may_see_phones=may_see),
            ],
        )  # fmt: skip

    def _buttons(self, request: HttpRequest, row: Settlement) -> list[Button]:
        """Nobody is offered to approve what they proposed themselves."""
        buttons = super()._buttons(request, row)
        approve = ApproveSettlement(self).url(row) if _is_own(request, row) else ""
        return [button for button in buttons if button.url != approve]


def waiting_button(row: DisbursementRequest) -> list[Button]:
    """On the payout's page: the way to the proposal that waits, if there is one."""
    settlement = reads.open_settlement(row)
    if settlement is None:
        return []
    return [
        Button(
            label="Proposed settlement…",
            url=reverse(SETTLEMENT, args=[settlement.pk]),
            explanation=f"{settlement.proposed_by} says: {said(settlement)}. Another person must "
            "approve it.",
        )
    ]


def _is_own(request: HttpRequest, row: Settlement) -> bool:
    return row.status == SettlementStatus.PROPOSED and row.proposed_by == actor_of(request)


def _status(row: Settlement) -> Any:
    return shown.status(
        row.status, meaning=row.MACHINE.meanings[row.status],
        tone=TONES[SettlementStatus(row.status)],
    )  # fmt: skip


def _decision(row: Settlement, *, may_see_phones: bool) -> list[tuple[str, object]]:
    if not row.decided_by:
        return []
    return [
        ("Decided by", row.decided_by),
        ("Decided", shown.moment(row.decided_at)),
        ("Why", shown.free_text(row.decision_reason, may_see_phones=may_see_phones)),
    ]
