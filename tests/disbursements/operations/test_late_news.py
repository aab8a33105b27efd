"""News that comes late, does not fit or was never asked for must never make money leave again."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from disbursements.models import DisbursementRequest, DisbursementRetryLog, Pause
from disbursements.operations import send as sending
from disbursements.operations.ask import ask_due
from disbursements.operations.pause import release_many
from disbursements.operations.resume_funded import resume_funded
from disbursements.operations.send import send_due
from disbursements.operations.settle import apply_payout_result
from gateways.errors import Unreachable
from gateways.interface import Arrival, PaymentState, PayoutResult
from gateways.memory import MemoryProvider
from tests.disbursements.conftest import latest
from tests.wire import MovedClock
from vault.models import Shortcode
from vault.operations.balances import record_utility_reading

THROTTLED, NO_PERMISSION, NO_FLOAT = "100000002", "2028", "1"


@pytest.fixture
def news(reports: Any, moved: MovedClock) -> Any:
    """What happens to a payout, and how many attempts there are a while later."""

    class News:
        def proves_failed(self, row: DisbursementRequest, code: str = THROTTLED) -> None:
            reports.failed(row, code, "told")
            moved.forward(minutes=1)
            reports.asked(row)
            reports.answered(row, PaymentState.NOT_PAID)

        def tries_again(self, row: DisbursementRequest, *, after_minutes: float = 20) -> int:
            moved.forward(minutes=after_minutes)
            send_due(status="retrying")
            row.refresh_from_db()
            return DisbursementRetryLog.objects.filter(disbursement=row).count()

    return News()


class TestSuccessOfAnEarlierAttempt:
    def test_it_stops_a_third(self, sent: Any, reports: Any, news: Any) -> None:
        row = sent()
        first = latest(row)
        news.proves_failed(row)
        assert news.tries_again(row) == 2
        news.proves_failed(row)

        reports.paid(row, attempt=first)

        assert news.tries_again(row, after_minutes=200) == 2
        assert row.person_needed_at

    def test_it_stops_a_third_also_when_the_second_fails_later(
        self, sent: Any, reports: Any, news: Any
    ) -> None:
        row = sent()
        first = latest(row)
        news.proves_failed(row)
        news.tries_again(row)

        reports.paid(row, attempt=first)
        news.proves_failed(row)

        assert news.tries_again(row, after_minutes=200) == 2

    def test_it_stops_a_release(
        self, sent: Any, reports: Any, news: Any, moved: MovedClock
    ) -> None:
        row = sent()
        first = latest(row)
        news.proves_failed(row)
        news.tries_again(row)
        news.proves_failed(row, NO_PERMISSION)

        reports.paid(row, attempt=first)
        released = release_many(
            disbursement_ids=[row.pk], reason="put right", actor="test", at=moved()
        )

        assert (released.released, released.skipped) == (0, 1)

    def test_the_database_refuses_a_third_too(self, sent: Any, reports: Any, news: Any) -> None:
        row = sent()
        first = latest(row)
        news.proves_failed(row)
        reports.paid(row, attempt=first)

        with pytest.raises(Exception, match="may have paid"):
            DisbursementRetryLog.objects.create(
                disbursement=row, retry_attempt=2, retry_reason="forced", secret_digest=b"2" * 32,
                provider_reference="PV2", shortcode_number="600111", retry_timestamp=clock.now(),
            )  # fmt: skip


class TestSuccessThatDoesNotFit:
    @pytest.mark.parametrize("answers", [["not_found", "not_found"], ["not_paid"]])
    def test_completed_without_a_receipt_is_not_outvoted(
        self, sent: Any, reports: Any, news: Any, moved: MovedClock, answers: list[str]
    ) -> None:
        row = sent()
        moved.forward(minutes=2)
        reports.asked(row)
        reports.answered(row, PaymentState.COMPLETED, receipt="")

        for answer in answers:
            moved.forward(minutes=16)
            reports.asked(row)
            reports.answered(row, PaymentState(answer))

        assert news.tries_again(row) == 1
        assert row.person_needed_at

    @pytest.mark.parametrize("odd", [{"receipt": ""}, {"amount_minor": 125_100}])
    def test_a_callback_that_does_not_fit_is_not_outvoted(
        self, sent: Any, reports: Any, news: Any, moved: MovedClock, odd: dict[str, Any]
    ) -> None:
        row = sent()
        reports.paid(row, **odd)

        for _ in range(2):
            moved.forward(minutes=16)
            reports.asked(row)
            reports.answered(row, PaymentState.NOT_FOUND)

        assert news.tries_again(row) == 1

    def test_it_stops_a_retry_that_is_proven(self, sent: Any, reports: Any, news: Any) -> None:
        row = sent()
        news.proves_failed(row)

        reports.paid(row, receipt="")

        assert news.tries_again(row) == 1
        assert row.status == "unknown"

    def test_a_fitting_success_after_it_is_still_believed(self, sent: Any, reports: Any) -> None:
        row = sent()
        reports.paid(row, receipt="")

        reports.paid(row)

        row.refresh_from_db()
        assert row.status == "completed"


class TestOneQuestionAnsweredTwice:
    @pytest.mark.parametrize("first", [PaymentState.NOT_FOUND, PaymentState.NOT_PAID])
    def test_completed_after_another_answer_stops_the_retry(
        self, sent: Any, reports: Any, news: Any, moved: MovedClock, first: PaymentState
    ) -> None:
        row = sent()
        moved.forward(minutes=15)
        question = reports.asked(row)
        reports.answered(row, first)

        reports.answered(row, PaymentState.COMPLETED, question=question)

        assert news.tries_again(row) == 1


class TestSilence:
    def test_questions_that_never_left_are_no_silence(
        self, sent: Any, reports: Any, news: Any, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        def unreachable(*_: Any) -> None:
            raise Unreachable("the status API cannot be reached")

        row = sent()
        memory.answer = unreachable
        reports.failed(row, THROTTLED, "throttled", listed=True)

        for minutes in (1, 4, 10, 15, 31, 1, 5):
            moved.forward(minutes=minutes)
            ask_due()

        assert news.tries_again(row) == 1
        assert (row.status, bool(row.person_needed_at)) == ("unknown", True)

    def test_one_failure_uses_one_retry_however_late_its_proof(
        self, sent: Any, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()
        reports.failed(row, THROTTLED, "throttled", listed=False)
        for minutes in (1, 5, 10, 15, 30, 1, 60):
            moved.forward(minutes=minutes)
            ask_due()

        reports.answered(row, PaymentState.NOT_PAID)

        row.refresh_from_db()
        assert (row.status, row.retry_count) == ("retrying", 1)


class TestClocksThatDisagree:
    def test_a_machine_an_hour_behind_the_database_sends_at_once(
        self, pay: Any, memory: MemoryProvider, moved: MovedClock, monkeypatch: Any
    ) -> None:
        waits: list[float] = []
        pay()
        monkeypatch.setattr(
            sending.clock, "wait", lambda *, seconds, unless=None: waits.append(seconds)
        )
        monkeypatch.setattr(clock, "now", lambda: moved() - timedelta(hours=1))

        send_due()

        assert len(memory.calls) == 1
        assert max(waits, default=0) < 1


class TestFloatThatComesBack:
    def test_a_reading_from_before_the_pause_ends_nothing(
        self, sent: Any, reports: Any, news: Any, moved: MovedClock
    ) -> None:
        paid, empty = sent("00001"), sent("00002")
        arrived = moved()
        moved.forward(minutes=1)
        news.proves_failed(empty, NO_FLOAT)

        about = latest(paid)
        apply_payout_result(
            event=PayoutResult(
                reference=about.provider_reference, conversation_id="AG", code="0", text="",
                receipt="UKL1000009", amount_minor=paid.amount_minor,
                utility_available_minor=100_000_000,
            ),
            arrival=Arrival(
                callback_id=1, secret_digest=bytes(about.secret_digest), source_listed=True,
                received_at=arrived,
            ),
            at=moved.forward(minutes=1),
        )  # fmt: skip

        assert resume_funded() == 0

    def test_it_releases_no_other_fault(
        self, sent: Any, reports: Any, a_shortcode: Shortcode, moved: MovedClock
    ) -> None:
        empty, forbidden = sent("00001"), sent("00002")
        reports.failed(empty, NO_FLOAT, "no float")
        reports.failed(forbidden, NO_PERMISSION, "no permission")
        moved.forward(minutes=1)
        ask_due()
        for row in (empty, forbidden):
            reports.answered(row, PaymentState.NOT_PAID)

        moved.forward(minutes=1)
        record_utility_reading(
            shortcode=a_shortcode, available_minor=10**9, currency="KES", at=moved()
        )
        resume_funded()

        forbidden.refresh_from_db()
        assert forbidden.status == "parked"
        assert Pause.objects.filter(ended_at=None).exists()
