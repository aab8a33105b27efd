"""Retry, force and cancel the winners of a job: who may, whom it is about, what is skipped."""

from uuid import uuid4

import pytest

from core.callers import NotAllowed
from core.models import Step
from core.refusals import Refused
from disbursements.models import BulkRun, DisbursementRequest, PayoutJob
from disbursements.operations import bulk
from disbursements.operations.freeze import NothingSelected
from disbursements.operations.job_verbs import NoSuchJob, cancel_job, retry_job
from disbursements.queries import payout_jobs
from tests.contests import settle
from tests.disbursements.acting import REASON, amina
from tests.winners import a_stripe_account, payouts
from tests.wire import MovedClock
from vault.models import Partner
from vault.operations.add_partner import add_partner

pytestmark = pytest.mark.usefixtures("stripe")
RETRY = ("disbursements.retry_payoutjob", "disbursements.retry_disbursementrequest")
CANCEL = ("disbursements.cancel_payoutjob", "disbursements.cancel_disbursementrequest")


@pytest.fixture
def job(a_partner: Partner, moved: MovedClock) -> PayoutJob:
    """user-1 is queued, user-2 parked for an account, user-3 failed on the last of its tries."""
    job = settle(a_partner).job
    rows = DisbursementRequest.objects.filter(origin_id=str(job.pk))
    rows.filter(payee_user="user-2").update(
        status="parked", parked_cause="stripe:action_blocked", attempts_made=1
    )
    rows.filter(payee_user="user-3").update(
        status="failed", failure_code="amount_too_small", attempts_made=4
    )
    return job


def done(run: BulkRun) -> tuple[int, dict[str, int]]:
    """How many were done, and why the others were not."""
    bulk.work(run_id=run.pk)
    run.refresh_from_db()
    return run.done, bulk.skips(run)


def states(job: PayoutJob) -> list[str]:
    """Of user-1, user-2 and user-3."""
    return [row.status for _, row in sorted(payouts(job).items())]


class TestRetryJob:
    def test_who_is_proven_not_paid_is_tried_again_and_nobody_else(
        self, job: PayoutJob, moved: MovedClock
    ) -> None:
        run = retry_job(job_id=job.pk, reason=REASON, caller=amina(), at=moved())

        assert run.total == 2
        assert done(run) == (1, {"its code is permanent: the same again would fail again": 1})
        assert states(job) == ["queued", "retrying", "failed"]

    def test_force_is_for_failed_ones_whatever_their_code(
        self, job: PayoutJob, moved: MovedClock
    ) -> None:
        run = retry_job(job_id=job.pk, reason=REASON, caller=amina(), at=moved(), force=True)

        assert done(run) == (1, {})
        assert states(job) == ["queued", "parked", "retrying"]

    def test_named_winners_are_done_or_skipped_with_the_reason(
        self, job: PayoutJob, moved: MovedClock
    ) -> None:
        ids = [payouts(job)[user].pk for user in ("user-1", "user-2")]

        run = retry_job(job_id=job.pk, reason=REASON, caller=amina(), at=moved(), transfer_ids=ids)

        assert done(run) == (1, {"it was not sent yet": 1})

    def test_reason_and_name_stand_in_the_trail(self, job: PayoutJob, moved: MovedClock) -> None:
        done(retry_job(job_id=job.pk, reason=REASON, caller=amina(), at=moved()))

        step = Step.objects.filter(subject_id=str(payouts(job)["user-2"].pk)).latest("id")
        assert (step.actor, REASON in step.because) == ("amina", True)

    def test_the_same_run_again_is_the_same_run(self, job: PayoutJob, moved: MovedClock) -> None:
        asked = {"job_id": job.pk, "reason": REASON, "caller": amina(), "at": moved()}
        first = cancel_job(**asked, run_id=uuid4())  # type: ignore[arg-type]
        done(first)

        again = cancel_job(**asked, run_id=first.pk)  # type: ignore[arg-type]

        assert again == first
        assert BulkRun.objects.count() == 1


