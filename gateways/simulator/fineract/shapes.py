"""How Fineract writes things: days as arrays, money with six places, nothing for null."""

import json
import re
from decimal import Decimal
from typing import Any

from gateways.simulator.journal import Record

PLACES = Decimal("0.000001")
MARK = "\ue000"
MARKED = re.compile(r'"\\ue000([^"]*)"')
STATES = {
    0: ("invalid", "Invalid"),
    100: ("submitted.and.pending.approval", "Submitted and pending approval"),
    200: ("approved", "Approved"),
    300: ("active", "Active"),
    303: ("transfer.in.progress", "Transfer in progress"),
    304: ("transfer.on.hold", "Transfer on hold"),
    400: ("withdrawn.by.client", "Withdrawn by applicant"),
    500: ("rejected", "Rejected"),
    600: ("closed.obligations.met", "Closed (obligations met)"),
    601: ("closed.written.off", "Closed (written off)"),
    602: ("closed.reschedule.outstanding.amount", "Closed (rescheduled)"),
    700: ("overpaid", "Overpaid"),
}
KINDS = {"individual": 1, "group": 2, "jlg": 3, "glim": 4}


def encode(body: object) -> str:
    """The JSON text, with decimals as numbers of six places and without nulls."""
    return MARKED.sub(r"\1", json.dumps(_without_nothing(body), default=_marked))


def money(text: str | None) -> Decimal | None:
    """An amount that was kept as text."""
    return None if text is None else Decimal(text)


def state_as_json(state: int) -> Record:
    """The status object: compare its id."""
    code, value = STATES[state]
    return {
        "id": state, "code": f"loanStatusType.{code}", "value": value,
        "pendingApproval": state == 100, "waitingForDisbursal": state == 200,
        "active": state == 300, "closedObligationsMet": state == 600,
        "closedWrittenOff": state == 601, "closedRescheduled": state == 602,
        "closed": state in (600, 601, 602), "overpaid": state == 700,
    }  # fmt: skip


def currency_as_json(code: str) -> Record:
    """A currency with its decimals."""
    return {
        "code": code, "name": code, "decimalPlaces": 2, "inMultiplesOf": 0, "displaySymbol": code,
        "nameCode": f"currency.{code}", "displayLabel": f"{code} ({code})",
    }  # fmt: skip


def _marked(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{MARK}{value.quantize(PLACES):f}"
    raise TypeError(f"{value!r} is nothing that goes over the wire")


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: item for name, item in value.items() if item is not None}
        return {name: _without_nothing(item) for name, item in kept.items()}
    if isinstance(value, list):
        return [_without_nothing(item) for item in value]
    return value
