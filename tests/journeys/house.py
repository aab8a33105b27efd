"""The whole house on one table: engine, database, clock, provider, and the mail between them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

from django.apps import apps
from django.db import connection

from config.schedules import SWEEPS
from disbursements import queries
from disbursements.models import DisbursementRequest, DisbursementRetryLog, ResultCodeRule
from disbursements.operations import pause as pausing
from disbursements.operations.instruct import instruct
from disbursements.rules.intake import Instruction
from gateways.daraja.client import forget_tokens
from gateways.daraja.disburse import PATH as PAYOUT_PATH
from gateways.simulator import KeyPair, PendingCallback, Simulator
from gateways.simulator.behaviour import THROTTLED
from tests.between_tests import delete_rows
from tests.journeys.killing import Killed, killed_at_write, survives
from tests.wire import LISTED, UNLISTED, RunningClock, Wire
from vault.operations.add_partner import add_partner
from vault.operations.add_shortcode import Credentials, add_shortcode

APPS = ("core", "ledger", "gateways", "vault", "disbursements", "rents", "loans", "reconciliation")
PARTNERS = {"Umoja Example Ltd": ("600111",), "Baraka Example Ltd": ("600222", "600333")}
JOBS = ("deliver", "recover", "send", "retry", "ask", "resume")
AT_REST = ("resume", "bulk")
UNCLASSIFIED = "7777"
QUIET_DAYS = 14
IDLE_ROUNDS_MAX = 5
STUCK_ROUNDS = 6
STUCK_MINUTES = 11


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a partner asked for, kept outside of the system under test."""

    number: str
    reference: str
    msisdn: str
    amount: int
    max_retries: int


@dataclass(frozen=True, kw_only=True)
class Signature:
    """How two persons settled an attempt, kept outside of the system under test."""

    settled_as: str
    receipt: str
    at: datetime


