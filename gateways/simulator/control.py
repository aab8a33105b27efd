"""The simulator's own addresses under /_simulator/: for tests, demos and people."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gateways.simulator.customers import SCRIPTS
from gateways.simulator.fineract.control import FINERACT_CHANGES, FINERACT_READS
from gateways.simulator.money_in.control import MONEY_IN_CHANGES, MONEY_IN_READS
from gateways.simulator.stripe.control import STRIPE_CHANGES, STRIPE_READS
from gateways.simulator.wire import Reply, Response, json_response, read_object

if TYPE_CHECKING:
    from gateways.simulator.simulator import Simulator

PREFIX = "/_simulator/"
CERTIFICATE_TYPE = "application/x-pem-file"
TOP_UP_MAX = 10**12


def answer(simulator: "Simulator", method: str, path: str, body: bytes) -> Reply:
    """Answer a control request; a wrong one gets 400 and a sentence."""
    name = path.removeprefix(PREFIX).strip("/")
    if method == "GET" and name in READS:
        return READS[name](simulator)
    if method == "POST" and name in CHANGES:
        try:
            return CHANGES[name](simulator, _object(body))
        except ValueError as problem:
            return json_response(400, {"error": str(problem)})
    known = name in READS or name in CHANGES
    return json_response(405 if known else 404, {"error": _directions()})


def _directions() -> str:
    reads = ", ".join(f"GET {PREFIX}{name}" for name in READS)
    return f"ask {reads}, " + ", ".join(f"POST {PREFIX}{name}" for name in CHANGES)


def _object(body: bytes) -> dict[str, Any]:
    value = read_object(body)
    if value is None:
        raise ValueError('the body must be a JSON object, for example {"faults": "calm"}')
    return value


def _text(values: dict[str, Any], name: str, example: str) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f'{name} must be text, for example {{"{name}": "{example}"}}')
    return value


def _health(simulator: "Simulator") -> Response:
    world = simulator.world
    return json_response(
        200,
        {
            "status": "ok",
            "seed": world.plan.seed,
            "faults": world.plan.name,
            "rates": dict(world.plan.rates),
            "refuseDuplicates": world.refuse_duplicates,
            "timeScale": world.time_scale,
            "moves": len(world.book.moves),
        },
    )


def _certificate(simulator: "Simulator") -> Response:
    headers = {"Content-Type": CERTIFICATE_TYPE}
    return Response(status=200, body=simulator.certificate_pem, headers=headers)


def _book(simulator: "Simulator") -> Response:
    return json_response(200, simulator.book.as_json())


def _wallets(simulator: "Simulator") -> Response:
    wallets = simulator.world.wallets.by_shortcode
    return json_response(200, {"wallets": [asdict(wallet) for wallet in wallets.values()]})


def _callbacks(simulator: "Simulator") -> Response:
    records = [record.as_json() for record in simulator.callback_records]
    return json_response(200, {"callbacks": records, "count": len(records)})


def _numbers(_simulator: "Simulator") -> Response:
    return json_response(200, {digits: asdict(script) for digits, script in SCRIPTS.items()})


def _messages(simulator: "Simulator") -> Response:
    taken = [asdict(each) | {"at": each.at.isoformat()} for each in simulator.sms.messages]
    return json_response(200, {"messages": taken, "count": len(taken)})


def _report_messages(simulator: "Simulator", values: dict[str, Any]) -> Response:
    simulator.sms.report_url = _text(values, "reportUrl", "https://vault.example/…")
    return json_response(200, {"status": "ok"})


def _top_up(simulator: "Simulator", values: dict[str, Any]) -> Response:
    shortcode, amount = _text(values, "shortcode", "600000"), values.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount <= TOP_UP_MAX:
        raise ValueError('amount must be whole shillings above 0, for example {"amount": 50000}')
    simulator.top_up(shortcode=shortcode, shillings=amount)
    return json_response(200, asdict(simulator.world.wallets.of(shortcode)))


def _faults(simulator: "Simulator", values: dict[str, Any]) -> Response:
    seed, refuse = values.get("seed"), values.get("refuseDuplicates")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise ValueError('seed must be a whole number, for example {"seed": 7}')
    if refuse is not None and not isinstance(refuse, bool):
        raise ValueError('refuseDuplicates must be true or false: {"refuseDuplicates": false}')
    faults = simulator.world.plan if "faults" not in values else _text(values, "faults", "calm")
    simulator.change_faults(faults, seed=seed, refuse_duplicates=refuse)
    return _health(simulator)


def _register(simulator: "Simulator", values: dict[str, Any]) -> Response:
    if "consumerKey" in values:
        secret = _text(values, "consumerSecret", "secret")
        simulator.tokens.consumers[_text(values, "consumerKey", "key")] = secret
    if "initiatorName" in values:
        simulator.world.initiators.register(
            name=_text(values, "initiatorName", "operator"),
            password=_text(values, "initiatorPassword", "password"),
        )
    return json_response(200, {"status": "ok"})


def _unlock(simulator: "Simulator", values: dict[str, Any]) -> Response:
    simulator.world.initiators.unlock(name=_text(values, "initiatorName", "operator"))
    return json_response(200, {"status": "ok"})


def _forget_tokens(simulator: "Simulator", _values: dict[str, Any]) -> Response:
    simulator.tokens.forget_all()
    return json_response(200, {"status": "ok"})


def _names(simulator: "Simulator", values: dict[str, Any]) -> Response:
    names = values.get("names")
    if not isinstance(names, dict) or not all(isinstance(each, str) for each in names.values()):
        raise ValueError('names must be an object, such as {"254700000001": "Amina Example"}')
    simulator.world.book.record_names({str(number): name for number, name in names.items()})
    return json_response(200, {"names": len(simulator.world.book.names)})


def _forget(simulator: "Simulator", values: dict[str, Any]) -> Response:
    forgotten, receipt = simulator.world.forgotten, _text(values, "receipt", "UKL1A2B3C4")
    (forgotten.add if values.get("forgotten", True) else forgotten.discard)(receipt)
    return json_response(200, {"forgotten": sorted(forgotten)})


READS: dict[str, Callable[["Simulator"], Response]] = {
    "health": _health,
    "certificate": _certificate,
    "book": _book,
    "wallets": _wallets,
    "messages": _messages,
    "callbacks": _callbacks,
    "numbers": _numbers,
    **MONEY_IN_READS,
    **STRIPE_READS,
    **FINERACT_READS,
}
CHANGES: dict[str, Callable[["Simulator", dict[str, Any]], Response]] = {
    "top-up": _top_up,
    "faults": _faults,
    "register": _register,
    "unlock": _unlock,
    "report-messages": _report_messages,
    "forget-tokens": _forget_tokens,
    "names": _names,
    "forget": _forget,
    **MONEY_IN_CHANGES,
    **STRIPE_CHANGES,
    **FINERACT_CHANGES,
}
