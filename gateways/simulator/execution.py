"""Carrying a payment out and telling its outcome (daraja.md 3.4-3.7)."""

import json
from datetime import datetime

from gateways.simulator import business, identifiers
from gateways.simulator.behaviour import FLOAT_SHORT, SUCCESS, THROTTLED, Delivery
from gateways.simulator.book import Move
from gateways.simulator.payment import COMPLETED, DECLINED, Payment
from gateways.simulator.results import DEFAULT_REFERENCES, DEMO_NAMES, Shape, public_name, result
from gateways.simulator.wire import Body
from gateways.simulator.world import World

AMOUNT_MIN = 10
AMOUNT_MAX = 250_000
RECIPIENT_DAILY_MAX = 500_000
CACHED = "100000000"

DUPLICATES = 5
DUPLICATE_GAP_S = 0.2
CONTRADICTION_AFTER_S = 30.0
LATE_CALLBACK_S = 600.0


def execute(world: World, payment: Payment, at: datetime) -> None:
    """Decide the outcome, move the money if it succeeds, and tell it."""
    code = _verdict(world, payment, at)
    if code == SUCCESS or (payment.behaviour.moved and code == payment.behaviour.result_code):
        _move(world, payment, at)
        payment.finish(status=COMPLETED, code=code, at=at)
    else:
        payment.finish(status=DECLINED, code=code, at=at)
    _tell(world, payment, at)


def abandon(payment: Payment, at: datetime) -> None:
    """End a payment that was never carried out."""
    payment.finish(status=payment.behaviour.fate.value, code="", at=at)


def tell_timeout(world: World, payment: Payment, at: datetime) -> None:
    """Call the QueueTimeOutURL: a `Result` envelope, or the request echoed (daraja.md 3.5)."""
    if payment.behaviour.delivery is Delivery.TIMEOUT_ECHO:
        body = json.dumps(payment.request).encode()
    else:
        body = _result_body(world, payment, CACHED, at)
    world.agenda.call_back(
        at,
        kind="timeout",
        reference=payment.originator_conversation_id,
        url=payment.timeout_url,
        body=body,
    )


def _verdict(world: World, payment: Payment, at: datetime) -> str:
    behaviour = payment.behaviour
    if payment.initiator_code is not None:
        return payment.initiator_code
    if refusal := _refusal(world, payment, at):
        return refusal
    wallet = world.wallets.of(payment.shortcode)
    if behaviour.until_top_up and wallet.top_ups > payment.top_ups_before:
        return SUCCESS
    limit = behaviour.result_attempts_max
    if limit is not None and payment.attempt > limit:
        return SUCCESS
    return behaviour.result_code


def _refusal(world: World, payment: Payment, at: datetime) -> str | None:
    if payment.to_business:
        return business.refusal(world, payment)
    if refusal := _amount_refusal(world, payment, at):
        return refusal
    short = world.wallets.of(payment.shortcode).utility < payment.amount
    return FLOAT_SHORT if short else None


def _amount_refusal(world: World, payment: Payment, at: datetime) -> str | None:
    if payment.amount < AMOUNT_MIN:
        return "2"
    if payment.amount > AMOUNT_MAX:
        return "3"
    received = world.book.paid_on_day(msisdn=payment.msisdn, at=at)
    return "4" if received + payment.amount > RECIPIENT_DAILY_MAX else None


def _move(world: World, payment: Payment, at: datetime) -> None:
    payment.receipt = _unused_receipt(world, payment, at)
    pay = world.wallets.pay_business if payment.to_business else world.wallets.pay
    payment.charge = pay(shortcode=payment.shortcode, amount=payment.amount)
    world.payments.note_receipt(payment)
    world.book.record(
        Move(
            originator_conversation_id=payment.originator_conversation_id,
            receipt=payment.receipt,
            shortcode=payment.shortcode,
            msisdn=payment.msisdn,
            amount=payment.amount,
            charge=payment.charge,
            at=at,
            occassion=payment.occassion,
            remarks=payment.remarks,
            rail="b2b" if payment.to_business else "b2c",
            account=payment.account,
        )
    )


