"""Who is told of which alert: by severity, channel and hour; each once; never of what is over."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from core import alerts
from core.models import Alert, AlertSeverity
from gateways.errors import Unreachable
from gateways.memory import MemoryNotifier, NoticeScript
from reconciliation.models import AlertMessage, AlertRecipient
from reconciliation.operations import alert_recipients
from tests.reconciliation.alerts.conftest import ASHA, EMAIL, PHONE, REASON
from tests.wire import MovedClock

pytestmark = pytest.mark.usefixtures("engine_db")
CRITICAL, WARNING, NOTICE = AlertSeverity.CRITICAL, AlertSeverity.WARNING, AlertSeverity.NOTICE
Told = Callable[[], list[str]]
People = Callable[..., AlertRecipient]


class TestWhat:
    def test_an_alert_is_told_once_however_often_it_is_met(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock
    ) -> None:
        recipient()

        raised()
        first = told()
        for _ in range(100):
            raised()
        moved.forward(hours=2)
        later = told()

        assert first == ["MEDIUM alert: Float low"]
        assert later == []
        assert Alert.objects.get().count == 101

    def test_it_is_told_again_when_it_gets_worse_and_not_when_it_gets_better(
        self, recipient: People, raised: Callable[..., Alert], told: Told
    ) -> None:
        recipient()
        raised()
        told()

        raised(severity=CRITICAL)
        worse = told()
        Alert.objects.update(severity=NOTICE)
        better = told()
        Alert.objects.update(severity=CRITICAL)
        again = told()

        assert worse == ["Worse: HIGH alert: Float low"]
        assert (better, again) == ([], [])
        assert set(AlertMessage.objects.values_list("why", flat=True)) == {"opened", "worse"}

    def test_what_came_back_is_told_anew(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock
    ) -> None:
        recipient()
        alert = raised()
        told()

        alerts.close(alert_id=alert.pk, reason=REASON, caller=ASHA, at=moved())
        raised()

        assert told() == ["MEDIUM alert: Float low"]

    def test_what_is_closed_or_acknowledged_before_anybody_was_told_is_not(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock
    ) -> None:
        recipient()
        first, second = raised("1"), raised("2")

        alerts.close(alert_id=first.pk, reason=REASON, caller=ASHA, at=moved())
        alerts.acknowledge(alert_id=second.pk, reason=REASON, caller=ASHA, at=moved())

        assert told() == []

    def test_what_was_open_before_a_person_was_on_the_list_is_not_told_to_them(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock
    ) -> None:
        raised("old")
        recipient(at=moved.forward(minutes=1))

        raised("new")
        first = told()
        raised("old", CRITICAL)
        worse = told()

        assert first == ["MEDIUM alert: Float low"]
        assert worse == ["HIGH alert: Float low"]


class TestWhom:
    def test_each_channel_has_its_own_severity(
        self, recipient: People, raised: Callable[..., Alert], memory: MemoryNotifier, told: Told
    ) -> None:
        recipient(phone=PHONE, from_severity="medium", sms_from_severity="high")

        raised("low", NOTICE)
        raised("medium", WARNING)
        raised("high", CRITICAL)
        told()

        to = [(each.to, each.text.split(",")[0].split(" alert")[0]) for each in memory.delivered]
        assert sorted(to) == [
            (PHONE, "HIGH: Float low high"), (EMAIL, "HIGH"), (EMAIL, "MEDIUM"),
        ]  # fmt: skip

    def test_without_recipients_the_settings_say_who_is_told_of_high_ones(
        self,
        raised: Callable[..., Alert],
        memory: MemoryNotifier,
        told: Told,
        settings: Any,
    ) -> None:
        settings.ADMIN_EMAIL = ["ops@example.org", "finance@example.org"]
        settings.ADMIN_PHONE = [PHONE]

        raised("medium", WARNING)
        raised("high", CRITICAL)
        told()
        again = told()

        assert {each.to for each in memory.delivered} == {
            "ops@example.org", "finance@example.org", PHONE,
        }  # fmt: skip
        assert len(memory.delivered) == 3
        assert again == []

    def test_where_there_are_recipients_the_settings_are_not_asked(
        self, recipient: People, raised: Callable[..., Alert], told: Told, settings: Any
    ) -> None:
        settings.ADMIN_EMAIL = ["ops@example.org"]
        recipient(from_severity="high")

        raised(severity=WARNING)

        assert told() == []

    def test_who_is_off_the_list_is_told_nothing_more(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock,
        memory: MemoryNotifier,
    ) -> None:  # fmt: skip
        row = recipient()
        memory.script(EMAIL, NoticeScript(error=Unreachable))
        raised()
        told()

        alert_recipients.change(
            recipient_id=row.pk, changes={"is_active": False}, reason=REASON, caller=ASHA,
            at=moved(),
        )  # fmt: skip
        moved.forward(hours=1)

        assert told() == []
        assert AlertMessage.objects.get().state == "given_up"

    def test_a_new_address_is_not_told_of_everything_again(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock
    ) -> None:
        row = recipient()
        raised()
        told()

        alert_recipients.change(
            recipient_id=row.pk, changes={"email": "new@example.org"}, reason=REASON, caller=ASHA,
            at=moved(),
        )  # fmt: skip

        assert told() == []


class TestQuietHours:
    def test_only_high_ones_go_out_and_the_others_wait_for_the_end(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock
    ) -> None:
        recipient(quiet_from=time(21), quiet_until=time(7))
        moved.forward(hours=11)  # 22:00 in Nairobi

        raised("medium", WARNING)
        raised("over", WARNING)
        raised("high", CRITICAL)
        at_night = told()
        over = Alert.objects.get(key="over")
        alerts.close(alert_id=over.pk, reason=REASON, caller=ASHA, at=moved())
        before = moved.forward(hours=8, minutes=59) and told()
        after = moved.forward(minutes=1) and told()

        assert at_night == ["HIGH alert: Float low"]
        assert before == []
        assert after == ["MEDIUM alert: Float low"]

    def test_what_did_not_leave_in_time_waits_for_the_end_too(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock,
        memory: MemoryNotifier,
    ) -> None:  # fmt: skip
        recipient(quiet_from=time(21), quiet_until=time(7))
        memory.script(EMAIL, NoticeScript(error=Unreachable), NoticeScript(error=Unreachable))
        moved.forward(hours=9, minutes=59)  # 20:59 in Nairobi

        raised("medium", WARNING)
        raised("high", CRITICAL)
        told()
        at_night = moved.forward(minutes=30) and told()
        in_the_morning = moved.forward(hours=10) and told()

        assert at_night == ["HIGH alert: Float low"]
        assert in_the_morning == ["MEDIUM alert: Float low"]
