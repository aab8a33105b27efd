"""The daily digest: once a day to everybody who gets it, with how things stand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core import alerts
from core.alerts import raise_alert
from core.models import Alert, AlertSeverity
from gateways.memory import MemoryNotifier
from reconciliation.models import AlertMessage, AlertRecipient, Finding
from reconciliation.operations.digest import make_digest
from reconciliation.operations.send_alert_messages import send_alert_messages
from tests.reconciliation.alerts.conftest import ASHA, REASON
from tests.wire import START, MovedClock

pytestmark = pytest.mark.usefixtures("engine_db")
SEVEN = START.replace(day=22, hour=4)  # 07:00 in Nairobi, the next morning
People = Callable[..., AlertRecipient]


def digests(at: Any) -> int:
    made = make_digest(at=at)
    send_alert_messages(at=at)
    return made


class TestWhen:
    def test_it_goes_out_once_a_day_from_its_hour_on(
        self, recipient: People, memory: MemoryNotifier
    ) -> None:
        recipient()
        recipient(email="baraka@example.org")
        recipient(email="", phone="254700010001")
        recipient(email="none@example.org", gets_digest=False)

        made = [
            digests(SEVEN + timedelta(hours=hours)) for hours in (-0.5, 0, 0.25, 20, 24, 24.25)
        ]

        assert made == [0, 2, 0, 0, 2, 0]
        assert sorted(each.to for each in memory.delivered) == [
            "asha@example.org", "asha@example.org", "baraka@example.org", "baraka@example.org",
        ]  # fmt: skip

    def test_the_hour_is_a_setting_and_who_came_after_it_waits_for_tomorrow(
        self, recipient: People, memory: MemoryNotifier, settings: Any
    ) -> None:
        settings.VAULT_ALERT_DIGEST_HOUR = 10
        recipient()  # at 11:00 in Nairobi

        today = digests(START + timedelta(hours=1))
        tomorrow = digests(START + timedelta(hours=23))

        assert (today, tomorrow) == (0, 1)

    def test_without_recipients_the_settings_say_who_gets_it(
        self, memory: MemoryNotifier, settings: Any
    ) -> None:
        settings.ADMIN_EMAIL, settings.ADMIN_PHONE = ["ops@example.org"], ["254700010001"]

        made = [digests(SEVEN), digests(SEVEN)]

        assert made == [1, 0]
        assert [each.to for each in memory.delivered] == ["ops@example.org"]


class TestWhat:
    def test_it_says_how_things_stand(
        self,
        recipient: People,
        memory: MemoryNotifier,
        finding: Callable[..., Finding],
        moved: MovedClock,
    ) -> None:
        recipient()
        old = START - timedelta(days=3)
        raise_alert(kind="float_low", key="1", text="Low: 254700010001", at=old)
        raise_alert(kind="k", key="2", text="t", at=START, severity=AlertSeverity.CRITICAL)
        raise_alert(kind="k", key="3", text="t", at=START)
        closed = Alert.objects.get(key="3")
        alerts.close(alert_id=closed.pk, reason=REASON, caller=ASHA, at=START)
        finding(stake_minor=150_000, currency="KES")
        finding(stake_minor=50_000, currency="KES")
        finding(kind="late", severity="medium", stake_minor=2_500, currency="USD")
        finding(status="cured", stake_minor=99, currency="KES")

        digests(SEVEN)

        message = memory.delivered[0]
        assert message.subject == "Daily digest: 2 alerts open"
        for line in (
            "Alerts open: 2 (1 high, 1 medium)",
            "Not acknowledged: 2",
            "Oldest, since 18 Nov 2026, 11:00 EAT: Low: 254700•••001",
            "Since yesterday: 2 opened, 1 closed",
            "Differences open: 3",
            "  Amounts differ: 2",
            "Money that they are about: KES 2,000.00, USD 25.00",
        ):
            assert line in message.text

    def test_all_clear_is_said_too(self, recipient: People, memory: MemoryNotifier) -> None:
        recipient()

        digests(SEVEN)

        assert memory.delivered[0].subject == "Daily digest: all clear"
        assert AlertMessage.objects.get().why == "digest"
