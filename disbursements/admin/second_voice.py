"""What approving and rejecting another person's proposal share, whatever is proposed."""

from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest

from core import refusals
from core.admin.confirm import ConfirmedAction, Refused
from core.admin.record import Column
from disbursements.models import Settlement, TransferReversal
from disbursements.states import ReversalStatus, SettlementStatus
from vault.queries import caller_of

Proposal = Settlement | TransferReversal
PROPOSED = (SettlementStatus.PROPOSED, ReversalStatus.PROPOSED)


class SecondVoice(ConfirmedAction):
    """`id_name`: what the operation calls the proposal's id."""

    id_name: ClassVar[str]

    def told(self, row: Any, *, may_see_phones: bool) -> list[tuple[str, object]]:
        """What is proposed, of which payout, why and by whom."""
        raise NotImplementedError

    def offered(self, row: Proposal) -> bool:
        """While it waits."""
        return row.status in PROPOSED

    def lines(self, row: Any, *, amount_minor: int) -> dict[str, Any]:
        """What is proposed, as rows of a table."""
        return {
            "count": 1,
            "noun": "payout",
            "totals": {row.disbursement.currency: amount_minor},
            "oldest": row.proposed_at,
            "columns": [Column(label="What"), Column(label="Said")],
            "lines": [[name, value] for name, value in self.told(row, may_see_phones=False)],
        }

    def decided(
        self, verb: Any, request: HttpRequest, row: Proposal, reason: str, at: datetime
    ) -> Any:
        """The proposal, decided by the operation in the person's name."""
        try:
            return verb(
                reason=reason, caller=caller_of(request.user, origin="admin"), at=at,
                **{self.id_name: row.pk},
            )  # fmt: skip
        except refusals.Refused as error:
            raise Refused(f"{error}. Nothing was changed and no money moved.") from None
