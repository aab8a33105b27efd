"""What a 200 to a disbursal says: booked, kept for a checker, or nothing (fineract.md 3.3, 5)."""

from typing import Any

from gateways.fineract.answers import body_of, unproven
from gateways.fineract.fields import flag, number, number_or_none, object_of, part, text
from gateways.http import HttpAnswer
from gateways.interface import (
    PAID_OUT_LOAN_STATES,
    AwaitsChecker,
    DisbursalOrder,
    DisbursalRecorded,
    Unreadable,
)

PERMISSION = "DISBURSE_LOAN"
OTHER_LOAN = "other_loan"


def read_recorded(answer: HttpAnswer, order: DisbursalOrder) -> DisbursalRecorded | AwaitsChecker:
    """Booked only when `changes` say so of this very loan. Raises like LoanBook.record.

    A kept answer of the same key may be about another loan (4), and 200 alone says nothing.
    """
    body = body_of(answer, permission=PERMISSION)
    try:
        fields = object_of(body, "the answer")
        if flag(fields, "rollbackTransaction"):
            return AwaitsChecker(command_id=number(fields, "commandId"))
        state = number_or_none(part(part(fields, "changes"), "status"), "id")
        loan_id = _loan_of(fields)
        transaction_id = number_or_none(fields, "subResourceId")
        external_id = text(fields, "subResourceExternalId")
    except Unreadable as error:
        raise unproven(answer, error) from error
    if state not in PAID_OUT_LOAN_STATES:
        raise unproven(answer, f"the loan's status after it is {state or 'not told'}")
    if loan_id != order.loan_id:
        told = f"it is about loan {loan_id}, not {order.loan_id}"
        raise unproven(answer, told, code=OTHER_LOAN)
    if external_id and external_id != order.body.get("externalId"):
        raise unproven(answer, "it is about another disbursal", code=OTHER_LOAN)
    return DisbursalRecorded(transaction_id=transaction_id)


def _loan_of(fields: dict[str, Any]) -> int | None:
    told = number_or_none(fields, "loanId")
    return number_or_none(fields, "resourceId") if told is None else told
