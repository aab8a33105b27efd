"""Paying a business: the body of a B2B request (daraja.md 4).

B2B has no id of the caller's, so the request carries none: what Daraja assigns comes back in the
acknowledgement, and a lost one leaves nothing to ask by.
"""

import re

from gateways.errors import Declined
from gateways.interface import BusinessOrder, ReceiverKind, ShortcodeAccess

PATH = "/mpesa/b2b/v1/paymentrequest"
API = "b2b"
OUR_IDENTIFIER_TYPE = "4"
ACCOUNT_CHARACTERS_MAX = 13
# Safaricom's page says 4 for tills too; those who pay them send 2, or get SFC_IC0003.
IDENTIFIER_TYPES = {ReceiverKind.PAYBILL: "4", ReceiverKind.TILL: "2"}
_NUMBER = re.compile(r"[0-9]{5,7}", re.ASCII)


def payment_body(
    access: ShortcodeAccess, order: BusinessOrder, *, credential: str, shillings: int, remarks: str
) -> dict[str, object]:
    """The request, with the provider's own spellings. Raises Declined for what it would not fit.

    An account reference is never cut: a bank account cut short is another one (daraja.md 4).
    """
    if not _NUMBER.fullmatch(order.receiver_number):
        raise Declined("The receiver is not a shortcode of 5 to 7 digits, such as 600222")
    account = order.account_reference
    if order.receiver_kind is ReceiverKind.PAYBILL and not account:
        raise Declined("A paybill is paid with an account reference, such as PROP001")
    if order.receiver_kind is ReceiverKind.TILL and account:
        raise Declined("A till takes no account reference")
    if len(account) > ACCOUNT_CHARACTERS_MAX:
        raise Declined(f"The account has more than {ACCOUNT_CHARACTERS_MAX} characters")
    body: dict[str, object] = {
        "Initiator": access.initiator_name,
        "SecurityCredential": credential,
        "CommandID": order.command_id,
        "SenderIdentifierType": OUR_IDENTIFIER_TYPE,
        "RecieverIdentifierType": IDENTIFIER_TYPES[order.receiver_kind],
        "Amount": shillings,
        "PartyA": access.number,
        "PartyB": order.receiver_number,
        "Remarks": remarks,
        "QueueTimeOutURL": order.urls.timeout,
        "ResultURL": order.urls.result,
    }
    return body | ({"AccountReference": account} if account else {})
