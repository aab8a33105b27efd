"""Payout jobs from the command line: looked at, retried, cancelled, and by whom."""

import pytest
from django.core.management import CommandError

from core.command import PASSWORD_VARIABLE
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from tests.commands import answer_of, refusal_of, said
from tests.contests import settle
from tests.disbursements.acting import REASON
from tests.people import PASSWORD, a_person
from tests.striping import open_account
from tests.winners import a_stripe_account, account_of, an_account, payouts
from tests.wire import MovedClock, Wire
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner

pytestmark = pytest.mark.usefixtures("stripe")


def receiving(wire: Wire, partner: Partner, *users: str) -> None:
    for user in users:
        open_account(wire, account_of(user))
        an_account(partner, user)


class TestLookingAtThem:
    def test_the_list_says_how_far_each_is(self, a_partner: Partner, moved: MovedClock) -> None:
        settle(a_partner)
        moved.forward(minutes=1)
        settle(a_partner, {"user-9": "1"}, settlement_id="SET-2")

        answer = answer_of("payout_jobs")

        assert [each["settlementId"] for each in answer["jobs"]] == ["SET-2", "SET-1"]
        assert answer["jobs"][1]["transfers"]["pending"] == {"count": 3, "amount": "100.00"}
        assert "SET-1  pending: 0 of 3 winners paid, USD 0.00 of USD 100.00" in said(
            "payout_jobs", "--search", "SET-1"
        )
        assert said("payout_jobs", "--status", "complete").strip() == "No payout job"
        assert "use one or more of" in str(refusal_of("payout_jobs", "--status", "red"))

    def test_a_job_names_every_winner_with_a_sentence(
        self, wire: Wire, a_partner: Partner
    ) -> None:
        receiving(wire, a_partner, "user-1")
        job = settle(a_partner).job
        said("run_payouts")

        text = said("payout_job", "SET-1")
        answer = answer_of("payout_job", str(job.pk))

        assert "To be paid: 3 winners, USD 100.00 of a pool of USD 1,000.00" in text
        assert "line 1, user-1, USD 50.00: Paid: USD 50.00" in text
        assert "2 winners waiting: this user has no connected account yet" in text
        assert [each["status"] for each in answer["winners"]] == ["completed", *["pending"] * 2]
        assert answer["winners"][0]["stripeTransferId"].startswith("tr_")
        assert answer["winners"][1]["skipCode"] == "no_account"

    def test_it_can_be_narrowed_and_says_what_it_leaves_out(self, a_partner: Partner) -> None:
        settle(a_partner)

        assert "and 1 more" in said("payout_job", "SET-1", "--limit", "2")
        assert answer_of("payout_job", "SET-1", "--limit", "2")["winnersLeftOut"] == 1
        assert len(answer_of("payout_job", "SET-1", "--winner", "user-2")["winners"]) == 1
        assert answer_of("payout_job", "SET-1", "--state", "completed")["winners"] == []
        assert "such as 50" in str(refusal_of("payout_job", "SET-1", "--limit", "0"))

    def test_a_settlement_of_two_partners_must_be_named_by_id(
        self, a_partner: Partner, moved: MovedClock
    ) -> None:
        job = settle(a_partner).job
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())
        a_stripe_account(other, number="OTHER")
        settle(other)

        assert str(job.pk) in str(refusal_of("payout_job", "SET-1"))
        assert answer_of("payout_job", str(job.pk))["partner"] == str(a_partner.pk)
        assert "neither" in str(refusal_of("payout_job", "SET-9"))


class TestVerbs:
    def test_a_job_is_cancelled_and_complete(self, a_partner: Partner) -> None:
        job = settle(a_partner).job

        answer = answer_of("cancel_payout_job", "SET-1", "--reason", REASON)

        assert (answer["total"], answer["done"], answer["skipped"]) == (3, 3, {})
        job.refresh_from_db()
        assert job.status == "complete"

    def test_one_winner_can_be_named(self, a_partner: Partner) -> None:
        job = settle(a_partner).job

        said("cancel_payout_job", "SET-1", "--winner", "user-2", "--reason", REASON)

        assert {user: row.status for user, row in payouts(job).items()} == {
            "user-1": "queued", "user-2": "cancelled", "user-3": "queued",
        }  # fmt: skip
        assert "no winner of SET-1" in str(
            refusal_of("cancel_payout_job", "SET-1", "--winner", "user-9", "--reason", REASON)
        )

    def test_a_dry_run_counts_and_changes_nothing(self, a_partner: Partner) -> None:
        job = settle(a_partner).job

        text = said("cancel_payout_job", "SET-1", "--dry-run")

        assert "3 payouts, USD 100.00, would be cancelled" in text
        assert {row.status for row in payouts(job).values()} == {"queued"}

    def test_without_a_reason_nothing_is_done(self, a_partner: Partner) -> None:
        settle(a_partner)

        error = refusal_of("cancel_payout_job", "SET-1")

        assert ("--reason" in str(error), error.returncode) == (True, 2)
        assert not DisbursementRequest.objects.filter(status="cancelled").exists()

    def test_a_failed_winner_is_forced_and_paid(self, wire: Wire, a_partner: Partner) -> None:
        receiving(wire, a_partner, "user-1")
        open_account(wire, account_of("user-1"), refusal="action_blocked")
        job = settle(a_partner, {"user-1": "1"}).job
        said("run_payouts")
        assert payouts(job)["user-1"].status == "parked"
        open_account(wire, account_of("user-1"), refusal="")

        answer = answer_of("retry_payout_job", "SET-1", "--reason", REASON)
        said("run_payouts", "--job", "SET-1")

        assert answer["done"] == 1
        assert payouts(job)["user-1"].status == "completed"
        assert DisbursementRetryLog.objects.count() == 2
        with pytest.raises(CommandError, match="stands so"):
            said("retry_payout_job", "SET-1", "--force", "--reason", REASON)


class TestWhoMay:
    @pytest.mark.parametrize(
        "arguments",
        [("payout_jobs",), ("payout_job", "SET-1"),
         ("cancel_payout_job", "SET-1", "--reason", REASON),
         ("retry_payout_job", "SET-1", "--reason", REASON), ("run_payouts",)],
    )  # fmt: skip
    def test_a_person_without_the_permission_may_not(
        self, a_partner: Partner, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch,
        stripe: Shortcode,
    ) -> None:  # fmt: skip
        settle(a_partner)
        monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
        user = a_person("vault.view_partner")

        refused = refusal_of(*arguments, "--as", user.username)

        assert "permission" in str(refused) or "operator" in str(refused)

    def test_a_partners_own_staff_see_their_jobs_alone(
        self, a_partner: Partner, moved: MovedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settle(a_partner, {"254700000001": "1"})
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())
        monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
        own = a_person("disbursements.view_payoutjob", partner=a_partner).username
        theirs = a_person("disbursements.view_payoutjob", partner=other).username

        assert answer_of("payout_jobs", "--as", theirs)["jobs"] == []
        assert "neither" in str(refusal_of("payout_job", "SET-1", "--as", theirs))
        assert len(answer_of("payout_jobs", "--as", own)["jobs"]) == 1
        assert "254700000001" not in said("payout_job", "SET-1", "--as", own)
