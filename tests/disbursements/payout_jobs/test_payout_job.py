"""A payout job from its settlement to its end, on the simulated wire."""

from datetime import timedelta

import pytest

from core.models import Alert, Step
from disbursements.models import (
    DisbursementRequest,
    DisbursementRetryLog,
    PayoutJob,
    ResultCodeRule,
)
from disbursements.operations import bulk, job_verbs
from disbursements.operations.follow_jobs import follow_jobs
from disbursements.queries import payout_jobs
from disbursements.states import TransferStatus
from tests.contests import many_wins, settle
from tests.disbursements.acting import REASON, amina
from tests.striping import open_account, paid_twice, transfers
from tests.winners import account_of, an_account, payouts
from tests.wire import MovedClock, Wire
from vault.models import Partner

pytestmark = pytest.mark.usefixtures("stripe")


def receiving(wire: Wire, partner: Partner, *user_ids: str) -> None:
    """Users whose accounts may receive."""
    for user_id in user_ids:
        open_account(wire, account_of(user_id))
        an_account(partner, user_id)


def blocked(wire: Wire, *user_ids: str, follows: str = "never") -> None:
    """Stripe refuses their transfers; staff have said what follows such a refusal."""
    ResultCodeRule.objects.filter(api="stripe", code="action_blocked").update(next=follows)
    for user_id in user_ids:
        open_account(wire, account_of(user_id), refusal="action_blocked")


def run(wire: Wire, *, hours: float = 60) -> None:
    """Everything that happens by itself."""
    wire.run(hours=hours, also=["payouts"])


def status_of(job: PayoutJob) -> str:
    """As it is now."""
    job.refresh_from_db()
    return job.status


def steps_of(job: PayoutJob) -> list[tuple[str, str]]:
    """Its statuses, and why."""
    found = Step.objects.filter(subject_type="PayoutJob", subject_id=str(job.pk)).order_by("id")
    return list(found.values_list("to_status", "because"))


class TestJobStatusTransitions:
    def test_it_is_pending_until_a_winner_was_tried_and_complete_when_all_are_paid(
        self, wire: Wire, a_partner: Partner, moved: MovedClock
    ) -> None:
        receiving(wire, a_partner, "user-1", "user-2", "user-3")
        job = settle(a_partner).job
        assert (follow_jobs(), status_of(job)) == (0, "pending")

        run(wire)

        assert status_of(job) == "complete"
        assert job.completed_at == moved()
        assert steps_of(job)[-1] == ("complete", "every winner has ended: 3 paid, 0 not")
        assert {row.status for row in payouts(job).values()} == {"completed"}

    def test_it_is_processing_while_one_was_tried_and_another_is_open(
        self, wire: Wire, a_partner: Partner
    ) -> None:
        receiving(wire, a_partner, "user-1")
        job = settle(a_partner).job

        run(wire)

        assert status_of(job) == "processing"
        assert job.completed_at is None
        assert steps_of(job)[-1] == ("processing", "the first winner was tried")
        assert payout_jobs.figures([job.pk])[job.pk].skipped == {"no_account": 2}

    def test_following_again_changes_nothing(self, wire: Wire, a_partner: Partner) -> None:
        receiving(wire, a_partner, "user-1", "user-2", "user-3")
        job = settle(a_partner).job
        run(wire)
        steps = steps_of(job)

        assert follow_jobs() == follow_jobs(job_id=job.pk) == 0

        assert steps_of(job) == steps


class TestKeys:
    def test_each_winner_is_paid_under_the_key_of_its_transfer(
        self, wire: Wire, a_partner: Partner
    ) -> None:
        receiving(wire, a_partner, "user-1", "user-2", "user-3")
        job = settle(a_partner).job

        run(wire)

        for row in payouts(job).values():
            attempt = DisbursementRetryLog.objects.get(disbursement=row)
            assert attempt.key == f"payout:{row.pk}"
            assert attempt.hold_reference == f"ledger:payout:{row.pk}:1"
        assert {each["metadata"]["payout_transfer_id"] for each in transfers(wire)} == {
            str(row.pk) for row in payouts(job).values()
        }

    def test_handing_it_in_and_running_again_pays_nothing_more(
        self, wire: Wire, a_partner: Partner
    ) -> None:
        receiving(wire, a_partner, "user-1", "user-2", "user-3")
        settle(a_partner)
        run(wire)

        for _ in range(2):
            assert settle(a_partner).replayed
            run(wire)

        assert (len(transfers(wire)), paid_twice(wire)) == (3, [])


