"""A settlement becomes one job and one payout for each winner, once."""

import pytest

from core.models import Step
from disbursements.models import DisbursementRequest, PayoutJob, PayoutTransfer
from disbursements.operations.instruct import ConflictingReplay
from disbursements.operations.schedule_payout import BadSettlement, preview
from disbursements.operations.which_shortcode import NoShortcode
from tests.contests import a_settlement, settle
from tests.winners import a_stripe_account, payouts
from tests.wire import MovedClock
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner


def written() -> tuple[int, int, int]:
    """How many jobs, winners and payouts there are."""
    models = (PayoutJob, PayoutTransfer, DisbursementRequest)
    jobs, winners, rows = (model.objects.count() for model in models)
    return jobs, winners, rows


class TestANewSettlement:
    def test_it_is_one_job_with_what_is_to_be_paid(
        self, a_partner: Partner, stripe: Shortcode, moved: MovedClock
    ) -> None:
        done = settle(a_partner, max_attempts=3)

        job = PayoutJob.objects.get()
        assert (done.job, done.replayed) == (job, False)
        assert (job.settlement_id, job.contest_id) == ("SET-1", "cup-1")
        assert (job.currency, job.pool_minor, job.total_minor) == ("USD", 100_000, 10_000)
        assert (job.status, job.winners_count, job.max_attempts) == ("pending", 3, 3)
        assert (job.shortcode, job.origin, job.created_by) == (stripe, "api", "test")
        assert job.created_at == moved()

    def test_each_winner_is_a_queued_payout_under_the_winners_id(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        job = settle(a_partner).job

        for line, (user_id, row) in enumerate(sorted(payouts(job).items()), start=1):
            winner = PayoutTransfer.objects.get(pk=row.pk)
            assert (winner.user_id, winner.line, winner.job) == (user_id, line, job)
            assert (winner.status, winner.skip_code) == ("pending", "")
            assert (row.rail, row.status, row.payee_user) == ("stripe_transfer", "queued", user_id)
            assert row.client_reference == f"payout:{row.pk}"
            assert (row.command_id, row.remarks) == ("Transfer", "Contest cup-1")
            assert (row.max_retries, row.msisdn, row.payee_name) == (3, "", "")
            assert (row.origin, row.origin_id) == ("payout_job", str(job.pk))
        assert [row.amount_minor for _, row in sorted(payouts(job).items())] == [5000, 3000, 2000]

    def test_job_and_payouts_have_their_first_step(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        job = settle(a_partner).job

        subjects = [str(job.pk), *(str(row.pk) for row in payouts(job).values())]
        steps = Step.objects.filter(subject_id__in=subjects)
        assert {step.because for step in steps} == {"settlement SET-1 by api"}
        assert {(step.subject_type, step.to_status) for step in steps} == {
            ("PayoutJob", "pending"), ("DisbursementRequest", "queued"),
        }  # fmt: skip

    def test_a_long_contest_is_cut_in_the_remarks_alone(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        job = settle(a_partner, contest_id="c" * 100).job

        assert job.contest_id == "c" * 100
        assert {len(row.remarks) for row in payouts(job).values()} == {100}


class TestTheSameAgain:
    def test_it_is_the_same_job_and_nothing_is_added(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        first = settle(a_partner)

        again = settle(a_partner)

        assert (again.job, again.replayed) == (first.job, True)
        assert written() == (1, 3, 3)

    def test_however_it_is_written(self, a_partner: Partner, stripe: Shortcode) -> None:
        first = settle(a_partner, {"user-1": "50.00", "user-2": "30"})

        again = settle(
            a_partner, {" user-2 ": "30.00", "user-1": "50"}, pool="1000.00", currency="usd"
        )

        assert (again.job, again.replayed) == (first.job, True)

    def test_also_when_the_account_was_switched_off_since(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        first = settle(a_partner)
        Shortcode.objects.update(is_active=False)

        assert settle(a_partner).job == first.job

    @pytest.mark.parametrize(
        "changes",
        [
            {"pool": "1001"}, {"contest_id": "cup-2"}, {"currency": "EUR"}, {"max_attempts": 2},
            {"wins": {"user-1": "50.00"}}, {"wins": {"user-1": "50.00", "user-9": "50.00"}},
            {"shortcode_number": "STRIPE"},
        ],
    )  # fmt: skip
    def test_with_another_content_it_is_refused_and_names_the_job(
        self, a_partner: Partner, stripe: Shortcode, changes: dict[str, object]
    ) -> None:
        first = settle(a_partner)

        with pytest.raises(ConflictingReplay, match=str(first.job.pk)) as refused:
            settle(a_partner, **changes)  # type: ignore[arg-type]

        assert refused.value.field == "settlement_id"
        assert written() == (1, 3, 3)

    def test_of_another_partner_it_is_another_job(
        self, a_partner: Partner, stripe: Shortcode, moved: MovedClock
    ) -> None:
        settle(a_partner)
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())
        a_stripe_account(other, number="OTHER")

        done = settle(other)

        assert (done.replayed, done.job.partner) == (False, other)
        assert written() == (2, 6, 6)


class TestAWinnerOfTheContestInAnotherSettlement:
    def test_all_of_it_is_refused_with_line_user_and_settlement(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        settle(a_partner)

        with pytest.raises(ConflictingReplay) as refused:
            settle(a_partner, {"user-8": "1", "user-3": "2"}, settlement_id="SET-2")

        (problem,) = refused.value.problems  # type: ignore[attr-defined]
        assert (problem.line, problem.field, problem.value) == (2, "user_id", "user-3")
        for word in ("line 2", "user-3", "cup-1", "SET-1"):
            assert word in str(refused.value)
        assert written() == (1, 3, 3)

    def test_only_the_first_of_many_are_told_in_the_sentence(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        wins = {f"user-{number}": "1" for number in range(9)}
        settle(a_partner, wins)

        with pytest.raises(ConflictingReplay, match="and 6 more") as refused:
            settle(a_partner, wins, settlement_id="SET-2")

        assert len(refused.value.problems) == 9  # type: ignore[attr-defined]

    def test_of_another_contest_they_are_paid(self, a_partner: Partner, stripe: Shortcode) -> None:
        settle(a_partner)

        settle(a_partner, settlement_id="SET-2", contest_id="cup-2")

        assert written() == (2, 6, 6)


class TestWhatIsWrong:
    def test_it_is_refused_as_a_whole_with_each_line(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        with pytest.raises(BadSettlement) as refused:
            settle(a_partner, {"user-1": "50", "user-2": "-1", "user-3": "0"})

        assert [each.line for each in refused.value.problems] == [2, 3]
        assert "line 2, amount: '-1' is less than 0" in str(refused.value)
        assert written() == (0, 0, 0)

    def test_a_sentence_stays_short_with_a_thousand_problems(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        with pytest.raises(BadSettlement, match="and 997 more") as refused:
            settle(a_partner, {f"user-{number}": "0" for number in range(1000)})

        assert (len(refused.value.problems), len(str(refused.value)) < 500) == (1000, True)


class TestWhatItIsPaidFrom:
    def test_without_a_stripe_account_nothing_is_done(
        self, a_partner: Partner, a_shortcode: Shortcode
    ) -> None:
        with pytest.raises(NoShortcode, match="add_stripe_account"):
            settle(a_partner)

        assert written() == (0, 0, 0)

    def test_of_several_one_must_be_named(self, a_partner: Partner, stripe: Shortcode) -> None:
        second = a_stripe_account(a_partner, number="SECOND")

        with pytest.raises(NoShortcode, match="several"):
            settle(a_partner)

        assert settle(a_partner, shortcode_number="SECOND").job.shortcode == second

    @pytest.mark.parametrize("number", ["600111", "OTHER", "NONE", ""])
    def test_a_paybill_or_anothers_account_cannot_be_named(
        self, a_partner: Partner, stripe: Shortcode, a_shortcode: Shortcode, number: str,
        moved: MovedClock,
    ) -> None:  # fmt: skip
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())
        a_stripe_account(other, number="OTHER")

        with pytest.raises(NoShortcode):
            settle(a_partner, shortcode_number=number)

        assert written() == (0, 0, 0)

    def test_a_partner_that_is_not_active_pays_nothing(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        Partner.objects.update(is_active=False)

        with pytest.raises(NoShortcode, match="not active"):
            settle(a_partner)


class TestPreview:
    def test_it_says_what_would_be_and_writes_nothing(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        seen = preview(partner_id=a_partner.pk, settlement=a_settlement())

        assert (seen.job, seen.shortcode) == (None, stripe)
        assert (len(seen.settlement.winners), seen.settlement.total_minor) == (3, 10_000)
        assert written() == (0, 0, 0)

    def test_it_knows_what_was_handed_in_before(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        job = settle(a_partner).job

        assert preview(partner_id=a_partner.pk, settlement=a_settlement()).job == job

    def test_it_refuses_what_handing_in_refuses(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        settle(a_partner)

        with pytest.raises(ConflictingReplay):
            preview(partner_id=a_partner.pk, settlement=a_settlement(settlement_id="SET-2"))
        with pytest.raises(BadSettlement):
            preview(partner_id=a_partner.pk, settlement=a_settlement(pool="1"))
