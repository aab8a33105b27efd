"""Payments straight to a shortcode: validated where switched on, booked, confirmed (5.4)."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial

from gateways.simulator import identifiers
from gateways.simulator.fields import first_wrong, text_of
from gateways.simulator.money_in import shapes
from gateways.simulator.money_in.behaviour import Confirmation, drawn_confirmation
from gateways.simulator.money_in.fields import REGISTER_FIELDS
from gateways.simulator.money_in.payers import script_of
from gateways.simulator.money_in.state import Addresses, Payment
from gateways.simulator.received import Received
from gateways.simulator.wire import Body, Reply, error, invalid_field, json_response
from gateways.simulator.world import World

VALIDATION = "c2b-validation"
CONFIRMATION = "c2b-confirmation"
# Of the wire, not of the rehearsal: no time scale shortens it.
VALIDATION_WAIT_S = 8.0
LATE_S = 600.0
GAP_S = 0.2
TIMES = 5


def register(world: World, body: Body, *, version: int) -> Reply:
    """POST /mpesa/c2b/v1/registerurl or v2: once."""
    draw = world.next_draw("register")
    if wrong := first_wrong(body, required=REGISTER_FIELDS):
        return invalid_field(wrong, draw=draw)
    shortcode = text_of(body, "ShortCode")
    if shortcode in world.money_in.addresses:
        return error(500, "500.003.1001", "URLs are already registered", draw=draw)
    addresses = Addresses(
        validation=body["ValidationURL"],
        confirmation=body["ConfirmationURL"],
        response_type=body["ResponseType"],
        version=version,
    )
    world.money_in.addresses[shortcode] = addresses
    world.book.record_addresses(shortcode, asdict(addresses))
    return json_response(
        200,
        {
            "OriginatorCoversationID": identifiers.platform_originator_id(draw=draw),
            "ResponseCode": "0",
            "ResponseDescription": "Success",
        },
    )


def pay(
    world: World, *, shortcode: str, msisdn: str, amount: int, account: str, at: datetime
) -> Payment:
    """A person pays at a phone. It waits for our answer where validation is switched on."""
    world.money_in.payments[msisdn] += 1
    key = ("straight", msisdn, world.money_in.payments[msisdn])
    script = script_of(msisdn)
    payment = Payment(
        receipt=unused_receipt(world, at, *key),
        shortcode=shortcode,
        msisdn=msisdn,
        amount=amount,
        account=account,
        begun_at=at,
        confirmation=script.confirmation if script else drawn_confirmation(world.plan, *key),
    )
    addresses = world.money_in.addresses.get(shortcode)
    if addresses is None or shortcode not in world.money_in.validating:
        _complete(world, payment, at)
        return payment
    number = world.agenda.call_back(
        at, kind=VALIDATION, reference=payment.receipt, url=addresses.validation,
        body=shapes.c2b_body(
            receipt=payment.receipt, shortcode=shortcode, msisdn=msisdn, amount=amount,
            account=account, at=at, version=addresses.version, draw=world.draw("c2b", *key),
        ),
    )  # fmt: skip
    world.money_in.awaiting[number] = payment
    end = at + timedelta(seconds=VALIDATION_WAIT_S)
    world.agenda.at(end, partial(_unanswered, world, number))
    return payment


def hear(world: World, number: int, *, status: int | None, answer: bytes, at: datetime) -> None:
    """What we were answered about a payment; an answer nobody can read counts as none."""
    payment = world.money_in.awaiting.get(number)
    if payment is None:
        return
    try:
        said = json.loads(answer) if status == 200 else None
    except ValueError:
        said = None
    code = str(said.get("ResultCode")) if isinstance(said, dict) else ""
    if code.strip("0") and code.startswith("C2B000"):
        del world.money_in.awaiting[number]
        payment.state, payment.refused_with = "refused", code
    elif isinstance(said, dict) and code and not code.strip("0"):
        del world.money_in.awaiting[number]
        payment.our_reference = str(said.get("ThirdPartyTransID") or "")
        _complete(world, payment, at)
    else:
        _unanswered(world, number, at)


def confirm(
    world: World, received: Received, manner: Confirmation, at: datetime, *, kind: str = "Pay Bill"
) -> None:
    """Tell a payment to the registered address: once, never, five times or late."""
    addresses = world.money_in.addresses.get(received.business_shortcode)
    if addresses is None or manner is Confirmation.LOST:
        return
    body = shapes.c2b_body(
        receipt=received.receipt, shortcode=received.business_shortcode, msisdn=received.msisdn,
        amount=received.amount, account=received.account, at=received.at,
        version=addresses.version, draw=world.draw("c2b", received.receipt), kind=kind,
        balance=world.wallets.of(received.shortcode).working,
        our_reference=received.our_reference,
    )  # fmt: skip
    begin = at + world.wait(LATE_S) if manner is Confirmation.LATE else at
    for number in range(TIMES if manner is Confirmation.FIVE_TIMES else 1):
        world.agenda.call_back(
            begin + world.wait(GAP_S * number), kind=CONFIRMATION, reference=received.receipt,
            url=addresses.confirmation, body=body,
        )  # fmt: skip


def credit(
    world: World, *, receipt: str, shortcode: str, business_shortcode: str, msisdn: str,
    amount: int, account: str, at: datetime, checkout_id: str = "", our_reference: str = "",
) -> Received:  # fmt: skip
    """Book money that came in."""
    received = Received(
        receipt=receipt, shortcode=shortcode, business_shortcode=business_shortcode,
        msisdn=msisdn, amount=amount, account=account, at=at, checkout_id=checkout_id,
        our_reference=our_reference,
    )  # fmt: skip
    world.wallets.receive(shortcode=shortcode, amount=amount)
    world.book.record_received(received)
    return received


def unused_receipt(world: World, at: datetime, *key: object) -> str:
    """A receipt that the book does not have yet."""
    draw = world.draw("received", world.epoch, *key)
    while True:
        receipt = identifiers.receipt(at, draw=draw)
        if receipt not in world.book.receipts:
            return receipt


def _unanswered(world: World, number: int, at: datetime) -> None:
    payment = world.money_in.awaiting.pop(number, None)
    if payment is None:
        return
    if world.money_in.addresses[payment.shortcode].response_type == "Completed":
        _complete(world, payment, at)
    else:
        payment.state = "refused"


def _complete(world: World, payment: Payment, at: datetime) -> None:
    payment.state = "completed"
    received = credit(
        world, receipt=payment.receipt, shortcode=payment.shortcode,
        business_shortcode=payment.shortcode, msisdn=payment.msisdn, amount=payment.amount,
        account=payment.account, at=at, our_reference=payment.our_reference,
    )  # fmt: skip
    confirm(world, received, payment.confirmation, at)
