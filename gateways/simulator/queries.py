"""The asynchronous questions: transaction status and account balance (daraja.md 5.1, 5.2)."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from gateways.simulator import business, identifiers
from gateways.simulator.answers import (
    EMPTY_ACKNOWLEDGEMENT,
    acknowledgement,
    reply_in_manner_of,
)
from gateways.simulator.behaviour import Answer
from gateways.simulator.fields import (
    BALANCE_FIELDS,
    STATUS_FIELDS,
    STATUS_OPTIONAL,
    first_wrong,
    text_of,
)
from gateways.simulator.payment import COMPLETED, INITIATED, Payment
from gateways.simulator.results import (
    DEFAULT_REFERENCES,
    DEMO_NAMES,
    Parameters,
    Shape,
    public_name,
    result,
)
from gateways.simulator.wire import Body, Reply, invalid_field, json_response
from gateways.simulator.world import World

NOT_FOUND = "2033"
WORKED = "0"
# The index lags behind only for this long: two late "not found" answers are proof.
INDEX_LAG_S = 300.0
# The account that was debited, and what the provider calls such a payment.
SOURCES = {
    "b2c": ("Utility Account", "Business Payment to Customer via API"),
    "b2b": ("Working Account", "Business to Business Transfer via API"),
}
# An item with a Key and no Value.
STATUS_REFERENCES = (("Occasion", None),)


@dataclass(frozen=True, kw_only=True)
class Query:
    """An accepted question, with ids of its own."""

    kind: str
    reference: str
    conversation_id: str
    shortcode: str
    result_url: str
    timeout_url: str
    request: Body
    initiator_code: str | None
    original: str = ""
    receipt: str = ""
    ordinal: int = 1

    @property
    def draw_key(self) -> tuple[object, ...]:
        """What the chance of this query hangs on."""
        return (self.kind, self.original or self.receipt or self.shortcode, self.ordinal)


def request_status(world: World, body: Body, *, at: datetime) -> Reply:
    """POST /mpesa/transactionstatus/v1/query."""
    wrong = first_wrong(body, required=STATUS_FIELDS, optional=STATUS_OPTIONAL)
    if wrong is None and "OriginatorConversationID" in body:
        wrong = "OriginatorConversationID"
    original, receipt = body.get("OriginalConversationID"), body.get("TransactionID")
    if wrong is None and not (original or receipt):
        wrong = "TransactionID"
    if wrong is not None:
        return invalid_field(wrong, draw=world.next_draw("error"))
    if original and receipt == "":
        return json_response(200, EMPTY_ACKNOWLEDGEMENT)
    query = _query(world, body, "status", at, original=original or "", receipt=receipt or "")
    return _take(world, query, at)


def request_balance(world: World, body: Body, *, at: datetime) -> Reply:
    """POST /mpesa/accountbalance/v1/query."""
    if wrong := first_wrong(body, required=BALANCE_FIELDS):
        return invalid_field(wrong, draw=world.next_draw("error"))
    return _take(world, _query(world, body, "balance", at), at)


def _query(
    world: World, body: Body, kind: str, at: datetime, *, original: str = "", receipt: str = ""
) -> Query:
    subject = f"{kind}:{original or receipt or text_of(body, 'PartyA')}"
    world.queries[subject] += 1
    draw = world.next_draw("query")
    return Query(
        kind=kind,
        reference=identifiers.platform_originator_id(draw=draw),
        conversation_id=identifiers.conversation_id(at, draw=draw),
        shortcode=text_of(body, "PartyA"),
        result_url=body["ResultURL"],
        timeout_url=body["QueueTimeOutURL"],
        request=dict(body),
        initiator_code=world.initiators.refusal(
            name=body["Initiator"], credential=body["SecurityCredential"]
        ),
        original=original,
        receipt=receipt,
        ordinal=world.queries[subject],
    )


def _take(world: World, query: Query, at: datetime) -> Reply:
    key = _fault_key(world, query)
    if world.plan.hits("status_error", *key):
        return reply_in_manner_of(Answer.INTERNAL_ERROR, None, world=world)
    _plan_answer(world, query, key, at + world.result_delay(*key))
    manner = Answer.ACKNOWLEDGE
    if world.plan.hits("status_lost_ack", *key):
        manner = Answer.LOST
    acknowledged = acknowledgement(
        reference=query.reference, conversation_id=query.conversation_id
    )
    return reply_in_manner_of(manner, acknowledged, world=world)


def _plan_answer(world: World, query: Query, key: tuple[object, ...], due: datetime) -> None:
    if world.plan.hits("status_timeout", *key):
        body = json.dumps(query.request).encode()
        world.agenda.call_back(
            due, kind="timeout", reference=query.reference, url=query.timeout_url, body=body
        )
        return
    lost = query.ordinal <= _status_results_lost(world, query)
    if not lost and not world.plan.hits("status_lost", *key):
        world.agenda.at(due, partial(_answer, world, query))


def _answer(world: World, query: Query, at: datetime) -> None:
    key = _fault_key(world, query)
    shape = Shape(world.draw("shape", *key), varied=world.varied_shapes)
    code, parameters = _findings(world, query, shape, at)
    body = result(
        shape,
        code=code,
        reference=query.reference,
        conversation_id=query.conversation_id,
        transaction_id=identifiers.placeholder(at),
        parameters=parameters,
        references=STATUS_REFERENCES if query.kind == "status" else DEFAULT_REFERENCES,
    )
    world.agenda.call_back(
        at, kind=query.kind, reference=query.reference, url=query.result_url, body=body
    )


def _findings(world: World, query: Query, shape: Shape, at: datetime) -> tuple[str, Body | None]:
    if query.initiator_code is not None:
        return query.initiator_code, shape.failure_parameters(at)
    if query.kind == "balance":
        return WORKED, shape.success_parameters(
            _balance_parameters(world, query, shape, at), may_be_blank=""
        )
    payment = world.payments.find(reference=query.original, receipt=query.receipt)
    if payment is None or not _seen(world, query, payment, at):
        return NOT_FOUND, shape.failure_parameters(at)
    pending = world.plan.hits("status_pending", *_fault_key(world, query))
    return WORKED, shape.success_parameters(
        _status_parameters(world, payment, shape, pending=pending),
        may_be_blank="TransactionReason",
    )


def _seen(world: World, query: Query, payment: Payment, at: datetime) -> bool:
    hidden = not payment.visible or payment.receipt in world.forgotten
    if payment.shortcode != query.shortcode or hidden:
        return False
    if at - payment.accepted_at > world.wait(INDEX_LAG_S):
        return True
    scripted = query.ordinal <= payment.behaviour.status_not_found
    return not scripted and not world.plan.hits("status_not_found", *_fault_key(world, query))


def _status_results_lost(world: World, query: Query) -> int:
    payment = world.payments.find(reference=query.original, receipt=query.receipt)
    return payment.behaviour.status_results_lost if payment is not None else 0


def _fault_key(world: World, query: Query) -> tuple[object, ...]:
    # The caller's reference may differ from run to run; the payment's own key does not.
    payment = world.payments.find(reference=query.original, receipt=query.receipt)
    if payment is None or not payment.draw_key:
        return query.draw_key
    return (query.kind, *payment.draw_key, query.ordinal)


def _balance_parameters(world: World, query: Query, shape: Shape, at: datetime) -> Parameters:
    parameters: Parameters = [
        ("AccountBalance", world.wallets.of(query.shortcode).balance_text()),
        ("BOCompletedTime", int(identifiers.digits_stamp(at))),
    ]
    return parameters[::-1] if shape.turns(0.5) else parameters


def _status_parameters(
    world: World, payment: Payment, shape: Shape, *, pending: bool
) -> Parameters:
    status = INITIATED if pending else payment.status
    receiver = (
        business.public_name(world, payment)
        if payment.to_business
        else public_name(payment.msisdn, world.registered_name(payment.msisdn, else_of=DEMO_NAMES))
    )
    account, reason = SOURCES["b2b" if payment.to_business else "b2c"]
    parameters: Parameters = [
        ("DebitPartyName", f"{payment.shortcode} - Example Business"),
        # The official sample prints DebitPartyName twice.
        ("DebitPartyName" if shape.turns(0.2) else "CreditPartyName", receiver),
        ("OriginatorConversationID", payment.originator_conversation_id),
        ("ConversationID", payment.conversation_id),
        ("InitiatedTime", _stamp(payment.accepted_at, shape)),
        ("DebitAccountType", account),
        ("TransactionReason", ""),
        ("ReasonType", reason),
        ("TransactionStatus", status),
        ("Amount", shape.amount(payment.amount)),
    ]
    if status != INITIATED and payment.finished_at is not None:
        parameters.append(("FinalisedTime", _stamp(payment.finished_at, shape)))
    if status == COMPLETED:
        rail = "B2B" if payment.to_business else "B2C"
        charges = f"Fee For {rail} Payment|KES|{payment.charge}.00"
        parameters += [("DebitPartyCharges", charges), ("ReceiptNo", payment.receipt)]
    elif status != INITIATED and shape.turns(0.3) and payment.finished_at is not None:
        parameters.append(("ReceiptNo", identifiers.placeholder(payment.finished_at)))
    return parameters


def _stamp(at: datetime, shape: Shape) -> int | str:
    text = identifiers.digits_stamp(at)
    return text if shape.turns(0.5) else int(text)
