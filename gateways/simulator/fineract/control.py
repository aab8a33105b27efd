"""The simulated Mifos X's own addresses under /_simulator/fineract/, for tests, demos, people."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gateways.simulator.fineract import book
from gateways.simulator.fineract.lending import open_loan
from gateways.simulator.fineract.names import LOAN_FAULTS
from gateways.simulator.fineract.refusals import Refusal
from gateways.simulator.fineract.request import Request
from gateways.simulator.fineract.shapes import encode
from gateways.simulator.fineract.state import State
from gateways.simulator.fineract.tenants import (
    OFFICER,
    open_tenant,
    set_user,
    switches,
)
from gateways.simulator.journal import Record
from gateways.simulator.wire import NoAnswer, Response, json_response

if TYPE_CHECKING:
    from gateways.simulator.simulator import Simulator

HIDDEN = ("password",)
PREFIX = "fineract/"


def _book(simulator: "Simulator") -> Response:
    return json_response(200, book.book(simulator.fineract.state))


def _loans(simulator: "Simulator") -> Response:
    found = book.loans(simulator.fineract.state)
    return json_response(200, {"loans": found, "count": len(found)})


def _tenants(simulator: "Simulator") -> Response:
    tables = simulator.fineract.state.journal.tables
    return json_response(
        200,
        {
            "tenants": list(tables["tenant"].values()),
            "clients": list(tables["client"].values()),
            "commands": list(tables["command"].values()),
        },
    )


def _tenant(simulator: "Simulator", values: Record) -> Response:
    state, name = simulator.fineract.state, _text(values, "tenant", "umoja")
    changes = switches({key: value for key, value in values.items() if key != "tenant"})
    found = state.tenant(name)
    tenant = state.change("tenant", found, **changes) if found else None
    return json_response(200, tenant or open_tenant(state, name, changes))


def _user(simulator: "Simulator", values: Record) -> Response:
    state, tenant = _known(simulator, values)
    user = set_user(
        state, tenant["name"], _text(values, "username", "vault"),
        **{key: value for key, value in values.items() if key not in ("tenant", "username")},
    )  # fmt: skip
    return json_response(200, {key: user[key] for key in user if key not in HIDDEN})


def _product(simulator: "Simulator", values: Record) -> Response:
    state, tenant = _known(simulator, values)
    identifier = _whole(values, "productId")
    fields = {"name": f"Product {identifier}", "several": False, "currency": "KES"}
    fields |= {name: values[name] for name in fields if name in values}
    return json_response(200, _put(state, "product", tenant["name"], identifier, fields))


def _payment_type(simulator: "Simulator", values: Record) -> Response:
    state, tenant = _known(simulator, values)
    identifier = _whole(values, "paymentTypeId")
    fields = {"name": "M-Pesa", "description": "", "isCashPayment": False, "position": identifier}
    fields |= {name: values[name] for name in fields if name in values}
    return json_response(200, _put(state, "payment_type", tenant["name"], identifier, fields))


def _client(simulator: "Simulator", values: Record) -> Response:
    state, tenant = _known(simulator, values)
    client = _found(state, "client", tenant["name"], _whole(values, "clientId"))
    names = ("phone", "name", "active", "officeId")
    changes = {name: values[name] for name in names if name in values}
    return json_response(200, state.change("client", client, **changes))


def _loan(simulator: "Simulator", values: Record) -> Response:
    state, tenant = _known(simulator, values)
    loan = open_loan(state, tenant, values, at=simulator.clock())
    return json_response(200, loan)


def _change(simulator: "Simulator", values: Record) -> Response:
    state, tenant = _known(simulator, values)
    loan = _found(state, "loan", tenant["name"], _whole(values, "loanId"))
    changes = {key: value for key, value in values.items() if key not in ("tenant", "loanId")}
    unknown = set(changes) - set(loan)
    if unknown:
        raise ValueError(f"{min(unknown)} is nothing of a loan; for example {{'locked': true}}")
    return json_response(200, state.change("loan", loan, **changes))


def _act(simulator: "Simulator", values: Record) -> Response:
    """A person of the lender carries a command out, as in their own web pages."""
    state, tenant = _known(simulator, values)
    path, query = _text(values, "path", "/loans/5"), {}
    if "command" in values:
        query["command"] = _text(values, "command", "undodisbursal")
    by = state.find("user", tenant["name"], values.get("by", OFFICER))
    if by is None:
        raise ValueError('by must be a user of the tenant, for example {"by": "officer"}')
    request = Request(
        state=state, tenant=tenant, user=by, method=str(values.get("method", "POST")), path=path,
        at=simulator.clock(), query=query, text=encode(values.get("body", {})),
    )  # fmt: skip
    try:
        answer = simulator.fineract.write(request, by_hand=True)
    except Refusal as refusal:
        raise ValueError(refusal.body) from None
    return json_response(200, {} if isinstance(answer, NoAnswer) else answer.json())


def _script(simulator: "Simulator", values: Record) -> Response:
    state, tenant = _known(simulator, values)
    names = values.get("faults")
    if not isinstance(names, list) or any(name not in LOAN_FAULTS for name in names):
        raise ValueError('faults must be a list, for example {"faults": ["book_lost"]}')
    loan_id = _whole(values, "loanId") if "loanId" in values else 0
    state.scripts[tenant["name"], loan_id].extend(names)
    return json_response(200, {"status": "ok"})


def _hook(simulator: "Simulator", values: Record) -> Response:
    state, tenant = _known(simulator, values)
    url = _text(values, "url", "https://vault.example/callbacks/…/")
    hook = state.add("hook", tenant["name"], url=url, events=values.get("events") or [])
    return json_response(200, hook)


def _known(simulator: "Simulator", values: Record) -> tuple[State, Record]:
    state = simulator.fineract.state
    tenant = state.tenant(_text(values, "tenant", "umoja"))
    if tenant is None:
        raise ValueError("tenant is not known; make it with POST /_simulator/fineract/tenant")
    return state, tenant


def _put(state: State, table: str, tenant: str, identifier: int, fields: Record) -> Record:
    found = state.find(table, tenant, identifier)
    if found is not None:
        return state.change(table, found, **fields)
    return state.add(table, tenant, id=identifier, **fields)


def _found(state: State, table: str, tenant: str, identifier: int) -> Record:
    found = state.find(table, tenant, identifier)
    if found is None:
        raise ValueError(f"{table}Id {identifier} is not there")
    return found


def _text(values: Record, name: str, example: str) -> str:
    value: Any = values.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f'{name} must be text, for example {{"{name}": "{example}"}}')
    return value


def _whole(values: Record, name: str) -> int:
    value: Any = values.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f'{name} must be a whole number above 0, for example {{"{name}": 5}}')
    return value


FINERACT_READS: dict[str, Callable[["Simulator"], Response]] = {
    f"{PREFIX}book": _book,
    f"{PREFIX}loans": _loans,
    f"{PREFIX}tenants": _tenants,
}
FINERACT_CHANGES: dict[str, Callable[["Simulator", Record], Response]] = {
    f"{PREFIX}tenant": _tenant,
    f"{PREFIX}user": _user,
    f"{PREFIX}product": _product,
    f"{PREFIX}payment-type": _payment_type,
    f"{PREFIX}client": _client,
    f"{PREFIX}loan": _loan,
    f"{PREFIX}change-loan": _change,
    f"{PREFIX}act": _act,
    f"{PREFIX}script": _script,
    f"{PREFIX}hook": _hook,
}
