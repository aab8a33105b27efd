"""What approving and rejecting another person's proposal share, whatever is proposed."""

from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest

from core import refusals
from core.admin.confirm import ConfirmedAction, Refused
from core.admin.record import Column
from vault.queries import caller_of

PROPOSED = "proposed"


class SecondVoice(ConfirmedAction):
    """`id_name`: what the operation calls the proposal's id. `any_of`: permissions, of which one
    will do.
    """

    id_name: ClassVar[str]
    any_of: ClassVar[tuple[str, ...]]
    noun: ClassVar[str] = "payout"

    def allowed(self, request: HttpRequest) -> bool:
        """Those who may approve; to reject also those who may propose, for their own."""
        return self.admin.is_open_to(request) and any(map(request.user.has_perm, self.any_of))

    def told(self, row: Any, *, may_see_phones: bool) -> list[tuple[str, object]]:
        """What is proposed, of which payout, why and by whom."""
        raise NotImplementedError

    def offered(self, row: Any) -> bool:
        """While it waits."""
        return row.status == PROPOSED

    def lines(self, row: Any, *, totals: dict[str, int], proposed_at: datetime) -> dict[str, Any]:
        """What is proposed, as rows of a table; `totals` are minor units of each currency."""
        return {
            "count": 1,
            "noun": self.noun,
            "totals": totals,
            "oldest": proposed_at,
            "columns": [Column(label="What"), Column(label="Said")],
            "lines": [[name, value] for name, value in self.told(row, may_see_phones=False)],
        }

    def decided(self, verb: Any, request: HttpRequest, row: Any, reason: str, at: datetime) -> Any:
        """The proposal, decided by the operation in the person's name."""
        try:
            return verb(
                reason=reason, caller=caller_of(request.user, origin="admin"), at=at,
                **{self.id_name: row.pk},
            )  # fmt: skip
        except refusals.Refused as error:
            raise Refused(f"{error}. Nothing was changed and no money moved.") from None
