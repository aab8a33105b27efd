"""The home page's queues of payout jobs: counted for those who may open them, and only theirs."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from disbursements.models import PayoutJob
from tests.paid_out import paid_out, proposed_back
from tests.staff import at_the_desk, superuser
from tests.wire import MovedClock, Wire
from vault.models import Partner, StaffMember
from vault.operations.add_partner import add_partner

LOOK = (
    "disbursements.view_payoutjob", "disbursements.view_payouttransfer",
    "disbursements.view_transferreversal",
)  # fmt: skip
OPEN, WAITING = "Payout jobs not complete", "Winners waiting for their account"
MINE, OTHERS = "My reversals waiting", "Reversals waiting for my approval"


@pytest.fixture
def job(wire: Wire, a_partner: Partner) -> PayoutJob:
    return paid_out(wire, a_partner)


def queues(desk: Client) -> dict[str, Any]:
    return {queue.name: queue for queue in desk.get("/admin/").context["queues"]}


class TestQueues:
    def test_they_count_what_waits_with_its_amount(self, job: PayoutJob) -> None:
        found = queues(superuser())

        assert (found[OPEN].count, found[OPEN].money) == (1, "USD 190.00")
        assert (found[WAITING].count, found[WAITING].money) == (2, "USD 25.00")
        assert found[OTHERS].count == 0

    def test_each_leads_to_the_list_of_just_that(self, job: PayoutJob) -> None:
        desk = superuser()
        found = queues(desk)

        for name, count in ((OPEN, 1), (WAITING, 2)):
            listed = desk.get(found[name].url)
            assert listed.context["cl"].result_count == count

    def test_an_open_job_is_red_after_a_day(self, job: PayoutJob, moved: MovedClock) -> None:
        before = queues(superuser())[OPEN]
        moved.moment += timedelta(hours=25)
        after = queues(superuser())[OPEN]

        assert (before.tone, after.tone) == ("wait", "bad")
        assert "1 for more than 24 h" in after.text

    def test_a_reversal_waits_for_others_and_is_ones_own(self, job: PayoutJob) -> None:
        proposer = User.objects.create_superuser("operator.example", password="x")
        proposed_back(proposer, "PAID", 1_000)
        own = Client()
        own.force_login(proposer)

        assert queues(superuser())[OTHERS].count == 1
        assert (queues(own)[OTHERS].count, queues(own)[MINE].count) == (0, 1)

    def test_who_may_not_approve_is_not_asked_to(self, job: PayoutJob) -> None:
        assert OTHERS not in queues(at_the_desk(*LOOK))

    def test_without_a_job_there_is_no_queue(self, engine_db: None) -> None:
        assert OPEN not in queues(superuser())

    def test_who_may_not_look_sees_none(self, job: PayoutJob) -> None:
        found = queues(at_the_desk("disbursements.view_disbursementrequest"))

        assert not {OPEN, WAITING, OTHERS} & set(found)

    def test_another_partners_staff_see_none(self, job: PayoutJob, moved: MovedClock) -> None:
        stranger = at_the_desk(*LOOK)
        other = add_partner(name="Pamoja Example Ltd", actor="test", at=moved())
        StaffMember.objects.create(user_id=int(stranger.session["_auth_user_id"]), partner=other)

        assert not {OPEN, WAITING, OTHERS} & set(queues(stranger))
