"""The bodies of a status query and of a balance query (daraja.md 5.1, 5.2)."""

from gateways.interface import BalanceQuestion, ShortcodeAccess, StatusQuestion

STATUS_PATH = "/mpesa/transactionstatus/v1/query"
BALANCE_PATH = "/mpesa/accountbalance/v1/query"
REMARKS_CHARACTERS_MAX = 100


def status_body(
    access: ShortcodeAccess, question: StatusQuestion, credential: str
) -> dict[str, object]:
    """By one id alone: an empty TransactionID beside OriginalConversationID breaks the query."""
    known = (
        {"OriginalConversationID": question.reference}
        if question.reference
        else {"TransactionID": question.receipt}
    )
    return {**_shared(access, question, credential, command="TransactionStatusQuery"), **known}


def balance_body(
    access: ShortcodeAccess, question: BalanceQuestion, credential: str
) -> dict[str, object]:
    """The balances of all wallets of our own shortcode."""
    return _shared(access, question, credential, command="AccountBalance")


def _shared(
    access: ShortcodeAccess,
    question: StatusQuestion | BalanceQuestion,
    credential: str,
    *,
    command: str,
) -> dict[str, object]:
    return {
        "Initiator": access.initiator_name,
        "SecurityCredential": credential,
        "CommandID": command,
        "PartyA": access.number,
        "IdentifierType": access.identifier_type,
        "ResultURL": question.urls.result,
        "QueueTimeOutURL": question.urls.timeout,
        "Remarks": question.remarks.strip()[:REMARKS_CHARACTERS_MAX] or command,
    }
