"""The query of a prompt: answered at once, without receipt, amount or phone (daraja.md 2.3)."""

from datetime import datetime

from gateways.simulator.answers import reply_in_manner_of
from gateways.simulator.behaviour import Answer
from gateways.simulator.fields import first_wrong, text_of
from gateways.simulator.money_in import shapes
from gateways.simulator.money_in.behaviour import Waiting
from gateways.simulator.money_in.fields import STANDING_FIELDS
from gateways.simulator.money_in.prompts import STK_CODE, signed_by_us
from gateways.simulator.money_in.state import Prompt
from gateways.simulator.wire import Body, Reply, Response, error, invalid_field, json_response
from gateways.simulator.world import World

UNKNOWN_AT_FIRST_S = 20.0
IN_FLIGHT = "4999"
BEING_PROCESSED = "The transaction is being processed"


def request_standing(world: World, body: Body, *, at: datetime) -> Reply:
    """POST /mpesa/stkpushquery/v1/query."""
    if wrong := first_wrong(body, required=STANDING_FIELDS):
        return invalid_field(wrong, draw=world.next_draw("error"))
    if refused := signed_by_us(world, body, at):
        return refused
    checkout_id = body["CheckoutRequestID"]
    prompt = world.money_in.prompts.get(checkout_id)
    if prompt is None or prompt.business_shortcode != text_of(body, "BusinessShortCode"):
        return _unknown(world)
    world.money_in.queries[checkout_id] += 1
    if world.plan.hits("standing_error", *prompt.draw_key, world.money_in.queries[checkout_id]):
        return reply_in_manner_of(Answer.INTERNAL_ERROR, None, world=world)
    if prompt.ended_at is None:
        return _waiting(world, prompt, at)
    return _answered(prompt, prompt.result_code)


def _waiting(world: World, prompt: Prompt, at: datetime) -> Reply:
    waiting = prompt.behaviour.waiting
    if waiting is None:
        draw = world.draw("waiting", *prompt.draw_key)
        waiting = draw.choice([Waiting.PROCESSING, Waiting.IN_FLIGHT])
    fresh = at - prompt.taken_at < world.wait(UNKNOWN_AT_FIRST_S)
    if waiting is Waiting.UNKNOWN_FIRST and fresh:
        return _unknown(world)
    if waiting is Waiting.IN_FLIGHT:
        return _answered(prompt, IN_FLIGHT)
    return error(500, STK_CODE, BEING_PROCESSED, draw=world.next_draw("error"))


def _unknown(world: World) -> Response:
    return invalid_field("CheckoutRequestID", draw=world.next_draw("error"))


def _answered(prompt: Prompt, code: str) -> Response:
    return json_response(
        200,
        {
            "ResponseCode": "0",
            "ResponseDescription": "The service request has been accepted successfully",
            "MerchantRequestID": prompt.merchant_request_id,
            "CheckoutRequestID": prompt.checkout_id,
            "ResultCode": code,
            "ResultDesc": shapes.described(code),
        },
    )
