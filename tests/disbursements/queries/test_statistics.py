"""The desk's figures: of whom, of which days, and what each of them counts."""

from datetime import timedelta
from typing import Any

import pytest

from disbursements.models import DisbursementRequest
from disbursements.operations.tallies import fold
from disbursements.queries import statistics
from disbursements.queries.tallied import newest_of_codes, parked_causes
from disbursements.states import DisbursementStatus
from tests.disbursements.conftest import Reports
from tests.wire import MovedClock
from vault.models import Partner

PAID, PERMANENT = "UKL10000", "2040"


@pytest.fixture(params=["as written", "folded"])
def put_together(request: Any) -> Any:
    """Whether the tallies are folded before they are read: the figures are the same."""
    return fold if request.param == "folded" else lambda: 0


@pytest.fixture
def days(moved: MovedClock) -> dict[str, Any]:
    """The whole day on which the tests stand, of everybody."""
    today = moved().date()
    return {"partners": None, "first_day": today, "last_day": today}


class TestOverview:
    def test_it_counts_statuses_and_money(
        self, sent: Any, reports: Reports, days: Any, put_together: Any
    ) -> None:
        reports.paid(sent("00001", amount="100"))
        reports.paid(sent("00002", amount="250"), receipt="UKL1000002")
        sent("00003", amount="40")
        put_together()

        overview = statistics.overview(**days)

        assert (overview.total, overview.successful, overview.failed) == (3, 2, 0)
        assert (overview.today, overview.today_successful) == (3, 2)
        assert [(line.status, line.count, line.amount_minor) for line in overview.money] == [
            ("completed", 2, 35_000), ("accepted", 1, 4_000),
        ]  # fmt: skip

    def test_what_waits_is_of_any_day(
        self, sent: Any, pay: Any, days: Any, moved: MovedClock, put_together: Any
    ) -> None:
        row = sent()
        _set(row, status="retrying", next_retry_at=moved() + timedelta(minutes=5))
        unknown = sent("00002")
        _set(unknown, status="unknown", person_needed_at=moved())
        parked = pay("00003", amount="70")
        _set(parked, status="parked", parked_cause="b2c:1:600111")
        put_together()
        moved.forward(hours=72)

        overview = statistics.overview(
            partners=None, first_day=moved().date(), last_day=moved().date()
        )

        assert (overview.total, overview.today) == (0, 0)
        assert (overview.waiting, overview.waiting_next_at) == (1, row.next_retry_at)
        assert (overview.unknown, overview.unknown_oldest_at) == (1, unknown.status_at)
        assert overview.person == 1
        assert [(each.cause, each.count, each.totals) for each in overview.parked] == [
            ("b2c:1:600111", 1, {"KES": 7_000})
        ]

    def test_another_partner_counts_nothing(
        self, sent: Any, reports: Reports, days: Any, a_partner: Partner
    ) -> None:
        reports.paid(sent())

        theirs = statistics.overview(**days | {"partners": frozenset({a_partner.pk})})
        others = statistics.overview(**days | {"partners": frozenset()})

        assert (theirs.total, others.total) == (1, 0)
        assert (others.waiting_next_at, others.unknown_oldest_at, others.person) == (None, None, 0)

    def test_days_are_those_of_nairobi(self, pay: Any, moved: MovedClock) -> None:
        moved.forward(hours=13, minutes=30)  # 00:30 on the 22nd in Nairobi, 21:30 in UTC
        pay()
        day = moved().date() + timedelta(days=1)

        of_that_day = statistics.overview(partners=None, first_day=day, last_day=day)

        assert of_that_day.total == of_that_day.today == 1


class TestPerDay:
    def test_success_without_and_with_retry(self, pay: Any, days: Any, put_together: Any) -> None:
        _end(pay("00001"), "completed", attempts_made=1)
        _end(pay("00002"), "completed", attempts_made=3)
        _end(pay("00003"), "failed", attempts_made=4)
        _end(pay("00004"), "failed", attempts_made=1)
        pay("00005")
        put_together()

        before, today = statistics.per_day(
            **days | {"first_day": days["first_day"] - timedelta(days=1)}
        )

        assert (before.instructed, before.finished, before.first_try_bps) == (0, 0, None)
        assert (today.instructed, today.finished) == (5, 4)
        assert (today.paid_first_try, today.paid_after_retry, today.failed) == (1, 1, 2)
        assert (today.first_try_bps, today.in_the_end_bps) == (2_500, 5_000)


