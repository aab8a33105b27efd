"""A storm: whatever happens, a person gets a bounded number of messages, and none is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.alerts import Raised, raise_many
from core.models import Alert, AlertSeverity
from gateways.memory import MemoryNotifier
from reconciliation.models import AlertMessage, AlertRecipient, Finding
from reconciliation.operations.alert_findings import tell
from tests.reconciliation.alerts.conftest import PHONE
from tests.wire import START, MovedClock

pytestmark = pytest.mark.usefixtures("engine_db")
CRITICAL, WARNING = AlertSeverity.CRITICAL, AlertSeverity.WARNING
KINDS = ("amount_mismatch", "status_mismatch", "duplicate", "late")
Told = Callable[[], list[str]]
People = Callable[..., AlertRecipient]


def raised(count: int, at: Any, severity: AlertSeverity = WARNING, kind: str = "k") -> None:
    with transaction.atomic():
        raise_many(
            [Raised(kind=kind, key=str(n), severity=severity, text="t") for n in range(count)],
            at=at,
        )


def ten_thousand_findings() -> list[Finding]:
    return Finding.objects.bulk_create(
        [
            Finding(
                subject_kind="payment", subject_id=str(number), kind=KINDS[number % 4],
                severity="high", status="open", status_at=START, there_name="M-Pesa",
                text=f"Difference {number}", opened_at=START, seen_at=START,
            )
            for number in range(10_000)
        ]
    )  # fmt: skip


class TestFindings:
    def test_ten_thousand_are_told_in_a_handful_of_statements_and_messages(
        self, recipient: People, memory: MemoryNotifier, told: Told
    ) -> None:
        recipient(phone=PHONE)
        rows = ten_thousand_findings()

        with (
            CaptureQueriesContext(connection) as queries,
            transaction.atomic(),
        ):
            tell(opened=rows, cured=[], at=START)
        told()

        assert len([each for each in queries if "SAVEPOINT" not in each["sql"]]) <= 8
        assert sorted(Alert.objects.values_list("kind", "count")) == [
            (f"reconciliation_{kind}", 2500) for kind in sorted(KINDS)
        ]
        assert len(memory.calls) == 2 * len(KINDS)


class TestOtherAlerts:
    def test_two_thousand_are_a_few_messages_an_hour_and_one_of_all_the_others(
        self, recipient: People, memory: MemoryNotifier, told: Told, moved: MovedClock
    ) -> None:
        recipient(phone=PHONE)

        raised(2000, START)
        for _ in range(7):
            told()
            moved.forward(minutes=15)

        texts = [each.text for each in memory.calls if each.to == PHONE]
        assert len(memory.calls) == 2 * 8
        assert sum(text.startswith("And 1,993 more alerts (1,993 medium).") for text in texts) == 1
        kept = AlertMessage.objects.filter(channel="sms", alert__isnull=False)
        assert kept.values("alert").distinct().count() == 2000

    def test_in_every_hour_there_are_ten_messages_at_most_and_one_sum(
        self, recipient: People, memory: MemoryNotifier, told: Told, moved: MovedClock
    ) -> None:
        recipient()
        counts = []

        for hour in range(3):
            before = len(memory.calls)
            for tenth in range(10):
                severity = CRITICAL if tenth % 2 else WARNING
                raised(20, moved(), severity, kind=f"k{hour}-{tenth}")
                told()
                moved.forward(minutes=6)
            counts.append(len(memory.calls) - before)

        assert max(counts) <= 11

    def test_what_is_high_still_comes_through_after_a_storm_of_others(
        self, recipient: People, told: Told, moved: MovedClock
    ) -> None:
        recipient()
        raised(500, moved())
        told()

        raised(1, moved.forward(minutes=5), CRITICAL, kind="credentials_broken")

        assert told() == ["HIGH alert: Credentials broken"]

    def test_what_waits_for_the_next_hour_is_told_then(
        self, recipient: People, told: Told, moved: MovedClock
    ) -> None:
        recipient()
        raised(30, moved())
        told()
        raised(5, moved.forward(minutes=5), kind="later")

        in_this_hour = told()
        moved.forward(minutes=56)
        in_the_next = told()

        assert in_this_hour == []
        assert in_the_next == ["MEDIUM alert: Later"] * 5
