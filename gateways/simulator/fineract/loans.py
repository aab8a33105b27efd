"""Loans as they are read: the list of both version families, one loan, its parts."""

import re
from collections.abc import Iterable
from decimal import Decimal

from gateways.simulator.fineract.days import as_array
from gateways.simulator.fineract.refusals import broken, not_found
from gateways.simulator.fineract.request import Request
from gateways.simulator.fineract.shapes import (
    KINDS,
    currency_as_json,
    money,
    state_as_json,
)
from gateways.simulator.journal import Record

SQL = re.compile(r"^l\.loan_status_id\s*(?:=|in)\s*\(?\s*([0-9]+(?:\s*,\s*[0-9]+)*)\s*\)?$", re.I)
LIMIT_UNTIL_1_9 = 200
ORDERS = {
    "": None,
    "id": "id",
    "l.id": "id",
    "accountno": "accountNo",
    "l.account_no": "accountNo",
}
UNDRAWN = (200, 300, 600, 700)


def listed(request: Request) -> Record:
    """GET /loans: a page. Parameters of another version are ignored, and so is the filter."""
    states = _states(request)
    found = [
        loan
        for loan in request.rows("loan")
        if request.sees(loan["officeId"])
        and (states is None or loan["state"] in states)
        and _fits(request, loan)
    ]
    found = [copy for loan in found for copy in [loan] * (2 if loan["twice"] else 1)]
    found = _ordered(request, found)
    rows = [loan_as_json(request, loan, listed=True) for loan in _cut(request, found)]
    return {"totalFilteredRecords": len(found), "pageItems": rows}


def get(request: Request, identifier: str) -> Record:
    """GET /loans/{id}, with what `associations` asks for."""
    loan = request.loan(identifier)
    asked = {part.strip() for part in request.query.get("associations", "").split(",")}
    asked -= {part.strip() for part in request.query.get("exclude", "").split(",")}
    return loan_as_json(request, loan, associations=asked)


def by_external_id(request: Request, external_id: str) -> Record:
    """GET /loans/external-id/{x}, since 1.9."""
    for loan in request.rows("loan"):
        if loan["externalId"] == external_id:
            return get(request, str(loan["id"]))
    raise not_found("error.msg.loan.external.id.invalid", f"No loan {external_id}", external_id)


def transactions(request: Request, identifier: str) -> Record:
    """GET /loans/{id}/transactions, since 1.12: a page."""
    rows = _living(request, request.loan(identifier)["id"])
    shown = [transaction_as_json(request, row) for row in rows]
    return {"totalElements": len(shown), "content": shown, "totalPages": 1, "last": True}


def transaction(request: Request, identifier: str, external_id: str) -> Record:
    """GET /loans/{id}/transactions/external-id/{x}, since 1.9; a reversed one is found as well."""
    for row in _transactions(request, request.loan(identifier)["id"]):
        if row["externalId"] == external_id:
            return transaction_as_json(request, row)
    raise not_found(
        "error.msg.loan.transaction.external.id.invalid", f"No transaction {external_id}",
        external_id,
    )  # fmt: skip


def template(request: Request, identifier: str) -> Record:
    """GET /loans/{id}/transactions/template?command=disburse: what the server would propose."""
    loan = request.loan(identifier)
    amount, net = next_disbursal(loan)
    return {
        "type": {"id": 1, "code": "loanTransactionType.disbursement", "value": "Disbursement"},
        "date": as_array(loan["expectedOn"] or loan["approvedOn"]), "amount": amount,
        "netDisbursalAmount": net, "currency": currency_as_json(loan["currency"]),
        "paymentTypeOptions": [_payment_type(row) for row in request.rows("payment_type")],
    }  # fmt: skip


def charges(request: Request, identifier: str) -> list[Record]:
    """GET /loans/{id}/charges: those due at disbursement, as one."""
    loan = request.loan(identifier)
    amount = Decimal(loan["gross"]) - Decimal(loan["net"])
    return [] if not amount else [{"id": loan["id"], "amount": amount, "penalty": False}]


def next_disbursal(loan: Record) -> tuple[Decimal, Decimal]:
    """Gross and net of what is drawn next: of the next tranche where there are some."""
    for tranche in loan["tranches"]:
        if not tranche["actualOn"]:
            return Decimal(tranche["principal"]), Decimal(tranche["net"])
    return undrawn(loan), Decimal(loan["net"])


def undrawn(loan: Record) -> Decimal:
    """What of the approved principal nobody drew yet."""
    return Decimal(loan["gross"]) - Decimal(loan["drawn"])


def loan_as_json(
    request: Request, loan: Record, *, listed: bool = False, associations: Iterable[str] = ()
) -> Record:
    """One loan. A list of the old family does not tell the net amount."""
    product = request.find("product", loan["productId"]) or {}
    client = request.find("client", loan["clientId"])
    number = KINDS[loan["kind"]]
    row: Record = {
        "id": loan["id"], "accountNo": loan["accountNo"], "externalId": loan["externalId"] or None,
        "status": state_as_json(loan["state"]), "loanProductId": loan["productId"],
        "loanProductName": product.get("name"), "loanProductDescription": product.get("name"),
        "loanType": {"id": number, "code": f"accountType.{loan['kind']}", "value": loan["kind"]},
        "currency": currency_as_json(loan["currency"]), "principal": money(loan["principal"]),
        "proposedPrincipal": money(loan["proposed"]), "approvedPrincipal": money(loan["gross"]),
        "netDisbursalAmount": money(loan["net"]), "timeline": _timeline(loan),
        "feeChargesAtDisbursementCharged": Decimal(loan["gross"]) - Decimal(loan["net"]),
        "multiDisburseLoan": product.get("several", False), "termFrequency": 6, "isNPA": False,
        "inArrears": False, "isTopup": False,
    }  # fmt: skip
    if client is not None:
        row |= {
            "clientId": client["id"], "clientName": client["name"],
            "clientAccountNo": client["accountNo"], "clientOfficeId": client["officeId"],
        }  # fmt: skip
    if loan["groupId"]:
        row["group"] = {"id": loan["groupId"], "name": "Group Example"}
    if listed and not request.since("1.9.0"):
        del row["netDisbursalAmount"]
    return row | _parts(request, loan, set(associations))


