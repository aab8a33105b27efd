"""Escalation: whoever comes next is told when nobody acknowledges, step by step."""

from collections.abc import Callable
from typing import Any

import pytest

from core import alerts
from core.alerts import raise_alert
from core.models import Alert, AlertSeverity
from gateways.memory import MemoryNotifier
from reconciliation.models import AlertRecipient
from tests.reconciliation.alerts.conftest import ASHA, REASON
from tests.wire import MovedClock

pytestmark = pytest.mark.usefixtures("engine_db")
CRITICAL, WARNING = AlertSeverity.CRITICAL, AlertSeverity.WARNING
STEPS = [f"step{step}@example.org" for step in range(4)]
Told = Callable[[], list[str]]


@pytest.fixture
def ladder(recipient: Callable[..., AlertRecipient]) -> None:
    for step, email in enumerate(STEPS):
        recipient(step=step, email=email, from_severity="medium")


def raised(at: Any, severity: AlertSeverity = WARNING) -> Alert:
    return raise_alert(kind="float_low", key="600111", text="Low", at=at, severity=severity)


class TestSteps:
    def test_each_is_told_in_turn_and_once(
        self, ladder: None, memory: MemoryNotifier, told: Told, moved: MovedClock
    ) -> None:
        raised(moved())
        at_minute = {}

        for minute in range(150):
            told()
            for message in memory.delivered[len(at_minute) :]:
                at_minute[message.to] = minute
            moved.forward(minutes=1)

        assert at_minute == dict(zip(STEPS, (0, 30, 60, 90), strict=True))
        assert memory.delivered[1].subject == "Not acknowledged: MEDIUM alert: Float low"
        assert len(memory.delivered) == 4

    def test_an_acknowledgement_ends_it_and_getting_worse_begins_it_anew(
        self, ladder: None, memory: MemoryNotifier, told: Told, moved: MovedClock
    ) -> None:
        alert = raised(moved())
        told()
        alerts.acknowledge(alert_id=alert.pk, reason=REASON, caller=ASHA, at=moved())

        moved.forward(minutes=45)
        acknowledged = told()
        raised(moved(), CRITICAL)
        worse = told()
        moved.forward(minutes=29)
        too_early = told()
        moved.forward(minutes=1)
        escalated = told()

        assert (acknowledged, too_early) == ([], [])
        assert worse == ["Worse: HIGH alert: Float low"]
        assert escalated == ["Not acknowledged: HIGH alert: Float low"]
        assert [each.to for each in memory.delivered] == [STEPS[0], STEPS[0], STEPS[1]]

    def test_what_is_closed_is_not_escalated(
        self, ladder: None, told: Told, moved: MovedClock
    ) -> None:
        alert = raised(moved())
        told()

        alerts.close(alert_id=alert.pk, reason=REASON, caller=ASHA, at=moved())
        moved.forward(hours=3)

        assert told() == []

    def test_the_wait_is_a_setting(
        self, ladder: None, told: Told, moved: MovedClock, settings: Any
    ) -> None:
        settings.VAULT_ALERT_ESCALATE_MINUTES = 5
        raised(moved())
        told()

        moved.forward(minutes=5)

        assert told() == ["Not acknowledged: MEDIUM alert: Float low"]

    def test_a_step_without_a_first_one_is_told_after_its_time(
        self, recipient: Callable[..., AlertRecipient], told: Told, moved: MovedClock
    ) -> None:
        recipient(step=2)
        raised(moved())

        early = moved.forward(minutes=59) and told()
        then = moved.forward(minutes=1) and told()

        assert (early, len(then)) == ([], 1)