def _unused_receipt(world: World, payment: Payment, at: datetime) -> str:
    draw = world.draw("receipt", world.epoch, *payment.draw_key)
    while True:
        receipt = identifiers.receipt(at, draw=draw)
        if receipt not in world.book.receipts:
            return receipt


def _tell(world: World, payment: Payment, at: datetime) -> None:
    delivery = payment.behaviour.delivery
    code = payment.result_code
    if delivery is Delivery.LOST:
        return
    if delivery is Delivery.LATE:
        _result(world, payment, code, at + world.wait(LATE_CALLBACK_S))
    elif delivery is Delivery.FIVE_TIMES:
        body = _result_body(world, payment, code, at)
        for number in range(DUPLICATES):
            _send(world, payment, body, at + world.wait(DUPLICATE_GAP_S * number))
    else:
        _contradict_or_tell(world, payment, code, at)


def _contradict_or_tell(world: World, payment: Payment, code: str, at: datetime) -> None:
    later = at + world.wait(CONTRADICTION_AFTER_S)
    delivery = payment.behaviour.delivery
    contradicts = delivery in {Delivery.FAIL_AFTER_SUCCESS, Delivery.SUCCESS_AFTER_FAIL}
    if not contradicts or code != SUCCESS:
        _result(world, payment, code, at)
    elif delivery is Delivery.FAIL_AFTER_SUCCESS:
        _result(world, payment, SUCCESS, at)
        _result(world, payment, THROTTLED, later)
    else:
        _result(world, payment, THROTTLED, at)
        _result(world, payment, SUCCESS, later)


def _result(world: World, payment: Payment, code: str, at: datetime) -> None:
    _send(world, payment, _result_body(world, payment, code, at), at)


def _send(world: World, payment: Payment, body: bytes, at: datetime) -> None:
    world.agenda.call_back(
        at,
        kind="result",
        reference=payment.originator_conversation_id,
        url=payment.result_url,
        body=body,
    )


def _result_body(world: World, payment: Payment, code: str, at: datetime) -> bytes:
    shape = Shape(world.draw("shape", code, *payment.draw_key), varied=world.varied_shapes)
    paid = code == SUCCESS
    return result(
        shape,
        code=code,
        reference=payment.originator_conversation_id,
        conversation_id=payment.conversation_id,
        transaction_id=payment.receipt if paid else shape.failed_id(at),
        parameters=(
            _success_parameters(world, payment, shape) if paid else shape.failure_parameters(at)
        ),
        references=business.references(payment) if payment.to_business else DEFAULT_REFERENCES,
    )


def _success_parameters(world: World, payment: Payment, shape: Shape) -> Body:
    if payment.to_business:
        parameters = business.paid_parameters(world, payment, shape)
        return shape.success_parameters(parameters, may_be_blank="DebitPartyCharges")
    return shape.success_parameters(
        _paid_parameters(world, payment, shape),
        may_be_blank="B2CChargesPaidAccountAvailableFunds",
    )


def _paid_parameters(world: World, payment: Payment, shape: Shape) -> list[tuple[str, object]]:
    wallet = world.wallets.of(payment.shortcode)
    name = world.registered_name(payment.msisdn, else_of=DEMO_NAMES)
    finished_at = payment.finished_at or payment.accepted_at
    return [
        ("TransactionAmount", shape.amount(payment.amount)),
        ("TransactionReceipt", payment.receipt),
        ("ReceiverPartyPublicName", public_name(payment.msisdn, name)),
        ("TransactionCompletedDateTime", identifiers.dotted_stamp(finished_at)),
        ("B2CUtilityAccountAvailableFunds", shape.amount(wallet.utility)),
        ("B2CWorkingAccountAvailableFunds", shape.amount(wallet.working)),
        ("B2CChargesPaidAccountAvailableFunds", shape.amount(wallet.charges)),
        ("B2CRecipientIsRegisteredCustomer", "Y"),
    ]
