"""The B2B desk: pays a paybill or a till under ids of its own making (daraja.md 4).

It knows no reference of the caller's, so the same request twice is paid twice.
"""

from datetime import datetime

from gateways.simulator import identifiers
from gateways.simulator.b2c import behaviour, take
from gateways.simulator.fields import BUSINESS_FIELDS, BUSINESS_OPTIONAL, first_wrong, text_of
from gateways.simulator.payment import Payment
from gateways.simulator.wire import Body, Reply, invalid_field
from gateways.simulator.world import Instruction, World


def request_business_payment(world: World, body: Body, *, at: datetime) -> Reply:
    """POST /mpesa/b2b/v1/paymentrequest."""
    if wrong := first_wrong(body, required=BUSINESS_FIELDS, optional=BUSINESS_OPTIONAL):
        return invalid_field(wrong, draw=world.next_draw("error"))
    instruction = Instruction(
        shortcode=text_of(body, "PartyA"),
        msisdn=text_of(body, "PartyB"),
        reference=body.get("Occassion") or body["Remarks"],
    )
    return take(world, _payment(world, body, instruction, at), instruction, at)


def _payment(world: World, body: Body, instruction: Instruction, at: datetime) -> Payment:
    key = world.draw_key(
        shortcode=instruction.shortcode, msisdn=instruction.msisdn, reference=instruction.reference
    )
    draw = world.next_draw("business")
    top_ups = world.wallets.of(instruction.shortcode).top_ups
    return Payment(
        originator_conversation_id=identifiers.platform_originator_id(draw=draw),
        conversation_id=identifiers.conversation_id(at, draw=draw),
        shortcode=instruction.shortcode,
        msisdn=instruction.msisdn,
        receiver_type=text_of(body, "RecieverIdentifierType"),
        account=body.get("AccountReference") or "",
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
