"""Findings become alerts: one for each kind and partner, closed when the last one is cured."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from core import alerts
from core.models import Alert
from reconciliation.models import Finding
from reconciliation.operations.alert_findings import tell
from tests.reconciliation.alerts.conftest import ASHA, REASON
from tests.wire import START, MovedClock
from vault.models import Partner

pytestmark = pytest.mark.usefixtures("engine_db")
Findings = Callable[..., Finding]


def opened(*rows: Finding, at: Any = START) -> None:
    with transaction.atomic():
        tell(opened=rows, cured=[], at=at)


def cured(*rows: Finding, at: Any = START) -> None:
    with transaction.atomic():
        Finding.objects.filter(pk__in=[row.pk for row in rows]).update(status="cured")
        tell(opened=[], cured=rows, at=at)


class TestOneAlert:
    def test_a_hundred_are_one_with_their_count_and_the_newest(
        self, finding: Findings, a_partner: Partner, moved: MovedClock
    ) -> None:
        for _ in range(100):
            opened(finding(partner=a_partner, at=moved.forward(minutes=1)), at=moved())

        alert = Alert.objects.get()
        assert (alert.kind, alert.key) == ("reconciliation_amount_mismatch", str(a_partner.pk))
        assert (alert.count, alert.last_at, alert.severity) == (100, moved(), "critical")
        assert alert.text == (
            "Amounts differ: 100 open of Umoja Example Ltd. The newest: Difference 100"
        )
        newest = Finding.objects.order_by("-opened_at")[:20]
        assert alert.details["findings"] == [str(row.pk) for row in newest]

    def test_kinds_and_partners_and_nobody_are_told_apart(
        self, finding: Findings, a_partner: Partner
    ) -> None:
        opened(
            finding(partner=a_partner), finding(kind="late", partner=a_partner), finding(),
            finding(),
        )  # fmt: skip

        assert sorted(Alert.objects.values_list("kind", "key", "count")) == sorted([
            ("reconciliation_amount_mismatch", str(a_partner.pk), 1),
            ("reconciliation_late", str(a_partner.pk), 1),
            ("reconciliation_amount_mismatch", "nobody", 2),
        ])  # fmt: skip

    def test_it_is_as_bad_as_the_worst_that_is_open(self, finding: Findings) -> None:
        opened(finding(severity="low"))
        before = Alert.objects.get().severity

        bad = finding(severity="high")
        opened(bad)
        worst = Alert.objects.get().severity
        cured(bad)

        after = Alert.objects.get()
        assert (before, worst, after.severity) == ("notice", "critical", "notice")
        assert after.count == 2
        assert after.text == "Amounts differ: 1 open of nobody we know. The newest: Difference 1"


class TestEnd:
    def test_the_last_one_closes_it(self, finding: Findings, moved: MovedClock) -> None:
        first, second = finding(), finding()
        opened(first, second)

        cured(first)
        still_open = Alert.objects.get().closed_at is None
        cured(second, at=moved.forward(minutes=1))

        alert = Alert.objects.get()
        assert still_open
        assert (alert.closed_at, alert.closed_by) == (moved(), "system")

    def test_one_that_a_person_closed_opens_again_with_the_next_difference_only(
        self, finding: Findings
    ) -> None:
        first, second = finding(), finding()
        opened(first, second)
        Alert.objects.update(closed_at=START, closed_by="asha")  # as persons could once

        cured(first)
        quiet = not Alert.objects.filter(closed_at=None).exists()
        opened(finding())

        assert quiet
        assert Alert.objects.get(closed_at=None).details["open"] == 2

    @pytest.mark.parametrize(("minutes", "told_anew"), [(59, False), (61, True)])
    def test_more_of_what_was_acknowledged_is_told_anew_after_an_hour(
        self, finding: Findings, moved: MovedClock, minutes: int, told_anew: bool
    ) -> None:
        opened(finding())
        known = Alert.objects.get()
        alerts.acknowledge(alert_id=known.pk, reason=REASON, caller=ASHA, at=moved())

        opened(finding(), at=moved.forward(minutes=minutes))

        now = Alert.objects.get(closed_at=None)
        assert (now.pk != known.pk, now.acknowledged_at is None) == (told_anew, told_anew)
        assert now.details["open"] == 2

    def test_nothing_to_tell_is_told_without_a_statement(
        self, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(0):
            tell(opened=[], cured=[], at=START)


class TestRaces:
    def test_who_opens_and_who_cures_at_once_agree_in_the_end(
        self, finding: Findings, together: Callable[..., list[Any]]
    ) -> None:
        for _ in range(10):
            old, new = finding(), finding(status="cured")
            opened(old)

            def open_new(row: Finding = new) -> None:
                with transaction.atomic():
                    Finding.objects.filter(pk=row.pk).update(status="open")
                    tell(opened=[row], cured=[], at=START)

            answers = together(open_new, partial(cured, old))

            alert = Alert.objects.get(closed_at=None)
            assert answers == [None, None]
            assert alert.details["findings"] == [str(new.pk)]
            cured(new)
