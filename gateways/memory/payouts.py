"""The in-memory double of a Disburser: scripted outcomes, a book of money moved, events owed.

For tests and rehearsals. It keeps the promise of the protocol (one reference pays once; orders to
businesses have none) and never reads our tables.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

from core import clock
from gateways.errors import Declined, Unclear, Unreachable
from gateways.interface import (
    Acknowledgement,
    BalanceAnswer,
    BalanceQuestion,
    BusinessOrder,
    Event,
    Exchange,
    Order,
    PaymentState,
    PayoutResult,
    PayoutTimedOut,
    Rail,
    ShortcodeAccess,
    StatusAnswer,
    StatusQuestion,
    WalletBalance,
)

DUPLICATE_CODE = "500.002.1001"
DUPLICATE_TEXT = "Duplicate OriginatorConversationID."
OPENING_FLOAT_MINOR = 100_000_000


class Answer(StrEnum):
    """What the caller hears at once."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    UNCLEAR = "unclear"


class Told(StrEnum):
    """How the outcome is told afterwards."""

    RESULT = "result"
    TWICE = "twice"
    TIMEOUT = "timeout"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class Script:
    """How one request goes. `carried_out` counts only for answers that leave a doubt."""

    answer: Answer = Answer.ACCEPTED
    answer_code: str = ""
    answer_text: str = ""
    carried_out: bool = True
    result_code: str = "0"
    result_text: str = "The service request is processed successfully."
    told: Told = Told.RESULT
    in_flight: bool = False


PLAIN = Script()


@dataclass(frozen=True, kw_only=True)
class Move:
    """Money that left a shortcode. `msisdn` is a business's shortcode where one was paid."""

    reference: str
    receipt: str
    shortcode: str
    msisdn: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Owed:
    """An event that the provider wants to deliver to `url`."""

    url: str
    event: Event