def transaction_as_json(request: Request, row: Record) -> Record:
    """A transaction with its payment detail, which is there only with a payment type."""
    kind = row["kind"]
    detail = row["payment"]
    payment_type = request.find("payment_type", detail["paymentTypeId"]) if detail else None
    return {
        "id": row["id"], "loanId": row["loanId"], "externalId": row["externalId"] or None,
        "type": {
            "id": 1 if kind == "disbursement" else 5, "code": f"loanTransactionType.{kind}",
            "value": kind, "disbursement": kind == "disbursement",
            "repaymentAtDisbursement": kind == "repaymentAtDisbursement",
        },
        "date": as_array(row["on"]), "amount": money(row["amount"]),
        "netDisbursalAmount": money(row["net"]), "manuallyReversed": row["reversed"],
        "currency": currency_as_json(row["currency"]),
        "paymentDetailData": None if detail is None else {
            "id": row["id"], "paymentType": _payment_type(payment_type or {}),
            **{name: text for name, text in detail.items() if name != "paymentTypeId"},
        },
    }  # fmt: skip


def _parts(request: Request, loan: Record, asked: set[str]) -> Record:
    parts: Record = {}
    everything = "all" in asked
    if everything or "transactions" in asked:
        rows = _living(request, loan["id"])
        if rows:
            parts["transactions"] = [transaction_as_json(request, row) for row in rows]
    if everything or "multiDisburseDetails" in asked:
        parts["disbursementDetails"] = [_tranche(each) for each in loan["tranches"]]
    if everything or "notes" in asked:
        notes = [row for row in request.rows("note") if row["loanId"] == loan["id"]]
        parts["notes"] = [{"id": row["id"], "note": row["text"]} for row in notes]
    return parts


def _tranche(row: Record) -> Record:
    return {
        "id": row["id"], "expectedDisbursementDate": as_array(row["expectedOn"]),
        "actualDisbursementDate": as_array(row["actualOn"]), "principal": money(row["principal"]),
        "netDisbursalAmount": money(row["net"]),
    }  # fmt: skip


def _timeline(loan: Record) -> Record:
    return {
        "submittedOnDate": as_array(loan["submittedOn"]), "submittedByUsername": "officer",
        "approvedOnDate": as_array(loan["approvedOn"]),
        "approvedByUsername": loan["approvedBy"] or None,
        "expectedDisbursementDate": as_array(loan["expectedOn"]),
        "actualDisbursementDate": as_array(loan["disbursedOn"]),
        "disbursedByUsername": loan["disbursedBy"] or None,
    }  # fmt: skip


def _transactions(request: Request, loan_id: int) -> list[Record]:
    return [row for row in request.rows("transaction") if row["loanId"] == loan_id]


def _living(request: Request, loan_id: int) -> list[Record]:
    # Lists leave out what was reversed; only the external id still finds it.
    return [row for row in _transactions(request, loan_id) if not row["reversed"]]


def _payment_type(row: Record) -> Record:
    names = ("name", "description", "isCashPayment", "position")
    return {"id": row.get("id"), **{name: row.get(name) for name in names}}


def _states(request: Request) -> set[int] | None:
    """The status ids that are asked for in this version's own way; None: all."""
    if request.since("1.9.0"):
        wanted = request.query.get("status")
        if wanted is None:
            return None
        if not re.fullmatch(r"[0-9]+", wanted):
            raise broken()
        return {int(wanted)}
    sql = request.query.get("sqlSearch", "").strip()
    found = SQL.fullmatch(sql)
    if sql and found is None:
        raise broken()
    return {int(part) for part in found.group(1).split(",")} if found else None


def _fits(request: Request, loan: Record) -> bool:
    client_id = request.query.get("clientId") if request.since("1.12.0") else None
    return (
        request.query.get("accountNo") in (None, loan["accountNo"])
        and request.query.get("externalId") in (None, loan["externalId"])
        and client_id in (None, str(loan["clientId"]))
    )


def _ordered(request: Request, found: list[Record]) -> list[Record]:
    wanted = request.query.get("orderBy", "").lower()
    if wanted not in ORDERS:
        raise broken()
    field = ORDERS[wanted]
    if field is None:
        # No ORDER BY: another order each time, so that pages overlap and skip.
        mixed = list(found)
        request.state.world.next_draw("fineract order").shuffle(mixed)
        return mixed
    falling = request.query.get("sortOrder", "ASC").upper() == "DESC"
    return sorted(found, key=lambda loan: loan[field], reverse=falling)


def _cut(request: Request, found: list[Record]) -> list[Record]:
    limit = _whole(request, "limit")
    offset = _whole(request, "offset") or 0
    if offset < 0:
        raise broken()
    if limit is None and not request.since("1.10.0"):
        limit = LIMIT_UNTIL_1_9
    if limit is None or limit <= 0:
        return found
    return found[offset : offset + limit]


def _whole(request: Request, name: str) -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"-?[0-9]+", text):
        raise not_found("error.msg.query.parameter.invalid", f"{name} is no number", text)
    return int(text)
