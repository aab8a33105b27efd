"""Pausing and resuming; float that runs out and comes back; credentials that break."""

from collections.abc import Callable
from typing import Any

import pytest

from config.schedules import SWEEPS
from core.models import Alert, Step
from disbursements.models import DisbursementRequest, Pause
from disbursements.operations.ask import ask_due
from disbursements.operations.pause import AlreadyPaused, NotPaused, pause, release, resume
from disbursements.operations.prove_books import breaks
from disbursements.operations.resume_funded import resume_funded
from disbursements.operations.send import send_due
from gateways.interface import PaymentState
from gateways.memory import Answer, MemoryProvider, Script
from tests.wire import MovedClock
from vault.operations.balances import record_utility_reading

Sent = Callable[..., DisbursementRequest]
FLOAT, CREDENTIALS = "1", "2001"


def stop(moved: MovedClock, **scope: str) -> Pause:
    return pause(reason="test of it", actor="test", at=moved(), **scope)


def go_on(moved: MovedClock, paused: Pause) -> int:
    return resume(pause_id=paused.pk, reason="test is over", actor="test", at=moved()).released


def confirm_failure(row: DisbursementRequest, reports: Any, moved: MovedClock, code: str) -> None:
    """The failure, and the status query that agrees; nothing more is asked after credentials."""
    reports.failed(row, code)
    DisbursementRequest.objects.filter(pk=row.pk).update(ask_at=moved())
    reports.asked(row)
    reports.answered(row, PaymentState.NOT_PAID)


class TestPause:
    @pytest.mark.parametrize("scope", ["everything", "partner", "rail", "shortcode"])
    def test_nothing_it_covers_is_sent_until_it_ends(
        self, pay: Any, a_shortcode: Any, memory: MemoryProvider, moved: MovedClock, scope: str
    ) -> None:
        row = pay()
        target = {
            "everything": "",
            "partner": str(a_shortcode.partner_id),
            "rail": "mpesa_b2c",
            "shortcode": str(a_shortcode.pk),
        }[scope]
        paused = stop(moved, scope=scope, target=target)

        held = send_due()
        go_on(moved, paused)
        sent = send_due()

        row.refresh_from_db()
        assert (held, sent, row.status) == (0, 1, "accepted")
        assert SWEEPS["send"].next_moment(at=moved()) is None

    @pytest.mark.parametrize(
        ("scope", "target"),
        [("partner", "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"), ("rail", "mpesa_b2b")],
    )
    def test_what_it_does_not_cover_goes_on(
        self, pay: Any, memory: MemoryProvider, moved: MovedClock, scope: str, target: str
    ) -> None:
        pay()
        stop(moved, scope=scope, target=target)

        assert send_due() == 1

    def test_a_second_one_for_the_same_is_refused(
        self, engine_db: None, moved: MovedClock, together: Any
    ) -> None:
        results = together(*[lambda: stop(moved, scope="everything")] * 4)

        refused = [each for each in results if isinstance(each, AlreadyPaused)]
        assert len(refused) == 3
        assert Pause.objects.count() == 1

    def test_it_ends_once(self, engine_db: None, moved: MovedClock, together: Any) -> None:
        paused = stop(moved, scope="everything")

        results = together(*[lambda: go_on(moved, paused)] * 4)

        assert results.count(0) == 1
        assert sum(isinstance(each, NotPaused) for each in results) == 3

    def test_who_and_why_are_on_record(self, engine_db: None, moved: MovedClock) -> None:
        paused = stop(moved, scope="everything")
        go_on(moved, paused)

        steps = Step.objects.filter(subject_type="Pause").order_by("id")
        assert [step.because for step in steps] == ["paused: test of it", "resumed: test is over"]
        assert {step.actor for step in steps} == {"test"}


