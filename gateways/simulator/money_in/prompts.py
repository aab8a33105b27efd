"""The STK desk: takes a prompt, lets the payer answer, tells how it ended (daraja.md 2)."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from gateways.simulator import identifiers
from gateways.simulator.answers import reply_in_manner_of
from gateways.simulator.behaviour import Answer, Delivery
from gateways.simulator.fields import first_wrong, text_of
from gateways.simulator.money_in import shapes
from gateways.simulator.money_in.behaviour import (
    LOCKED,
    NO_ANSWER,
    PAID,
    WRONG_CREDENTIALS,
    Confirmation,
    PromptBehaviour,
    drawn,
)
from gateways.simulator.money_in.fields import (
    PROMPT_FIELDS,
    PROMPT_OPTIONAL,
    signature_fault,
)
from gateways.simulator.money_in.payers import script_of
from gateways.simulator.money_in.payments import confirm, credit, unused_receipt
from gateways.simulator.money_in.state import Prompt
from gateways.simulator.wire import Body, Reply, Response, error, invalid_field
from gateways.simulator.world import World

STK_CODE = "500.001.1001"
TILL_TYPE = "CustomerBuyGoodsOnline"
AMOUNT_MAX = 250_000
PAYER_DAILY_MAX = 500_000
SAME_AMOUNT_S = 120.0
LATE_S = 600.0
GAP_S = 0.2
TIMES = 5
CONTRADICTION_AFTER_S = 30.0
CONFIRMED_AFTER_S = 1.0


def request_prompt(world: World, body: Body, *, at: datetime) -> Reply:
    """POST /mpesa/stkpush/v1/processrequest."""
    wrong = first_wrong(body, required=PROMPT_FIELDS, optional=PROMPT_OPTIONAL)
    if refused := _refused_fields(world, body, wrong, at):
        return refused
    msisdn = text_of(body, "PhoneNumber")
    key = ("stk", msisdn, world.money_in.requests[msisdn] + 1)
    behaviour = _behaviour(world, msisdn, key)
    if not behaviour.accepted:
        if behaviour.refusal:
            return _stk_error(world, behaviour.refusal)
        return reply_in_manner_of(behaviour.answer, None, world=world)
    if world.money_in.open_for(msisdn):
        return _stk_error(world, LOCKED)
    prompt = _take(world, body, behaviour, key, at)
    reply = reply_in_manner_of(behaviour.answer, _acknowledged(prompt), world=world)
    if behaviour.delivery is Delivery.EARLY and isinstance(reply, Response):
        return replace(reply, callbacks_first=True)
    return reply


def signed_by_us(world: World, body: Body, at: datetime) -> Reply | None:
    """The refusal of a wrong password or stamp, None when both are right."""
    passkey = world.money_in.passkeys.get(text_of(body, "BusinessShortCode"))
    fault = signature_fault(body, passkey=passkey, at=at)
    if fault == "Password":
        return _stk_error(world, WRONG_CREDENTIALS)
    return invalid_field(fault, draw=world.next_draw("error")) if fault else None


def _refused_fields(world: World, body: Body, wrong: str | None, at: datetime) -> Reply | None:
    if wrong is not None:
        return invalid_field(wrong, draw=world.next_draw("error"))
    return signed_by_us(world, body, at)


def _behaviour(world: World, msisdn: str, key: tuple[object, ...]) -> PromptBehaviour:
    behaviour = script_of(msisdn) or drawn(world.plan, *key)
    world.money_in.requests[msisdn] += 1
    limit = behaviour.answer_requests_max
    if limit is not None and world.money_in.requests[msisdn] > limit:
        return replace(behaviour, answer=Answer.ACKNOWLEDGE, accepted=True, refusal="")
    return behaviour


def _take(
    world: World, body: Body, behaviour: PromptBehaviour, key: tuple[object, ...], at: datetime
) -> Prompt:
    msisdn = text_of(body, "PhoneNumber")
    draw = world.next_draw("prompt")
    local = at.astimezone(identifiers.NAIROBI)
    prompt = Prompt(
        checkout_id=f"ws_CO_{local:%d%m%Y%H%M%S}{draw.randint(100, 999_999)}{msisdn[3:]}",
        merchant_request_id=identifiers.platform_originator_id(draw=draw),
        business_shortcode=text_of(body, "BusinessShortCode"),
        shortcode=text_of(body, "PartyB"),
        kind=body["TransactionType"],
        msisdn=msisdn,
        amount=int(text_of(body, "Amount")),
        account=body["AccountReference"],
        url=body["CallBackURL"],
        behaviour=behaviour,
        draw_key=key,
        taken_at=at,
    )
    world.money_in.prompts[prompt.checkout_id] = prompt
    if behaviour.delivery is Delivery.EARLY:
        _end(world, prompt, at)
    else:
        world.agenda.at(at + _thinking(world, prompt), partial(_end, world, prompt))
    return prompt


def _thinking(world: World, prompt: Prompt) -> timedelta:
    if prompt.behaviour.answered_after_s is not None:
        return world.wait(prompt.behaviour.answered_after_s)
    return world.result_delay(*prompt.draw_key)


def _end(world: World, prompt: Prompt, at: datetime) -> None:
    prompt.result_code = _verdict(world, prompt, at)
    prompt.ended_at = at
    own = prompt.result_code == prompt.behaviour.result_code
    if prompt.result_code == PAID or (prompt.behaviour.moved and own):
        _pay(world, prompt, at)
    _tell(world, prompt, at)


def _verdict(world: World, prompt: Prompt, at: datetime) -> str:
    if prompt.kind != TILL_TYPE and prompt.shortcode != prompt.business_shortcode:
        return "2028"
    if prompt.amount > AMOUNT_MAX:
        return "3"
    paid = [each for each in world.book.received if each.msisdn == prompt.msisdn]
    today = f"{at.astimezone(identifiers.NAIROBI):%Y-%m-%d}"
    spent = sum(
        each.amount for each in paid
        if f"{each.at.astimezone(identifiers.NAIROBI):%Y-%m-%d}" == today
    )  # fmt: skip
    if spent + prompt.amount > PAYER_DAILY_MAX:
        return "4"
    since = prompt.taken_at - world.wait(SAME_AMOUNT_S)
    if any(each.amount == prompt.amount and each.at > since for each in paid):
        return "17"
    return prompt.behaviour.result_code


def _pay(world: World, prompt: Prompt, at: datetime) -> None:
    prompt.receipt = unused_receipt(world, at, *prompt.draw_key)
    received = credit(
        world, receipt=prompt.receipt, shortcode=prompt.shortcode,
        business_shortcode=prompt.business_shortcode, msisdn=prompt.msisdn, amount=prompt.amount,
        account=prompt.account, at=at, checkout_id=prompt.checkout_id,
    )  # fmt: skip
    first = prompt.behaviour.confirmation is Confirmation.FIRST
    after = at if first else at + world.wait(CONFIRMED_AFTER_S)
    kind = "Buy Goods" if prompt.kind == TILL_TYPE else "Pay Bill"
    confirm(world, received, prompt.behaviour.confirmation, after, kind=kind)


def _tell(world: World, prompt: Prompt, at: datetime) -> None:
    code, delivery = prompt.result_code, prompt.behaviour.delivery
    if prompt.behaviour.confirmation is Confirmation.FIRST:
        at += world.wait(CONFIRMED_AFTER_S)
    later = at + world.wait(CONTRADICTION_AFTER_S)
    contradicts = {Delivery.FAIL_AFTER_SUCCESS: (code, NO_ANSWER),
                   Delivery.SUCCESS_AFTER_FAIL: (NO_ANSWER, code)}  # fmt: skip
    if delivery is Delivery.LOST:
        return
    if delivery is Delivery.LATE:
        _send(world, prompt, code, at + world.wait(LATE_S))
    elif delivery is Delivery.FIVE_TIMES:
        for number in range(TIMES):
            _send(world, prompt, code, at + world.wait(GAP_S * number))
    elif delivery in contradicts and code == PAID:
        first, second = contradicts[delivery]
        _send(world, prompt, first, at)
        _send(world, prompt, second, later)
    else:
        _send(world, prompt, code, at)


def _send(world: World, prompt: Prompt, code: str, at: datetime) -> None:
    draw = world.draw("stk", *prompt.draw_key)
    world.agenda.call_back(
        at, kind="stk", reference=prompt.checkout_id, url=prompt.url,
        body=shapes.stk_callback(prompt, code, at, draw=draw),
    )  # fmt: skip


def _acknowledged(prompt: Prompt) -> Body:
    return {
        "MerchantRequestID": prompt.merchant_request_id,
        "CheckoutRequestID": prompt.checkout_id,
        "ResponseCode": "0",
        "ResponseDescription": "Success. Request accepted for processing",
        "CustomerMessage": "Success. Request accepted for processing",
    }


def _stk_error(world: World, text: str) -> Response:
    return error(500, STK_CODE, text, draw=world.next_draw("error"))
