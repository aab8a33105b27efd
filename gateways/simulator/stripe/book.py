"""The book of money moved by transfers: the oracle of what was paid, and of what twice."""

import json
from collections import defaultdict

from gateways.simulator.stripe.refusals import Record
from gateways.simulator.stripe.state import State


def book(state: State) -> Record:
    """Every transfer, totals by currency (after reversals), and what was paid twice."""
    transfers = list(state.tables["transfer"].values())
    totals: defaultdict[str, int] = defaultdict(int)
    for transfer in transfers:
        totals[transfer["currency"]] += transfer["amount"] - transfer["amount_reversed"]
    return {
        "transfers": transfers, "count": len(transfers), "totals": dict(totals),
        "reversals": list(state.tables["reversal"].values()), "paidTwice": paid_twice(state),
    }  # fmt: skip


def paid_twice(state: State) -> list[Record]:
    """Every instruction for which money moved more than once: the same destination with the same
    transfer group, or the same destination with the same metadata (empty ones do not count).
    """
    groups: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for transfer in state.tables["transfer"].values():
        if transfer["transfer_group"]:
            groups["group", transfer["destination"], transfer["transfer_group"]].append(
                transfer["id"]
            )
        if transfer["metadata"]:
            text = json.dumps(transfer["metadata"], sort_keys=True)
            groups["metadata", transfer["destination"], text].append(transfer["id"])
    return [
        {"by": by, "destination": destination, "reference": reference, "times": len(found),
         "transfers": found}
        for (by, destination, reference), found in groups.items()
        if len(found) > 1
    ]  # fmt: skip
