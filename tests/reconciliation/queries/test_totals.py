"""All checks since the beginning: what is long over is summed once, and nothing is lost by it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from reconciliation.models import ReconciliationTally
from reconciliation.operations.prune import prune
from reconciliation.queries import totals as kept
from reconciliation.queries.totals import Totals, totals
from tests.wire import START
from vault.models import Partner

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 19, 21, tzinfo=UTC)  # in Nairobi that of the 20th: yesterday

pytestmark = pytest.mark.usefixtures("engine_db")


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    kept._over.clear()
    yield
    kept._over.clear()


def tally(
    hour: datetime, *, result: str = "matched", count: int = 1, partner: Partner | None = None
) -> ReconciliationTally:
    return ReconciliationTally.objects.create(
        hour=hour, partner=partner, subject_kind="payment", result=result, bucket=0, count=count,
        duration_ms=10 * count, last_at=hour + timedelta(minutes=5),
    )  # fmt: skip


def asked_again(at: datetime) -> tuple[Totals, bool]:
    """What is told now, and whether what is long over was read for it."""
    with CaptureQueriesContext(connection) as seen:
        found = totals(partners=None, at=at)
    return found, any('"hour" <' in query["sql"] for query in seen)


class TestSum:
    def test_it_is_of_every_hour_before_and_after_the_line(self, a_partner: Partner) -> None:
        tally(START - 90 * DAY, count=7)
        tally(MIDNIGHT - timedelta(hours=1), result="error", count=5)
        tally(MIDNIGHT, result="pending", count=3, partner=a_partner)
        tally(START, count=2)

        found = [totals(partners=None, at=START) for _ in range(2)]

        assert found[0] == found[1]
        assert found[0].counts == {"matched": 9, "error": 5, "pending": 3}
        assert (found[0].total, found[0].took_ms) == (17, 170)
        assert found[0].last_at == START + timedelta(minutes=5)

    def test_each_scope_has_its_own(self, a_partner: Partner) -> None:
        tally(START - 9 * DAY, count=7)
        tally(START - 9 * DAY, count=3, partner=a_partner)

        every, theirs, nobodys = (
            totals(partners=scope, at=START).total for scope in (None, [a_partner.pk], [])
        )

        assert (every, theirs, nobodys) == (10, 3, 0)

    def test_of_nothing_it_is_nothing(self) -> None:
        assert totals(partners=None, at=START) == Totals()


class TestReadOnce:
    def test_what_is_long_over_is_not_read_again_and_what_is_new_is(self) -> None:
        tally(START - 9 * DAY, count=7)
        newest = tally(MIDNIGHT, count=1)
        first = asked_again(START)
        ReconciliationTally.objects.filter(pk=newest.pk).update(count=F("count") + 4)

        second = asked_again(START + timedelta(hours=1))

        assert (first[0].total, first[1]) == (8, True)
        assert (second[0].total, second[1]) == (12, False)

    def test_the_next_day_is_summed_anew(self) -> None:
        tally(START - 9 * DAY, count=7)
        tally(MIDNIGHT, count=1)
        asked_again(START)

        found, is_read = asked_again(START + DAY)

        assert (found.total, is_read) == (8, True)

    def test_another_table_is_not_taken_for_the_one_before(self) -> None:
        tally(START - 9 * DAY, count=7)
        asked_again(START)
        ReconciliationTally.objects.all().delete()
        tally(START - 9 * DAY, count=4)

        found, is_read = asked_again(START)

        assert (found.total, is_read) == (4, True)

    def test_pruning_changes_no_sum(self) -> None:
        for hours in range(30):
            tally(START - 120 * DAY + timedelta(hours=hours), count=2)
        tally(START - 9 * DAY, count=7)
        before = asked_again(START)[0]

        prune(at=START)

        assert ReconciliationTally.objects.count() < 31
        assert asked_again(START)[0] == before

    def test_not_more_scopes_are_kept_than_there_may_be(
        self, a_partner: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(kept, "SCOPES_MAX", 1)
        tally(START - 9 * DAY, count=7)

        for scope in (None, [a_partner.pk], None):
            totals(partners=scope, at=START)

        assert len(kept._over) == 1
