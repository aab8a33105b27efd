"""The B2C desk: checks a payment request, takes it or not, and answers (daraja.md 3.1-3.3)."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from gateways.simulator import execution, identifiers
from gateways.simulator.answers import acknowledgement, reply_in_manner_of
from gateways.simulator.behaviour import PLAIN, Answer, Behaviour, Delivery, Fate
from gateways.simulator.fields import PAYMENT_FIELDS, PAYMENT_OPTIONAL, first_wrong, text_of
from gateways.simulator.payment import Payment
from gateways.simulator.wire import Body, Reply, Response, error, invalid_field
from gateways.simulator.world import Instruction, World

TIMEOUTS = frozenset({Delivery.TIMEOUT_WRAPPED, Delivery.TIMEOUT_ECHO})


def request_payment(world: World, body: Body, *, at: datetime) -> Reply:
    """POST /mpesa/b2c/v3/paymentrequest."""
    if wrong := first_wrong(body, required=PAYMENT_FIELDS, optional=PAYMENT_OPTIONAL):
        return invalid_field(wrong, draw=world.next_draw("error"))
    instruction = _instruction(body)
    payment = _payment(world, body, instruction, at)
    known = world.payments.knows(payment.originator_conversation_id)
    if payment.behaviour.accepted and world.refuse_duplicates and known:
        draw = world.next_draw("error")
        return error(500, "500.002.1001", "Duplicate OriginatorConversationID.", draw=draw)
    return take(world, payment, instruction, at)


def take(world: World, payment: Payment, instruction: Instruction, at: datetime) -> Reply:
    """Accept the payment or not, and answer, in the manner of its script."""
    script = payment.behaviour
    if not script.accepted:
        return reply_in_manner_of(script.answer, None, world=world)
    world.attempts[instruction] += 1
    payment.attempt = world.attempts[instruction]
    accept(world, payment, at)
    acknowledged = acknowledgement(
        reference=payment.originator_conversation_id, conversation_id=payment.conversation_id
    )
    reply = reply_in_manner_of(script.answer, acknowledged, world=world)
    if payment.behaviour.delivery is Delivery.EARLY and isinstance(reply, Response):
        return replace(reply, callbacks_first=True)
    return reply


def _instruction(body: Body) -> Instruction:
    return Instruction(
        shortcode=text_of(body, "PartyA"),
        msisdn=text_of(body, "PartyB"),
        reference=body.get("Occassion") or body["Remarks"],
    )


def _payment(world: World, body: Body, instruction: Instruction, at: datetime) -> Payment:
    reference = body["OriginatorConversationID"]
    shortcode, msisdn = instruction.shortcode, instruction.msisdn
    key = world.draw_key(shortcode=shortcode, msisdn=msisdn, reference=reference)
    top_ups = world.wallets.of(shortcode).top_ups
    return Payment(
        originator_conversation_id=reference,
        conversation_id=identifiers.conversation_id(at, draw=world.next_draw("conversation")),
        shortcode=shortcode,
        msisdn=msisdn,
        amount=int(text_of(body, "Amount")),
        accepted_at=at,
        behaviour=behaviour(world, instruction, key),
        draw_key=key,
        remarks=body["Remarks"],
        occassion=body.get("Occassion") or "",
        result_url=body["ResultURL"],
        timeout_url=body["QueueTimeOutURL"],
        request=dict(body),
        top_ups_before=world.top_ups_at_first.setdefault(instruction, top_ups),
    )


def behaviour(world: World, instruction: Instruction, key: tuple[object, ...]) -> Behaviour:
    """How this request goes; an odd answer only as often as its script says."""
    found = world.behaviour(msisdn=instruction.msisdn, draw_key=key)
    world.requests[instruction] += 1
    limit = found.answer_requests_max
    if limit is not None and world.requests[instruction] > limit:
        return replace(found, answer=Answer.ACKNOWLEDGE, accepted=True)
    return found


def accept(world: World, payment: Payment, at: datetime) -> None:
    """Remember the payment and plan what becomes of it."""
    payment.initiator_code = world.initiators.refusal(
        name=payment.request["Initiator" if payment.to_business else "InitiatorName"],
        credential=payment.request["SecurityCredential"],
    )
    if payment.initiator_code is not None:
        payment.behaviour = PLAIN
    world.payments.add(payment)
    execute = partial(execution.execute, world, payment)
    script = payment.behaviour
    if script.delivery is Delivery.EARLY:
        execute(at)
        return
    due = at + _delay(world, payment)
    if script.delivery in TIMEOUTS:
        execution.tell_timeout(world, payment, due)
    if script.fate is Fate.EXECUTED:
        world.agenda.at(due + world.wait(script.execute_after_s), execute)
    elif script.fate in {Fate.CANCELLED, Fate.EXPIRED}:
        world.agenda.at(due, partial(execution.abandon, payment))


def _delay(world: World, payment: Payment) -> timedelta:
    if payment.behaviour.delay_s is not None:
        return world.wait(payment.behaviour.delay_s)
    return world.result_delay(*payment.draw_key)
