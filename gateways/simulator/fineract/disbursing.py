"""POST /loans/{id}?command=disburse (fineract.md 3.2 to 3.6): all checks, then what it changes."""

from datetime import date
from decimal import Decimal, InvalidOperation

from gateways.simulator.fineract import loans
from gateways.simulator.fineract.calendars import refuse_day
from gateways.simulator.fineract.days import missing_locale, read_day
from gateways.simulator.fineract.refusals import (
    integrity,
    invalid,
    not_found,
    rule,
    unsupported,
)
from gateways.simulator.fineract.request import Request
from gateways.simulator.fineract.shapes import state_as_json
from gateways.simulator.fineract.work import Act
from gateways.simulator.journal import Record

DETAIL = ("receiptNumber", "accountNumber", "checkNumber", "routingCode", "bankNumber")
ALLOWED = {
    "actualDisbursementDate", "transactionAmount", "netDisbursalAmount", "paymentTypeId", *DETAIL,
    "externalId", "note", "adjustRepaymentDate", "fixedEmiAmount", "postDatedChecks", "locale",
    "dateFormat",
}  # fmt: skip
LONGEST = dict.fromkeys(DETAIL, 50) | {"externalId": 100, "note": 1000}
STATE = "error.msg.loan.disbursal.account.is.not.approve.not.disbursed.state"
OVER = "error.msg.loan.disburse.amount.must.be.less.than.approved.{}"


def prepare(request: Request, loan: Record) -> Act:
    """Check everything. Raises Refusal."""
    on = _checked_body(request)
    _check_state(request, loan)
    refuse_day(request, loan, on)
    amount = _amount(request, loan)
    payment = _payment(request)
    external_id = str(request.body.get("externalId") or "")
    _check_external_id(request, external_id)

    def act() -> Record:
        return _disburse(request, loan, on, amount, payment, external_id)

    return act


def to_savings(_request: Request, _loan: Record) -> Act:
    """`disburseToSavings`: no loan here is linked to savings."""
    raise rule(
        "error.msg.loan.disburse.to.savings.requires.linked.account",
        "Disburse to savings requires a linked account.",
    )


def _checked_body(request: Request) -> date:
    for name in request.body:
        if name not in ALLOWED:
            raise unsupported(name)
    on = read_day(request.body, "actualDisbursementDate")
    if on is None:
        raise invalid(
            "validation.msg.loan.disbursement.actualDisbursementDate.cannot.be.blank",
            "The parameter actualDisbursementDate is mandatory.",
            parameter="actualDisbursementDate",
        )  # fmt: skip
    for name, longest in LONGEST.items():
        value = request.body.get(name)
        if value is not None and len(str(value)) > longest:
            raise invalid(
                f"validation.msg.loan.disbursement.{name}.exceeds.max.length",
                f"The parameter {name} exceeds max length of {longest}.", parameter=name,
                value=value,
            )  # fmt: skip
    return on


def _check_state(request: Request, loan: Record) -> None:
    product = request.find("product", loan["productId"]) or {}
    if product.get("several"):
        fits = loan["state"] in loans.UNDRAWN and loans.undrawn(loan) > 0
    else:
        fits = loan["state"] == 200
    if not fits:
        raise invalid(STATE, "Loan cannot be disbursed: it is not approved, or disbursed already.")
    client = request.find("client", loan["clientId"])
    if client is not None and not client["active"]:
        raise rule(
            "error.msg.client.not.active.exception",
            f"The Client with id `{client['id']}` is not active", client["id"],
        )  # fmt: skip
    if table := request.tenant["requiredDatatable"]:
        raise rule(
            f"error.msg.entry.required.in.datatable.[{table}]", f"Entry required in {table}"
        )


def _amount(request: Request, loan: Record) -> Decimal:
    proposed, _ = loans.next_disbursal(loan)
    given = request.body.get("transactionAmount")
    if given in (None, ""):
        return proposed
    if isinstance(given, str) and not request.body.get("locale"):
        raise missing_locale()
    try:
        amount = Decimal(str(given))
    except InvalidOperation:
        amount = Decimal(0)
    if amount <= 0:
        raise invalid(
            "validation.msg.loan.disbursement.transactionAmount.not.greater.than.zero",
            "The parameter transactionAmount must be greater than 0.",
            parameter="transactionAmount", value=given,
        )  # fmt: skip
    several = (request.find("product", loan["productId"]) or {}).get("several")
    if amount > loans.undrawn(loan):
        raise rule(
            OVER.format("principal" if several else "amount"),
            "Loan can't be disbursed, the amount is more than was approved.", given,
        )  # fmt: skip
    return amount


