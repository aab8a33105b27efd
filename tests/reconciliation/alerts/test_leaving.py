"""Messages leave once: again only where nothing left, never where it may have gone."""

from collections.abc import Callable
from typing import Any

import pytest

from core import alerts
from core.models import Alert
from gateways import outbox
from gateways.errors import Declined, Unclear, Unreachable
from gateways.memory import MemoryNotifier, NoticeScript
from reconciliation.models import AlertMessage, AlertRecipient
from reconciliation.operations.route_alerts import route_alerts
from reconciliation.operations.send_alert_messages import OUTBOX, send_alert_messages
from tests.reconciliation.alerts.conftest import ASHA, EMAIL, REASON
from tests.wire import START, MovedClock

pytestmark = pytest.mark.usefixtures("engine_db")
Told = Callable[[], list[str]]
People = Callable[..., AlertRecipient]


class TestLeaving:
    def test_what_did_not_leave_is_tried_again_unless_the_alert_is_over(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock,
        memory: MemoryNotifier,
    ) -> None:  # fmt: skip
        recipient()
        memory.script(EMAIL, *[NoticeScript(error=Unreachable)] * 2)
        goes_on, ends = raised("1"), raised("2")

        first = told()
        alerts.close(alert_id=ends.pk, reason=REASON, caller=ASHA, at=moved())
        moved.forward(minutes=2)
        second = told()

        states = dict(AlertMessage.objects.values_list("alert", "state"))
        assert (first, len(second)) == ([], 1)
        assert states == {goes_on.pk: "sent", ends.pk: "given_up"}

    def test_what_may_have_gone_is_never_sent_again(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock,
        memory: MemoryNotifier,
    ) -> None:  # fmt: skip
        recipient()
        memory.script(EMAIL, NoticeScript(error=Unclear))
        raised()

        told()
        moved.forward(hours=3)
        told()

        assert AlertMessage.objects.get().state == "unclear"
        assert len(memory.calls) == 1

    def test_what_a_worker_died_over_is_sent_once_more_and_not_for_ever(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock,
        memory: MemoryNotifier,
    ) -> None:  # fmt: skip
        recipient()
        raised("1"), raised("2")
        route_alerts(at=moved())
        OUTBOX._claim(set(), moved())  # and dies

        moved.forward(minutes=2)
        too_early = told()
        moved.forward(minutes=2)
        OUTBOX._claim(set(), moved())
        AlertMessage.objects.filter(alert__key="1").update(due_at=moved(), state="due")
        taken_over = told()
        moved.forward(minutes=30)

        assert (too_early, len(taken_over), told()) == ([], 1, [])
        assert AlertMessage.objects.get(alert__key="2").state == "unclear"

    def test_three_refused_in_a_row_are_an_alert_until_one_is_sent(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock,
        memory: MemoryNotifier,
    ) -> None:  # fmt: skip
        recipient(from_severity="medium")
        memory.script(EMAIL, *[NoticeScript(error=Declined)] * 3)
        for number in range(3):
            raised(str(number), at=moved.forward(seconds=1))
        told()

        failing = Alert.objects.filter(kind="alert_messages_not_sent", closed_at=None)
        was_failing = failing.exists()
        moved.forward(minutes=1)
        sent = told()

        assert was_failing
        assert sent == ["HIGH alert: Alert messages not sent"]
        assert not failing.exists()

    def test_what_waited_too_long_is_given_up_however_much_it_is(
        self, recipient: People, raised: Callable[..., Alert], told: Told, moved: MovedClock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(outbox, "BATCH_MAX", 1)
        row = recipient()
        AlertMessage.objects.bulk_create(
            AlertMessage(
                recipient=row, channel="email", to=EMAIL, why="many", reference=f"many:{number}",
                text="x", due_at=moved(), created_at=moved(),
            )
            for number in range(200)
        )  # fmt: skip
        moved.forward(hours=21)
        raised()

        assert len(told()) == 1
        assert AlertMessage.objects.filter(state="given_up").count() == 200

    def test_many_workers_tell_each_once(
        self, recipient: People, raised: Callable[..., Alert], memory: MemoryNotifier,
        together: Callable[..., list[Any]], moved: MovedClock,
    ) -> None:  # fmt: skip
        recipient()
        for number in range(6):
            raised(str(number))

        def work() -> int:
            return route_alerts(at=START) + send_alert_messages(at=START)

        together(*[work] * 4)
        work()

        assert len(memory.calls) == 6
        assert len({each.reference for each in memory.calls}) == 6

    def test_whoever_raises_an_alert_is_not_kept_waiting_by_those_who_tell(
        self, recipient: People, raised: Callable[..., Alert], memory: MemoryNotifier,
    ) -> None:  # fmt: skip
        recipient()

        raised()

        assert not AlertMessage.objects.exists()
        assert memory.calls == []
