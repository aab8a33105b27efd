"""Sending notices: once, again only where nothing left, never again where it may have gone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.models import Alert
from gateways.errors import Declined, Unclear, Unreachable
from gateways.interface import Arrival, Channel, Delivery, NoticeReported, NoticeState
from gateways.interface import Notice as Message
from gateways.memory import MemoryNotifier, NoticeScript
from gateways.registry import use_notifier
from gateways.simulator import Simulator
from tests.wire import START, MovedClock, Wire
from vault.models import Notice, Partner
from vault.operations.send_notices import apply_delivery_report, send_notices
from vault.queries import notices

pytestmark = pytest.mark.usefixtures("engine_db")
PHONE = "254700010001"


@pytest.fixture
def write(a_partner: Partner) -> Callable[..., Notice]:
    def one(to: str = PHONE, **more: Any) -> Notice:
        values = {
            "kind": "rent_received", "channel": "sms", "text": "Rent received: KES 10,000",
            "reference": f"N-{Notice.objects.count()}", "language": "en", "due_at": START,
            "created_at": START,
        }  # fmt: skip
        return Notice.objects.create(partner=a_partner, to=to, **values | more)

    return one


def sent(notice: Notice, at: Any = START) -> Notice:
    send_notices(at=at)
    notice.refresh_from_db()
    return notice


def report(message_id: str, state: NoticeState, reason: str = "") -> tuple[Delivery, str]:
    return apply_delivery_report(
        event=NoticeReported(
            message_id=message_id, state=state, provider_status="Failed", reason=reason
        ),
        arrival=Arrival(callback_id=1, secret_digest=b"", source_listed=False, received_at=START),
        at=START,
    )


class TestSent:
    def test_a_due_notice_is_sent_once(
        self, memory: MemoryNotifier, write: Callable[..., Notice]
    ) -> None:
        notice = write()

        first, second = send_notices(at=START), send_notices(at=START)

        notice.refresh_from_db()
        assert (first, second) == (1, 0)
        assert (notice.state, notice.due_at, notice.sent_at) == ("sent", None, START)
        assert notice.message_id == "memory-1"
        assert [message.text for message in memory.delivered] == ["Rent received: KES 10,000"]

    def test_what_is_not_due_waits(
        self, memory: MemoryNotifier, write: Callable[..., Notice]
    ) -> None:
        write(due_at=START + timedelta(hours=1))

        assert send_notices(at=START) == 0
        assert notices.next_moment() == START + timedelta(hours=1)

    def test_many_workers_send_each_once(
        self,
        memory: MemoryNotifier,
        write: Callable[..., Notice],
        together: Callable[..., list[Any]],
    ) -> None:
        for number in range(30):
            write(to=f"2547000100{number:02d}")

        counts = together(*[lambda: send_notices(at=START)] * 4)

        assert sum(counts) == 30
        assert len({message.to for message in memory.delivered}) == 30
        assert len(memory.calls) == 30


class TestErrors:
    def test_what_did_not_leave_is_tried_again_with_longer_waits_then_given_up(
        self, memory: MemoryNotifier, write: Callable[..., Notice], moved: MovedClock
    ) -> None:
        notice = write()
        memory.script(PHONE, *[NoticeScript(error=Unreachable)] * 6)
        waits = []

        while sent(notice, moved()).due_at is not None:
            waits.append((notice.due_at - moved()).total_seconds() / 60)
            moved.moment = notice.due_at

        # The last wait would end at 21:05 in Nairobi: it is 07:00 of the next morning.
        assert waits == [5, 15, 45, 135, 405 + 595]
        assert (notice.state, notice.tries) == ("given_up", 6)

    def test_a_second_try_is_not_at_night_either(
        self, memory: MemoryNotifier, write: Callable[..., Notice], moved: MovedClock
    ) -> None:
        evening = moved.forward(hours=9, minutes=58)  # 20:58 in Nairobi
        notice = write(due_at=evening)
        memory.script(PHONE, NoticeScript(error=Unreachable))

        sent(notice, evening)

        assert notice.due_at == START.replace(day=22, hour=4)

    def test_a_refused_one_is_given_up_with_what_was_said(
        self, memory: MemoryNotifier, write: Callable[..., Notice]
    ) -> None:
        notice = write()
        memory.script(PHONE, NoticeScript(error=Declined))

        sent(notice)

        assert (notice.state, notice.due_at) == ("given_up", None)
        assert notice.problem == "Scripted: Declined"

    def test_what_may_have_gone_is_never_sent_again(
        self, memory: MemoryNotifier, write: Callable[..., Notice]
    ) -> None:
        notice = write()
        memory.script(PHONE, NoticeScript(error=Unclear))

        sent(notice)
        send_notices(at=START + timedelta(hours=5))

        assert (notice.state, notice.due_at) == ("unclear", None)
        assert len(memory.calls) == 1

    def test_whoever_dies_while_sending_leaves_it_unclear(
        self, write: Callable[..., Notice]
    ) -> None:
        notice = write()

        class Deadly:
            def send(self, notice: Message) -> Any:
                raise SystemExit

        with use_notifier(Channel.SMS, Deadly), pytest.raises(SystemExit):
            send_notices(at=START)
        notice.refresh_from_db()

        assert (notice.state, notice.due_at, notice.tries) == ("unclear", None, 1)
        assert send_notices(at=START + timedelta(hours=5)) == 0

    def test_a_channel_that_is_not_reached_rests_and_the_other_goes_on(
        self, memory: MemoryNotifier, write: Callable[..., Notice]
    ) -> None:
        for number in range(12):
            phone = f"2547000100{number:02d}"
            write(to=phone, due_at=START - timedelta(minutes=1))
            memory.script(phone, NoticeScript(error=Unreachable))
        write(to="amina@example.org", channel="email", subject="Rent received")

        send_notices(at=START)

        assert Notice.objects.filter(tries=0).count() == 4
        assert Notice.objects.get(channel="email").state == "sent"

    def test_what_is_two_days_old_is_of_no_use_any_more(
        self, memory: MemoryNotifier, write: Callable[..., Notice]
    ) -> None:
        late = START + timedelta(days=3)
        old = [write() for _ in range(10)]
        fresh = write(created_at=late, due_at=late)

        send_notices(at=late)

        assert {Notice.objects.get(pk=row.pk).state for row in old} == {"given_up"}
        assert Notice.objects.get(pk=fresh.pk).state == "sent"
        assert len(memory.calls) == 1


class TestAlert:
    def test_three_refused_in_a_row_are_told_until_one_is_sent(
        self, memory: MemoryNotifier, write: Callable[..., Notice], moved: MovedClock
    ) -> None:
        for number in range(3):
            memory.script(PHONE, NoticeScript(error=Declined))
            sent(write(created_at=START + timedelta(seconds=number)))
            told = Alert.objects.filter(kind="notices_not_sent", closed_at=None)
            assert told.count() == (1 if number == 2 else 0)

        sent(write(created_at=START + timedelta(seconds=9)))

        assert "Scripted: Declined" in Alert.objects.get(kind="notices_not_sent").text
        assert not told.exists()

    def test_the_other_channel_is_another_matter(
        self, memory: MemoryNotifier, write: Callable[..., Notice]
    ) -> None:
        for number in range(2):
            memory.script(PHONE, NoticeScript(error=Declined))
            sent(write(created_at=START + timedelta(seconds=number)))
        memory.script("amina@example.org", NoticeScript(error=Declined))

        sent(write(to="amina@example.org", channel="email", subject="Rent received"))

        assert not Alert.objects.filter(kind="notices_not_sent").exists()


class TestReports:
    def test_a_message_that_did_not_arrive_says_so(
        self, memory: MemoryNotifier, write: Callable[..., Notice]
    ) -> None:
        notice = sent(write())

        outcome = report(notice.message_id, NoticeState.NOT_DELIVERED, "AbsentSubscriber")

        notice.refresh_from_db()
        assert outcome == (Delivery.APPLIED, str(notice.pk))
        assert (notice.state, notice.problem) == (
            "sent", "Not delivered: Failed AbsentSubscriber",
        )  # fmt: skip

    def test_a_report_about_nothing_we_sent_changes_nothing(
        self, memory: MemoryNotifier, write: Callable[..., Notice]
    ) -> None:
        notice = write()

        assert report("ATXid_x", NoticeState.NOT_DELIVERED)[0] is Delivery.IGNORED
        assert report("", NoticeState.NOT_DELIVERED)[0] is Delivery.IGNORED

        notice.refresh_from_db()
        assert notice.problem == ""


class TestOverTheWire:
    def test_africas_talking_takes_it_and_the_log_shows_no_whole_phone(
        self, wire: Wire, simulator: Simulator, write: Callable[..., Notice], settings: Any
    ) -> None:
        from gateways.http import connections
        from gateways.models import Call

        connections.session().mount(settings.AFRICASTALKING_BASE_URL, wire)
        plain, refused = write(), write(to="254700098006")

        send_notices(at=START)
        connections.session().adapters.pop(settings.AFRICASTALKING_BASE_URL)

        plain.refresh_from_db()
        refused.refresh_from_db()
        calls = Call.objects.filter(provider="africastalking", kind="notice")
        assert (plain.state, refused.state) == ("sent", "given_up")
        assert [message.to for message in simulator.sms.messages] == [f"+{PHONE}"]
        assert {call.subject_id for call in calls} == {str(plain.pk), str(refused.pk)}
        assert not any(
            PHONE in str(getattr(call, field.name))
            for call in calls
            for field in call._meta.fields
        )