class TestEmptyFloat:
    def test_it_pauses_the_shortcode_and_uses_up_no_retry(
        self, sent: Sent, reports: Any, moved: MovedClock, pay: Any
    ) -> None:
        row = sent("00001")
        confirm_failure(row, reports, moved, FLOAT)
        pay("00002")

        assert (row.status, row.retry_count) == ("parked", 0)
        assert row.parked_cause == "b2c:1:600111"
        assert send_due() == 0
        alert = Alert.objects.get(kind="sending_paused")
        assert (alert.severity, alert.key) == ("critical", "b2c:1:600111")
        assert list(breaks()) == []

    def test_a_top_up_resumes_all_that_it_stopped(
        self, sent: Sent, reports: Any, moved: MovedClock, a_shortcode: Any, pay: Any
    ) -> None:
        first, second = sent("00001"), sent("00002")
        for row in (first, second):
            confirm_failure(row, reports, moved, FLOAT)
        waiting = pay("00003")
        released = []

        for available_minor in (249_999, 250_000):
            moved.forward(minutes=5)
            record_utility_reading(
                shortcode=a_shortcode, available_minor=available_minor, currency="KES", at=moved()
            )
            released.append(resume_funded())

        sent_again = send_due(status="retrying") + send_due()
        statuses = {
            DisbursementRequest.objects.get(pk=row.pk).status for row in (first, second, waiting)
        }
        assert released == [0, 2]
        assert (sent_again, statuses) == (3, {"accepted"})
        assert not Alert.objects.filter(kind="sending_paused", closed_at=None).exists()

    def test_a_reading_from_before_the_pause_ends_nothing(
        self, sent: Sent, reports: Any, moved: MovedClock, a_shortcode: Any
    ) -> None:
        record_utility_reading(
            shortcode=a_shortcode, available_minor=10**9, currency="KES", at=moved()
        )
        confirm_failure(sent(), reports, moved, FLOAT)

        assert resume_funded() == 0
        assert Pause.objects.filter(ended_at=None).count() == 1


class TestBrokenCredentials:
    def test_the_shortcode_stops_and_no_further_query_is_asked(
        self, sent: Sent, reports: Any, memory: MemoryProvider, moved: MovedClock, pay: Any
    ) -> None:
        other, row = sent("00001"), sent("00002")
        reports.failed(row, CREDENTIALS, "The initiator information is invalid.")
        pay("00003")
        calls = len(memory.calls)
        moved.forward(hours=5)

        done = (ask_due(), send_due(), SWEEPS["ask"].next_moment(at=moved()))

        other.refresh_from_db()
        assert done == (0, 0, None)
        assert len(memory.calls) == calls
        assert other.ask_at is not None
        assert Alert.objects.filter(kind="sending_paused", severity="critical").exists()

    def test_a_refused_query_stops_the_asking_too(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()
        moved.forward(minutes=2)
        reports.asked(row)

        reports.answered(row, PaymentState.REFUSED, code="2001", text="Wrong initiator")

        moved.forward(hours=5)
        assert ask_due() == 0
        assert row.status == "accepted"
        kinds = set(Alert.objects.values_list("kind", flat=True))
        assert kinds == {"status_query_refused", "sending_paused"}

    def test_they_stop_the_asking_also_while_another_pause_is_on(
        self, sent: Sent, reports: Any, moved: MovedClock, a_shortcode: Any
    ) -> None:
        row = sent()
        stop(moved, scope="shortcode", target=str(a_shortcode.pk))
        moved.forward(minutes=2)
        reports.asked(row)

        reports.answered(row, PaymentState.REFUSED, code="2001", text="Wrong initiator")

        moved.forward(hours=5)
        assert ask_due() == 0

    def test_put_right_and_resumed_everything_is_asked_and_sent_again(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()
        reports.failed(row, CREDENTIALS)
        moved.forward(hours=5)

        go_on(moved, Pause.objects.get())

        assert ask_due() == 1
        reports.answered(row, PaymentState.NOT_PAID)
        assert (row.status, row.next_retry_at, row.retry_count) == ("retrying", moved(), 0)

    def test_a_refusal_at_the_door_parks_and_resumes_as_well(
        self, sent: Sent, memory: MemoryProvider, moved: MovedClock, reports: Any
    ) -> None:
        refusal = Script(
            answer=Answer.DECLINED, answer_code="400.002.02", answer_text="Invalid InitiatorName"
        )
        memory.script("254700100001", refusal)
        row = sent()
        moved.forward(minutes=1)

        released = release(cause=row.parked_cause, reason="put right", actor="a", at=moved())

        row.refresh_from_db()
        assert (released, row.status) == (1, "retrying")
        assert send_due(status="retrying") == 1

    def test_a_release_is_not_repeated(
        self, sent: Sent, reports: Any, moved: MovedClock, together: Any
    ) -> None:
        row = sent()
        confirm_failure(row, reports, moved, "5")

        results = together(
            *[lambda: release(cause="b2c:5", reason="put right", actor="a", at=moved())] * 4
        )

        row.refresh_from_db()
        assert sorted(results, key=str) == [0, 0, 0, 1]
        assert row.next_retry_at == moved()
