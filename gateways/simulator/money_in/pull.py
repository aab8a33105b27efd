"""Pull Transactions: the last 48 hours, a page of 100 rows at a time (daraja.md 5.5)."""

from datetime import UTC, datetime, timedelta

from gateways.simulator import identifiers
from gateways.simulator.fields import first_wrong, text_of
from gateways.simulator.money_in import shapes
from gateways.simulator.money_in.fields import PULL_FIELDS, PULL_REGISTER_FIELDS, moment_of
from gateways.simulator.received import Received
from gateways.simulator.wire import Body, Reply, invalid_field, json_response
from gateways.simulator.world import World

REACH = timedelta(hours=48)
PAGE_ROWS = 100
DONE = "1000"
NOTHING = "1001"


def register_pull(world: World, body: Body, *, at: datetime) -> Reply:  # noqa: ARG001
    """POST /pulltransactions/v1/register: once."""
    draw = world.next_draw("pull")
    if wrong := first_wrong(body, required=PULL_REGISTER_FIELDS):
        return invalid_field(wrong, draw=draw)
    shortcode = text_of(body, "ShortCode")
    before = shortcode in world.money_in.pulling
    world.money_in.pulling.add(shortcode)
    world.book.record_pulling(shortcode)
    spaced = world.varied_shapes and draw.random() < 0.3
    return json_response(
        200,
        {
            "ResponseRefID": identifiers.platform_originator_id(draw=draw),
            "Response Status" if spaced else "ResponseCode": NOTHING if before else DONE,
            "ShortCode": shortcode,
            "ResponseMessage": f"ShortCode {'already ' if before else ''}Registered Successfully",
        },
    )


def pull(world: World, body: Body, *, at: datetime) -> Reply:
    """POST /pulltransactions/v1/query."""
    draw = world.next_draw("pull")
    if wrong := first_wrong(body, required=PULL_FIELDS):
        return invalid_field(wrong, draw=draw)
    try:
        since, until = moment_of(body["StartDate"]), moment_of(body["EndDate"])
    except ValueError:
        return invalid_field("StartDate", draw=draw)
    shortcode = text_of(body, "ShortCode")
    if shortcode not in world.money_in.pulling:
        return invalid_field("ShortCode", draw=draw)
    since = max(since, at - REACH)
    rows = [
        _row(world, received)
        for received in world.book.received
        if received.business_shortcode == shortcode and since <= received.at <= until
    ]
    offset = int(text_of(body, "OffSetValue"))
    page = rows[offset : offset + PAGE_ROWS]
    return json_response(
        200,
        {
            "ResponseRefID": identifiers.platform_originator_id(draw=draw),
            "ResponseCode": DONE if page else NOTHING,
            "ResponseMessage": "Success" if page else "No transactions",
            "Response": [page],
        },
    )


def _row(world: World, received: Received) -> Body:
    draw = world.draw("pulled", received.receipt)
    hidden = world.varied_shapes and draw.random() < 0.5
    return {
        "transactionId": received.receipt,
        "trxDate": f"{received.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z",
        "msisdn": shapes.masked(received.msisdn, draw=draw) if hidden else received.msisdn,
        "sender": "MPESA",
        "transactiontype": "c2b-pay-bill-debit",
        "billreference": received.account,
        "amount": f"{received.amount}.0",
        "organizationname": "Example Organisation",
    }
