"""Control addresses of the collecting side: paying at a phone, and what came of it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gateways.simulator.fields import MSISDN, SHORTCODE
from gateways.simulator.money_in.payers import SCRIPTS
from gateways.simulator.received import received_as_json
from gateways.simulator.wire import Response, json_response

if TYPE_CHECKING:
    from gateways.simulator.simulator import Simulator

AMOUNT_MAX = 250_000
ACCOUNT_LENGTH_MAX = 20


def _received(simulator: "Simulator") -> Response:
    return json_response(200, received_as_json(simulator.book.received))


def _prompts(simulator: "Simulator") -> Response:
    found = [prompt.as_json() for prompt in simulator.world.money_in.prompts.values()]
    return json_response(200, {"prompts": found, "count": len(found)})


def _payers(_simulator: "Simulator") -> Response:
    return json_response(200, {digits: asdict(script) for digits, script in SCRIPTS.items()})


def _pay(simulator: "Simulator", values: dict[str, Any]) -> Response:
    shortcode, msisdn = _shortcode(values), str(values.get("msisdn"))
    amount, account = values.get("amount"), values.get("account", "")
    if not MSISDN.fullmatch(msisdn):
        raise ValueError('msisdn must be 12 digits, for example {"msisdn": "254700000001"}')
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount <= AMOUNT_MAX:
        raise ValueError('amount must be whole shillings to 250000, for example {"amount": 500}')
    if not isinstance(account, str) or len(account) > ACCOUNT_LENGTH_MAX:
        raise ValueError('account must be text of 20 letters, for example {"account": "HSE-12"}')
    payment = simulator.pay(shortcode=shortcode, msisdn=msisdn, shillings=amount, account=account)
    return json_response(200, payment.as_json())


def _validation(simulator: "Simulator", values: dict[str, Any]) -> Response:
    shortcode, on = _shortcode(values), values.get("on")
    if on is not True and on is not False:
        raise ValueError('on must be true or false: {"shortcode": "600000", "on": true}')
    simulator.switch_validation(shortcode=shortcode, on=on)
    return json_response(200, {"shortcode": shortcode, "on": on})


def _passkey(simulator: "Simulator", values: dict[str, Any]) -> Response:
    passkey = values.get("passkey")
    if not isinstance(passkey, str) or not passkey:
        raise ValueError('passkey must be text: {"shortcode": "600000", "passkey": "letters"}')
    simulator.world.money_in.passkeys[_shortcode(values)] = passkey
    return json_response(200, {"status": "ok"})


def _forget_urls(simulator: "Simulator", values: dict[str, Any]) -> Response:
    shortcode = _shortcode(values)
    simulator.world.money_in.addresses.pop(shortcode, None)
    simulator.book.record_addresses(shortcode, None)
    return json_response(200, {"status": "ok"})


def _shortcode(values: dict[str, Any]) -> str:
    shortcode = values.get("shortcode")
    if not isinstance(shortcode, str) or not SHORTCODE.fullmatch(shortcode):
        raise ValueError('shortcode must be 5 to 7 digits: {"shortcode": "600000"}')
    return shortcode


MONEY_IN_READS: dict[str, Callable[["Simulator"], Response]] = {
    "received": _received,
    "prompts": _prompts,
    "payers": _payers,
}
MONEY_IN_CHANGES: dict[str, Callable[["Simulator", dict[str, Any]], Response]] = {
    "pay": _pay,
    "validation": _validation,
    "passkey": _passkey,
    "forget-urls": _forget_urls,
}