def _payment(request: Request) -> Record | None:
    # Without a payment type the receipt and its kin are dropped without a word.
    identifier = request.body.get("paymentTypeId")
    if identifier in (None, ""):
        return None
    found = request.find("payment_type", identifier)
    if found is None:
        raise not_found(
            "error.msg.payment.type.id.invalid", f"No payment type {identifier}", identifier
        )
    if found["isCashPayment"]:
        raise rule("error.msg.no.cashier.assigned", "No cashier is assigned for cash payments.")
    detail = {name: str(request.body[name]) for name in DETAIL if request.body.get(name)}
    return {"paymentTypeId": found["id"], **detail}


def _check_external_id(request: Request, external_id: str) -> None:
    taken = {row["externalId"] for row in request.rows("transaction")}
    if not external_id or external_id not in taken:
        return
    if request.since("1.9.0"):
        raise integrity()
    raise invalid(
        "validation.msg.loan.transaction.externalId.value.must.be.unique",
        f"Transaction with externalId {external_id} already exists.", parameter="externalId",
        value=external_id,
    )  # fmt: skip


def _disburse(
    request: Request, loan: Record, on: date, amount: Decimal, payment: Record | None,
    external_id: str,
) -> Record:  # fmt: skip
    _, proposed_net = loans.next_disbursal(loan)
    net = min(proposed_net, amount)
    shared = {
        "loanId": loan["id"], "on": on.isoformat(), "currency": loan["currency"],
        "reversed": False, "by": request.user["id"], "at": request.at.isoformat(),
    }  # fmt: skip
    row = request.state.add(
        "transaction", request.name, kind="disbursement", amount=str(amount), net=str(net),
        externalId=external_id, payment=payment, **shared,
    )  # fmt: skip
    if amount > net:
        request.state.add(
            "transaction", request.name, kind="repaymentAtDisbursement", amount=str(amount - net),
            net=None, externalId="", payment=None, **shared,
        )  # fmt: skip
    if note := request.body.get("note"):
        leave_note(request, loan["id"], str(note))
    request.state.change(
        "loan", loan, state=300, drawn=str(Decimal(loan["drawn"]) + amount),
        principal=str(Decimal(loan["drawn"]) + amount), tranches=_drawn(loan, on),
        disbursedOn=loan["disbursedOn"] or on.isoformat(), disbursedBy=request.user["id"],
    )  # fmt: skip
    return _reply(request, loan, row)


def _reply(request: Request, loan: Record, row: Record) -> Record:
    told = ("paymentTypeId", *DETAIL, "note", "transactionAmount") if row["payment"] else ("note",)
    changes = {name: request.body[name] for name in told if name in request.body}
    changes |= {
        "status": state_as_json(300), "locale": request.body.get("locale"),
        "dateFormat": request.body.get("dateFormat"),
        "actualDisbursementDate": request.body["actualDisbursementDate"],
    }  # fmt: skip
    return {
        "officeId": loan["officeId"], "clientId": loan["clientId"], "groupId": loan["groupId"],
        "loanId": loan["id"], "resourceId": loan["id"],
        "resourceExternalId": loan["externalId"] or None, "subResourceId": row["id"],
        "subResourceExternalId": row["externalId"] or None, "changes": changes,
    }  # fmt: skip


def _drawn(loan: Record, on: date) -> list[Record]:
    tranches = [dict(each) for each in loan["tranches"]]
    for tranche in tranches:
        if not tranche["actualOn"]:
            tranche["actualOn"] = on.isoformat()
            break
    return tranches


def leave_note(request: Request, loan_id: int, text: str) -> Record:
    """A note on the loan."""
    return request.state.add(
        "note", request.name, loanId=loan_id, text=text, by=request.user["id"],
        at=request.at.isoformat(),
    )  # fmt: skip