class House:
    """One system with its provider, made anew for each run."""

    def __init__(
        self, *, key_pair: KeyPair, clock: RunningClock, seed: int, refuse_duplicates: bool
    ) -> None:
        empty_tables()
        forget_tokens()
        self.clock = clock
        self.simulator = Simulator(
            seed=seed, clock=clock, key_pair=key_pair, refuse_duplicates=refuse_duplicates
        )
        self.wire = _Post(self)
        self.wire.attach()
        self.mail: list[PendingCallback] = []
        self.orders: dict[str, Order] = {}
        self.signatures: dict[Any, list[Signature]] = {}
        self.replaces: dict[Any, Any] = {}
        self.partners = {
            number: partner_id
            for name, numbers in PARTNERS.items()
            for number, partner_id in self._partner(name, numbers).items()
        }

    def instruct(self, order: Order) -> DisbursementRequest:
        """Say it; the same order again is the same payout. Raises ConflictingReplay."""
        instructed = instruct(
            partner_id=self.partners[order.number],
            instruction=Instruction(
                client_reference=order.reference, msisdn=order.msisdn,
                amount=str(order.amount), max_retries=order.max_retries,
            ),
            origin="api", actor="search", at=self.clock(), shortcode_number=order.number,
        )  # fmt: skip
        row = instructed.disbursement
        assert instructed.replayed == (str(row.pk) in self.orders), "a replay is told as one"
        assert self.orders.setdefault(str(row.pk), order) == order, "another payout answered"
        return row

    def sweep(self, name: str) -> int:
        """One sweep, in the foreground."""
        return SWEEPS[name].run()

    def sweep_all(self) -> int:
        """Every sweep once; returns how much was done."""
        return sum(self.sweep(name) for name in (*JOBS, "bulk"))

    def collect(self) -> None:
        """Let the provider do what is due by now, and take its callbacks into our hands."""
        self.mail += self.simulator.due_callbacks(self.clock.moment)

    def hand_in(self, callback: PendingCallback, *, times: int = 1) -> None:
        """Post a callback, so often."""
        for _ in range(times):
            self.wire.post(callback)

    def hand_in_all(self) -> None:
        """Post all of the mail in its order."""
        self.collect()
        while self.mail:
            self.hand_in(self.mail.pop(0))

    def dies_at_write(self, name: str, number: int) -> bool:
        """Run a sweep whose process ends before a write; whether it came so far."""
        with killed_at_write(number):
            return not survives(lambda: self.sweep(name))

    def dies_at_call(self, name: str, *, answered: bool) -> bool:
        """Run a sweep whose process ends just before its call, or when the provider has it."""

        def end(path: str) -> None:
            if path.startswith("/mpesa/"):
                self.wire.before_call = self.wire.before_answer = None
                raise Killed

        if answered:
            self.wire.before_answer = end
        else:
            self.wire.before_call = end
        died = not survives(lambda: self.sweep(name))
        self.wire.before_call = self.wire.before_answer = None
        return died

    def stalls_at_call(self, name: str) -> None:
        """Run a sweep that is frozen before its call for an hour while another worker works."""

        errors: list[BaseException] = []

        def freeze(path: str) -> None:
            if path == PAYOUT_PATH:
                self.wire.before_call = None
                errors.extend(in_another_session(self._work_for_an_hour))

        self.wire.before_call = freeze
        self.sweep(name)
        self.wire.before_call = None
        if errors:
            raise errors[0]

    def put_right(self) -> None:
        """What a person does: money into the wallets, credentials unlocked, pauses ended."""
        for number in self.partners:
            self.simulator.top_up(shortcode=number, shillings=10_000_000)
        self.simulator.world.initiators.unlock(name="apiop")
        for pause in queries.active_pauses():
            pausing.resume(pause_id=pause.pk, reason="put right", actor="search", at=self.clock())

    def come_to_rest(self) -> None:
        """No more faults; mail, sweeps and the clock until nothing is due without a person."""
        self.simulator.change_faults("none")
        end, idle = self.clock.moment + timedelta(days=QUIET_DAYS), 0
        while self.clock.moment < end:
            self.hand_in_all()
            moments = {name: SWEEPS[name].next_moment(at=self.clock.moment) for name in JOBS}
            due = [name for name, moment in moments.items() if moment and moment < self.clock()]
            done = sum(self.sweep(name) for name in [*due, *AT_REST])
            if done or self.mail:
                continue
            assert idle < IDLE_ROUNDS_MAX, f"{due} are due and do nothing"
            idle = idle + 1 if due else 0
            self.clock.forward(seconds=1)
            later = [
                moment for moment in (*moments.values(), self.simulator.next_moment()) if moment
            ]
            if not later:
                return
            self.clock.moment = max(self.clock.moment, min(later))
        raise AssertionError(f"still not at rest after {QUIET_DAYS} days")

    def callback_url(self, attempt: DisbursementRetryLog) -> str:
        """Where the provider reports about this attempt; empty when it never heard of it."""
        payment = self.simulator.world.payments.find(reference=attempt.provider_reference)
        return payment.result_url if payment else ""

    def source_of(self, callback: PendingCallback) -> str:
        """A failure of what was paid is a lie, which no listed source tells (decision 0007)."""
        if callback.kind != "result" or _code(callback.body) != THROTTLED:
            return LISTED
        moved = self.simulator.book.by_reference()
        return UNLISTED if callback.originator_conversation_id in moved else LISTED

    def _work_for_an_hour(self) -> None:
        for _ in range(STUCK_ROUNDS):
            self.clock.forward(minutes=STUCK_MINUTES)
            self.hand_in_all()
            self.sweep_all()

    def _partner(self, name: str, numbers: tuple[str, ...]) -> dict[str, Any]:
        partner = add_partner(name=name, actor="search", at=self.clock())
        for number in numbers:
            add_shortcode(
                number=number, partner_id=partner.pk, kind="paybill", initiator_name="apiop",
                credentials=Credentials(
                    consumer_key=number, consumer_secret="secret", initiator_password="Safe#1"
                ),
                certificate=self.simulator.certificate_pem, actor="search", at=self.clock(),
                tps_limit=1000,
            )  # fmt: skip
        return dict.fromkeys(numbers, partner.pk)


class _Post(Wire):
    """Early callbacks go in at once, all others wait in the house's mail."""

    def __init__(self, house: House) -> None:
        super().__init__(house.simulator, house.clock)
        self.house = house

    def post(self, callback: PendingCallback, *, source: str = "") -> int:
        return super().post(callback, source=source or self.house.source_of(callback))

    def deliver(self, times: int = 1) -> int:
        self.house.collect()
        count = len(self.house.mail)
        self.house.hand_in_all()
        return count


def empty_tables() -> None:
    """Every table of ours but the result codes, which lose what a run has added."""
    delete_rows(
        tuple(
            model._meta.db_table
            for label in APPS
            for model in apps.get_app_config(label).get_models()
            if model is not ResultCodeRule
        )
    )
    ResultCodeRule.objects.filter(code=UNCLASSIFIED).delete()


def in_another_session(work: Callable[[], None]) -> list[BaseException]:
    """Another worker: a thread with its own database session, waited for; what it raised."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again by the caller
            errors.append(error)
        finally:
            connection.close()

    thread = Thread(target=run, name="another worker")
    thread.start()
    thread.join()
    return errors


def _code(body: bytes) -> str:
    return str(json.loads(body)["Result"]["ResultCode"])
