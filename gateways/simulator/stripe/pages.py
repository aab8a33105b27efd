"""Lists: newest first, filtered, in pages with cursors (stripe.md 7)."""

from collections.abc import Iterable

from gateways.simulator.stripe.forms import text, whole
from gateways.simulator.stripe.refusals import Record, invalid, no_such

PAGING = ("limit", "starting_after", "ending_before", "created")
LIMIT_DEFAULT = 10
LIMIT_MAX = 100
BOUNDS = ("gt", "gte", "lt", "lte")


def page(records: Iterable[Record], values: Record, *, url: str, filters: Iterable[str]) -> Record:
    """One page of the records (oldest first) that fit the filters. Raises Refusal."""
    wanted = {name: text(values, name) for name in filters if name in values}
    found = [
        record
        for record in reversed(list(records))
        if all(record.get(name) == value for name, value in wanted.items())
        and _created_fits(record["created"], values.get("created"))
    ]
    limit = whole(values, "limit")
    limit = LIMIT_DEFAULT if limit is None else limit
    if not 1 <= limit <= LIMIT_MAX:
        raise invalid("limit", f"limit must be from 1 to {LIMIT_MAX}", "parameter_invalid_integer")
    after, before = text(values, "starting_after"), text(values, "ending_before")
    if after and before:
        raise invalid("ending_before", "Only one of starting_after and ending_before.")
    if after:
        found = found[_place(found, after, "starting_after") + 1 :]
    if before:
        found = found[: _place(found, before, "ending_before")]
    shown = found[-limit:] if before else found[:limit]
    return {"object": "list", "url": url, "has_more": len(found) > limit, "data": shown}


def _place(found: list[Record], identifier: str, param: str) -> int:
    for place, record in enumerate(found):
        if record["id"] == identifier:
            return place
    raise no_such("object", identifier, param=param, status_code=400)


def _created_fits(created: int, wanted: object) -> bool:
    if wanted is None:
        return True
    if not isinstance(wanted, dict):
        return created == whole({"created": wanted}, "created")
    fits = True
    for bound in wanted:
        if bound not in BOUNDS:
            raise invalid(f"created[{bound}]", f"Received unknown parameter: created[{bound}]")
        value = whole(wanted, bound) or 0
        fits &= {
            "gt": created > value, "gte": created >= value,
            "lt": created < value, "lte": created <= value,
        }[bound]  # fmt: skip
    return fits
