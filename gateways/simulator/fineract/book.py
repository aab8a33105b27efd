"""The book of disbursals: the oracle of what Mifos X was told, and of what it was told twice."""

from collections import defaultdict
from decimal import Decimal

from gateways.simulator.fineract.state import State
from gateways.simulator.journal import Record


def book(state: State) -> Record:
    """Every disbursal of every tenant, undone ones too; `count` is of the living."""
    found = [
        _disbursal(row)
        for row in state.journal.tables["transaction"].values()
        if row["kind"] == "disbursement"
    ]
    living = [row for row in found if not row["reversed"]]
    return {
        "disbursals": found, "count": len(living), "bookedTwice": _twice(living),
        "total": str(sum((Decimal(row["amount"]) for row in living), Decimal(0))),
    }  # fmt: skip


def loans(state: State) -> list[Record]:
    """Every loan with its disbursals and notes."""
    disbursals = book(state)["disbursals"]
    notes = state.journal.tables["note"].values()
    return [
        {
            **loan,
            "disbursals": [row for row in disbursals if _of(row, loan)],
            "notes": [row["text"] for row in notes if _of(row, loan)],
        }
        for loan in state.journal.tables["loan"].values()
    ]


def _disbursal(row: Record) -> Record:
    payment = row["payment"] or {}
    return {
        "tenant": row["tenant"], "loanId": row["loanId"], "transactionId": row["id"],
        "amount": row["amount"], "net": row["net"], "on": row["on"], "by": row["by"],
        "at": row["at"], "externalId": row["externalId"], "reversed": row["reversed"],
        "receipt": payment.get("receiptNumber", ""), "account": payment.get("accountNumber", ""),
        "paymentTypeId": payment.get("paymentTypeId"),
    }  # fmt: skip


def _of(row: Record, loan: Record) -> bool:
    return (row["tenant"], row["loanId"]) == (loan["tenant"], loan["id"])


def _twice(living: list[Record]) -> list[Record]:
    by_loan: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for row in living:
        by_loan[row["tenant"], row["loanId"]].append(row["transactionId"])
    return [
        {"tenant": tenant, "loanId": loan_id, "transactions": found}
        for (tenant, loan_id), found in by_loan.items()
        if len(found) > 1
    ]
