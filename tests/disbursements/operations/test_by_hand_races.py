"""Verbs by hand against the sender, a late success, a correction and each other."""

from collections.abc import Callable
from typing import Any

import pytest

from core.models import Step
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.operations.correct import correct
from disbursements.operations.prove_books import breaks
from disbursements.operations.send import send_due
from disbursements.rules import by_hand
from gateways.memory import MemoryProvider
from tests.disbursements.acting import REASON, Hand, amina, last_step
from tests.disbursements.operations.conftest import PERMANENT
from tests.disbursements.parking import park
from tests.disbursements.persons import contradicted, proposed
from tests.wire import MovedClock

Sent = Callable[..., DisbursementRequest]


def steps_to(row: DisbursementRequest, status: str) -> int:
    return (
        Step.objects.filter(subject_id=str(row.pk), to_status=status)
        .exclude(from_status=status)
        .count()
    )


class TestTwoPersons:
    def test_a_retry_pressed_twice_is_one_retry(
        self, proven: Sent, hand: Hand, together: Any
    ) -> None:
        row = proven(code=PERMANENT)

        done = together(*[lambda: hand.does("force", row)] * 4)

        others = [each for each in done if each != {"": 1}]
        assert len(others) == 3
        assert all(each == {by_hand.STANDS["retrying"]: 1} for each in others)
        assert steps_to(row, "retrying") == 1

    def test_retry_and_stop_come_one_after_the_other(
        self, sent: Sent, reports: Any, hand: Hand, moved: MovedClock, together: Any
    ) -> None:
        row = park(sent(), reports, moved)

        done = together(lambda: hand.does("retry", row), lambda: hand.does("stop_retrying", row))

        row.refresh_from_db()
        assert done == [{"": 1}, {"": 1}]
        assert row.status == last_step(row).to_status
        assert (steps_to(row, "retrying"), steps_to(row, "failed")) == (1, 1)


class TestAgainstTheSender:
    @pytest.mark.parametrize("order", [1, -1])
    def test_what_is_cancelled_is_not_sent_and_what_is_sent_not_cancelled(
        self, queued: Any, memory: MemoryProvider, hand: Hand, together: Any, order: int
    ) -> None:
        rows = queued(6)
        calls = [lambda: hand.does("cancel", *rows), send_due][::order]

        together(*calls)

        attempted = set(DisbursementRetryLog.objects.values_list("disbursement_id", flat=True))
        for row in rows:
            row.refresh_from_db()
            assert (row.status == "cancelled") != (row.pk in attempted)
        assert list(breaks()) == []

    def test_a_retry_while_it_is_sent_is_sent_once(
        self, proven: Sent, hand: Hand, together: Any, memory: MemoryProvider
    ) -> None:
        row = proven()
        hand.does("retry", row)

        together(
            lambda: hand.does("retry", row),
            lambda: send_due(status="retrying"),
            lambda: send_due(status="retrying"),
        )
        send_due(status="retrying")

        row.refresh_from_db()
        assert (row.status, row.attempts_made) == ("accepted", 2)
        assert list(breaks()) == []


class TestAgainstLateNews:
    @pytest.mark.parametrize("verb", ["force", "retry"])
    def test_a_late_success_wins_before_or_after(
        self, proven: Sent, reports: Any, hand: Hand, together: Any, verb: str
    ) -> None:
        row = proven(code=PERMANENT) if verb == "force" else proven()

        together(lambda: hand.does(verb, row), lambda: reports.paid(row))

        row.refresh_from_db()
        assert row.status == "unknown"
        assert send_due(status="retrying") == 0
        assert row.attempts_made == 1

    def test_what_two_persons_are_settling_is_left_to_them(
        self, sent: Sent, reports: Any, hand: Hand, moved: MovedClock
    ) -> None:
        row = contradicted(sent(), reports, moved)
        proposed(row, at=moved())
        DisbursementRequest.objects.filter(pk=row.pk).update(status="failed")

        assert hand.does("force", row) == {by_hand.SETTLEMENT: 1}
        assert hand.preview("force", row).skipped == {by_hand.SETTLEMENT: 1}


class TestAgainstACorrection:
    def test_the_payout_or_its_correction_is_sent_never_both(
        self, proven: Sent, hand: Hand, moved: MovedClock, together: Any
    ) -> None:
        row = proven(code=PERMANENT)

        def corrects() -> Any:
            return correct(
                disbursement_id=row.pk, msisdn="0700 000 777", caller=amina(), reason=REASON,
                at=moved(),
            )  # fmt: skip

        together(lambda: hand.does("force", row), corrects)

        row.refresh_from_db()
        corrected = DisbursementRequest.objects.filter(corrects=row).exists()
        assert corrected != (row.status == "retrying")

    def test_what_was_corrected_is_not_forced(
        self, proven: Sent, hand: Hand, moved: MovedClock
    ) -> None:
        row = proven(code=PERMANENT)
        correct(
            disbursement_id=row.pk, msisdn="0700 000 777", caller=amina(), reason=REASON,
            at=moved(),
        )  # fmt: skip

        assert hand.does("force", row) == {by_hand.CORRECTED: 1}
        assert hand.preview("force", row).skipped == {by_hand.CORRECTED: 1}
