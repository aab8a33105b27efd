"""The simulated provider: one object, used in-process by tests and behind HTTP by the command.

It speaks Daraja's wire as the documents describe it, keeps its own book of money moved and
knows nothing of the product that it is used to try.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from urllib.parse import urlsplit

from gateways.simulator import control, sms
from gateways.simulator.agenda import CallbackRecord, PendingCallback
from gateways.simulator.b2b import request_business_payment
from gateways.simulator.b2c import request_payment
from gateways.simulator.book import Book
from gateways.simulator.credential import Initiators, KeyPair, shared_key_pair
from gateways.simulator.faults import FaultPlan, read_plan
from gateways.simulator.fineract import service as fineract_service
from gateways.simulator.fineract.state import State as FineractState
from gateways.simulator.money_in.desks import MONEY_IN_DESKS
from gateways.simulator.money_in.payments import hear, pay
from gateways.simulator.money_in.state import Payment
from gateways.simulator.queries import request_balance, request_status
from gateways.simulator.sms import SmsService
from gateways.simulator.stripe import service as stripe_service
from gateways.simulator.stripe.events import deliver_again, signed
from gateways.simulator.stripe.state import State
from gateways.simulator.tokens import ExpiresAs, TokenOffice
from gateways.simulator.wallets import FLOAT_DEFAULT, Wallets
from gateways.simulator.wire import (
    NoAnswer,
    Reply,
    Response,
    error,
    invalid_field,
    read_object,
)
from gateways.simulator.world import World

Clock = Callable[[], datetime]

TOKEN_PATH = "/oauth/v1/generate"  # noqa: S105
# path -> (desk, status and code of an invalid token there)
DESKS = {
    "/mpesa/b2c/v3/paymentrequest": (request_payment, (401, "401.002.01")),
    "/mpesa/b2b/v1/paymentrequest": (request_business_payment, (401, "401.002.01")),
    "/mpesa/transactionstatus/v1/query": (request_status, (400, "400.003.01")),
    "/mpesa/accountbalance/v1/query": (request_balance, (401, "401.002.01")),
    **MONEY_IN_DESKS,
}


def system_clock() -> datetime:
    """This machine's moment, in UTC."""
    return datetime.now(UTC)


