"""Web hooks of Mifos X: unsigned, never repeated, sent for failures too (fineract.md 6.1).

They say no more than "look again", so what is not surely a loan that changed is nothing for us.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from gateways.fineract.fields import flag, number_or_none, object_of, part, text
from gateways.interface import LoanChanged, NothingForUs

LOAN = "LOAN"
FAILED = "Exception"
ACTIONS = frozenset({
    "APPROVE", "APPROVALUNDO", "CREATE", "DISBURSALUNDO", "DISBURSALLASTUNDO", "DISBURSE",
    "REJECT", "UPDATE", "WITHDRAW",
})  # fmt: skip


def read_hook(body: object) -> LoanChanged | NothingForUs:
    """A loan that changed; NothingForUs for anything else. Raises Unreadable."""
    fields = object_of(body, "web hook")
    entity, action = text(fields, "entityName").upper(), text(fields, "actionName").upper()
    loan_id = _loan_id(fields) if entity == LOAN and action in ACTIONS else None
    if loan_id is None:
        return NothingForUs(event_id="", kind=f"{entity} {action}".strip())
    return LoanChanged(loan_id=loan_id, entity=entity, action=action)


def _loan_id(fields: dict[str, Any]) -> int | None:
    """The loan of a command that was carried out: one that failed or waits has no response."""
    response = part(fields, "response")
    if text(fields, "status") == FAILED or flag(response, "rollbackTransaction"):
        return None
    told = number_or_none(response, "loanId")
    return number_or_none(response, "resourceId") if told is None else told


READERS: MappingProxyType[str, Callable[[object], LoanChanged | NothingForUs]] = MappingProxyType(
    {"loan": read_hook}
)
