"""What is read again of transfers, long after they were read."""

from gateways.http import Parts, only
from gateways.stripe.objects import TRANSFER_ID

TRANSFER = (
    "id", "object", "transfer_group", "destination", "amount", "amount_reversed", "currency",
    "livemode", "created",
)  # fmt: skip


def transfer_parts(value: object) -> Parts | None:
    """Of one transfer, or a page of them, what kept_answers reads; None for any other answer."""
    if not isinstance(value, dict):
        return None
    if value.get("object") == "transfer":
        return _transfer(value)
    rows = value.get("data")
    if value.get("object") != "list" or not isinstance(rows, list):
        return None
    parts = [transfer_parts(row) for row in rows]
    return None if None in parts else {"object": "list", "data": parts}


def _transfer(row: Parts) -> Parts:
    told = {name: row[name] for name in TRANSFER if name in row}
    return told | {"metadata": only(row.get("metadata"), TRANSFER_ID)}
