"""Many winners of one job and of several: in batches, whatever becomes of single ones."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Count

from disbursements.models import DisbursementRetryLog, PayoutJob
from disbursements.operations import claim
from disbursements.operations.run_payouts import run_payouts
from disbursements.queries import payout_jobs
from tests.contests import many_wins, settle
from tests.striping import open_account, paid_twice, script, transfers
from tests.winners import account_of, an_account, payouts
from tests.wire import MovedClock, Wire
from vault.models import Partner

pytestmark = pytest.mark.usefixtures("stripe")


@pytest.fixture
def won(wire: Wire, a_partner: Partner) -> Callable[..., PayoutJob]:
    """A job to so many users, whose accounts may receive."""

    def win(count: int, **more: Any) -> PayoutJob:
        wins = many_wins(count, "1.00")
        for user_id in wins:
            open_account(wire, account_of(user_id))
            an_account(a_partner, user_id)
        return settle(a_partner, wins, **more).job

    return win


class TestBatches:
    def test_a_job_larger_than_a_batch_is_paid_whole_in_one_run(
        self, won: Callable[..., PayoutJob], wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(claim, "BATCH_MAX", 20)
        job = won(70)

        done = run_payouts(job_id=job.pk).done

        job.refresh_from_db()
        assert (done["send"], done["follow"], job.status) == (70, 1, "complete")
        assert (len(transfers(wire)), paid_twice(wire)) == (70, [])

    def test_no_batch_is_larger_than_its_limit(
        self, won: Callable[..., PayoutJob], a_partner: Partner, moved: MovedClock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(claim, "BATCH_MAX", 20)
        job = won(50)

        claimed = claim.claim(shortcode=job.shortcode, status="queued", at=moved())

        assert len(claimed) == 20
        assert payout_jobs.figures([job.pk])[job.pk].payouts["sending"].count == 20

    def test_two_runs_at_once_pay_everybody_once(
        self, won: Callable[..., PayoutJob], wire: Wire, together: Callable[..., list[Any]]
    ) -> None:
        job = won(60)

        together(*[lambda: run_payouts(job_id=job.pk)] * 2)
        run_payouts(until_idle=True)

        job.refresh_from_db()
        assert job.status == "complete"
        assert (len(transfers(wire)), paid_twice(wire)) == (60, [])
        assert DisbursementRetryLog.objects.count() == 60


class TestErrors:
    def test_what_breaks_off_for_some_is_found_out_and_keeps_nobody_else(
        self, won: Callable[..., PayoutJob], wire: Wire
    ) -> None:
        job = won(30)
        faults = ("transfer_lost", "transfer_drop", "transfer_error_paid", "transfer_cut")
        for row, fault in zip(payouts(job).values(), faults, strict=False):
            script(wire, account_of(row.payee_user), fault)

        run_payouts(job_id=job.pk)
        found = payout_jobs.figures([job.pk])[job.pk]
        wire.run(also=["payouts"])

        job.refresh_from_db()
        assert (found.paid.count, found.payouts["unknown"].count) == (26, 4)
        assert job.status == "complete"
        assert payout_jobs.figures([job.pk])[job.pk].paid.count == 30
        assert (len(transfers(wire)), paid_twice(wire)) == (30, [])

    def test_each_attempt_is_counted_once(self, won: Callable[..., PayoutJob], wire: Wire) -> None:
        job = won(5)
        script(wire, account_of("user-00001"), "transfer_lost", "transfer_drop")

        wire.run(also=["payouts"])

        counts = DisbursementRetryLog.objects.values("disbursement").annotate(count=Count("pk"))
        made = dict(counts.values_list("disbursement", "count"))
        assert {row.pk: row.attempts_made for row in payouts(job).values()} == made


class TestSeveralJobs:
    def test_jobs_of_three_currencies_are_paid_each_in_its_own(
        self, won: Callable[..., PayoutJob], a_partner: Partner, wire: Wire
    ) -> None:
        won(4)
        wins = many_wins(4, "1000")
        for currency in ("JPY", "KWD"):
            settle(a_partner, wins, settlement_id=f"SET-{currency}", contest_id=f"cup-{currency}",
                   currency=currency, pool="5000")  # fmt: skip

        run_payouts(until_idle=True)

        assert set(PayoutJob.objects.values_list("status", flat=True)) == {"complete"}
        moved: dict[str, set[int]] = {}
        for each in transfers(wire):
            moved.setdefault(each["currency"], set()).add(each["amount"])
        assert moved == {"usd": {100}, "jpy": {1000}, "kwd": {1_000_000}}
