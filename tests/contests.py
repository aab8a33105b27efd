"""Contests as partners settle them: what they hand in, and handing it in."""

from collections.abc import Mapping
from typing import Any

from core import clock
from disbursements.operations.schedule_payout import Scheduled, schedule_payout_for_settlement
from disbursements.rules.contest_settlement import ContestSettlement, Winner
from vault.models import Partner

WINS: Mapping[str, str] = {"user-1": "50.00", "user-2": "30.00", "user-3": "20.00"}


def a_settlement(wins: Mapping[str, str] | None = None, **changes: Any) -> ContestSettlement:
    """Who won how much, in USD of a pool of 1000 unless said otherwise."""
    won = WINS if wins is None else wins
    values: dict[str, Any] = {
        "settlement_id": "SET-1", "contest_id": "cup-1", "currency": "USD", "pool": "1000",
        "winners": [
            Winner(line=line, user_id=user_id, amount=amount)
            for line, (user_id, amount) in enumerate(won.items(), start=1)
        ],
    }  # fmt: skip
    return ContestSettlement(**(values | changes))


def many_wins(count: int, amount: str = "0.10") -> dict[str, str]:
    """So many users who get this much each."""
    return {f"user-{number:05}": amount for number in range(1, count + 1)}


def settle(
    partner: Partner, wins: Mapping[str, str] | None = None, *,
    shortcode_number: str | None = None, **changes: Any,
) -> Scheduled:  # fmt: skip
    """Hand a settlement in, as the API does."""
    return schedule_payout_for_settlement(
        partner_id=partner.pk, settlement=a_settlement(wins, **changes), origin="api",
        actor="test", at=clock.now(), shortcode_number=shortcode_number,
    )  # fmt: skip