class TestBreakdowns:
    def test_codes_say_how_many_stand_with_them(
        self, pay: Any, days: Any, moved: MovedClock, put_together: Any
    ) -> None:
        _end(pay("00001"), "failed", failure_code="2040")
        moved.forward(minutes=5)
        last = pay("00002", amount="10")
        _end(last, "failed", failure_code="2040")
        _set(pay("00003"), status="parked", parked_cause="b2c:1:600111", failure_code="1")
        put_together()

        first, second = statistics.per_code(**days)

        assert (first.code, first.count, first.failed) == ("2040", 2, 2)
        assert (first.totals, first.last_at) == ({"KES": 126_000}, last.created_at)
        assert (second.code, second.count, second.failed) == ("1", 1, 0)

    def test_partners_and_shortcodes_have_their_names(
        self, pay: Any, days: Any, a_partner: Partner, put_together: Any
    ) -> None:
        _end(pay("00001"), "completed")
        _end(pay("00002"), "failed")
        put_together()

        of_partner, of_shortcode = (
            statistics.per_partner(**days)[0], statistics.per_shortcode(**days)[0],
        )  # fmt: skip

        assert (of_partner.id, of_partner.name) == (a_partner.pk, "Umoja Example Ltd")
        assert of_shortcode.name == "600111"
        for share in (of_partner, of_shortcode):
            assert (share.count, share.successful, share.failed) == (2, 1, 1)
            assert share.totals == {"KES": 250_000}

    def test_times_fall_into_their_buckets(
        self, pay: Any, days: Any, moved: MovedClock, put_together: Any
    ) -> None:
        for digits, minutes in {"00001": 1, "00002": 2, "00003": 60, "00004": 3_000}.items():
            row = pay(digits)
            _end(row, "completed", completed_at=row.created_at + timedelta(minutes=minutes))
        put_together()

        buckets = statistics.time_to_paid(**days)

        assert [bucket.count for bucket in buckets] == [1, 1, 0, 1, 0, 1]
        assert [bucket.label for bucket in buckets if bucket.has_median] == ["5 minutes"]
        assert [bucket.minutes for bucket in buckets] == [1, 5, 15, 60, 1440, None]


class TestCodeSightings:
    def test_they_count_attempts_and_know_the_last(
        self, sent: Any, reports: Reports, moved: MovedClock, put_together: Any
    ) -> None:
        reports.failed(sent("00001"), PERMANENT)
        moved.forward(minutes=7)
        reports.failed(sent("00002"), PERMANENT)
        reports.paid(sent("00003"))
        put_together()

        (sighting,) = statistics.code_sightings()

        assert (sighting.code, sighting.count) == (PERMANENT, 2)
        assert sighting.last_at == moved()


class TestNumberOfQueries:
    """A thousand codes or causes are read by as many statements as one."""

    def test_it_does_not_grow_with_the_codes(
        self, pay: Any, days: Any, put_together: Any, django_assert_num_queries: Any
    ) -> None:
        for number in range(6):
            _end(pay(f"{number:05}"), "failed", failure_code=f"20{number}")
        put_together()

        with django_assert_num_queries(2):
            codes = statistics.per_code(**days)

        assert len(codes) == 6
        assert all(code.last_at for code in codes)

    def test_nor_with_the_codes_of_attempts(
        self, sent: Any, reports: Reports, put_together: Any, django_assert_num_queries: Any
    ) -> None:
        for number in range(3):
            reports.failed(sent(f"{number:05}"), f"900{number}")
        put_together()

        with django_assert_num_queries(1):
            sightings = statistics.code_sightings()

        assert [sighting.code for sighting in sightings] == ["9000", "9001", "9002"]

    def test_causes_are_those_that_payouts_wait_for_now(
        self, pay: Any, put_together: Any, django_assert_num_queries: Any
    ) -> None:
        for number in range(4):
            row = pay(f"{number:05}")
            _set(row, status="parked", parked_cause=f"cause {number}")
        _set(row, status="failed", parked_cause="")
        put_together()

        with django_assert_num_queries(1):
            causes = parked_causes(None)

        assert causes == ["cause 0", "cause 1", "cause 2"]


class TestNewestOfCodes:
    def test_it_is_the_partners_own(
        self, pay: Any, days: Any, moved: MovedClock, a_partner: Partner
    ) -> None:
        row = pay("00001")
        _end(row, "failed", failure_code="2040")
        given = {"shortcode_id": None, "first_day": days["first_day"]}

        mine = newest_of_codes({"2040": moved().date()}, partners=[a_partner.pk], **given)
        others = newest_of_codes({"2040": moved().date()}, partners=[], **given)

        assert mine == {"2040": row.created_at}
        assert others == {"2040": None}


def _end(row: DisbursementRequest, status: str, **changes: Any) -> None:
    """As the engine leaves it, without living through it."""
    if status == DisbursementStatus.COMPLETED:
        changes = {"receipt": f"{PAID}{row.msisdn[-4:]}", "completed_at": row.created_at} | changes
    _set(row, status=status, **{"attempts_made": 1, **changes})


def _set(row: DisbursementRequest, **changes: Any) -> None:
    DisbursementRequest.objects.filter(pk=row.pk).update(**changes)
    row.refresh_from_db()
