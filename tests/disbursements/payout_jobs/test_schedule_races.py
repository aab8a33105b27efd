"""Settlements that are handed in at the same moment, and large ones."""

from collections.abc import Callable
from time import process_time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disbursements.models import DisbursementRequest, PayoutJob, PayoutTransfer, Tally
from disbursements.operations.schedule_payout import (
    BadSettlement,
    ConflictingSettlement,
    Scheduled,
)
from tests.contests import many_wins, settle
from vault.models import Partner, Shortcode


class TestTheSameTwentyTimesAtOnce:
    def test_it_is_one_job(
        self, a_partner: Partner, stripe: Shortcode, together: Callable[..., list[Any]]
    ) -> None:
        wins = many_wins(200)

        done = together(*[lambda: settle(a_partner, wins)] * 20)

        assert {type(each) for each in done} == {Scheduled}
        assert len({each.job.pk for each in done}) == 1
        assert sorted(each.replayed for each in done) == [False] + [True] * 19
        assert PayoutJob.objects.count() == 1
        assert PayoutTransfer.objects.count() == DisbursementRequest.objects.count() == 200


class TestTwoSettlementsWithAWinnerInCommon:
    @pytest.mark.parametrize("_", range(3))
    def test_one_is_a_job_and_the_other_is_refused_with_the_line(
        self, a_partner: Partner, stripe: Shortcode, together: Callable[..., list[Any]], _: int
    ) -> None:
        first = many_wins(150) | {"user-x": "1"}
        second = {"user-x": "1", "user-z": "2"}

        done = together(
            lambda: settle(a_partner, first),
            lambda: settle(a_partner, second, settlement_id="SET-2"),
        )

        (job,) = [each.job for each in done if isinstance(each, Scheduled)]
        (refused,) = [each for each in done if isinstance(each, ConflictingSettlement)]
        line = 151 if job.settlement_id == "SET-2" else 1
        assert [(each.line, each.value) for each in refused.problems] == [(line, "user-x")]
        assert job.settlement_id in str(refused)
        assert list(PayoutJob.objects.all()) == [job]
        assert PayoutTransfer.objects.count() == job.winners_count
        assert DisbursementRequest.objects.count() == job.winners_count

    def test_with_winners_in_opposite_order_neither_waits_for_ever(
        self, a_partner: Partner, stripe: Shortcode, together: Callable[..., list[Any]]
    ) -> None:
        wins = many_wins(300)
        backwards = dict(reversed(wins.items()))

        done = together(
            *[
                lambda number=number, some=some: settle(
                    a_partner, some, settlement_id=f"SET-{number}"
                )
                for number, some in enumerate([wins, backwards] * 3)
            ]
        )

        assert sorted(type(each).__name__ for each in done) == [
            *["ConflictingSettlement"] * 5, "Scheduled",
        ]  # fmt: skip
        assert PayoutTransfer.objects.count() == DisbursementRequest.objects.count() == 300

    def test_winners_are_written_in_the_order_of_their_ids(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        """So that two settlements wait for each other on one side only: no deadlock."""
        settle(a_partner, dict(reversed(many_wins(50).items())))

        with connection.cursor() as cursor:
            cursor.execute("SELECT user_id FROM payout_transfers ORDER BY ctid")
            written = [user_id for (user_id,) in cursor.fetchall()]

        assert written == sorted(written)


class TestLargeSettlements:
    def test_a_thousand_winners_take_as_many_queries_as_one(
        self, a_partner: Partner, stripe: Shortcode
    ) -> None:
        with CaptureQueriesContext(connection) as few:
            settle(a_partner, many_wins(1))

        started_s = process_time()
        with CaptureQueriesContext(connection) as many:
            settle(a_partner, many_wins(1_000), settlement_id="SET-2", contest_id="cup-2")
        took_s = process_time() - started_s

        assert len(many) == len(few)
        assert took_s < 2  # of our own work, whatever else runs here
        assert sum(Tally.objects.values_list("count", flat=True)) == 1_001

    def test_ten_thousand_are_taken(self, a_partner: Partner, stripe: Shortcode) -> None:
        done = settle(a_partner, many_wins(10_000))

        assert done.job.total_minor == 100_000
        assert PayoutTransfer.objects.filter(job=done.job).count() == 10_000

    def test_one_more_is_refused(self, a_partner: Partner, stripe: Shortcode) -> None:
        with pytest.raises(BadSettlement, match=r"1 to 10,000") as refused:
            settle(a_partner, many_wins(10_001))

        assert [each.field for each in refused.value.problems] == ["winners"]
        assert not PayoutJob.objects.exists()