class TestMixedResults:
    def test_a_job_is_complete_when_some_are_paid_and_some_have_failed(
        self, wire: Wire, a_partner: Partner
    ) -> None:
        receiving(wire, a_partner, "user-1", "user-2", "user-3")
        blocked(wire, "user-2")
        job = settle(a_partner).job

        run(wire)

        found = payout_jobs.figures([job.pk])[job.pk]
        assert status_of(job) == "complete"
        assert steps_of(job)[-1][1] == "every winner has ended: 2 paid, 1 not"
        assert (found.paid.count, found.paid.amount_minor) == (2, 7_000)
        assert found.states[TransferStatus.FAILED_TERMINAL].amount_minor == 3_000

    def test_each_ends_after_its_number_of_tries(self, wire: Wire, a_partner: Partner) -> None:
        receiving(wire, a_partner, "user-1", "user-2")
        blocked(wire, "user-2", follows="backoff")
        job = settle(a_partner, {"user-1": "1", "user-2": "1"}, max_attempts=2).job

        run(wire)

        assert status_of(job) == "complete"
        row = payouts(job)["user-2"]
        assert (row.status, row.attempts_made) == ("failed", 2)

    def test_one_that_fails_does_not_keep_the_others(self, wire: Wire, a_partner: Partner) -> None:
        wins = many_wins(60, "1.00")
        receiving(wire, a_partner, *wins)
        blocked(wire, *list(wins)[::6])
        job = settle(a_partner, wins).job

        run(wire)

        found = payout_jobs.figures([job.pk])[job.pk]
        assert status_of(job) == "complete"
        assert (found.paid.count, found.states[TransferStatus.FAILED_TERMINAL].count) == (50, 10)
        assert paid_twice(wire) == []


class TestSeveralJobs:
    def test_each_is_followed_for_itself(self, wire: Wire, a_partner: Partner) -> None:
        receiving(wire, a_partner, "user-1", "user-2")
        blocked(wire, "user-2")
        paid = settle(a_partner, {"user-1": "1"}, settlement_id="S-1").job
        failed = settle(a_partner, {"user-2": "1"}, settlement_id="S-2").job
        held = settle(a_partner, {"user-3": "1"}, settlement_id="S-3").job

        run(wire)

        assert [status_of(job) for job in (paid, failed, held)] == [
            "complete", "complete", "pending",
        ]  # fmt: skip

    def test_one_can_be_followed_alone(self, wire: Wire, a_partner: Partner) -> None:
        receiving(wire, a_partner, "user-1", "user-2")
        first = settle(a_partner, {"user-1": "1"}, settlement_id="S-1").job
        second = settle(a_partner, {"user-2": "1"}, settlement_id="S-2").job
        wire.run()

        assert follow_jobs(job_id=second.pk) == 1

        assert [status_of(job) for job in (first, second)] == ["pending", "complete"]


class TestReopened:
    def test_a_complete_job_is_processing_again_when_a_winner_is_retried(
        self, wire: Wire, a_partner: Partner, moved: MovedClock
    ) -> None:
        receiving(wire, a_partner, "user-1", "user-2")
        blocked(wire, "user-2")
        job = settle(a_partner, {"user-1": "1", "user-2": "1"}).job
        run(wire)
        assert status_of(job) == "complete"

        again = job_verbs.retry_job(
            job_id=job.pk, reason=REASON, caller=amina(), at=moved(), force=True
        )
        bulk.work(run_id=again.pk)

        assert (follow_jobs(), status_of(job)) == (1, "processing")
        assert job.completed_at is None
        assert steps_of(job)[-1][1] == "a winner is open again"
        run(wire)
        assert status_of(job) == "complete"

    def test_a_job_whose_winners_were_all_cancelled_is_complete(
        self, a_partner: Partner, moved: MovedClock
    ) -> None:
        job = settle(a_partner).job

        gone = job_verbs.cancel_job(job_id=job.pk, reason=REASON, caller=amina(), at=moved())
        bulk.work(run_id=gone.pk)
        follow_jobs()

        assert status_of(job) == "complete"
        assert steps_of(job)[-1][1] == "every winner has ended: 0 paid, 3 not"


class TestAJobThatWaits:
    def test_after_a_day_one_alert_says_so_and_ends_with_it(
        self, wire: Wire, a_partner: Partner, moved: MovedClock
    ) -> None:
        receiving(wire, a_partner, "user-1", "user-2")
        job = settle(a_partner).job
        run(wire)
        assert not Alert.objects.filter(kind="payout_job_waits").exists()
        moved.moment += timedelta(hours=25)

        follow_jobs()
        follow_jobs()

        alert = Alert.objects.get(kind="payout_job_waits")
        assert (alert.key, alert.count) == (str(job.pk), 1)
        assert "SET-1" in alert.text
        assert "1 of 3 winners wait" in alert.text
        DisbursementRequest.objects.filter(payee_user="user-3").update(
            status="cancelled", status_at=moved()
        )
        follow_jobs()
        assert not Alert.objects.filter(kind="payout_job_waits", closed_at=None).exists()

    def test_two_that_follow_at_once_write_one_step(
        self, wire: Wire, a_partner: Partner, together: object
    ) -> None:
        receiving(wire, a_partner, "user-1", "user-2", "user-3")
        job = settle(a_partner).job
        wire.run()

        done = together(*[follow_jobs] * 6)  # type: ignore[operator]

        assert sum(done) == 1
        assert [status for status, _ in steps_of(job)] == ["pending", "complete"]
