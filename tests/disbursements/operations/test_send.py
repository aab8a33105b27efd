"""Sending: each answer at the door, each kind of gateway error, and what is written down."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.models import Alert, Step
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog, Proof
from disbursements.operations.prove_books import breaks
from disbursements.operations.send import send_due
from gateways.interface import PayoutOrder
from gateways.memory import Answer, MemoryProvider, Script
from gateways.models import Call
from tests.wire import MovedClock

Sent = Callable[..., DisbursementRequest]
AttemptOf = Callable[[DisbursementRequest], DisbursementRetryLog]
MSISDN = "254700100001"


def scripted(memory: MemoryProvider, answer: Answer, code: str = "", text: str = "") -> None:
    memory.script(MSISDN, Script(answer=answer, answer_code=code, answer_text=text))


class TestAccepted:
    def test_it_waits_for_the_outcome_and_is_asked_about_in_two_minutes(
        self, sent: Sent, attempt_of: AttemptOf, moved: MovedClock
    ) -> None:
        row = sent()

        attempt = attempt_of(row)
        assert (row.status, row.ask_at) == ("accepted", moved() + timedelta(minutes=2))
        assert (attempt.retry_attempt, attempt.outcome) == (1, AttemptOutcome.OPEN)
        assert attempt.acknowledged_at == moved()
        assert attempt.conversation_id
        assert row.lease_until is None

    def test_the_order_is_the_instruction(self, sent: Sent, memory: MemoryProvider) -> None:
        row = sent(amount="731", remarks="November salary")

        [order] = memory.calls
        assert isinstance(order, PayoutOrder)
        assert (order.msisdn, order.amount_minor, order.occasion, order.remarks) == (
            row.msisdn, 73_100, row.client_reference, "November salary",
        )  # fmt: skip
        assert order.reference.startswith("PV")
        assert len(order.reference) < 20

    def test_each_change_has_its_step(self, sent: Sent) -> None:
        row = sent()

        walked = Step.objects.filter(subject_id=str(row.pk)).order_by("id")
        assert list(walked.values_list("from_status", "to_status")) == [
            ("", "queued"), ("queued", "sending"), ("sending", "accepted"),
        ]  # fmt: skip

    def test_the_call_is_on_record(self, sent: Sent) -> None:
        row = sent()

        assert Call.objects.filter(subject_id=str(row.pk), kind="payout").count() == 1

    def test_sending_again_finds_nothing_to_do(self, sent: Sent, memory: MemoryProvider) -> None:
        sent()

        assert send_due() == 0
        assert len(memory.calls) == 1


class TestUnreachable:
    def test_it_is_tried_again_soon_under_a_new_reference_and_uses_up_no_retry(
        self, sent: Sent, memory: MemoryProvider, attempt_of: AttemptOf, moved: MovedClock
    ) -> None:
        scripted(memory, Answer.UNREACHABLE)

        row = sent()

        attempt = attempt_of(row)
        wait = row.next_retry_at - moved()
        assert (row.status, row.retry_count) == ("retrying", 0)
        assert timedelta(seconds=30) <= wait <= timedelta(seconds=45)
        assert (attempt.proof, attempt.counted) == (Proof.NEVER_SENT, False)
        assert list(breaks()) == []

    def test_the_next_try_pays(
        self, sent: Sent, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        scripted(memory, Answer.UNREACHABLE)
        row = sent()
        moved.forward(seconds=45)

        send_due(status="retrying")

        row.refresh_from_db()
        references = {order.reference for order in memory.calls}  # type: ignore[union-attr]
        assert (row.status, row.attempts_made, len(references)) == ("accepted", 2, 2)
        assert len(memory.book) == 1

    def test_a_provider_that_stays_away_is_told_to_staff(
        self, sent: Sent, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        memory.script(MSISDN, *[Script(answer=Answer.UNREACHABLE)] * 6)
        row = sent()

        for _ in range(5):
            moved.forward(minutes=30)
            send_due(status="retrying")

        row.refresh_from_db()
        alert = Alert.objects.get(kind="provider_unreachable", closed_at=None)
        assert (row.status, row.retry_count) == ("retrying", 0)
        assert "600111" in alert.text
        assert alert.count > 1


class TestUnclear:
    @pytest.mark.parametrize("carried_out", [True, False])
    def test_it_is_unknown_and_never_sent_again_blindly(
        self, sent: Sent, memory: MemoryProvider, moved: MovedClock, carried_out: bool
    ) -> None:
        memory.script(MSISDN, Script(answer=Answer.UNCLEAR, carried_out=carried_out))

        row = sent()

        moved.forward(hours=47)
        assert (row.status, row.retry_count) == ("unknown", 0)
        assert send_due(status="queued") + send_due(status="retrying") == 0
        assert len(memory.calls) == 1

    def test_a_duplicate_reference_means_that_they_have_it(
        self, sent: Sent, memory: MemoryProvider, attempt_of: AttemptOf
    ) -> None:
        scripted(memory, Answer.UNCLEAR, "500.002.1001", "Duplicate OriginatorConversationID.")

        row = sent()

        assert row.status == "accepted"
        assert attempt_of(row).outcome == AttemptOutcome.OPEN


class TestDeclined:
    @pytest.mark.parametrize(
        ("code", "status"), [("400.002.02", "parked"), ("999.999.99", "parked")]
    )
    def test_it_is_proven_not_paid_and_waits_for_a_person(
        self, sent: Sent, memory: MemoryProvider, attempt_of: AttemptOf, code: str, status: str
    ) -> None:
        scripted(memory, Answer.DECLINED, code, "Bad Request - Invalid PartyB")

        row = sent()

        attempt = attempt_of(row)
        assert row.status == status
        assert (attempt.outcome, attempt.proof) == (AttemptOutcome.NOT_PAID, Proof.REFUSED)
        assert attempt.counted is False
        assert not memory.book
        assert list(breaks()) == []

    def test_an_unnamed_code_is_told_to_staff(self, sent: Sent, memory: MemoryProvider) -> None:
        scripted(memory, Answer.DECLINED, "999.999.99", "Something new")

        sent()

        alert = Alert.objects.get(kind="unclassified_code")
        assert alert.key == "http:999.999.99"
        assert "Something new" in alert.text


class TestBrokenOnOurSide:
    def test_an_error_of_our_own_is_unclear(self, sent: Sent, memory: MemoryProvider) -> None:
        memory.pay = lambda order, shortcode: 1 / 0  # type: ignore[method-assign]

        row = sent()

        assert row.status == "unknown"

    def test_credentials_that_cannot_be_opened_leave_everything_queued(
        self, pay: Any, memory: MemoryProvider, a_shortcode: Any, moved: MovedClock
    ) -> None:
        row = pay()
        type(a_shortcode).objects.filter(pk=a_shortcode.pk).update(sealed_credentials="broken")

        send_due()

        row.refresh_from_db()
        assert (row.status, row.attempts_made) == ("queued", 0)
        assert Alert.objects.filter(kind="credentials_closed", key="600111").exists()
        assert not memory.calls
