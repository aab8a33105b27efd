"""Loans that are there from the beginning, with a client each, for tests and demos."""

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from gateways.simulator.fineract.days import today
from gateways.simulator.fineract.hooks import tell
from gateways.simulator.fineract.request import Request
from gateways.simulator.fineract.shapes import KINDS, STATES, state_as_json
from gateways.simulator.fineract.state import State
from gateways.simulator.fineract.tenants import OFFICER
from gateways.simulator.fineract.work import Work
from gateways.simulator.journal import Record

FIELDS = {
    "tenant", "loanId", "gross", "net", "phone", "clientName", "clientId", "clientActive",
    "productId", "kind", "state", "approvedOn", "expectedOn", "firstRepaymentOn", "externalId",
    "officeId", "tranches", "twice", "currency", "hook",
}  # fmt: skip
NAME = "Amina Example"
APPROVED = Work(action="APPROVE", entity="LOAN", prepare=lambda _request, _loan: dict)


def open_loan(state: State, tenant: Record, values: Record, *, at: datetime) -> Record:
    """A loan, approved today unless told otherwise; amounts are shillings. Raises ValueError."""
    unknown = set(values) - FIELDS
    if unknown:
        raise ValueError(f"{min(unknown)} is nothing of a loan; there are {sorted(FIELDS)}")
    name, day = tenant["name"], today(tenant, at)
    gross = _amount(values, "gross", Decimal(10_000))
    net = _amount(values, "net", gross)
    number = values.get("loanId") or state.newest["loan", name] + 1
    if state.find("loan", name, number):
        raise ValueError(f"loanId {number} is there already")
    kind = _one_of(values, "kind", KINDS, "individual")
    product_id = values.get("productId", 1)
    product = state.find("product", name, product_id)
    if product is None:
        raise ValueError(f"productId {product_id} is not there")
    client = None if kind == "group" else _client(state, name, values)
    approved = _one_of(values, "state", STATES, 200) >= 200
    loan = state.add(
        "loan", name, id=number, accountNo=f"{number:09d}",
        externalId=values.get("externalId", ""), state=values.get("state", 200),
        clientId=client["id"] if client else None,
        groupId=number if kind == "group" else None, officeId=values.get("officeId", 1),
        productId=product_id, kind=kind, proposed=str(gross), gross=str(gross), net=str(net),
        principal=str(gross), drawn="0", currency=values.get("currency", product["currency"]),
        submittedOn=(day - timedelta(days=2)).isoformat(), disbursedOn="", disbursedBy="",
        approvedOn=_day(values, "approvedOn", day) if approved else "",
        approvedBy=OFFICER if approved else "", expectedOn=_day(values, "expectedOn", day),
        firstRepaymentOn=_day(values, "firstRepaymentOn", None), locked=False,
        tranches=_tranches(values, net / gross, day), twice=bool(values.get("twice", False)),
    )  # fmt: skip
    if values.get("hook"):
        _tell(state, tenant, loan, at)
    return loan


def _client(state: State, tenant: str, values: Record) -> Record:
    if "clientId" in values and (found := state.find("client", tenant, values["clientId"])):
        return found
    phone, name = values.get("phone"), values.get("clientName", NAME)
    for other in state.rows("client", tenant):
        if phone and other["phone"] == phone:
            if "clientName" in values and other["name"] != name:
                raise ValueError(f"phone {phone} is {other['name']}'s: it is unique in a tenant")
            return other
    number = values.get("clientId") or state.newest["client", tenant] + 1
    return state.add(
        "client", tenant, id=number, accountNo=f"{number:09d}", name=name, phone=phone or "",
        active=values.get("clientActive", True), officeId=values.get("officeId", 1),
    )  # fmt: skip


def _tranches(values: Record, share: Decimal, day: date) -> list[Record]:
    amounts = [Decimal(str(each)) for each in values.get("tranches", [])]
    return [
        {
            "id": number, "principal": str(amount),
            "net": str((amount * share).quantize(Decimal("0.01"))),
            "expectedOn": day.isoformat(), "actualOn": "",
        }
        for number, amount in enumerate(amounts, start=1)
    ]  # fmt: skip


def _tell(state: State, tenant: Record, loan: Record, at: datetime) -> None:
    user = state.find("user", tenant["name"], OFFICER) or {}
    request = Request(
        state=state, tenant=tenant, user=user, method="POST", path=f"/loans/{loan['id']}", at=at
    )
    row = state.add(
        "command", tenant["name"], action="APPROVE", entity="LOAN", idempotencyKey="", state=1,
        answer=[200, "{}"], subject=loan["id"], loanId=loan["id"], path=request.path, text="",
        by=OFFICER, at=at.isoformat(), checker="",
    )  # fmt: skip
    reply = {
        "officeId": loan["officeId"], "clientId": loan["clientId"], "loanId": loan["id"],
        "resourceId": loan["id"], "changes": {"status": state_as_json(200)},
    }  # fmt: skip
    tell(request, APPROVED, row, reply)


def _amount(values: Record, name: str, usual: Decimal) -> Decimal:
    try:
        amount = Decimal(str(values.get(name, usual)))
    except InvalidOperation:
        amount = Decimal(-1)
    if amount < 0:
        raise ValueError(f'{name} must be shillings, for example {{"{name}": "9500.50"}}')
    return amount


def _day(values: Record, name: str, usual: date | None) -> str:
    value = values.get(name)
    if value is None:
        return usual.isoformat() if usual else ""
    if value == "":
        return ""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(f'{name} must be a day, for example {{"{name}": "2026-11-21"}}') from None


def _one_of(values: Record, name: str, allowed: Any, usual: Any) -> Any:
    value = values.get(name, usual)
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(str, allowed))}")
    return value
