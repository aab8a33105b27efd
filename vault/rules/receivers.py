"""Where a business may be paid: a paybill with an account, or a till (daraja.md 4)."""

import re
from dataclasses import asdict, dataclass

from core import phones

PAYBILL, TILL, PHONE, NOWHERE = "paybill", "till", "phone", "nowhere"
ACCOUNT_LENGTH_MAX = 13
_NUMBER = re.compile(r"[0-9]{5,7}", re.ASCII)
# What a biller's account may be made of: plain, so that two that look alike are alike.
_ACCOUNT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./#_-]*[A-Za-z0-9#])?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """Whom money is forwarded to; the names are those of the columns. Blank: not said."""

    paid_to: str = ""
    receiver_number: str = ""
    receiver_account: str = ""
    receiver_msisdn: str = ""

    def columns(self) -> dict[str, str]:
        """For a row of an owner, a property or a payment."""
        return asdict(self)


def number_problem(number: str) -> str:
    """Why the text is no shortcode, or an empty string."""
    if _NUMBER.fullmatch(number):
        return ""
    return "is not a shortcode of 5 to 7 digits, such as 600222"


def account_problem(account: str) -> str:
    """Why the text is no account of a paybill, or an empty string. It is never shortened."""
    if not account:
        return "is missing: a paybill needs one, such as PROP001"
    if len(account) > ACCOUNT_LENGTH_MAX:
        return (
            f"has {len(account)} characters: B2B takes {ACCOUNT_LENGTH_MAX} at the most, and a "
            "shorter one would be another account"
        )
    if not _ACCOUNT.fullmatch(account):
        return "write letters, digits, spaces and . / # _ - only, such as PROP001"
    return ""


def problems_of(receiver: Receiver) -> list[tuple[str, str]]:
    """Every field that is wrong, with why; a receiver that is not said has none."""
    filled = {name for name, value in receiver.columns().items() if value} - {"paid_to"}
    needed = _NEEDED.get(receiver.paid_to)
    if needed is None:
        return [("paid_to", "write paybill, till, phone or nowhere")]
    problems = [
        (name, f"must be empty when it is paid to {receiver.paid_to or 'what the owner says'}")
        for name in sorted(filled - needed)
    ]
    if "receiver_number" in needed and (problem := number_problem(receiver.receiver_number)):
        problems.append(("receiver_number", problem))
    if "receiver_account" in needed and (problem := account_problem(receiver.receiver_account)):
        problems.append(("receiver_account", problem))
    if "receiver_msisdn" in needed and (problem := _phone_problem(receiver.receiver_msisdn)):
        problems.append(("receiver_msisdn", problem))
    return problems


def in_words(receiver: Receiver) -> str:
    """`paybill 600222, account PROP001`; phones in full, for those who may see them."""
    match receiver.paid_to:
        case "paybill":
            return f"paybill {receiver.receiver_number}, account {receiver.receiver_account}"
        case "till":
            return f"till {receiver.receiver_number}"
        case "phone":
            return f"M-Pesa phone {phones.shown(receiver.receiver_msisdn)}"
        case "nowhere":
            return "not forwarded"
    return "as the owner says"


_NEEDED = {
    "": set(),
    NOWHERE: set(),
    PAYBILL: {"receiver_number", "receiver_account"},
    TILL: {"receiver_number"},
    PHONE: {"receiver_msisdn"},
}


def _phone_problem(text: str) -> str:
    try:
        phones.normal_form(text)
    except phones.BadPhone as error:
        return str(error)
    return ""
