"""The figures of payout jobs, the lists of jobs and of winners."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disbursements.models import DisbursementRequest, PayoutTransfer
from disbursements.queries import payout_jobs
from disbursements.queries.selection import BadSelection
from disbursements.states import DisbursementStatus, TransferStatus
from tests.contests import many_wins, settle
from tests.wire import MovedClock
from vault.models import Partner

pytestmark = pytest.mark.usefixtures("stripe")
S = DisbursementStatus


class TestFigures:
    def test_they_count_every_state_with_its_amount(
        self, a_partner: Partner, moved: MovedClock
    ) -> None:
        job = settle(a_partner, {f"user-{number}": f"{number}" for number in range(1, 9)}).job
        ids = list(payout_jobs.winners(job).values_list("pk", flat=True))
        paid = {"receipt": "tr_1", "completed_at": moved()}
        for pk, changes in zip(ids, (
            {"status": S.SENDING, "lease_until": moved()}, {"status": S.UNKNOWN},
            {"status": S.RETRYING, "next_retry_at": moved()},
            {"status": S.PARKED, "parked_cause": "stripe:account_left"},
            {"status": S.COMPLETED, "returned_minor": 100} | paid,
            {"status": S.CANCELLED}, {"status": S.HELD},
        ), strict=False):  # fmt: skip
            DisbursementRequest.objects.filter(pk=pk).update(**changes)
        PayoutTransfer.objects.filter(pk=ids[3]).update(
            skip_code="account_left", skipped_at=moved()
        )
        PayoutTransfer.objects.filter(pk__in=[ids[5], ids[6]]).update(
            skip_code="no_account", skipped_at=moved()
        )

        found = payout_jobs.figures([job.pk])[job.pk]

        shares = {state: (each.count, each.amount_minor) for state, each in found.states.items()}
        assert shares == {
            TransferStatus.PENDING: (2, 1_500), TransferStatus.PROCESSING: (2, 300),
            TransferStatus.RETRYABLE: (2, 700), TransferStatus.COMPLETED: (1, 500),
            TransferStatus.FAILED_TERMINAL: (1, 600),
        }  # fmt: skip
        assert found.skipped == {"account_left": 1, "no_account": 1}
        assert (found.returned_minor, found.winners.amount_minor) == (100, job.total_minor)
        assert (found.ended.count, found.percent_ended) == (2, 25)
        assert found.payouts["queued"].amount_minor == 800

    def test_of_many_jobs_they_take_one_query(self, a_partner: Partner) -> None:
        jobs = [
            settle(a_partner, many_wins(3), settlement_id=f"S-{n}", contest_id=f"c-{n}").job
            for n in range(4)
        ]

        with CaptureQueriesContext(connection) as queries:
            found = payout_jobs.figures([job.pk for job in jobs])

        assert len(queries) == 1
        assert {each.winners.count for each in found.values()} == {3}

    def test_of_none_they_are_none(self, a_partner: Partner) -> None:
        assert payout_jobs.figures([]) == {}


class TestLists:
    def test_jobs_are_the_partners_own_newest_first(
        self, a_partner: Partner, moved: MovedClock
    ) -> None:
        first = settle(a_partner, {"user-1": "1"}).job
        moved.forward(minutes=1)
        second = settle(a_partner, {"user-2": "1"}, settlement_id="SET-2").job

        assert list(payout_jobs.jobs(partners=None)) == [second, first]
        assert list(payout_jobs.jobs(partners=[a_partner.pk])) == [second, first]
        assert list(payout_jobs.jobs(partners=[])) == []
        assert list(payout_jobs.jobs({"search": "SET-2"}, partners=None)) == [second]

    def test_an_unknown_filter_is_refused(self, a_partner: Partner) -> None:
        with pytest.raises(BadSelection):
            payout_jobs.jobs({"colour": "red"}, partners=None)

    def test_winners_stand_as_in_their_settlement(self, a_partner: Partner) -> None:
        job = settle(a_partner, {"zoe": "1", "abe": "2", "max": "3"}).job

        assert [each.user_id for each in payout_jobs.winners(job)] == ["zoe", "abe", "max"]
        assert not payout_jobs.winners(job, {"state": "completed"}).exists()
