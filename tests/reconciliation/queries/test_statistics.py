from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Any

import pytest

from core.refusals import Refused
from reconciliation.models import CheckRequest, LiveServer, ReconciliationRun, SubjectKind
from reconciliation.operations.check_many import check_due
from reconciliation.operations.count_checks import bucket_of, count_checks
from reconciliation.operations.request_check import request
from reconciliation.queries.percentiles import of_buckets
from reconciliation.queries.statistics import as_told, history, stats, trend
from tests.watching import TOLD, TableSource, only_source
from tests.wire import MovedClock
from vault.models import Partner
from vault.operations.add_partner import add_partner

LESS = replace(TOLD, amount_minor=100_000)


@pytest.fixture
def checked(a_partner: Partner, moved: MovedClock) -> Iterator[Partner]:
    """Checks of every result, of two partners and of nobody, in three hours."""
    other = add_partner(name="Tumaini Example Ltd", actor="test", at=moved())
    source = TableSource()
    source.say("1", "2", partner_id=a_partner.pk)
    source.say("3", told=LESS, partner_id=a_partner.pk)
    source.say("4", partner_id=other.pk)
    source.say("5")
    source.records["6"] = replace(source.records["5"], subject_id="6", others=())
    source.broken = {"7"}
    with only_source(source):
        for _ in range(3):
            subjects = [(SubjectKind.PAYMENT, each, None) for each in "1234567"]
            request(subjects=subjects, trigger="change", actor="system", at=moved())
            check_due()
            moved.forward(hours=1)
        yield a_partner


class TestSums:
    def test_they_are_those_of_the_runs(self, checked: Partner, moved: MovedClock) -> None:
        found = stats(partners=None, at=moved())

        runs = list(ReconciliationRun.objects.all())
        took = sorted(run.duration_ms for run in runs)
        assert found.total == len(runs) == 21
        assert found.total == found.successful + found.failed + found.discrepancies
        assert found.discrepancies == sum(run.result == "discrepancy" for run in runs) == 3
        assert found.failed == sum(run.result == "error" for run in runs) == 3
        assert found.pending == sum(run.result == "pending" for run in runs) == 3
        assert found.average_ms == round(sum(took) / len(took))
        assert found.p95_ms == took[ceil(len(took) * 0.95) - 1]
        assert found.last_at == max(run.started_at for run in runs)
        assert (found.queue_length, found.retrying, found.active) == (1, 1, 0)

    def test_a_partners_are_theirs(self, checked: Partner, moved: MovedClock) -> None:
        found = stats(partners=[checked.pk], at=moved())

        assert (found.total, found.successful, found.discrepancies) == (9, 6, 3)
        assert (found.failed, found.queue_length) == (0, 0)

    def test_of_nothing_they_are_zero(self, engine_db: None, moved: MovedClock) -> None:
        told = as_told(stats(partners=None, at=moved()))

        assert {told[name] for name in told if name != "lastProcessedAt"} == {0}
        assert told["lastProcessedAt"] is None

    def test_the_documented_names_are_there(self, checked: Partner, moved: MovedClock) -> None:
        told = as_told(stats(partners=None, at=moved()))

        assert list(told)[:9] == [
            "totalProcessed", "successfulReconciliations", "failedReconciliations",
            "discrepanciesDetected", "averageProcessingTime", "activeReconciliations",
            "queueLength", "connectedClients", "lastProcessedAt",
        ]  # fmt: skip

    def test_who_listens_and_what_works_is_counted(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        long_ago = moved() - timedelta(minutes=5)
        for clients, seen_at in ((3, moved()), (4, moved()), (9, moved() - timedelta(minutes=1))):
            LiveServer.objects.create(
                name="here", clients=clients, started_at=long_ago, seen_at=seen_at
            )  # fmt: skip
        request(
            subjects=[("payment", "1", None), ("payment", "2", None)], trigger="change",
            actor="system", at=moved() - timedelta(seconds=40),
        )  # fmt: skip
        CheckRequest.objects.filter(subject_id="1").update(
            lease_ends_at=moved() + timedelta(minutes=1)
        )

        found = stats(partners=None, at=moved())

        assert (found.clients, found.uptime_s) == (7, 300)
        assert (found.active, found.queue_length, found.oldest_waits_s) == (1, 1, 40)


class TestHistory:
    def test_every_hour_is_there_also_without_checks(
        self, checked: Partner, moved: MovedClock
    ) -> None:
        begun = moved() - timedelta(hours=4)

        found = history(partners=None, by="hour", since=begun, until=moved())

        assert [each.total for each in found] == [0, 7, 7, 7]
        assert found[1].as_told()["discrepancy"] == 1

    def test_a_day_is_one_of_nairobi(self, checked: Partner, moved: MovedClock) -> None:
        found = history(
            partners=[checked.pk], by="day", since=moved() - timedelta(days=1), until=moved()
        )

        assert [each.total for each in found] == [0, 9]
        assert found[1].since.isoformat() == "2026-11-21T00:00:00+03:00"

    def test_a_span_is_compared_with_the_one_before(
        self, checked: Partner, moved: MovedClock
    ) -> None:
        now = moved()

        found = trend(partners=None, since=now - timedelta(hours=2), until=now)

        assert (found.now.total, found.before.total) == (14, 7)
        assert (found.change_percent(), found.change_percent("none")) == (100, None)

    @pytest.mark.parametrize(("by", "days"), [("week", 1), ("hour", 50)])
    def test_what_is_too_much_or_unknown_is_refused(
        self, by: str, days: int, moved: MovedClock
    ) -> None:
        begun = moved() - timedelta(days=days)

        with pytest.raises(Refused, match="such as"):
            history(partners=None, by=by, since=begun, until=moved())


class TestBuckets:
    @pytest.mark.parametrize(("took", "bucket"), [(0, 0), (2, 0), (3, 1), (5_000, 9), (5_001, 10)])
    def test_a_duration_is_in_the_first_that_holds_it(self, took: int, bucket: int) -> None:
        assert bucket_of(took) == bucket

    def test_percentiles_are_the_bounds_that_hold_so_many(self) -> None:
        assert of_buckets({0: 50, 1: 45, 9: 4, 10: 1}) == (2, 5, 5_000)
        assert of_buckets({}) == (0, 0, 0)

    def test_many_who_count_at_once_lose_nothing(
        self, engine_db: None, moved: MovedClock, together: Any
    ) -> None:
        def count() -> None:
            for _ in range(10):
                count_checks([
                    ReconciliationRun(
                        subject_kind=kind, subject_id="1", result="matched",
                        started_at=moved(), duration_ms=took, waited_ms=0,
                    )
                    for kind in ("payment", "loan")
                    for took in (1, 9)
                ])  # fmt: skip

        answers = together(*[count] * 4)

        assert answers == [None] * 4
        assert stats(partners=None, at=moved()).total == 160
