"""What is read beside loans: clients, payment types, days, switches, the trail of commands."""

from gateways.simulator.fineract.days import as_array
from gateways.simulator.fineract.refusals import not_found
from gateways.simulator.fineract.request import Request
from gateways.simulator.journal import Record

RESULTS = {1: "processed", 2: "awaiting.approval", 3: "rejected", 4: "underProcessing", 5: "error"}
SWITCHES = {
    "enable-business-date": "businessDateOn",
    "maker-checker": "makerChecker",
    "enable-same-maker-checker": "sameMakerChecker",
    "allow-transactions-on-holiday": "allowHolidays",
    "allow-transactions-on-non_workingday": "allowNonWorkingDays",
}


def client(request: Request, identifier: str) -> Record:
    """GET /clients/{id}."""
    row = request.client(identifier)
    code, value = ("active", "Active") if row["active"] else ("closed", "Closed")
    return {
        "id": row["id"], "accountNo": row["accountNo"], "active": row["active"],
        "status": {
            "id": 300 if row["active"] else 600, "code": f"clientStatusType.{code}",
            "value": value,
        },
        "displayName": row["name"], "mobileNo": row["phone"] or None,
        "officeId": row["officeId"], "activationDate": [2024, 1, 15],
    }  # fmt: skip


def payment_types(request: Request) -> list[Record]:
    """GET /paymenttypes."""
    names = ("id", "name", "description", "isCashPayment", "position")
    return [{name: row[name] for name in names} for row in request.rows("payment_type")]


def offices(request: Request) -> list[Record]:
    """GET /offices: the user's own and those below."""
    seen = [row for row in request.rows("office") if request.sees(row["id"])]
    return [{"id": row["id"], "name": row["name"], "hierarchy": row["hierarchy"]} for row in seen]


def business_date(request: Request) -> Record:
    """GET /businessdate/BUSINESS_DATE: the stored row, whether or not it counts."""
    day = request.tenant["businessDate"]
    if not day:
        raise not_found("error.msg.businessdate.type.not.found", "No business date is stored")
    return {"description": "Business Date", "type": "BUSINESS_DATE", "date": as_array(day)}


def business_dates(request: Request) -> list[Record]:
    """GET /businessdate."""
    return [business_date(request)] if request.tenant["businessDate"] else []


def configuration(request: Request, name: str) -> Record:
    """GET /configurations/name/{name}."""
    if name not in SWITCHES:
        raise not_found("error.msg.configuration.name.invalid", f"No configuration {name}", name)
    on = bool(request.tenant[SWITCHES[name]])
    number = list(SWITCHES).index(name) + 1
    return {"id": number, "name": name, "enabled": on, "value": 0, "trapDoor": False}


def audits(request: Request) -> list[Record]:
    """GET /audits: who did what, the newest first."""
    return [_audit(row) for row in reversed(request.rows("command")) if _asked(request, row)]


def audit(request: Request, identifier: str) -> Record:
    """GET /audits/{id}."""
    row = request.find("command", identifier)
    if row is None:
        raise not_found("error.msg.audit.id.invalid", f"No audit {identifier}", identifier)
    return _audit(row) | {"commandAsJson": row["text"]}


def pending(request: Request) -> list[Record]:
    """GET /makercheckers: what waits, of the user's own making or for it to check."""
    every = request.may("CHECKER_SUPER_USER") or request.may("DISBURSE_LOAN_CHECKER")
    return [
        _audit(row)
        for row in request.rows("command")
        if row["state"] == 2 and _asked(request, row) and (every or _own(request, row))
    ]


def notes(request: Request, identifier: str) -> list[Record]:
    """GET /loans/{id}/notes."""
    loan_id = request.loan(identifier)["id"]
    return [
        {
            "id": row["id"], "note": row["text"], "createdByUsername": row["by"],
            "noteType": {"id": 200, "code": "noteType.loan", "value": "Loan note"},
        }
        for row in reversed(request.rows("note"))
        if row["loanId"] == loan_id
    ]  # fmt: skip


def _audit(row: Record) -> Record:
    return {
        "id": row["id"], "actionName": row["action"], "entityName": row["entity"],
        "resourceId": row["subject"], "loanId": row["loanId"], "maker": row["by"],
        "madeOnDate": row["at"], "processingResult": RESULTS[row["state"]],
        "checker": row["checker"] or None,
    }  # fmt: skip


def _asked(request: Request, row: Record) -> bool:
    query = request.query
    wanted = (
        ("actionName", row["action"]), ("entityName", row["entity"]),
        ("loanid", str(row["loanId"])), ("loanId", str(row["loanId"])),
        ("processingResult", str(row["state"])),
    )  # fmt: skip
    return all(query.get(name, value) == value for name, value in wanted)


def _own(request: Request, row: Record) -> bool:
    return bool(row["by"] == request.user["id"])
