"""The simulated Mifos X: one request in, one answer out, with doors and mishaps in between."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from gateways.simulator.fineract import (
    booking,
    changing,
    commands,
    desk,
    disbursing,
    doors,
    loans,
    mishaps,
)
from gateways.simulator.fineract.refusals import Refusal, bad_body, page, unknown_command
from gateways.simulator.fineract.request import Request
from gateways.simulator.fineract.shapes import encode
from gateways.simulator.fineract.state import State
from gateways.simulator.fineract.work import Work
from gateways.simulator.journal import Record
from gateways.simulator.wire import Reply

PREFIX = "/fineract-provider/"
API = "/fineract-provider/api/v1"
INFO = "/fineract-provider/actuator/info"
ID = "([0-9]{1,18})"
NAME = "([^/]{1,100})"
Read = Callable[..., Any]
# path, the permission it needs, since which version, what answers
READS: tuple[tuple[str, str, str, Read], ...] = (
    ("/loans", "READ_LOAN", "", loans.listed),
    (f"/loans/{ID}", "READ_LOAN", "", loans.get),
    (f"/loans/external-id/{NAME}", "READ_LOAN", "1.9.0", loans.by_external_id),
    (f"/loans/{ID}/transactions", "READ_LOAN", "1.12.0", loans.transactions),
    (f"/loans/{ID}/transactions/template", "READ_LOAN", "", loans.template),
    (f"/loans/{ID}/transactions/external-id/{NAME}", "READ_LOAN", "1.9.0", loans.transaction),
    (f"/loans/{ID}/charges", "READ_LOANCHARGE", "", loans.charges),
    (f"/loans/{ID}/notes", "READ_LOANNOTE", "", desk.notes),
    (f"/clients/{ID}", "READ_CLIENT", "", desk.client),
    ("/paymenttypes", "READ_PAYMENTTYPE", "", desk.payment_types),
    ("/offices", "READ_OFFICE", "", desk.offices),
    ("/businessdate", "READ_BUSINESS_DATE", "1.8.0", desk.business_dates),
    ("/businessdate/BUSINESS_DATE", "READ_BUSINESS_DATE", "1.8.0", desk.business_date),
    (f"/configurations/name/{NAME}", "READ_CONFIGURATION", "", desk.configuration),
    ("/audits", "READ_AUDIT", "", desk.audits),
    (f"/audits/{ID}", "READ_AUDIT", "", desk.audit),
    ("/makercheckers", "", "", desk.pending),
)
DISBURSE = Work(action="DISBURSE", entity="LOAN", prepare=disbursing.prepare)
OF_LOAN = {
    "approve": Work(action="APPROVE", entity="LOAN", prepare=changing.approve),
    "undoapproval": Work(action="APPROVALUNDO", entity="LOAN", prepare=changing.undo_approval),
    "reject": Work(action="REJECT", entity="LOAN", prepare=changing.reject),
    "withdrawnbyapplicant": Work(action="WITHDRAW", entity="LOAN", prepare=changing.withdraw),
    "disburse": DISBURSE,
    "disbursetosavings": Work(
        action="DISBURSETOSAVINGS", entity="LOAN", prepare=disbursing.to_savings
    ),
    "undodisbursal": Work(action="DISBURSALUNDO", entity="LOAN", prepare=changing.undo_disbursal),
}
NOTE = Work(action="CREATE", entity="LOANNOTE", prepare=changing.note)
CLIENT = Work(action="UPDATE", entity="CLIENT", prepare=changing.client)
HOOK = Work(action="CREATE", entity="HOOK", prepare=changing.hook)


@dataclass
class Fineract:
    """Fineract's API v1 for all tenants, on the simulator's clock."""

    state: State

    def answer(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes,
        at: datetime,
    ) -> Reply:  # fmt: skip
        """Answer a request; `headers` have lower-case names."""
        asked = dict(parse_qsl(query, keep_blank_values=True))
        try:
            if path == INFO:
                return commands.said(doors.info(self.state, headers))
            tenant = doors.tenant_of(self.state, headers, asked)
            if (method, path) == ("POST", f"{API}/authentication"):
                return commands.said(encode(doors.authenticate(self.state, tenant, body)))
            request = Request(
                state=self.state, tenant=tenant, user=doors.user_of(self.state, tenant, headers),
                method=method, path=path.removeprefix(API).rstrip("/"), at=at, query=asked,
                text=body.decode("utf-8", "replace"), key=headers.get("idempotency-key", ""),
            )  # fmt: skip
            return self.read(request) if method == "GET" else self.write(request)
        except Refusal as refusal:
            return refusal.response()

    def read(self, request: Request) -> Reply:
        """Answer a GET. Raises Refusal."""
        for pattern, permission, version, desk_of in READS:
            found = re.fullmatch(pattern, request.path)
            if found and (not version or request.since(version)):
                if permission:
                    request.demand(permission)
                if desk_of is loans.listed:
                    return _list(request)
                name = mishaps.of_read(self.state, request.name, request.path)
                answer = commands.said(encode(desk_of(request, *found.groups())))
                return mishaps.spoilt(self.state, name, answer)
        raise page(404)

    def write(self, request: Request, *, by_hand: bool = False) -> Reply:
        """Carry a command out. What a person does there meets no mishap. Raises Refusal."""
        request.body = _object(request.text)
        if found := re.fullmatch(f"/makercheckers/{ID}", request.path):
            row = request.find("command", found.group(1)) or {}
            work = next((each for each in OF_LOAN.values() if _is(each, row)), None)
            subject = request.find("loan", row.get("subject")) or {}
            return commands.decide(request, found.group(1), work, subject)
        work, subject = self._work(request)
        replayed = commands.admit(request, work, subject)
        if replayed is not None:
            return replayed
        if work is DISBURSE and not by_hand:
            return booking.book(request, work, subject)
        return commands.execute(request, work, subject)

    def _work(self, request: Request) -> tuple[Work, Record]:
        method, path = request.method, request.path
        if (method, path) == ("POST", "/hooks"):
            return HOOK, {}
        if method == "PUT" and (found := re.fullmatch(f"/clients/{ID}", path)):
            return CLIENT, request.client(found.group(1))
        if method == "POST" and (found := re.fullmatch(f"/loans/{ID}(/notes)?", path)):
            if found.group(2):
                return NOTE, request.loan(found.group(1))
            command = request.query.get("command", "")
            if command.lower() not in OF_LOAN:
                raise unknown_command(command)
            return OF_LOAN[command.lower()], request.loan(found.group(1))
        raise page(404)


def _list(request: Request) -> Reply:
    name = mishaps.of_list(request.state, request.name)
    if name == "loan_list_everything":
        request.query = {key: value for key, value in request.query.items() if key != "status"}
        request.query.pop("sqlSearch", None)
    found = loans.listed(request)
    found["pageItems"] = mishaps.spoilt_rows(name, found["pageItems"])
    return mishaps.spoilt(request.state, name, commands.said(encode(found)))


def _object(text: str) -> Record:
    if not text.strip():
        return {}
    try:
        value = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise bad_body() from None
    if not isinstance(value, dict):
        raise bad_body()
    return value


def _is(work: Work, row: Record) -> bool:
    return (work.action, work.entity) == (row.get("action"), row.get("entity"))
