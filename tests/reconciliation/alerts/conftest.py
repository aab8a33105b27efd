"""People who are told of alerts, both channels in memory, and findings to tell of."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from core.alerts import raise_alert
from core.callers import Caller
from core.models import Alert, AlertSeverity
from gateways.interface import Channel
from gateways.memory import MemoryNotifier
from gateways.registry import use_notifier
from reconciliation.models import AlertRecipient, Finding
from reconciliation.operations.alert_recipients import Recipient, add
from reconciliation.operations.escalate import escalate
from reconciliation.operations.route_alerts import route_alerts
from reconciliation.operations.send_alert_messages import send_alert_messages
from tests.wire import START, MovedClock

ASHA = Caller(actor="asha", origin="admin", partners=None, permissions=None)
REASON = "she is on call from Monday"
PHONE, EMAIL = "254700010001", "asha@example.org"


@pytest.fixture
def memory() -> Iterator[MemoryNotifier]:
    """Both channels, in memory."""
    notifier = MemoryNotifier()
    with (
        use_notifier(Channel.SMS, lambda: notifier),
        use_notifier(Channel.EMAIL, lambda: notifier),
    ):
        yield notifier


@pytest.fixture
def recipient(engine_db: None) -> Callable[..., AlertRecipient]:
    """Somebody with an address only, told of everything at once, unless said otherwise."""
    numbers = count(1)

    def one(**more: Any) -> AlertRecipient:
        at = more.pop("at", START)
        values = {
            "name": f"Person {next(numbers)} Example", "email": EMAIL, "from_severity": "low",
            "sms_from_severity": "low",
        }  # fmt: skip
        return add(said=Recipient(**values | more), reason=REASON, caller=ASHA, at=at)

    return one


@pytest.fixture
def told(memory: MemoryNotifier, moved: MovedClock) -> Callable[[], list[str]]:
    """Run the job at this moment; the subjects or texts that went out by it."""

    def run() -> list[str]:
        before = len(memory.delivered)
        route_alerts(at=moved())
        escalate(at=moved())
        send_alert_messages(at=moved())
        return [each.subject or each.text for each in memory.delivered[before:]]

    return run


@pytest.fixture
def finding(engine_db: None) -> Callable[..., Finding]:
    """An open difference."""
    numbers = count(1)

    def one(*, at: datetime = START, **more: Any) -> Finding:
        number = next(numbers)
        values = {
            "subject_kind": "payment", "subject_id": f"{number}", "kind": "amount_mismatch",
            "severity": "high", "status": "open", "status_at": at, "there_name": "M-Pesa",
            "text": f"Difference {number}", "opened_at": at, "seen_at": at,
        }  # fmt: skip
        return Finding.objects.create(**values | more)

    return one


@pytest.fixture
def raised(engine_db: None, moved: MovedClock) -> Callable[..., Alert]:
    def one(
        key: str = "600111", severity: AlertSeverity = AlertSeverity.WARNING, **more: Any
    ) -> Alert:
        values = {"kind": "float_low", "text": f"The float of {key} is low", "at": moved()}
        return raise_alert(key=key, severity=severity, **values | more)

    return one
