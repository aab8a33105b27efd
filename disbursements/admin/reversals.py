"""Reversals: money to be taken back from winners. The queue of the second person, and the rest."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from core import money
from core.admin import everyday, shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.confirm import actor_of
from core.admin.filters import ChoiceFilter, MomentFilter
from core.admin.record import Button, Facts, Headline, Record
from disbursements.admin import job_words
from disbursements.admin.reversal_actions import (
    REVERSAL,
    YOUR_OWN,
    ApproveReversal,
    RejectReversal,
    open_reversal,
    proposal,
)
from disbursements.models import DisbursementRequest, TransferReversal
from disbursements.queries import stripe_search
from disbursements.states import ReversalStatus

VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("All", {}),
    ("Waiting for a second person", {"status": "proposed"}),
    ("Being taken back", {"status": "open"}),
    ("Came back", {"status": "done"}),
    ("Refused by Stripe", {"status": "refused"}),
)
OPEN = (ReversalStatus.SENDING, ReversalStatus.UNKNOWN)


class StatusFilter(ChoiceFilter):
    """One status; `open`: approved, and not ended yet."""

    title = "status"
    parameter_name = "status"
    column = "status"
    values = (
        ("proposed", "Waiting for a second person"), ("open", "Being taken back"),
        ("done", "Came back"), ("refused", "Refused by Stripe"), ("rejected", "Rejected"),
    )  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the status."""
        if self.value() == "open":
            return queryset.filter(status__in=OPEN)
        return super().queryset(request, queryset)


class ProposedFilter(MomentFilter):
    """When it was proposed."""

    column = "proposed_at"


@admin.register(TransferReversal)
class TransferReversalAdmin(RecordAdmin):
    """Newest first."""

    partner_path = "disbursement__partner"
    purpose = "Money to be taken back from winners: one person proposes it, another approves."
    nothing_yet = "Nothing was taken back yet. It is proposed on the page of a paid winner."
    all_clear = "All clear: no such reversal."
    list_display = ("winner", "amount", "state", "why", "proposer", "since", "decider")
    list_filter = (StatusFilter, ProposedFilter)
    list_select_related = ("disbursement__partner",)
    search_fields = ("disbursement__payee_user",)
    search_help_text = "User, transfer (tr_…), account (acct_…) or reversal (trr_…)"
    ordering = ("-proposed_at", "-id")
    row_actions = (ApproveReversal, RejectReversal)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By what names the winner, or Stripe's id of the reversal."""
        term = search_term.strip()
        if not term:
            return queryset, False
        payouts = {pk for ids in stripe_search.named(term) for pk in ids[: self.list_per_page]}
        return queryset.filter(Q(provider_id=term) | Q(disbursement__in=payouts)), False

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        return everyday.views(changelist, VIEWS, names=["status"])

    @column("Winner")
    def winner(self, row: TransferReversal) -> Any:
        """User and partner."""
        return shown.two_lines(row.disbursement.payee_user, row.disbursement.partner.name)

    @column("To take back")
    def amount(self, row: TransferReversal) -> Any:
        """How much, and of how much."""
        of = money.shown(row.disbursement.amount_minor, row.currency)
        return shown.two_lines(shown.amount(row.amount_minor, row.currency), f"of {of}")

    @column("Status")
    def state(self, row: TransferReversal) -> Any:
        """The status."""
        return job_words.reversal_status(row)

    @column("Why")
    def why(self, row: TransferReversal) -> str:
        """What Stripe said when it refused, else the reason; phones always masked in lists."""
        return shown.free_text(row.failure_text or row.reason)

    @column("Proposed by")
    def proposer(self, row: TransferReversal) -> str:
        """The first person."""
        return row.proposed_by

    @column("Proposed")
    def since(self, row: TransferReversal) -> Any:
        """When."""
        return shown.moment(row.proposed_at)

    @column("Decided by")
    def decider(self, row: TransferReversal) -> str:
        """The second person."""
        return row.decided_by or shown.NOTHING

    def record(self, request: HttpRequest, row: TransferReversal) -> Record:
        """The proposal and what became of it."""
        may_see = shown.may_see_phones(request)
        return Record(
            headline=Headline(
                kind=f"Reversal of what {row.disbursement.payee_user} was paid",
                main=shown.amount(row.amount_minor, row.currency),
                beside=shown.two_lines(
                    row.disbursement.partner.name,
                    f"of {money.shown(row.disbursement.amount_minor, row.currency)} paid",
                ),
                status=job_words.reversal_status(row),
                meaning=row.MACHINE.meanings[row.status],
                next_step=YOUR_OWN if _is_own(request, row) else _next(row),
            ),
            sections=[
                Facts(
                    title="What is to come back, and why",
                    rows=[
                        *proposal(row, may_see_phones=may_see),
                        *_decision(row, may_see_phones=may_see),
                    ],
                ),
                steps_of(row, may_see_phones=may_see),
            ],
        )

    def _buttons(self, request: HttpRequest, row: TransferReversal) -> list[Button]:
        """Nobody is offered to approve what they proposed themselves."""
        buttons = super()._buttons(request, row)
        approve = ApproveReversal(self).url(row) if _is_own(request, row) else ""
        return [button for button in buttons if button.url != approve]


def waiting_button(row: DisbursementRequest) -> list[Button]:
    """On the payout's page: the way to the reversal that has not ended, if there is one."""
    reversal = open_reversal(row)
    if reversal is None:
        return []
    amount = money.shown(reversal.amount_minor, reversal.currency)
    return [
        Button(
            label="Reversal…",
            url=reverse(REVERSAL, args=[reversal.pk]),
            explanation=f"{reversal.proposed_by} wants {amount} back: {reversal.status}.",
        )
    ]


def _is_own(request: HttpRequest, row: TransferReversal) -> bool:
    return row.status == ReversalStatus.PROPOSED and row.proposed_by == actor_of(request)


def _next(row: TransferReversal) -> str:
    return {
        ReversalStatus.PROPOSED: "Another person approves or rejects it.",
        ReversalStatus.SENDING: "Stripe is asked within a minute.",
        ReversalStatus.UNKNOWN: "We look at Stripe whether it came back. It is never taken twice.",
        ReversalStatus.REFUSED: "Nothing by itself. A person may propose another one.",
    }.get(ReversalStatus(row.status), "")


def _decision(row: TransferReversal, *, may_see_phones: bool) -> Iterator[tuple[str, object]]:
    if row.decided_by:
        yield ("Decided by", row.decided_by)
        yield ("Decided", shown.moment(row.decided_at))
        yield ("Their reason", shown.free_text(row.decision_reason, may_see_phones=may_see_phones))
    if row.first_sent_at:
        yield ("First sent", shown.moment(row.first_sent_at))
    if row.ask_at and row.status == ReversalStatus.UNKNOWN:
        yield ("Looked up next", shown.moment(row.ask_at))
    if row.failure_text or row.failure_code:
        yield ("Stripe said", f"{row.failure_text} ({row.failure_code})")
    yield ("Stripe's id", shown.copied(row.provider_id, label="reversal id"))
    yield ("Its key", shown.copied(row.key, label="idempotency key"))
    yield ("Our id", shown.copied(str(row.pk), label="our id"))
