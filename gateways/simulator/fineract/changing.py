"""What people of the lender do to loans and clients: approve, undo, reject, write a new phone."""

from datetime import date
from decimal import Decimal

from gateways.simulator.fineract.days import read_day
from gateways.simulator.fineract.disbursing import leave_note
from gateways.simulator.fineract.refusals import Refusal, integrity, invalid, rule, unsupported
from gateways.simulator.fineract.request import Request
from gateways.simulator.fineract.shapes import state_as_json
from gateways.simulator.fineract.work import Act
from gateways.simulator.journal import Record

APPROVE = {
    "approvedOnDate", "approvedLoanAmount", "expectedDisbursementDate", "netDisbursalAmount",
    "note", "disbursementData", "locale", "dateFormat",
}  # fmt: skip
CLIENT = {"mobileNo", "firstname", "lastname", "fullname", "locale", "dateFormat", "externalId"}


def approve(request: Request, loan: Record) -> Act:
    """100 -> 200, with the amounts and days of the body where it names some."""
    _only(request, APPROVE)
    _must_be(loan, 100, "approval.account.is.not.submitted.and.pending.state")
    on = read_day(request.body, "approvedOnDate") or request.today
    expected = read_day(request.body, "expectedDisbursementDate")
    if on > request.today:
        raise rule("error.msg.loan.approval.cannot.be.a.future.date", "Approved in the future")
    gross = Decimal(str(request.body.get("approvedLoanAmount") or loan["gross"]))
    charges = Decimal(loan["gross"]) - Decimal(loan["net"])
    net = Decimal(str(request.body.get("netDisbursalAmount") or gross - charges))
    return lambda: _changed(
        request, loan, 200, approvedOn=on.isoformat(), approvedBy=request.user["id"],
        gross=str(gross), net=str(net), principal=str(gross),
        expectedOn=expected.isoformat() if expected else loan["expectedOn"],
    )  # fmt: skip


def undo_approval(request: Request, loan: Record) -> Act:
    """200 -> 100."""
    _only(request, {"note"})
    _must_be(loan, 200, "undo.approval.account.is.not.approved.state")
    return lambda: _changed(request, loan, 100, approvedOn="", approvedBy="")


def reject(request: Request, loan: Record) -> Act:
    """100 -> 500."""
    _must_be(loan, 100, "reject.account.is.not.submitted.and.pending.state")
    return lambda: _changed(request, loan, 500)


def withdraw(request: Request, loan: Record) -> Act:
    """100 -> 400."""
    _must_be(loan, 100, "withdrawal.account.is.not.submitted.and.pending.state")
    return lambda: _changed(request, loan, 400)


def undo_disbursal(request: Request, loan: Record) -> Act:
    """300 -> 200; the transactions are reversed, and keep their external ids."""
    _only(request, {"note", "locale", "dateFormat", "transactionAmount"})
    _must_be(loan, 300, "undo.disbursal.account.is.not.active")

    def act() -> Record:
        for row in request.rows("transaction"):
            if row["loanId"] == loan["id"]:
                request.state.change("transaction", row, reversed=True)
        tranches = [each | {"actualOn": ""} for each in loan["tranches"]]
        return _changed(
            request, loan, 200, drawn="0", principal=loan["gross"], tranches=tranches,
            disbursedOn="", disbursedBy="",
        )  # fmt: skip

    return act


def note(request: Request, loan: Record) -> Act:
    """POST /loans/{id}/notes."""
    _only(request, {"note"})
    text = str(request.body.get("note") or "")
    if not 0 < len(text) <= 1000:
        raise invalid(
            "validation.msg.note.note.exceeds.max.length", "The parameter note is 1 to 1000 long.",
            parameter="note",
        )  # fmt: skip

    def act() -> Record:
        row = leave_note(request, loan["id"], text)
        return {"officeId": loan["officeId"], "loanId": loan["id"], "resourceId": row["id"]}

    return act


def client(request: Request, client: Record) -> Act:
    """PUT /clients/{id}: the phone number or the name. A number belongs to one client only."""
    _only(request, CLIENT)
    phone = request.body.get("mobileNo", client["phone"])
    name = request.body.get("fullname", client["name"])
    for other in request.rows("client"):
        if phone and other["phone"] == phone and other["id"] != client["id"]:
            raise integrity("error.msg.client.duplicate.mobileNo")

    def act() -> Record:
        request.state.change("client", client, phone=phone, name=name)
        return {
            "officeId": client["officeId"], "clientId": client["id"], "resourceId": client["id"],
            "changes": request.body,
        }  # fmt: skip

    return act


def hook(request: Request, _subject: Record) -> Act:
    """POST /hooks: an address that hears of events."""
    url = str((request.body.get("config") or {}).get("Payload URL") or "")
    if not url.endswith("/") and not request.since("1.16.0"):
        # FINERACT-2931: it ends as an internal error.
        raise Refusal(status_code=500, body='{"Exception": "java.lang.IllegalArgumentException"}')
    events = [
        f"{each['entityName']} {each['actionName']}" for each in request.body.get("events") or []
    ]

    def act() -> Record:
        row = request.state.add("hook", request.name, url=url, events=events)
        return {"resourceId": row["id"]}

    return act


def _only(request: Request, names: set[str]) -> None:
    for name in request.body:
        if name not in names:
            raise unsupported(name)


def _must_be(loan: Record, state: int, code: str) -> None:
    if loan["state"] != state:
        raise invalid(f"error.msg.loan.{code}", "The loan is in another state.")


def _changed(request: Request, loan: Record, state: int, **changes: object) -> Record:
    request.state.change("loan", loan, state=state, **changes)
    told = {name: str(value) for name, value in changes.items() if isinstance(value, date | str)}
    return {
        "officeId": loan["officeId"], "clientId": loan["clientId"], "loanId": loan["id"],
        "resourceId": loan["id"], "changes": {"status": state_as_json(state), **told},
    }  # fmt: skip
