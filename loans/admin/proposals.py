"""Proposals: what one person proposes for a paid loan, and another approves or rejects."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest

from core.admin import everyday, shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.confirm import actor_of
from core.admin.filters import ChoiceFilter, MomentFilter
from core.admin.record import Button, Facts, Headline, Record
from loans.admin import words
from loans.admin.deciding import YOUR_OWN, Approve, Reject, told
from loans.models import LoanProposal, ProposalKind
from loans.states import ProposalStatus

VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("Waiting for a second person", {"status": "proposed"}),
    ("Approved", {"status": "approved"}),
    ("Rejected", {"status": "rejected"}),
    ("All", {}),
)


class StatusFilter(ChoiceFilter):
    """One status."""

    title = "status"
    parameter_name = "status"
    column = "status"
    values = tuple((each.value, each.value.capitalize()) for each in ProposalStatus)


class KindFilter(ChoiceFilter):
    """What is proposed."""

    title = "kind"
    parameter_name = "kind"
    column = "kind"
    values = tuple((value, str(label)) for value, label in ProposalKind.choices)


@admin.register(LoanProposal)
class LoanProposalAdmin(RecordAdmin):
    """Newest first."""

    partner_path = "loan__partner"
    purpose = "What two persons must agree on for a paid loan: one proposes, another decides."
    nothing_yet = "Nothing was proposed yet. It is proposed on the page of a paid loan."
    all_clear = "All clear: nothing waits for a second person."
    list_display = ("loan_number", "what", "amount", "state", "reason_text", "proposer", "since",
                    "decider")  # fmt: skip
    list_filter = (StatusFilter, KindFilter, MomentFilter)
    list_select_related = ("loan__partner", "booking")
    ordering = ("-created_at", "-id")
    row_actions = (Approve, Reject)

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        return everyday.views(changelist, VIEWS, names=["status"])

    @column("Loan")
    def loan_number(self, row: LoanProposal) -> Any:
        """Number and partner."""
        return shown.two_lines(row.loan.loan_id, row.loan.partner.name)

    @column("Proposed")
    def what(self, row: LoanProposal) -> str:
        """What is to happen."""
        return str(row.get_kind_display())

    @column("To the client")
    def amount(self, row: LoanProposal) -> Any:
        """How much it is about."""
        return words.net(row.loan)

    @column("Status")
    def state(self, row: LoanProposal) -> Any:
        """The status."""
        return words.proposal_status(row)

    @column("Why")
    def reason_text(self, row: LoanProposal) -> str:
        """The first person's reason, phones always masked in lists."""
        return shown.free_text(row.reason)

    @column("Proposed by")
    def proposer(self, row: LoanProposal) -> str:
        """The first person."""
        return row.proposed_by

    @column("When")
    def since(self, row: LoanProposal) -> Any:
        """When it was proposed."""
        return shown.moment(row.created_at)

    @column("Decided by")
    def decider(self, row: LoanProposal) -> str:
        """The second person."""
        return row.decided_by or shown.NOTHING

    def record(self, request: HttpRequest, row: LoanProposal) -> Record:
        """The proposal and what became of it."""
        may_see = shown.may_see_phones(request)
        return Record(
            headline=Headline(
                kind=f"Proposal for loan {row.loan.loan_id} of {row.loan.partner}",
                main=str(row.get_kind_display()),
                beside=shown.two_lines(words.net(row.loan), row.loan.client_name),
                status=words.proposal_status(row),
                meaning=row.MACHINE.meanings[row.status],
                next_step=_next(request, row),
            ),
            sections=[
                Facts(title="What is proposed, and why", rows=told(row, may_see=may_see)),
                steps_of(row, may_see_phones=may_see),
            ],
        )

    def _buttons(self, request: HttpRequest, row: LoanProposal) -> list[Button]:
        """Nobody is offered to approve what they proposed themselves."""
        own = row.proposed_by == actor_of(request)
        approve = Approve(self).url(row) if own else ""
        return [each for each in super()._buttons(request, row) if each.url != approve]


def _next(request: HttpRequest, row: LoanProposal) -> str:
    if row.status != ProposalStatus.PROPOSED:
        return ""
    if row.proposed_by == actor_of(request):
        return YOUR_OWN
    return "Another person than who proposed it approves or rejects it."