class TestCancelJob:
    def test_who_was_never_sent_is_withdrawn_for_good(
        self, job: PayoutJob, moved: MovedClock
    ) -> None:
        run = cancel_job(job_id=job.pk, reason=REASON, caller=amina(), at=moved())

        assert done(run) == (1, {})
        assert states(job) == ["cancelled", "parked", "failed"]

    def test_who_waits_for_an_account_can_be_withdrawn(
        self, job: PayoutJob, moved: MovedClock
    ) -> None:
        DisbursementRequest.objects.filter(payee_user="user-1").update(status="held")

        assert done(cancel_job(job_id=job.pk, reason=REASON, caller=amina(), at=moved()))[0] == 1

    def test_a_cancelled_winner_still_is_one_of_the_contest(
        self, job: PayoutJob, a_partner: Partner, moved: MovedClock
    ) -> None:
        done(cancel_job(job_id=job.pk, reason=REASON, caller=amina(), at=moved()))

        won = payout_jobs.already_won(
            partner_id=a_partner.pk, contest_id=job.contest_id, user_ids=["user-1", "user-9"]
        )
        assert won == {"user-1": job.settlement_id}


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "permissions", [(), RETRY[:1], RETRY[1:], ("disbursements.view_payoutjob",), CANCEL]
    )
    def test_a_retry_needs_the_jobs_and_the_payouts_permission(
        self, job: PayoutJob, moved: MovedClock, permissions: tuple[str, ...]
    ) -> None:
        caller = amina(None, *(permissions or ("none.at_all",)))

        with pytest.raises(NotAllowed):
            retry_job(job_id=job.pk, reason=REASON, caller=caller, at=moved())

        assert not BulkRun.objects.exists()

    def test_with_both_it_is_done(self, job: PayoutJob, moved: MovedClock) -> None:
        retry_job(job_id=job.pk, reason=REASON, caller=amina(None, *RETRY), at=moved())
        cancel_job(job_id=job.pk, reason=REASON, caller=amina(None, *CANCEL), at=moved())

        with pytest.raises(NotAllowed, match="force"):
            retry_job(
                job_id=job.pk, reason=REASON, caller=amina(None, *RETRY), at=moved(), force=True
            )

    def test_another_partners_job_is_no_job(self, job: PayoutJob, moved: MovedClock) -> None:
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())

        for verb in (retry_job, cancel_job):
            with pytest.raises(NoSuchJob):
                verb(job_id=job.pk, reason=REASON, caller=amina([other.pk]), at=moved())
            with pytest.raises(NoSuchJob):
                verb(job_id=uuid4(), reason=REASON, caller=amina(), at=moved())

    def test_a_winner_of_another_job_cannot_be_named(
        self, job: PayoutJob, a_partner: Partner, moved: MovedClock
    ) -> None:
        a_stripe_account(a_partner, number="SECOND")
        other = settle(
            a_partner, {"user-8": "1"}, settlement_id="S-2", shortcode_number="SECOND"
        ).job
        stranger = payouts(other)["user-8"].pk

        with pytest.raises(Refused, match=str(stranger)) as refused:
            cancel_job(
                job_id=job.pk, reason=REASON, caller=amina(), at=moved(),
                transfer_ids=[stranger, payouts(job)["user-1"].pk],
            )  # fmt: skip

        assert refused.value.field == "transfer_ids"
        assert states(other) == ["queued"]

    @pytest.mark.parametrize("reason", ["", "short", "x" * 501, "with \x00 in it"])
    def test_without_a_reason_nothing_is_done(
        self, job: PayoutJob, moved: MovedClock, reason: str
    ) -> None:
        with pytest.raises(Refused, match="reason"):
            retry_job(job_id=job.pk, reason=reason, caller=amina(), at=moved())

        assert not BulkRun.objects.exists()

    def test_where_nobody_is_meant_it_says_so(self, job: PayoutJob, moved: MovedClock) -> None:
        with pytest.raises(NothingSelected):
            cancel_job(job_id=job.pk, reason=REASON, caller=amina(), at=moved(), transfer_ids=[])
        done(cancel_job(job_id=job.pk, reason=REASON, caller=amina(), at=moved()))

        with pytest.raises(NothingSelected, match=r"manage\.py payout_job"):
            cancel_job(job_id=job.pk, reason=REASON, caller=amina(), at=moved())
