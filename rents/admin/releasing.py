"""Take a transfer back before it is paid: its rents are owed again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from core import clock, money, refusals
from core.admin import shown
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, Refused
from core.admin.record import Column
from rents.admin import words
from rents.models import Forward, ForwardPart
from rents.operations.release import release, why_not_released
from rents.states import ForwardStatus
from vault.queries import caller_of

ORIGIN = "admin"
ENDED = frozenset({ForwardStatus.COMPLETED, ForwardStatus.RELEASED})


class Release(ConfirmedAction):
    """Its payout is never sent afterwards; the rents wait for a person."""

    name = "release"
    label = "Take the transfer back…"
    explanation = "Only what was never sent or is proven not paid. Its rents are owed again."

    def allowed(self, request: HttpRequest) -> bool:
        """The permission is that of payments."""
        return self.admin.is_open_to(request) and request.user.has_perm("vault.forward_payment")

    def offered(self, row: Forward) -> bool:
        """While it is proven that nothing left."""
        return not _why_not(row)

    def off_because(self, row: Forward) -> str:
        """Why not, of what has not ended."""
        return "" if row.status in ENDED else _why_not(row)

    def confirmation(self, request: HttpRequest, rows: Sequence[Forward]) -> Confirmation:
        """Which rents it is about."""
        row = rows[0]
        amount = money.shown(row.amount_minor, row.currency)
        parts = list(
            ForwardPart.objects.filter(forward=row, released_at=None).select_related(
                "payment__tenant", "payment__property"
            )
        )
        return Confirmation(
            title=f"Take back the transfer to {row.owner}",
            button=f"Take back {words.rents(len(parts))}, {amount}",
            will_happen=[
                "Its payout is never sent again.",
                f"{row.owner} is owed {amount} again.",
                "The rents wait until a person forwards them, or takes their allocation back.",
            ],
            count=len(parts),
            noun="rent" if len(parts) == 1 else "rents",
            totals={row.currency: row.amount_minor},
            columns=[Column(label="Receipt"), Column(label="Whose rent"),
                     Column(label="Out", numeric=True)],
            lines=[
                [
                    shown.link(words.page_of(part.payment), part.payment.receipt),
                    words.who(part.payment),
                    shown.amount(part.amount_minor, row.currency),
                ]
                for part in parts
            ],
        )  # fmt: skip

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """One operation call."""
        try:
            release(
                forward_id=rows[0].pk, reason=answers["reason"],
                caller=caller_of(request.user, origin=ORIGIN), at=at,
            )  # fmt: skip
        except refusals.Refused as refused:
            raise Refused(f"{refused}. Nothing was changed and no money moved.") from None
        return Outcome(text="The transfer is taken back. No money moved.")


def _why_not(row: Forward) -> str:
    """Read once for each page."""
    if "off_for_release" not in vars(row):
        vars(row)["off_for_release"] = why_not_released(row, at=clock.now())
    return str(vars(row)["off_for_release"])