@dataclass
class MemoryProvider:
    """One provider's memory; `disburser` acts in it for one shortcode. Safe for threads."""

    book: list[Move] = field(default_factory=list)
    calls: list[Order | StatusQuestion | BalanceQuestion] = field(default_factory=list)
    _scripts: defaultdict[str, deque[Script]] = field(default_factory=lambda: defaultdict(deque))
    _accepted: dict[str, tuple[Order, Script]] = field(default_factory=dict)
    _owed: list[Owed] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def script(self, msisdn: str, *scripts: Script) -> None:
        """The next requests for this phone or shortcode go like this, in turn; then plainly."""
        self._scripts[msisdn].extend(scripts)

    def disburser(self, access: ShortcodeAccess) -> "MemoryDisburser":
        """A Disburser of this memory, fit for registry.use_disburser."""
        return MemoryDisburser(provider=self, access=access)

    def events(self) -> Sequence[Owed]:
        """Hand over the events that are owed, oldest first; each is handed over once."""
        with self._lock:
            owed, self._owed = self._owed, []
            return owed

    def moved_minor(self, reference: str) -> int:
        """How much money moved under a reference."""
        return sum(move.amount_minor for move in self.book if move.reference == reference)

    def pay(self, order: Order, shortcode: str) -> Acknowledgement:
        """One payout request."""
        with self._lock:
            self.calls.append(order)
            reference = self._reference(order)
            if reference in self._accepted:
                raise Unclear(DUPLICATE_TEXT, code=DUPLICATE_CODE, exchange=_exchange("send"))
            waiting = self._scripts[_payee(order)]
            script = waiting.popleft() if waiting else PLAIN
            if script.answer is Answer.ACCEPTED or (
                script.answer is Answer.UNCLEAR and script.carried_out
            ):
                self._carry_out(reference, order, script, shortcode)
        _raise(script)
        return _acknowledgement("send", reference)

    def answer(self, question: StatusQuestion) -> Acknowledgement:
        """One status query."""
        with self._lock:
            self.calls.append(question)
            reference = question.reference or self._paid_by(question.receipt)
            event = self._status(reference)
            self._owed.append(Owed(url=question.urls.result, event=event))
        return _acknowledgement("ask", f"Q{len(self.calls)}-{reference}")

    def tell_balance(self, question: BalanceQuestion, shortcode: str) -> Acknowledgement:
        """One balance query."""
        with self._lock:
            self.calls.append(question)
            spent = sum(move.amount_minor for move in self.book if move.shortcode == shortcode)
            left = OPENING_FLOAT_MINOR - spent
            wallet = WalletBalance(
                name="Utility Account", currency="KES", current_minor=left,
                available_minor=left, reserved_minor=0, uncleared_minor=0,
            )  # fmt: skip
            event = BalanceAnswer(
                query_conversation_id="AG_balance", query_originator_id="balance", code="0",
                text="", wallets=(wallet,),
            )  # fmt: skip
            self._owed.append(Owed(url=question.urls.result, event=event))
        return _acknowledgement("ask_balance", "balance")

    def _reference(self, order: Order) -> str:
        """The caller's own; an order to a business gets one that only the provider knows."""
        if isinstance(order, BusinessOrder):
            return f"10816-{len(self.calls)}-1"
        return order.reference

    def _carry_out(self, reference: str, order: Order, script: Script, shortcode: str) -> None:
        self._accepted[reference] = (order, script)
        if script.result_code == "0" and not script.in_flight:
            move = Move(
                reference=reference,
                receipt=f"UKL{len(self.book) + 1:07d}",
                shortcode=shortcode,
                msisdn=_payee(order),
                amount_minor=order.amount_minor,
            )
            self.book.append(move)
        if script.told is Told.TIMEOUT:
            echoed = "" if isinstance(order, BusinessOrder) else reference
            timed_out = PayoutTimedOut(reference=echoed, rail=_rail(order))
            self._owed.append(Owed(url=order.urls.timeout, event=timed_out))
        elif script.told is not Told.NEVER:
            owed = Owed(url=order.urls.result, event=self._result(reference, order, script))
            self._owed.extend([owed] * (2 if script.told is Told.TWICE else 1))

    def _result(self, reference: str, order: Order, script: Script) -> PayoutResult:
        paid = script.result_code == "0"
        return PayoutResult(
            rail=_rail(order),
            reference=reference,
            conversation_id=f"AG_{reference}",
            code=script.result_code,
            text=script.result_text,
            receipt=self._receipt(reference),
            amount_minor=order.amount_minor if paid else None,
            completed_at=clock.now() if paid else None,
        )

    def _status(self, reference: str) -> StatusAnswer:
        state, code = PaymentState.NOT_FOUND, "2033"
        accepted = self._accepted.get(reference)
        if accepted is not None:
            code = "0"
            state = PaymentState.COMPLETED if self._receipt(reference) else PaymentState.NOT_PAID
            if accepted[1].in_flight:
                state = PaymentState.IN_FLIGHT
        paid = state is PaymentState.COMPLETED
        return StatusAnswer(
            query_conversation_id=f"AG_Q{len(self.calls)}",
            query_originator_id=f"Q{len(self.calls)}-{reference}",
            state=state,
            code=code,
            text="",
            reference=reference if accepted else "",
            receipt=self._receipt(reference),
            amount_minor=self.moved_minor(reference) if paid else None,
            completed_at=clock.now() if paid else None,
        )

    def _paid_by(self, receipt: str) -> str:
        return next((move.reference for move in self.book if move.receipt == receipt), "")

    def _receipt(self, reference: str) -> str:
        return next((move.receipt for move in self.book if move.reference == reference), "")


@dataclass(frozen=True, kw_only=True)
class MemoryDisburser:
    """The Disburser protocol over a MemoryProvider."""

    provider: MemoryProvider
    access: ShortcodeAccess

    def send(self, order: Order) -> Acknowledgement:
        """As gateways.interface.Disburser."""
        return self.provider.pay(order, self.access.number)

    def ask(self, question: StatusQuestion) -> Acknowledgement:
        """As gateways.interface.Disburser."""
        return self.provider.answer(question)

    def ask_balance(self, question: BalanceQuestion) -> Acknowledgement:
        """As gateways.interface.Disburser."""
        return self.provider.tell_balance(question, self.access.number)


def _payee(order: Order) -> str:
    return order.receiver_number if isinstance(order, BusinessOrder) else order.msisdn


def _rail(order: Order) -> Rail:
    return Rail.MPESA_B2B if isinstance(order, BusinessOrder) else Rail.MPESA_B2C


def _raise(script: Script) -> None:
    kinds = {
        Answer.DECLINED: Declined,
        Answer.UNREACHABLE: Unreachable,
        Answer.UNCLEAR: Unclear,
    }
    kind = kinds.get(script.answer)
    if kind is not None:
        text = script.answer_text or f"Scripted: {script.answer}"
        raise kind(text, code=script.answer_code, exchange=_exchange("send"))


def _acknowledgement(call: str, originator_id: str) -> Acknowledgement:
    return Acknowledgement(
        conversation_id=f"AG_{originator_id}",
        originator_id=originator_id,
        text="Accept the service request successfully.",
        exchange=_exchange(call),
    )


def _exchange(call: str) -> Exchange:
    return Exchange(
        method="POST", url=f"memory:{call}", started_at=clock.now(), duration_ms=0,
        http_status=200,
    )  # fmt: skip
