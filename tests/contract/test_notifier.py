"""What every Notifier promises, whatever stands behind it (gateways/interface)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail

from gateways.errors import Declined, Unclear, Unreachable
from gateways.http import connections
from gateways.interface import Channel, Notice, NoticeReported, NoticeState, Notifier
from gateways.memory import MemoryNotifier, NoticeScript
from gateways.registry import notifier, parse, reader, use_notifier
from gateways.simulator import Simulator
from tests.wire import MovedClock, Wire

PLAIN, REFUSED, LOST, UNDELIVERED = (
    "254700000001", "254700098003", "254700098101", "254700098301",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Service:
    """One way of sending, what reached people, and the reports that are due."""

    gateway: Notifier
    reached: Callable[[], Sequence[str]]
    reports: Callable[[], Sequence[NoticeReported]]


@pytest.fixture
def in_memory() -> Iterator[Service]:
    memory = MemoryNotifier()
    memory.script(REFUSED, NoticeScript(error=Declined))
    memory.script(LOST, NoticeScript(error=Unclear))
    memory.script(UNDELIVERED, NoticeScript(state=NoticeState.NOT_DELIVERED))
    with use_notifier(Channel.SMS, lambda: memory):
        yield Service(
            gateway=notifier(Channel.SMS),
            reached=lambda: [notice.to for notice in memory.delivered],
            reports=memory.events,
        )


@pytest.fixture
def africas_talking(moved: MovedClock, key_pair: Any, settings: Any) -> Iterator[Service]:
    simulator = Simulator(clock=moved, key_pair=key_pair)
    simulator.sms.report_url = "https://vault.example/callbacks/africastalking/delivery/s/"
    connections.session().mount(settings.AFRICASTALKING_BASE_URL, Wire(simulator, moved))

    def reports() -> list[NoticeReported]:
        moved.forward(hours=1)
        read = reader("africastalking", "delivery")
        due = simulator.due_callbacks(moved())
        return [read(parse("africastalking", each.body)) for each in due]  # type: ignore[misc]

    yield Service(
        gateway=notifier(Channel.SMS),
        reached=lambda: [each.to[1:] for each in simulator.sms.messages if each.reached],
        reports=reports,
    )
    connections.session().adapters.pop(settings.AFRICASTALKING_BASE_URL)


@pytest.fixture(params=["in_memory", "africas_talking"])
def service(request: pytest.FixtureRequest) -> Service:
    return request.getfixturevalue(request.param)


def to(phone: str) -> Notice:
    return Notice(to=phone, text="Rent received: KES 10,000", reference="N-1")


class TestEveryNotifier:
    def test_a_message_arrives_and_its_report_names_it(self, service: Service) -> None:
        taken = service.gateway.send(to(PLAIN))

        [report] = service.reports()
        assert service.reached() == [PLAIN]
        assert (report.message_id, report.state) == (taken.message_id, NoticeState.DELIVERED)

    def test_a_refusal_sends_nothing(self, service: Service) -> None:
        with pytest.raises(Declined):
            service.gateway.send(to(REFUSED))

        assert (service.reached(), list(service.reports())) == ([], [])

    def test_a_lost_answer_leaves_a_doubt_and_is_not_called_a_refusal(
        self, service: Service
    ) -> None:
        with pytest.raises(Unclear):
            service.gateway.send(to(LOST))

        assert service.reached() == [LOST]

    def test_what_never_reached_the_phone_is_reported(self, service: Service) -> None:
        taken = service.gateway.send(to(UNDELIVERED))

        [report] = service.reports()
        assert (report.message_id, report.state) == (taken.message_id, NoticeState.NOT_DELIVERED)
        assert service.reached() == []

    def test_each_message_has_an_id_of_its_own(self, service: Service) -> None:
        ids = {service.gateway.send(to(PLAIN)).message_id for _ in range(3)}

        assert len(ids) == 3


class TestMail:
    def test_it_is_handed_to_the_mail_server(self) -> None:
        notice = Notice(to="amina@mail.example", subject="Rent", text="Received.", reference="N-1")

        taken = notifier(Channel.EMAIL).send(notice)

        [sent] = mail.outbox
        assert (sent.to, sent.subject, sent.body) == (["amina@mail.example"], "Rent", "Received.")
        assert sent.extra_headers["Message-ID"] == taken.message_id

    @pytest.mark.parametrize(
        ("address", "subject"),
        [("nobody", "Rent"), ("a@b@c.example", "Rent"), ("a@b.example", ""),
         ("a@b.example", "Rent\nBcc: c@d.example")],
    )  # fmt: skip
    def test_what_is_no_mail_is_refused(self, address: str, subject: str) -> None:
        with pytest.raises(Declined):
            notifier(Channel.EMAIL).send(
                Notice(to=address, subject=subject, text="x", reference="N-1")
            )

        assert mail.outbox == []

    def test_a_server_that_is_away_was_not_reached(self, settings: Any) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

        with pytest.raises(Unreachable):
            notifier(Channel.EMAIL).send(
                Notice(to="a@b.example", subject="Rent", text="x", reference="N-1")
            )
