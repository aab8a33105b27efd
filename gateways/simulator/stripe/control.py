"""The simulated Stripe's own addresses under /_simulator/, for tests, demos and people."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gateways.simulator.stripe import accounts, money
from gateways.simulator.stripe.book import book
from gateways.simulator.stripe.currencies import CURRENCIES
from gateways.simulator.stripe.events import tell
from gateways.simulator.stripe.names import EVENTS, MISHAPS
from gateways.simulator.stripe.refusals import Record, Refusal
from gateways.simulator.stripe.transfers import REFUSALS
from gateways.simulator.wire import Response, json_response

if TYPE_CHECKING:
    from gateways.simulator.simulator import Simulator

AMOUNT_MAX = 10**15


def _book(simulator: "Simulator") -> Response:
    return json_response(200, book(simulator.stripe.state))


def _accounts(simulator: "Simulator") -> Response:
    found = list(simulator.stripe.state.tables["account"].values())
    return json_response(200, {"accounts": found, "count": len(found)})


def _account(simulator: "Simulator", values: Record) -> Response:
    state, at = simulator.stripe.state, simulator.clock()
    identifier = _text(values, "id", "acct_0001")
    transfers = values.get("transfers", "active")
    against = values.get("refusal", state.refusals.get(identifier, ""))
    if against and against not in REFUSALS:
        raise ValueError(f"refusal must be one of {', '.join(REFUSALS)}, or empty")
    state.switch("refusals", state.refusals | {identifier: against})
    try:
        if identifier in state.tables["account"]:
            account = accounts.change_capability(state, identifier, transfers, at=at)
        else:
            account = accounts.open_account(
                state, identifier, at=at, transfers=transfers,
                country=values.get("country", "US"), currency=values.get("currency", ""),
            )  # fmt: skip
    except Refusal as refusal:
        raise ValueError(refusal.message) from None
    return json_response(200, account)


def _top_up(simulator: "Simulator", values: Record) -> Response:
    return _balance_change(simulator, values, money.top_up, least=1)


def _balance(simulator: "Simulator", values: Record) -> Response:
    return _balance_change(simulator, values, money.set_balance, least=0)


def _balance_change(
    simulator: "Simulator", values: Record, change: Callable[..., int], *, least: int
) -> Response:
    currency, amount = _text(values, "currency", "usd"), values.get("amount")
    if currency not in CURRENCIES:
        raise ValueError('currency must be one of Stripe\'s, for example {"currency": "usd"}')
    if isinstance(amount, bool) or not isinstance(amount, int) or not least <= amount < AMOUNT_MAX:
        raise ValueError('amount must be whole minor units, for example {"amount": 50000}')
    left = change(
        simulator.stripe.state, currency=currency, amount_minor=amount, at=simulator.clock()
    )
    return json_response(200, {"currency": currency, "available": left})


def _webhook(simulator: "Simulator", values: Record) -> Response:
    connect = values.get("connect", False)
    if connect not in (True, False):
        raise ValueError('connect must be true or false, for example {"connect": true}')
    url = _text(values, "url", "https://vault.example/…")
    endpoint = {
        "id": f"{url} {connect}", "url": url, "connect": connect,
        "secrets": [_text(values, "secret", "whsec_…")],
    }  # fmt: skip
    if "oldSecret" in values:
        endpoint["secrets"].append(_text(values, "oldSecret", "whsec_…"))
    simulator.stripe.state.put("endpoint", endpoint)
    return json_response(200, {"status": "ok"})


def _keys(simulator: "Simulator", values: Record) -> Response:
    keys = values.get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise ValueError('keys must be a list of secret keys: {"keys": ["sk_test_1"]}')
    simulator.stripe.state.switch("keys", keys)
    return json_response(200, {"status": "ok"})


def _script(simulator: "Simulator", values: Record) -> Response:
    names = values.get("faults")
    if not isinstance(names, list) or any(
        name not in MISHAPS and name not in EVENTS for name in names
    ):
        raise ValueError('faults must be a list, for example {"faults": ["transfer_lost"]}')
    destination = _text(values, "destination", "acct_0001")
    simulator.stripe.state.scripts[destination].extend(names)
    return json_response(200, {"status": "ok"})


def _rate(simulator: "Simulator", values: Record) -> Response:
    per_second = values.get("perSecond")
    if isinstance(per_second, bool) or not isinstance(per_second, int) or per_second < 0:
        raise ValueError('perSecond must be a whole number; 0 is no limit: {"perSecond": 25}')
    simulator.stripe.state.switch("rate_max", per_second)
    return json_response(200, {"perSecond": per_second})


def _event(simulator: "Simulator", values: Record) -> Response:
    subject = values.get("object")
    if not subject or not isinstance(subject, dict):
        raise ValueError('object must be what the event is about: {"object": {"id": "po_1"}}')
    identifier = tell(
        simulator.stripe.state, _text(values, "type", "payout.failed"), subject,
        at=simulator.clock(), account=str(values.get("account", "")),
    )  # fmt: skip
    return json_response(200, {"id": identifier})


def _text(values: Record, name: str, example: str) -> str:
    value: Any = values.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f'{name} must be text, for example {{"{name}": "{example}"}}')
    return value


STRIPE_READS: dict[str, Callable[["Simulator"], Response]] = {
    "stripe-book": _book,
    "stripe-accounts": _accounts,
}
STRIPE_CHANGES: dict[str, Callable[["Simulator", Record], Response]] = {
    "stripe-account": _account,
    "stripe-top-up": _top_up,
    "stripe-balance": _balance,
    "stripe-webhook": _webhook,
    "stripe-keys": _keys,
    "stripe-script": _script,
    "stripe-rate": _rate,
    "stripe-event": _event,
}
