"""The answers of the gateway in front of M-Pesa, good and bad (daraja.md 1.3)."""

from dataclasses import replace

from gateways.simulator.behaviour import Answer
from gateways.simulator.wire import (
    HTML_TYPE,
    Body,
    NoAnswer,
    Reply,
    Response,
    error,
    html_response,
    json_response,
)
from gateways.simulator.world import World

SLOW_S = 30.0
HANG_S = 120.0

SPIKE_TEXT = "Spike Arrest Violation"
GATEWAY_ERRORS = {
    Answer.TOO_MANY: (429, "500.003.02", SPIKE_TEXT),
    Answer.SPIKE: (500, "500.003.02", SPIKE_TEXT),
    Answer.QUOTA: (500, "500.003.03", "Quota Violation"),
    Answer.BUSY: (500, "500.003.02", "System is busy. Please try again in few minutes."),
    Answer.INTERNAL_ERROR: (500, "500.003.1001", "Internal Server Error"),
    Answer.MAINTENANCE: (500, "500.002.1001", "Service is currently under maintenance."),
}
FIREWALL_PAGE = (
    "<html><head><META NAME='robots' CONTENT='noindex,nofollow'></head><body>"
    "Request unsuccessful. Incapsula incident ID: 0-00000000000000000</body></html>"
)
BAD_GATEWAY_PAGE = "<html><body><h1>502 Bad Gateway</h1></body></html>"
LOGIN_PAGE = "<!DOCTYPE html><html><body><p>Please wait.</p></body></html>"
PAGES = {
    Answer.FIREWALL_503: (503, FIREWALL_PAGE),
    Answer.HTML_502: (502, BAD_GATEWAY_PAGE),
    Answer.HTML_200: (200, LOGIN_PAGE),
}
EMPTY_ACKNOWLEDGEMENT = {
    "ConversationID": "",
    "OriginatorConversationID": "",
    "ResponseCode": "",
    "ResponseDescription": "",
}


def acknowledgement(*, reference: str, conversation_id: str) -> Body:
    """ "Queued": not an outcome (daraja.md 3.3)."""
    return {
        "ConversationID": conversation_id,
        "OriginatorConversationID": reference,
        "ResponseCode": "0",
        "ResponseDescription": "Accept the service request successfully.",
    }


def reply_in_manner_of(answer: Answer, acknowledged: Body | None, *, world: World) -> Reply:
    """The reply to a request; `acknowledged` is None when it was not accepted."""
    accepted = acknowledged is not None
    if answer in GATEWAY_ERRORS:
        status, code, message = GATEWAY_ERRORS[answer]
        return error(status, code, message, draw=world.next_draw("error"))
    if answer in PAGES:
        return html_response(*PAGES[answer])
    if answer in {Answer.LOST, Answer.DROPPED}:
        return NoAnswer(reason="dropped", accepted=accepted)
    if answer is Answer.HANG:
        delay_s = world.wait(HANG_S).total_seconds()
        return NoAnswer(reason="hang", accepted=accepted, delay_s=delay_s)
    if answer is Answer.EMPTY_ACKNOWLEDGEMENT:
        return json_response(200, EMPTY_ACKNOWLEDGEMENT)
    return _spoilt(answer, json_response(200, acknowledged or EMPTY_ACKNOWLEDGEMENT), world)


def _spoilt(answer: Answer, plain: Response, world: World) -> Response:
    if answer is Answer.TRUNCATED:
        return replace(plain, body=plain.body[: len(plain.body) // 2])
    if answer is Answer.WRONG_TYPE:
        return replace(plain, headers={"Content-Type": HTML_TYPE})
    if answer is Answer.SLOW:
        return replace(plain, delay_s=world.wait(SLOW_S).total_seconds())
    return plain
