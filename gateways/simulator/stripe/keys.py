"""Idempotency keys of API v1 (stripe.md 2): answers kept for 24 hours, errors included."""

import json
from datetime import datetime, timedelta

from gateways.simulator.stripe.refusals import Record, invalid, mismatch, running
from gateways.simulator.stripe.state import State

KEPT = timedelta(hours=24)
KEY_MAX = 255


def saved(state: State, key: str, *, address: str, values: Record, at: datetime) -> Record | None:
    """What the key keeps: `status_code` and `body`; None when this is a first execution.

    Raises Refusal for other parameters, another address, or a request that still runs.
    """
    if len(key) > KEY_MAX:
        raise invalid("Idempotency-Key", f"Keys have up to {KEY_MAX} characters")
    found = state.tables["key"].get(key)
    if found is None or datetime.fromisoformat(found["first_at"]) + KEPT <= at:
        return None
    if found["address"] != address:
        raise mismatch(
            f"Keys for idempotent requests can only be used for the same endpoint they were first "
            f"used for ('{address}' vs '{found['address']}'). Try using a key other than '{key}'."
        )
    if found["values"] != json.dumps(values, sort_keys=True):
        raise mismatch(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}'."
        )
    if datetime.fromisoformat(found["busy_until"]) > at:
        raise running()
    return found


def keep(
    state: State,
    key: str,
    *,
    address: str,
    values: Record,
    answer: tuple[int, str],
    at: datetime,
    busy: timedelta,
) -> None:
    """Keep this answer; until `busy` is over a repeat hears that the first still runs."""
    status_code, body = answer
    state.put(
        "key",
        {
            "id": key, "address": address, "values": json.dumps(values, sort_keys=True),
            "status_code": status_code, "body": body, "first_at": at.isoformat(),
            "busy_until": (at + busy).isoformat(),
        },
    )  # fmt: skip