class Simulator:
    """A provider. Its moments come from `clock` (aware, UTC); equal seeds give equal runs.

    `consumers` and `initiators` are name -> secret. Without consumers (or with `everyone`) any
    key is accepted; without initiators every one is believed whose name and password do not
    begin with "wrong". `float_shillings` is the utility balance of a shortcode not seen before.
    `delay_s` is the middle of a result's normal delay, before `time_scale` divides it. Runs with
    another `epoch` give other receipts and ids, but the same outcomes.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        epoch: str = "",
        clock: Clock = system_clock,
        faults: str | FaultPlan = "none",
        consumers: Mapping[str, str] | None = None,
        initiators: Mapping[str, str] | None = None,
        everyone: bool = False,
        float_shillings: int = FLOAT_DEFAULT,
        delay_s: float = 1.0,
        time_scale: float = 1.0,
        refuse_duplicates: bool = True,
        varied_shapes: bool = True,
        one_token: bool = True,
        expires_as: ExpiresAs = "either",
        key_pair: KeyPair | None = None,
        state_path: Path | None = None,
    ) -> None:
        self.clock = clock
        self.key_pair = key_pair or shared_key_pair()
        self.tokens = TokenOffice(
            consumers=dict(consumers or {}),
            everyone=everyone,
            one_token=one_token,
            expires_as=expires_as,
        )
        self.world = World(
            initiators=Initiators(self.key_pair, dict(initiators or {})),
            wallets=Wallets(float_shillings),
            book=Book(state_path),
            plan=_plan(faults, seed),
            seed=seed,
            epoch=epoch,
            time_scale=time_scale,
            delay_s=delay_s,
            refuse_duplicates=refuse_duplicates,
            varied_shapes=varied_shapes,
        )
        self.sms = SmsService()
        journal = state_path.with_suffix(".stripe.jsonl") if state_path else None
        self.stripe = stripe_service.Stripe(State(self.world, journal))
        lent = state_path.with_suffix(".fineract.jsonl") if state_path else None
        self.fineract = fineract_service.Fineract(FineractState(self.world, lent))
        self._tokens_asked = 0
        self._lock = RLock()

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Reply:
        """Answer one HTTP request. `path` may carry a query string.

        The answer's `delay_s` and `callbacks_first` are for the caller to honour.
        """
        at = self.clock()
        names = {name.lower(): value for name, value in headers.items()}
        parts = urlsplit(path)
        with self._lock:
            self.world.agenda.run(at)
            if parts.path.startswith(control.PREFIX):
                return control.answer(self, method, parts.path, body)
            if parts.path == TOKEN_PATH:
                return self._token(method, parts.query, names, at)
            if parts.path == sms.PATH and method == "POST":
                return sms.answer(self.sms, self.world, names, body, at)
            if parts.path.startswith(stripe_service.PREFIX):
                return self.stripe.answer(method, parts.path, parts.query, names, body, at)
            if parts.path.startswith(fineract_service.PREFIX):
                return self.fineract.answer(method, parts.path, parts.query, names, body, at)
            return self._desk(method, parts.path, names, body, at)

    def due_callbacks(self, at: datetime | None = None) -> list[PendingCallback]:
        """The callbacks due until `at` (default: now). Each is handed over once; deliver it
        once, twice or never.
        """
        moment = at or self.clock()
        with self._lock:
            self.world.agenda.run(moment)
            due = self.world.agenda.due(moment)
            return [signed(self.stripe.state, each, moment) for each in due]

    def delivered(
        self, number: int, *, status: int | None, problem: str = "", answer: bytes = b""
    ) -> None:
        """Note how the delivery of a callback went; a validation also hears the `answer`."""
        with self._lock:
            record = self.world.agenda.delivered(number, status=status, problem=problem)
            if record and not record.delivered:
                deliver_again(self.stripe.state, record, self.clock())
            hear(self.world, number, status=status, answer=answer, at=self.clock())

    def pay(self, *, shortcode: str, msisdn: str, shillings: int, account: str) -> Payment:
        """A person pays straight to a shortcode, at a phone."""
        at = self.clock()
        with self._lock:
            self.world.agenda.run(at)
            return pay(
                self.world, shortcode=shortcode, msisdn=msisdn, amount=shillings,
                account=account, at=at,
            )  # fmt: skip

    def switch_validation(self, *, shortcode: str, on: bool) -> None:
        """Ask about payments to this shortcode before they are made; off until asked for."""
        with self._lock:
            change = self.world.money_in.validating
            (change.add if on else change.discard)(shortcode)

    def next_moment(self) -> datetime | None:
        """When something is due next: an execution or a callback. None when all is quiet."""
        with self._lock:
            return self.world.agenda.next_moment()

    def top_up(self, *, shortcode: str, shillings: int) -> None:
        """Put money into a shortcode's utility account."""
        with self._lock:
            self.world.wallets.top_up(shortcode=shortcode, amount=shillings)
            self.world.book.record_top_up(shortcode=shortcode, amount=shillings)

    def change_faults(
        self,
        faults: str | FaultPlan,
        *,
        seed: int | None = None,
        refuse_duplicates: bool | None = None,
    ) -> None:
        """Draw from another plan from now on. Raises ValueError for a wrong one."""
        with self._lock:
            self.world.plan = _plan(faults, self.world.plan.seed if seed is None else seed)
            if refuse_duplicates is not None:
                self.world.refuse_duplicates = refuse_duplicates

    @property
    def book(self) -> Book:
        """The book of money moved."""
        return self.world.book

    @property
    def certificate_pem(self) -> bytes:
        """The certificate to encrypt SecurityCredentials with."""
        return self.key_pair.certificate_pem

    @property
    def callback_records(self) -> list[CallbackRecord]:
        """Every callback wanted so far and what became of it."""
        with self._lock:
            return list(self.world.agenda.records)

    def close(self) -> None:
        """Close the state file."""
        with self._lock:
            self.world.book.close()
            self.stripe.state.close()
            self.fineract.state.close()

    def _token(self, method: str, query: str, headers: Mapping[str, str], at: datetime) -> Reply:
        self._tokens_asked += 1
        draw = self.world.next_draw("token")
        if method != "GET":
            return error(405, "405.001", "Method Not Allowed", draw=draw)
        if self.world.plan.hits("token_error", self._tokens_asked):
            return error(503, "503.001", "Service Unavailable", draw=draw)
        early = self.world.plan.hits("token_early", self._tokens_asked)
        return self.tokens.generate(query=query, headers=headers, at=at, draw=draw, early=early)

    def _desk(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, at: datetime
    ) -> Reply:
        draw = self.world.next_draw("desk")
        if path not in DESKS:
            return error(404, "404.001.01", "Resource not found", draw=draw)
        desk, (status, code) = DESKS[path]
        if method != "POST":
            return error(405, "405.001", "Method Not Allowed", draw=draw)
        authorization = headers.get("authorization", "")
        if not authorization:
            return error(404, "404.001.04", "Invalid Authentication Header", draw=draw)
        if not self.tokens.accepts(authorization=authorization, at=at):
            return error(status, code, "Invalid Access Token", draw=draw)
        if headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return invalid_field("Content-Type", draw=draw)
        request = read_object(body)
        if request is None:
            return error(400, "400.002.05", "Invalid Request Payload", draw=draw)
        return desk(self.world, request, at=at)


def _plan(faults: str | FaultPlan, seed: int) -> FaultPlan:
    return read_plan(faults, seed=seed) if isinstance(faults, str) else replace(faults, seed=seed)


__all__ = ["NoAnswer", "PendingCallback", "Response", "Simulator", "system_clock"]
