"""An SMS service: takes messages, refuses some, and reports what became of them later.

Its wire is Africa's Talking's: a form and an apiKey header in, JSON out, reports as forms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlencode

from gateways.simulator.wire import NoAnswer, Reply, Response, json_response
from gateways.simulator.world import World

PATH = "/version1/messaging"
SCRIPT_DIGITS = 5
LATE_S = 600.0
COST = "KES 0.8000"
FORM_TYPE = "application/x-www-form-urlencoded"
REFUSALS = {
    "98002": (402, "InvalidSenderId"),
    "98003": (403, "InvalidPhoneNumber"),
    "98005": (405, "InsufficientBalance"),
    "98006": (406, "UserInBlacklist"),
    "98007": (407, "CouldNotRoute"),
    "98009": (409, "DoNotDisturbRejection"),
    "98050": (500, "InternalServerError"),
}
LOST, DROPPED, ERROR_502, PAGE = "98101", "98102", "98103", "98104"
SILENT, LATE, TWICE = "98201", "98202", "98203"
FAILURES = {"98301": "Failed", "98302": "Rejected"}


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message that was taken. `reached` is whether the phone will show it."""

    message_id: str
    to: str
    text: str
    sender: str
    at: datetime
    reached: bool


@dataclass
class SmsService:
    """What was taken so far, and where reports go; an address is set in its dashboard."""

    report_url: str = ""
    messages: list[Message] = field(default_factory=list)


def answer(
    service: SmsService, world: World, headers: Mapping[str, str], body: bytes, at: datetime
) -> Reply:
    """POST /version1/messaging."""
    key = headers.get("apikey", "")
    if not key or key.startswith("wrong"):
        return Response(status=401, body=b"The supplied authentication is invalid")
    if headers.get("content-type", "").split(";")[0] != FORM_TYPE:
        return Response(status=415, body=b"The request content type is not supported")
    fields = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
    missing = [name for name in ("username", "to", "message") if not fields.get(name)]
    if missing:
        return Response(status=400, body=f"Request is missing {missing[0]}".encode())
    return _reply(service, world, fields, at)


def _reply(service: SmsService, world: World, fields: dict[str, str], at: datetime) -> Reply:
    to = fields["to"]
    digits = to[-SCRIPT_DIGITS:]
    if digits in REFUSALS:
        code, status = REFUSALS[digits]
        return _recipients(to, code, status, "None", "0")
    if digits == DROPPED:
        return NoAnswer(reason="dropped", accepted=False)
    if digits == ERROR_502:
        return Response(status=502, body=b"<html>Bad Gateway</html>")
    message_id = f"ATXid_{world.next_draw('sms').getrandbits(128):032x}"
    service.messages.append(
        Message(
            message_id=message_id, to=to, text=fields["message"], sender=fields.get("from", ""),
            at=at, reached=digits not in FAILURES,
        )
    )  # fmt: skip
    _report(service, world, message_id, to, at)
    if digits == LOST:
        return NoAnswer(reason="dropped", accepted=True)
    if digits == PAGE:
        return Response(status=200, body=b"<html>Please wait.</html>")
    return _recipients(to, 101, "Success", message_id, COST)


def _recipients(to: str, code: int, status: str, message_id: str, cost: str) -> Response:
    sent = int(code == 101)
    recipient = {
        "statusCode": code, "number": to, "status": status, "cost": cost, "messageId": message_id,
    }  # fmt: skip
    said = f"Sent to {sent}/1 Total Cost: {cost if sent else 0}"
    data = {"SMSMessageData": {"Message": said, "Recipients": [recipient]}}
    return json_response(201, data)


def _report(service: SmsService, world: World, message_id: str, to: str, at: datetime) -> None:
    digits = to[-SCRIPT_DIGITS:]
    if not service.report_url or digits == SILENT:
        return
    fields = {"id": message_id, "status": FAILURES.get(digits, "Success"), "phoneNumber": to,
              "networkCode": "63902", "retryCount": "0"}  # fmt: skip
    if digits in FAILURES:
        fields["failureReason"] = "AbsentSubscriber"
    due = at + (world.wait(LATE_S) if digits == LATE else world.result_delay("sms", message_id))
    for _ in range(2 if digits == TWICE else 1):
        world.agenda.call_back(
            due, kind="delivery", reference=message_id, url=service.report_url,
            body=urlencode(fields).encode(), headers={"Content-Type": FORM_TYPE},
        )  # fmt: skip
