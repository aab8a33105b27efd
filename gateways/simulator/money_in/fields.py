"""What requests of the collecting side must look like (daraja.md 2.1, 2.3, 5.4, 5.5)."""

import base64
import binascii
import re
from datetime import datetime, timedelta

from gateways.simulator.fields import MSISDN, SHORTCODE, Check, matches, text, url
from gateways.simulator.identifiers import NAIROBI
from gateways.simulator.wire import Body

ACCOUNT_LENGTH_MAX = 12
DESCRIPTION_LENGTH_MAX = 13
STAMP_FORM = "%Y%m%d%H%M%S"
STAMP = re.compile("[0-9]{14}")
# A stamp in UTC is three hours off, and is refused.
STAMP_OFF_MAX = timedelta(hours=2)
FORBIDDEN = re.compile("m-?pesa|safaricom|exe|cmd|sql|query", re.IGNORECASE)
MOMENT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
TYPES = {"CustomerPayBillOnline", "CustomerBuyGoodsOnline"}


def _plain_url(value: object) -> bool:
    return url(value) and not FORBIDDEN.search(str(value))


SIGNED_FIELDS: dict[str, Check] = {
    "BusinessShortCode": matches(SHORTCODE),
    "Password": text(1, 500),
    "Timestamp": matches(STAMP),
}
PROMPT_FIELDS: dict[str, Check] = {
    **SIGNED_FIELDS,
    "TransactionType": lambda value: value in TYPES,
    "Amount": matches(re.compile("[1-9][0-9]{0,8}")),
    "PartyA": matches(MSISDN),
    "PartyB": matches(SHORTCODE),
    "PhoneNumber": matches(MSISDN),
    "CallBackURL": url,
    "AccountReference": text(1, ACCOUNT_LENGTH_MAX),
}
PROMPT_OPTIONAL: dict[str, Check] = {"TransactionDesc": text(0, DESCRIPTION_LENGTH_MAX)}
STANDING_FIELDS: dict[str, Check] = {**SIGNED_FIELDS, "CheckoutRequestID": text(1, 100)}
REGISTER_FIELDS: dict[str, Check] = {
    "ShortCode": matches(SHORTCODE),
    "ResponseType": lambda value: value in ("Completed", "Cancelled"),
    "ConfirmationURL": _plain_url,
    "ValidationURL": _plain_url,
}
PULL_REGISTER_FIELDS: dict[str, Check] = {
    "ShortCode": matches(SHORTCODE),
    "RequestType": lambda value: value == "Pull",
    "NominatedNumber": matches(MSISDN),
    "CallBackURL": url,
}
PULL_FIELDS: dict[str, Check] = {
    "ShortCode": matches(SHORTCODE),
    "StartDate": matches(MOMENT),
    "EndDate": matches(MOMENT),
    "OffSetValue": matches(re.compile("[0-9]{1,9}")),
}


def signature_fault(body: Body, *, passkey: str | None, at: datetime) -> str | None:
    """`Timestamp`, `Password`, or None: base64 of shortcode, passkey and the same stamp."""
    stamp = str(body["Timestamp"])
    try:
        made_at = datetime.strptime(stamp, STAMP_FORM)  # noqa: DTZ007 - Nairobi below
        made_at = made_at.replace(tzinfo=NAIROBI)
    except ValueError:
        return "Timestamp"
    if abs(at - made_at) > STAMP_OFF_MAX:
        return "Timestamp"
    try:
        plain = base64.b64decode(body["Password"], validate=True).decode()
    except (binascii.Error, ValueError):
        return "Password"
    start = str(body["BusinessShortCode"])
    if not (plain.startswith(start) and plain.endswith(stamp)):
        return "Password"
    given = plain[len(start) : -len(stamp)]
    right = given == passkey if passkey else not given.startswith("wrong")
    return None if given and right else "Password"


def moment_of(text_given: str) -> datetime:
    """A moment of Pull, in Nairobi time. Raises ValueError."""
    return datetime.fromisoformat(text_given).replace(tzinfo=NAIROBI)
