"""The simulated Stripe: one request in, one answer out, with keys and mishaps in between."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from gateways.simulator.stripe import accounts, keys, money, payment, transfers
from gateways.simulator.stripe.doors import Limiter, let_in
from gateways.simulator.stripe.forms import FORM_TYPE, read_form
from gateways.simulator.stripe.refusals import Record, Refusal, internal_error
from gateways.simulator.stripe.state import State
from gateways.simulator.wire import Reply, Response

PREFIX = "/v1/"
Desk = Callable[..., Record]
ID = "([A-Za-z0-9_]{1,255})"
CREATE_TRANSFER = "POST /v1/transfers"
ROUTES: tuple[tuple[str, str, Desk], ...] = (
    ("GET", "/v1/transfers", transfers.listed),
    ("GET", f"/v1/transfers/{ID}", transfers.get),
    ("POST", f"/v1/transfers/{ID}", transfers.update),
    ("GET", f"/v1/transfers/{ID}/reversals", transfers.reversals),
    ("POST", f"/v1/transfers/{ID}/reversals", transfers.reverse),
    ("GET", "/v1/accounts", accounts.listed),
    ("POST", "/v1/accounts", accounts.create),
    ("GET", f"/v1/accounts/{ID}", accounts.get),
    ("GET", f"/v1/accounts/{ID}/capabilities/transfers", accounts.capability),
    ("GET", "/v1/balance", money.balance),
    ("GET", "/v1/balance_transactions", money.lines),
    ("GET", f"/v1/balance_transactions/{ID}", money.line),
    ("GET", "/v1/events", money.events),
    ("GET", f"/v1/events/{ID}", money.event),
)


@dataclass(kw_only=True)
class Request:
    """What was asked, read as far as its path and form go."""

    method: str
    path: str
    values: Record
    key: str
    account: str
    at: datetime

    @property
    def address(self) -> str:
        """Method and path: what a key is bound to."""
        return f"{self.method} {self.path}"


@dataclass
class Stripe:
    """Stripe's API v1 for one platform, on the simulator's clock."""

    state: State
    limiter: Limiter = field(default_factory=Limiter)

    def answer(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes,
        at: datetime,
    ) -> Reply:  # fmt: skip
        """Answer a request; `headers` have lower-case names."""
        try:
            let_in(self.state, headers)
            request = Request(
                method=method, path=path.rstrip("/"), at=at,
                values=read_form(_form(method, query, headers, body)),
                key=headers.get("idempotency-key", ""), account=headers.get("stripe-account", ""),
            )  # fmt: skip
            desk = self._desk(request)
            endpoint = re.sub(r"/(acct|tr|txn|evt)_\w+", "/{id}", request.address)
            self.limiter.pass_by(endpoint, rate_max=self.state.rate_max, at=at)
            if method == "GET":
                return self._read(request, desk)
            return self._write(request, desk)
        except Refusal as refusal:
            return self._refused(refusal)

    def _desk(self, request: Request) -> Desk:
        if request.address == CREATE_TRANSFER:
            return partial(transfers.create, self.state)
        for method, pattern, desk in ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                return partial(desk, self.state, *found.groups())
        raise Refusal(
            status_code=404,
            message=f"Unrecognized request URL ({request.method}: {request.path}).",
        )

    def _read(self, request: Request, desk: Desk) -> Reply:
        number = self.state.world.next_draw("stripe read").getrandbits(64)
        if self.state.world.plan.hits("transfer_read_error", number):
            raise internal_error()
        if request.account and request.path == "/v1/balance":
            return self._said(200, json.dumps(money.account_balance(self.state, request.account)))
        return self._said(200, json.dumps(desk(request.values, request.at)))

    def _write(self, request: Request, desk: Desk) -> Reply:
        if request.key:
            kept = keys.saved(
                self.state, request.key, address=request.address, values=request.values,
                at=request.at,
            )  # fmt: skip
            if kept is not None:
                return self._said(kept["status_code"], kept["body"], replayed=True)
        if request.address == CREATE_TRANSFER:
            transfers.check(self.state, request.values)
            return payment.pay(self, request)
        return self._said(*self.execute(request, desk))

    def execute(
        self, request: Request, desk: Desk, *, busy: timedelta = timedelta(), broken: bool = False
    ) -> tuple[int, str]:
        """Do it and keep the answer for the key; `broken` keeps a 500 whatever happened."""
        saved = True
        try:
            answer = (200, json.dumps(desk(request.values, request.at)))
        except Refusal as refusal:
            saved, answer = refusal.saved, (refusal.status_code, refusal.body())
        if broken:
            saved, answer = True, (500, internal_error().body())
        if saved:
            self.keep(request, answer, busy=busy)
        return answer

    def keep(
        self, request: Request, answer: tuple[int, str], *, busy: timedelta = timedelta()
    ) -> None:
        """Keep an answer for the request's key, if it has one."""
        if request.key:
            keys.keep(
                self.state, request.key, address=request.address, values=request.values,
                answer=answer, at=request.at, busy=busy,
            )  # fmt: skip

    def said(self, status_code: int, body: str, **more: Any) -> Response:
        """An answer with a Request-Id."""
        return self._said(status_code, body, **more)

    def _said(
        self, status_code: int, body: str, *, replayed: bool = False, **more: str
    ) -> Response:
        headers = {"Content-Type": "application/json", "Request-Id": self.state.new_id("req")}
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        return Response(status=status_code, body=body.encode(), headers=headers)

    def _refused(self, refusal: Refusal) -> Response:
        answer = self._said(refusal.status_code, refusal.body())
        if refusal.reason:
            answer.headers["Stripe-Rate-Limited-Reason"] = refusal.reason
        return answer


def _form(method: str, query: str, headers: Mapping[str, str], body: bytes) -> str:
    if method == "GET":
        return query
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if body and kind != FORM_TYPE:
        raise Refusal(status_code=400, message=f"Invalid request: the body must be {FORM_TYPE}.")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Refusal(
            status_code=400, code="invalid_characters", message="Invalid characters."
        ) from None
