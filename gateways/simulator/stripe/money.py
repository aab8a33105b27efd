"""The balance, its lines, and events: what a platform reads to reconcile."""

from datetime import datetime, timedelta

from gateways.simulator.stripe.events import tell
from gateways.simulator.stripe.forms import only
from gateways.simulator.stripe.pages import PAGING, page
from gateways.simulator.stripe.refusals import Record, no_such
from gateways.simulator.stripe.state import State, seconds

LINE_FILTERS = ("currency", "source", "type")
EVENTS_KEPT = timedelta(days=30)


def balance(state: State, values: Record, _at: datetime) -> Record:
    """GET /v1/balance: what is available, by currency. It reserves nothing."""
    only(values, ())
    return _shown(dict(state.balances) or {"usd": state.balances["usd"]})


def account_balance(state: State, account: str) -> Record:
    """GET /v1/balance with a Stripe-Account header."""
    return _shown(
        {
            currency: amount
            for (owner, currency), amount in state.account_balances.items()
            if owner == account
        }
    )


def lines(state: State, values: Record, _at: datetime) -> Record:
    """GET /v1/balance_transactions."""
    only(values, (*PAGING, *LINE_FILTERS))
    found = state.tables["balance_transaction"].values()
    return page(found, values, url="/v1/balance_transactions", filters=LINE_FILTERS)


def line(state: State, identifier: str, values: Record, _at: datetime) -> Record:
    """GET /v1/balance_transactions/{id}."""
    only(values, ())
    return _one(state, "balance_transaction", identifier)


def events(state: State, values: Record, at: datetime) -> Record:
    """GET /v1/events: the last 30 days."""
    only(values, (*PAGING, "type", "types", "delivery_success"))
    kinds = set(values.get("types", {}).values()) if "types" in values else None
    since = seconds(at - EVENTS_KEPT)
    found = (
        event
        for event in state.tables["event"].values()
        if event["created"] >= since and (kinds is None or event["type"] in kinds)
    )
    return page(found, values, url="/v1/events", filters=("type",))


def event(state: State, identifier: str, values: Record, _at: datetime) -> Record:
    """GET /v1/events/{id}."""
    only(values, ())
    return _one(state, "event", identifier)


def top_up(state: State, *, currency: str, amount_minor: int, at: datetime) -> int:
    """Put money into the platform's balance and tell of it; the new balance."""
    state.move(
        kind="topup", currency=currency, amount_minor=amount_minor, source=state.new_id("tu"),
        at=at,
    )  # fmt: skip
    tell(state, "balance.available", balance(state, {}, at), at=at)
    return state.balances[currency]


def set_balance(state: State, *, currency: str, amount_minor: int, at: datetime) -> int:
    """Make the available balance exactly this much, without a word."""
    difference = amount_minor - state.balances[currency]
    state.move(
        kind="adjustment", currency=currency, amount_minor=difference, at=at,
        source=state.new_id("adj"),
    )  # fmt: skip
    return state.balances[currency]


def _shown(amounts: dict[str, int]) -> Record:
    available = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(amounts.items())
    ]
    return {
        "object": "balance", "livemode": False, "available": available,
        "pending": [each | {"amount": 0, "source_types": {"card": 0}} for each in available],
    }  # fmt: skip


def _one(state: State, table: str, identifier: str) -> Record:
    found = state.tables[table].get(identifier)
    if found is None:
        raise no_such(table, identifier)
    return found
