"""Payouts through the in-memory provider, and reports about them as a delivered callback is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.models import StatusQuestion as Question
from disbursements.operations.answer import apply_status_answer
from disbursements.operations.ask import ask_due
from disbursements.operations.fail import apply_payout_timeout
from disbursements.operations.send import send_due
from disbursements.operations.settle import apply_payout_result
from gateways import registry
from gateways.interface import (
    Arrival,
    Delivery,
    PaymentState,
    PayoutResult,
    PayoutTimedOut,
    Rail,
    StatusAnswer,
)
from gateways.memory import MemoryProvider
from tests.wire import MovedClock


@pytest.fixture
def memory(engine_db: None) -> Iterator[MemoryProvider]:
    """The provider of this test: what it is asked, and its own book."""
    provider = MemoryProvider()
    with registry.use_disburser(Rail.MPESA_B2C, provider.disburser):
        yield provider


@pytest.fixture
def sent(memory: MemoryProvider, pay: Any) -> Callable[..., DisbursementRequest]:
    """Instruct one payout and hand it to the provider."""

    def send_one(digits: str = "00001", **more: Any) -> DisbursementRequest:
        row = pay(digits, **more)
        send_due()
        row.refresh_from_db()
        return row

    return send_one


def latest(row: DisbursementRequest) -> DisbursementRetryLog:
    """The latest attempt of a payout."""
    return DisbursementRetryLog.objects.filter(disbursement=row).latest("retry_attempt")


class Reports:
    """What a provider may say of a payout; each answers with what became of it."""

    def __init__(self, moved: MovedClock) -> None:
        self.moved = moved

    def paid(
        self,
        row: DisbursementRequest,
        *,
        receipt: str = "UKL1000001",
        amount_minor: int | None = None,
        receiver: str = "",
        listed: bool = True,
        names_amount: bool = True,
        attempt: DisbursementRetryLog | None = None,
        secret_digest: bytes = b"",
    ) -> Delivery:
        """A success."""
        named_minor = row.amount_minor if amount_minor is None else amount_minor
        about = attempt or latest(row)
        event = PayoutResult(
            reference=about.provider_reference, conversation_id="AG_1", code="0", text="Paid",
            receipt=receipt,
            amount_minor=named_minor if names_amount else None,
            receiver=receiver,
        )  # fmt: skip
        return self._payout(row, about, event, listed, secret_digest)

    def failed(
        self,
        row: DisbursementRequest,
        code: str,
        text: str = "",
        *,
        listed: bool = True,
        attempt: DisbursementRetryLog | None = None,
        secret_digest: bytes = b"",
    ) -> Delivery:
        """A final result other than success."""
        about = attempt or latest(row)
        event = PayoutResult(
            reference=about.provider_reference, conversation_id="AG_1", code=code, text=text
        )
        return self._payout(row, about, event, listed, secret_digest)

    def timed_out(self, row: DisbursementRequest) -> Delivery:
        """A queue time-out."""
        about = latest(row)
        event = PayoutTimedOut(reference=about.provider_reference)
        arrival = _arrival(bytes(about.secret_digest))
        delivery = apply_payout_timeout(event=event, arrival=arrival, at=self.moved())[0]
        row.refresh_from_db()
        return delivery

    def asked(self, row: DisbursementRequest) -> Question:
        """Let the asker ask; the newest question about this payout."""
        ask_due()
        return Question.objects.filter(attempt__disbursement=row).latest("id")

    def answered(
        self,
        row: DisbursementRequest,
        state: PaymentState,
        *,
        question: Question | None = None,
        **more: Any,
    ) -> Delivery:
        """An answer to the newest question about this payout."""
        about = question or Question.objects.filter(attempt__disbursement=row).latest("id")
        facts: dict[str, Any] = {"code": "0", "text": ""}
        if state == PaymentState.COMPLETED:
            facts |= {"receipt": "UKL1000001", "amount_minor": row.amount_minor}
        if state == PaymentState.NOT_FOUND:
            facts |= {"code": "2033"}
        event = StatusAnswer(
            query_conversation_id="AG_Q", query_originator_id="Q", state=state, **(facts | more)
        )
        arrival = _arrival(bytes(about.secret_digest))
        delivery = apply_status_answer(event=event, arrival=arrival, at=self.moved())[0]
        row.refresh_from_db()
        return delivery

    def _payout(
        self,
        row: DisbursementRequest,
        about: DisbursementRetryLog,
        event: PayoutResult,
        listed: bool,
        secret_digest: bytes,
    ) -> Delivery:
        arrival = _arrival(secret_digest or bytes(about.secret_digest), listed=listed)
        delivery = apply_payout_result(event=event, arrival=arrival, at=self.moved())[0]
        row.refresh_from_db()
        return delivery


def _arrival(secret_digest: bytes, *, listed: bool = True) -> Arrival:
    return Arrival(
        callback_id=1,
        secret_digest=secret_digest,
        source_listed=listed,
        received_at=MovedClock()(),
    )


@pytest.fixture
def reports(moved: MovedClock) -> Reports:
    return Reports(moved)


@pytest.fixture
def attempt_of() -> Callable[[DisbursementRequest], DisbursementRetryLog]:
    """The latest attempt of a payout."""
    return latest
