"""Money that came in, as the simulator's book keeps it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Received:
    """Money that a shortcode got, in shillings; `checkout_id` names its prompt, if any."""

    receipt: str
    shortcode: str
    business_shortcode: str
    msisdn: str
    amount: int
    account: str
    at: datetime
    checkout_id: str = ""
    our_reference: str = ""

    def as_json(self) -> dict[str, Any]:
        """The payment with its moment as text."""
        return asdict(self) | {"at": self.at.isoformat()}


def received_as_json(received: Iterable[Received]) -> dict[str, Any]:
    """The whole book of money in."""
    rows = list(received)
    accounts: defaultdict[str, dict[str, int]] = defaultdict(lambda: {"count": 0, "total": 0})
    for row in rows:
        account = accounts[f"{row.shortcode} {row.account}"]
        account["count"] += 1
        account["total"] += row.amount
    return {
        "received": [row.as_json() for row in rows],
        "count": len(rows),
        "total": sum(row.amount for row in rows),
        "byAccount": dict(accounts),
    }
