"""Payout jobs at the desk: the list, the page of a job with its winners, what is done to them."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from disbursements.models import Pause, PayoutJob
from disbursements.operations import bulk, follow_jobs, job_verbs
from disbursements.states import PAYOUT_JOB_MEANINGS
from tests.paid_out import SOMEBODY, WON, not_sent, paid_out, row_of, work
from tests.striping import set_balance
from tests.winners import a_payout_job, a_stripe_account, an_account
from tests.wire import MovedClock, Wire
from vault.models import Partner

JOBS = "admin:disbursements_payoutjob"
WINNERS = "/admin/disbursements/payouttransfer/"
LOOK = (
    "disbursements.view_payoutjob", "disbursements.view_payouttransfer",
    "disbursements.view_disbursementrequest",
)  # fmt: skip


@pytest.fixture
def job(wire: Wire, a_partner: Partner) -> PayoutJob:
    """One winner in each state."""
    return paid_out(wire, a_partner)


def listed(desk: Client, query: str = "") -> str:
    return desk.get(f"{reverse(f'{JOBS}_changelist')}{query}").content.decode()


def page_of(desk: Client, job: PayoutJob, query: str = "") -> str:
    return desk.get(f"{reverse(f'{JOBS}_change', args=[job.pk])}{query}").content.decode()


class TestTheList:
    def test_each_job_has_its_figures_and_totals_stand_above(
        self, desk: Client, job: PayoutJob
    ) -> None:
        page = listed(desk)

        for text in ("SET-2026-11-21", "cup-2026", "USD 190.00", "7 winners", "2 of 7",
                     "1 not paid", "2 waiting for the account", "2 open"):  # fmt: skip
            assert text in page
        assert "To be paid" in page

    def test_totals_of_two_currencies_are_not_mixed(self, desk: Client, job: PayoutJob) -> None:
        an_account(job.partner, "user-jpy")
        a_payout_job(job.partner, {"user-jpy": 5000}, currency="JPY")

        assert "JPY 5,000 + USD 190.00" in listed(desk)

    @pytest.mark.parametrize(
        ("query", "is_there"),
        [
            ("?open=yes", True), ("?open=no", False), ("?late=yes", False),
            ("?with=failed_terminal", True), ("?with=waiting", True), ("?status=pending", False),
            ("?currency=USD", True), ("?currency=EUR", False), ("?contest=cup-2026", True),
            ("?when=today", True), ("?when=yesterday", False),
        ],
    )  # fmt: skip
    def test_filters_live_in_the_address_and_show_as_chips(
        self, query: str, is_there: bool, desk: Client, job: PayoutJob
    ) -> None:
        page = listed(desk, query)

        assert ("SET-2026-11-21" in page) is is_there
        assert "Clear all" in page

    def test_one_that_is_late_is_found(
        self, desk: Client, job: PayoutJob, moved: MovedClock
    ) -> None:
        moved.forward(hours=25)

        assert "SET-2026-11-21" in listed(desk, "?late=yes")

    def test_a_filter_that_cannot_be_read_shows_nothing_and_says_so(
        self, desk: Client, job: PayoutJob
    ) -> None:
        page = listed(desk, "?with=nonsense")

        assert "No row is shown" in page
        assert "USD 190.00" not in page

    @pytest.mark.parametrize("term", ["SET-2026-11-21", "cup-2026", "FAILED", "acct_FAILED"])
    def test_a_search_with_one_hit_opens_it(self, term: str, desk: Client, job: PayoutJob) -> None:
        answer = desk.get(f"{reverse(f'{JOBS}_changelist')}", {"q": term})

        assert answer.status_code == 302
        assert str(job.pk) in answer.headers["Location"]

    def test_nothing_yet_says_how_jobs_arrive(self, desk: Client) -> None:
        assert "They arrive by the API" in listed(desk)

    def test_more_jobs_are_no_more_queries(
        self, desk: Client, job: PayoutJob, queries_of: Callable[..., int]
    ) -> None:
        few = queries_of(desk, reverse(f"{JOBS}_changelist"))
        for number in range(12):
            an_account(job.partner, f"more-{number}")
            a_payout_job(job.partner, {f"more-{number}": 100})

        assert queries_of(desk, reverse(f"{JOBS}_changelist")) == few


class TestTheJob:
    def test_it_says_how_far_it_is_in_counts_and_amounts(
        self, desk: Client, job: PayoutJob
    ) -> None:
        page = page_of(desk, job)

        for text in ("USD 190.00", PAYOUT_JOB_MEANINGS["processing"], "2 of 7", "42 % have ended",
                     "USD 90.00", "USD 30.00", "USD 25.00", "USD 20.00"):  # fmt: skip
            assert text in page
        assert 'role="progressbar"' in page

    def test_each_winner_has_state_and_reason(self, desk: Client, job: PayoutJob) -> None:
        page = page_of(desk, job)

        for user_id in WON:
            assert f"<span>{user_id}</span>" in page
        assert "this user has no connected account yet" in page
        assert "acct_UNKNOWN" in page

    def test_what_a_person_must_put_right_does_not_go_on_by_itself(
        self, desk: Client, wire: Wire, a_partner: Partner
    ) -> None:
        job = paid_out(wire, a_partner)
        set_balance(wire, 0)
        poor = a_payout_job(job.partner, {"PAID": 700}, settlement_id="SET-P", contest_id="poor")
        work(wire)

        page = page_of(desk, poor)

        assert "For 1 the cause must be put right first" in page
        assert "it goes on by itself" not in page
        retry = desk.get(reverse(f"{JOBS}_retry", args=[poor.pk])).content.decode()
        assert "This is off for winners of SET-P: 1: a pause covers it" in retry
        pauses = desk.get(reverse("admin:disbursements_pause_changelist")).content.decode()
        assert "Shortcode STRIPE" in pauses
        pause = reverse("admin:disbursements_pause_change", args=[Pause.objects.get().pk])
        assert "It ends by itself once the balance" in desk.get(pause).content.decode()

    def test_nobody_is_told_to_retry_who_was_cancelled(self, desk: Client, job: PayoutJob) -> None:
        other = not_sent(job.partner)
        run = job_verbs.cancel_job(
            job_id=other.pk, reason="withdrawn by us", caller=SOMEBODY, at=clock.now()
        )
        bulk.work(run_id=run.pk)
        follow_jobs.follow_jobs(job_id=other.pk)

        page = page_of(desk, other)

        assert "Nothing by itself. 1 winner is cancelled." in page
        assert "then retry" not in page

    def test_skips_come_with_what_to_do(self, desk: Client, job: PayoutJob) -> None:
        page = page_of(desk, job)

        assert "This user has no connected account yet" in page
        assert "Have the user connect an account" in page
        assert "Ask the user to finish what Stripe still wants to know" in page

    @pytest.mark.parametrize(
        ("query", "users"),
        [
            ("?state=completed", {"PAID", "PART-BACK"}), ("?state=failed_terminal", {"FAILED"}),
            ("?waits=yes", {"INACTIVE", "NO-ACCOUNT"}), ("?skip=no_account", {"NO-ACCOUNT"}),
            ("?state=processing,retryable", {"UNKNOWN", "RETRYING"}), ("?q=NO-", {"NO-ACCOUNT"}),
            ("?returned=yes", set()),
        ],
    )  # fmt: skip
    def test_its_winners_are_narrowed(
        self, query: str, users: set[str], desk: Client, job: PayoutJob
    ) -> None:
        answer = desk.get(f"{reverse(f'{JOBS}_change', args=[job.pk])}{query}", follow=False)

        if answer.status_code == 302:
            [user_id] = users
            assert str(row_of(user_id).pk) in answer.headers["Location"]
            return
        found = {row.user_id for row in answer.context["cl"].result_list}
        assert found == users

    def test_a_winner_leads_to_the_payout(self, desk: Client, job: PayoutJob) -> None:
        row = row_of("PAID")
        payout = reverse("admin:disbursements_disbursementrequest_change", args=[row.pk])

        assert f'href="{payout}"' in page_of(desk, job)
        answer = desk.get(f"{WINNERS}{row.pk}/change/")
        assert answer.headers["Location"] == payout

    def test_the_figures_alone_are_read_again(self, desk: Client, job: PayoutJob) -> None:
        answer = desk.get(reverse(f"{JOBS}_progress", args=[job.pk]))

        assert 'data-running="yes"' in answer.content.decode()
        assert "<html" not in answer.content.decode()

    def test_more_winners_are_no_more_queries(
        self, desk: Client, a_partner: Partner, wire: Wire, queries_of: Callable[..., int]
    ) -> None:
        a_stripe_account(a_partner)
        few = a_payout_job(a_partner, {"one": 100, "two": 200})
        many = a_payout_job(a_partner, {f"user-{number}": 100 for number in range(40)})

        counts = [
            queries_of(desk, reverse(f"{JOBS}_change", args=[job.pk])) for job in (few, many)
        ]

        assert counts[0] == counts[1]


class TestWinnersOfAllJobs:
    def test_they_are_listed_with_their_settlement(self, desk: Client, job: PayoutJob) -> None:
        not_sent(job.partner)

        page = desk.get(WINNERS).content.decode()

        assert "SET-2026-11-21" in page
        assert "SET-2026-11-22" in page

    def test_there_is_no_verb_over_several_jobs(self, desk: Client, job: PayoutJob) -> None:
        assert 'name="action"' not in desk.get(WINNERS).content.decode()

    @pytest.mark.parametrize("term", ["PAID", "acct_PAID", "50.00", "USD 50"])
    def test_a_winner_is_found(self, term: str, desk: Client, job: PayoutJob) -> None:
        answer = desk.get(WINNERS, {"q": term})

        assert str(row_of("PAID").pk) in answer.headers["Location"]

    def test_a_transfer_id_finds_its_winner(self, desk: Client, job: PayoutJob) -> None:
        row = row_of("PAID")

        answer = desk.get(WINNERS, {"q": row.receipt})

        assert str(row.pk) in answer.headers["Location"]
