"""What is done to the winners of a payout job at the desk, and by whom."""

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Step
from disbursements.models import BulkRun, PayoutJob
from tests.paid_out import not_sent, paid_out, row_of
from tests.staff import REASON, at_the_desk
from tests.winners import a_payout_job, a_stripe_account, payouts
from tests.wire import MovedClock, Wire
from vault.models import Partner, StaffMember
from vault.operations.add_partner import add_partner

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


def page_of(desk: Client, job: PayoutJob) -> str:
    return desk.get(reverse(f"{JOBS}_change", args=[job.pk])).content.decode()


def listed(desk: Client) -> str:
    return desk.get(reverse(f"{JOBS}_changelist")).content.decode()


def verb(job: PayoutJob, name: str, query: str = "") -> str:
    return f"{reverse(f'{JOBS}_{name}', args=[job.pk])}{query}"


def confirmed(desk: Client, url: str, reason: str = REASON) -> str:
    page = desk.get(url)
    hidden = dict(page.context["hidden"])
    answer = desk.post(url, {**hidden, "reason": reason}, follow=True)
    return answer.content.decode()


class TestWhatIsDone:
    def test_the_whole_job_is_retried_and_what_cannot_be_is_counted(
        self, desk: Client, job: PayoutJob, moved: MovedClock
    ) -> None:
        moved.forward(seconds=1)
        page = desk.get(verb(job, "retry")).content.decode()

        assert "every winner of SET-2026-11-21" in page
        assert "2 skipped: it is paid" in page
        told = confirmed(desk, verb(job, "retry"))
        assert "queued" in told
        run = BulkRun.objects.latest("started_at")
        assert (run.verb, run.reason) == ("retry", REASON)
        assert row_of("FAILED").status == "retrying"

    def test_ticked_winners_alone_are_cancelled(self, desk: Client, job: PayoutJob) -> None:
        ticked = row_of("NO-ACCOUNT")
        sent = desk.post(
            reverse(f"{JOBS}_change", args=[job.pk]),
            {"action": "cancel_winners", "_selected_action": [str(ticked.pk)]},
        )

        told = confirmed(desk, sent.headers["Location"], "The user was disqualified")

        assert "1 cancelled" in told
        assert row_of("NO-ACCOUNT").status == "cancelled"
        assert row_of("INACTIVE").status == "held"
        assert Step.objects.filter(
            subject_id=str(ticked.pk), because__contains="The user was disqualified"
        ).exists()

    def test_all_that_match_a_filter_are_meant(self, desk: Client, job: PayoutJob) -> None:
        waiting = f"{reverse(f'{JOBS}_change', args=[job.pk])}?waits=yes"
        sent = desk.post(
            waiting,
            {
                "action": "cancel_winners", "select_across": "1",
                "_selected_action": [str(row_of("NO-ACCOUNT").pk)],
            },
        )  # fmt: skip

        page = desk.get(sent.headers["Location"]).content.decode()
        confirmed(desk, sent.headers["Location"])

        assert "Cancel 2 payouts — USD 25.00" in page
        assert {row_of("NO-ACCOUNT").status, row_of("INACTIVE").status} == {"cancelled"}

    def test_ids_of_another_job_are_not_touched(self, desk: Client, job: PayoutJob) -> None:
        other = not_sent(job.partner)
        [row] = payouts(other).values()

        page = desk.get(verb(job, "cancel", f"?ids={row.pk}")).content.decode()

        assert "Nothing was changed" in page

    def test_ids_that_are_none_do_not_mean_the_whole_job(
        self, desk: Client, job: PayoutJob
    ) -> None:
        page = desk.get(verb(job, "cancel", "?ids=nonsense")).content.decode()

        assert "No payout is selected" in page

    def test_sending_the_form_twice_is_one_run(self, desk: Client, job: PayoutJob) -> None:
        url = verb(job, "cancel")
        hidden = dict(desk.get(url).context["hidden"])

        for _ in range(2):
            desk.post(url, {**hidden, "reason": REASON})

        assert BulkRun.objects.filter(verb="cancel").count() == 1

    def test_a_failed_one_is_forced(self, desk: Client, job: PayoutJob) -> None:
        told = confirmed(desk, verb(job, "force"))

        assert "1 queued" in told
        assert row_of("FAILED").status == "retrying"

    def test_an_unknown_one_is_looked_up_and_never_retried(
        self, desk: Client, job: PayoutJob
    ) -> None:
        before = row_of("UNKNOWN").ask_at

        told = confirmed(desk, verb(job, "ask"))

        assert "being looked up" in told
        assert row_of("UNKNOWN").status == "unknown"
        assert row_of("UNKNOWN").ask_at != before

    def test_a_job_that_is_done_is_complete_at_once(
        self, desk: Client, a_partner: Partner, wire: Wire
    ) -> None:
        a_stripe_account(a_partner)
        job = a_payout_job(a_partner, {"user-1": 100})

        confirmed(desk, verb(job, "cancel"))

        job.refresh_from_db()
        assert job.status == "complete"


class TestWhoMay:
    @pytest.mark.parametrize("name", ["retry", "force", "cancel", "ask"])
    def test_looking_is_not_acting(self, name: str, job: PayoutJob) -> None:
        viewer = at_the_desk(*LOOK)

        assert viewer.get(verb(job, name)).status_code == 403
        assert "Retry…" not in page_of(viewer, job)

    def test_retrying_a_job_needs_both_permissions(self, job: PayoutJob) -> None:
        without = at_the_desk(*LOOK, "disbursements.retry_disbursementrequest")
        with_both = at_the_desk(
            *LOOK, "disbursements.retry_disbursementrequest", "disbursements.retry_payoutjob"
        )

        assert without.get(verb(job, "retry")).status_code == 403
        assert with_both.get(verb(job, "retry")).status_code == 200

    def test_anothers_jobs_and_winners_are_not_there(
        self, job: PayoutJob, moved: MovedClock
    ) -> None:
        stranger = at_the_desk(*LOOK)
        user_id = int(stranger.session["_auth_user_id"])
        other = add_partner(name="Pamoja Example Ltd", actor="test", at=moved())
        StaffMember.objects.create(user_id=user_id, partner=other)

        assert "SET-2026-11-21" not in listed(stranger)
        assert stranger.get(reverse(f"{JOBS}_change", args=[job.pk])).status_code == 302
        assert stranger.get(reverse(f"{JOBS}_progress", args=[job.pk])).status_code == 404
        assert "PAID" not in stranger.get(WINNERS).content.decode()

    def test_no_row_is_written_by_looking(self, desk: Client, job: PayoutJob) -> None:
        before = Step.objects.count()

        for name in ("retry", "force", "cancel", "ask"):
            desk.get(verb(job, name))
        page_of(desk, job)

        assert Step.objects.count() == before
