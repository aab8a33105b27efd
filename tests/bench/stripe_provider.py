"""A Stripe that pays every transfer after 150 ms: `python -m tests.bench.stripe_provider`.

`GET /arrivals`: when each transfer since the last look arrived, in seconds.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from itertools import count
from urllib.parse import parse_qs

from tests.bench.provider import serve

DELAY_S = 0.15
WINDOW_S = 1.0
_arrivals: list[float] = []
_numbers = count(1)


async def paid(head: bytes, sent: bytes) -> bytes:
    """The transfer that was asked for, as Stripe writes it."""
    if head.startswith(b"GET /arrivals"):
        seen = _arrivals.copy()
        _arrivals.clear()
        return json.dumps(seen).encode()
    _arrivals.append(time.monotonic())
    await asyncio.sleep(DELAY_S)
    asked = {name: values[0] for name, values in parse_qs(sent.decode()).items()}
    number = next(_numbers)
    return json.dumps(
        {
            "id": f"tr_bench{number}", "object": "transfer", "amount": int(asked["amount"]),
            "amount_reversed": 0, "balance_transaction": f"txn_bench{number}",
            "created": int(time.time()), "currency": asked["currency"],
            "description": asked.get("description"), "destination": asked["destination"],
            "destination_payment": f"py_bench{number}", "livemode": False,
            "metadata": {
                name[9:-1]: value for name, value in asked.items() if name.startswith("metadata[")
            },
            "reversals": {"object": "list", "data": [], "has_more": False, "total_count": 0,
                          "url": f"/v1/transfers/tr_bench{number}/reversals"},
            "reversed": False, "source_transaction": None, "source_type": "card",
            "transfer_group": asked.get("transfer_group"),
        }
    ).encode()  # fmt: skip


def most_in_a_second(arrivals: Sequence[float]) -> int:
    """The most of them in any second, wherever it begins."""
    moments, most, oldest = sorted(arrivals), 0, 0
    for newest, moment in enumerate(moments):
        while moment - moments[oldest] >= WINDOW_S:
            oldest += 1
        most = max(most, newest - oldest + 1)
    return most


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(paid))
