"""SMS by Africa's Talking: POST /version1/messaging, one recipient a call."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from core import masking
from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.http import HttpAnswer, NotJson, post_form, read_json
from gateways.interface import Exchange, Notice, NoticeTaken

PATH = "/version1/messaging"
TEXT_CHARACTERS_MAX = 480
TAKEN = frozenset({100, 101, 102})
# The service failed on its way out: whether the message left, nobody says.
UNCLEAR = frozenset({500, 501})
ID_CHARACTERS_MAX = 100
REASON_CHARACTERS_MAX = 200
_PHONE = re.compile(r"254[17][0-9]{8}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class AfricasTalking:
    """The Notifier of SMS. `sender` is a registered name or short code, empty for the default."""

    base_url: str
    username: str
    api_key: str = field(repr=False)
    sender: str = ""

    def send(self, notice: Notice) -> NoticeTaken:
        """Hand one SMS over. Raises Declined, Unreachable or Unclear (gateways/interface)."""
        if not (self.username and self.api_key):
            raise Declined("SMS is not set up: AFRICASTALKING_USERNAME and _API_KEY are needed")
        if not _PHONE.fullmatch(notice.to):
            raise Declined("The phone is not 12 digits that begin with 254")
        if not 0 < len(notice.text) <= TEXT_CHARACTERS_MAX:
            raise Declined(f"An SMS has 1 to {TEXT_CHARACTERS_MAX} characters")
        fields = {"username": self.username, "to": f"+{notice.to}", "message": notice.text}
        if self.sender:
            fields["from"] = self.sender
        try:
            answer = post_form(
                url=f"{self.base_url}{PATH}", fields=fields, headers={"apiKey": self.api_key}
            )
        except GatewayError as error:
            error.exchange = _masked(error.exchange)
            raise
        return _taken(answer)


def _taken(answer: HttpAnswer) -> NoticeTaken:
    exchange = _masked(answer.exchange)
    if answer.status == 429:
        raise Unreachable("Too many messages at once", code="429", exchange=exchange)
    if 400 <= answer.status < 500 and answer.status != 408:
        text = answer.body.decode("utf-8", "replace")[:REASON_CHARACTERS_MAX]
        raise Declined(text or "Refused", code=str(answer.status), exchange=exchange)
    if not 200 <= answer.status < 300:
        raise Unclear("The SMS service failed", code=str(answer.status), exchange=exchange)
    recipient, said = _recipient(answer.body)
    if recipient is None:
        # Without recipients the message says why nothing was sent, such as InvalidSenderId.
        kind = Declined if said else Unclear
        raise kind(said or "The answer names no recipient", exchange=exchange)
    code, status = recipient.get("statusCode"), str(recipient.get("status", ""))[:100]
    if code in TAKEN:
        message_id = recipient.get("messageId")
        if not isinstance(message_id, str) or not 0 < len(message_id) <= ID_CHARACTERS_MAX:
            raise Unclear("The answer has no messageId", code=str(code), exchange=exchange)
        return NoticeTaken(message_id=message_id, exchange=exchange)
    refused = isinstance(code, int) and 400 <= code < 600 and code not in UNCLEAR
    error = Declined if refused else Unclear
    raise error(status or "No status", code=str(code or "")[:30], exchange=exchange)


def _recipient(body: bytes) -> tuple[dict[str, Any] | None, str]:
    """The one recipient, or None and what was said; nothing said where it cannot be read."""
    try:
        fields = read_json(body)
    except NotJson:
        return None, ""
    data = fields.get("SMSMessageData") if isinstance(fields, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("Recipients"), list):
        return None, ""
    recipients, said = data["Recipients"], data.get("Message")
    if not recipients:
        return None, said[:REASON_CHARACTERS_MAX] if isinstance(said, str) else ""
    only = recipients[0] if len(recipients) == 1 else None
    return (only, "") if isinstance(only, dict) else (None, "")


def _masked(exchange: Exchange | None) -> Exchange | None:
    """Without whole phones: the log of calls shows to more people than may see them."""
    if exchange is None:
        return None
    return replace(
        exchange,
        request_body=masking.without_phones(exchange.request_body),
        response_body=masking.without_phones(exchange.response_body),
    )
