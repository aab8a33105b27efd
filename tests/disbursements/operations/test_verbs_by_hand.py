"""The verbs of staff on real payouts: what each changes, what it leaves, and what is on record."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core import alerts
from core.models import Alert
from disbursements.models import BulkVerb, DisbursementRequest
from disbursements.operations.pause import PARKED_ALERT
from disbursements.operations.prove_books import breaks
from disbursements.operations.send import send_due
from disbursements.rules import by_hand
from tests.disbursements.acting import REASON, Hand, last_step
from tests.disbursements.operations.conftest import PERMANENT
from tests.disbursements.parking import FLOAT, park
from tests.wire import MovedClock

Sent = Callable[..., DisbursementRequest]


class TestRetry:
    def test_what_waits_is_sent_now(self, proven: Sent, hand: Hand, moved: MovedClock) -> None:
        row = proven()
        planned = row.next_retry_at

        done = hand.does("retry", row)

        assert done == {"": 1}
        assert (row.status, row.next_retry_at) == ("retrying", moved())
        assert last_step(row).because == f"retry now: {REASON}"
        assert last_step(row).details["was"] == planned.isoformat()
        assert send_due(status="retrying") == 1

    def test_what_waits_for_its_proof_comes_earlier_but_not_before_the_proof(
        self, sent: Sent, reports: Any, hand: Hand, moved: MovedClock
    ) -> None:
        row = sent()
        reports.failed(row, "7777")

        done = hand.does("retry", row)

        assert done == {"": 1}
        assert row.next_retry_at == moved()
        assert send_due(status="retrying") == 0

    def test_what_is_parked_goes_again_and_uses_up_no_retry(
        self, sent: Sent, reports: Any, hand: Hand, moved: MovedClock
    ) -> None:
        row = park(sent(), reports, moved)

        done = hand.does("retry", row)

        assert done == {"": 1}
        assert (row.status, row.retry_count, row.parked_cause) == ("retrying", 0, "")
        assert not Alert.objects.filter(kind=PARKED_ALERT, closed_at=None).exists()
        assert send_due(status="retrying") == 1

    def test_what_a_pause_holds_stays(
        self, sent: Sent, reports: Any, hand: Hand, moved: MovedClock
    ) -> None:
        row = park(sent(), reports, moved, FLOAT)

        assert hand.does("retry", row) == {by_hand.PAUSED: 1}
        assert row.status == "parked"

    def test_a_failed_one_whose_code_is_no_longer_permanent_is_tried_again(
        self, proven: Sent, hand: Hand
    ) -> None:
        from disbursements.models import ResultCodeRule

        row = proven(code=PERMANENT)
        assert hand.does("retry", row) == {by_hand.PERMANENT: 1}
        ResultCodeRule.objects.filter(code=PERMANENT).update(next="backoff")

        done = hand.does("retry", row)

        assert done == {"": 1}
        assert (row.status, row.retry_count) == ("retrying", 1)
        assert row.retry_reason == f"retried by hand: {REASON}"
        assert send_due(status="retrying") == 1

    def test_a_failed_one_without_retries_left_needs_a_higher_limit(
        self, proven: Sent, hand: Hand
    ) -> None:
        row = proven(max_retries=0)
        assert (row.status, hand.does("retry", row)) == ("failed", {by_hand.USED_UP: 1})
        hand.does("change_limit", row, options={"max_retries": 1})

        done = hand.does("retry", row)

        assert done == {"": 1}
        assert (row.status, row.retry_count, row.max_retries) == ("retrying", 1, 1)


class TestForce:
    def test_past_the_limit_and_against_the_code_once_more(
        self, proven: Sent, reports: Any, hand: Hand
    ) -> None:
        row = proven(code=PERMANENT, max_retries=0)

        done = hand.does("force", row)

        assert done == {"": 1}
        assert (row.status, row.retry_count) == ("retrying", 0)
        assert last_step(row).because == f"forced by hand: {REASON}"
        assert send_due(status="retrying") == 1
        reports.paid(row)
        assert (row.status, list(breaks())) == ("completed", [])

    def test_one_that_fails_again_has_failed(self, proven: Sent, reports: Any, hand: Hand) -> None:
        row = proven(max_retries=0)
        hand.does("force", row)
        send_due(status="retrying")

        row.refresh_from_db()
        reports.failed(row, "7777")

        assert row.status == "accepted"
        assert hand.does("force", row) == {by_hand.STANDS["accepted"]: 1}

    @pytest.mark.parametrize("verb", ["retry", "force"])
    def test_one_said_to_be_paid_after_all_is_left_alone(
        self, proven: Sent, reports: Any, hand: Hand, attempt_of: Any, verb: str
    ) -> None:
        row = proven(code=PERMANENT)
        attempt = attempt_of(row)
        type(attempt).objects.filter(pk=attempt.pk).update(success_reported_at=row.status_at)

        assert hand.does(verb, row) == {by_hand.PERSON: 1}
        assert row.status == "failed"


class TestBringForward:
    def test_to_a_moment_that_is_named(self, proven: Sent, hand: Hand, moved: MovedClock) -> None:
        row = proven()
        moment = moved() + timedelta(minutes=1)

        done = hand.does("bring_forward", row, options={"at": moment.isoformat()})

        assert (done, row.next_retry_at) == ({"": 1}, moment)
        assert last_step(row).because == f"brought forward: {REASON}"

    def test_never_later_than_planned(self, proven: Sent, hand: Hand, moved: MovedClock) -> None:
        row = proven()
        planned = row.next_retry_at

        late = (moved() + timedelta(days=1)).isoformat()

        assert hand.does("bring_forward", row, options={"at": late}) == {by_hand.DUE: 1}
        assert row.next_retry_at == planned


class TestStopRetrying:
    def test_what_waits_has_failed_and_can_be_forced(self, proven: Sent, hand: Hand) -> None:
        row = proven()

        done = hand.does("stop_retrying", row)

        assert done == {"": 1}
        assert (row.status, row.next_retry_at) == ("failed", None)
        assert row.retry_reason == f"retries stopped by hand: {REASON}"
        assert hand.does("force", row) == {"": 1}

    def test_what_is_parked_too_and_its_alert_ends(
        self, sent: Sent, reports: Any, hand: Hand, moved: MovedClock
    ) -> None:
        row = park(sent(), reports, moved)

        hand.does("stop_retrying", row)

        assert (row.status, row.parked_cause) == ("failed", "")
        assert not Alert.objects.filter(kind=PARKED_ALERT, closed_at=None).exists()

    def test_an_alert_stays_while_others_are_parked_for_it(
        self, sent: Sent, reports: Any, hand: Hand, moved: MovedClock
    ) -> None:
        row, _ = (park(sent(digits), reports, moved) for digits in ("00001", "00002"))

        hand.does("stop_retrying", row)

        assert Alert.objects.filter(kind=PARKED_ALERT, closed_at=None).count() == 1
        assert alerts.close_alerts(kind=PARKED_ALERT, key="b2c:5", at=moved(), actor="x") == 1

    def test_without_proof_it_goes_on(self, sent: Sent, reports: Any, hand: Hand) -> None:
        row = sent()
        reports.failed(row, "7777")

        assert hand.does("stop_retrying", row) == {by_hand.UNPROVEN: 1}
        assert row.status == "retrying"


class TestCancel:
    def test_what_was_not_sent_never_is(self, pay: Any, memory: Any, hand: Hand) -> None:
        row = pay()

        assert hand.does("cancel", row) == {"": 1}
        assert (row.status, send_due()) == ("cancelled", 0)

    def test_a_held_one_too(self, pay: Any, hand: Hand) -> None:
        row = pay()
        DisbursementRequest.objects.filter(pk=row.pk).update(status="held")

        assert hand.does("cancel", row) == {"": 1}
        assert row.status == "cancelled"


class TestChangeLimit:
    def test_what_it_was_is_on_record(self, proven: Sent, hand: Hand) -> None:
        row = proven()

        done = hand.does("change_limit", row, options={"max_retries": 7})

        step = last_step(row)
        assert (done, row.max_retries, row.status) == ({"": 1}, 7, "retrying")
        assert step.because == f"retry limit changed from 3 to 7: {REASON}"
        assert (step.details["was"], step.details["now"]) == (3, 7)


class TestAsk:
    def test_the_next_sweep_asks(self, sent: Sent, hand: Hand, moved: MovedClock) -> None:
        row = sent()

        assert hand.does("ask", row) == {"": 1}
        assert row.ask_at == moved()
        assert hand.does("ask", row) == {by_hand.ASKED: 1}

    def test_what_is_proven_is_not_asked_about(self, proven: Sent, hand: Hand) -> None:
        assert hand.does("ask", proven()) == {by_hand.PROVEN: 1}


class TestEveryVerb:
    @pytest.mark.parametrize("verb", BulkVerb.values)
    def test_what_is_paid_is_never_touched(
        self, sent: Sent, reports: Any, hand: Hand, verb: str
    ) -> None:
        row = sent()
        reports.paid(row)
        step = last_step(row)
        options = {"max_retries": 9} if verb == "change_limit" else {}

        assert hand.does(verb, row, options=options) == {by_hand.STANDS["completed"]: 1}
        assert (row.status, row.max_retries, last_step(row)) == ("completed", 3, step)

    @pytest.mark.parametrize("verb", sorted(set(BulkVerb.values) - {"ask", "change_limit"}))
    def test_what_is_unknown_is_only_asked_about(
        self, sent: Sent, reports: Any, hand: Hand, verb: str
    ) -> None:
        row = sent()
        reports.timed_out(row)
        step = last_step(row)

        assert hand.does(verb, row) == {by_hand.STANDS["unknown"]: 1}
        assert (row.status, last_step(row)) == ("unknown", step)
        assert hand.does("ask", row) == {"": 1}
