"""The SMS adapter: each answer of the service, what is logged, and its delivery reports."""

from collections.abc import Iterator
from typing import Any

import pytest

from config.deliveries import deliver_due
from core.models import Alert
from gateways import inbox
from gateways.errors import Declined, Unclear
from gateways.http import NotForm, connections, read_form
from gateways.interface import Channel, Notice, NoticeState, Unreadable
from gateways.models import Callback
from gateways.notify.delivery_reports import read_delivery
from gateways.registry import notifier
from gateways.simulator import Simulator
from tests.wire import UNLISTED, MovedClock, Wire

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def sms(simulator: Simulator, moved: MovedClock, settings: Any) -> Iterator[Wire]:
    """The SMS service within this process."""
    wire = Wire(simulator, moved)
    connections.session().mount(settings.AFRICASTALKING_BASE_URL, wire)
    yield wire
    connections.session().adapters.pop(settings.AFRICASTALKING_BASE_URL)


def send(digits: str, text: str = "Rent received") -> Any:
    return notifier(Channel.SMS).send(Notice(to=f"2547000{digits}", text=text, reference="N-1"))


class TestAnswers:
    @pytest.mark.parametrize(
        ("digits", "code", "text"),
        [
            ("98002", "402", "InvalidSenderId"),
            ("98003", "403", "InvalidPhoneNumber"),
            ("98005", "405", "InsufficientBalance"),
            ("98006", "406", "UserInBlacklist"),
            ("98009", "409", "DoNotDisturbRejection"),
        ],
    )
    def test_a_refusal_carries_the_services_own_code(
        self, sms: Wire, digits: str, code: str, text: str
    ) -> None:
        with pytest.raises(Declined) as caught:
            send(digits)

        assert (caught.value.code, caught.value.text) == (code, text)

    @pytest.mark.parametrize("digits", ["98050", "98101", "98102", "98103", "98104"])
    def test_what_may_have_been_sent_is_unclear(self, sms: Wire, digits: str) -> None:
        with pytest.raises(Unclear):
            send(digits)

    def test_a_wrong_key_is_refused(self, sms: Wire, settings: Any) -> None:
        settings.AFRICASTALKING_API_KEY = "wrong"

        with pytest.raises(Declined) as caught:
            send("00001")

        assert caught.value.code == "401"

    def test_without_a_key_nothing_leaves(self, sms: Wire, settings: Any) -> None:
        settings.AFRICASTALKING_API_KEY = ""

        with pytest.raises(Declined, match="AFRICASTALKING"):
            send("00001")

        assert sms.paths == []

    @pytest.mark.parametrize("text", ["", "x" * 481])
    def test_a_text_that_does_not_fit_is_refused_before_it_leaves(
        self, sms: Wire, text: str
    ) -> None:
        with pytest.raises(Declined):
            send("00001", text)

        assert sms.paths == []

    def test_a_name_and_other_alphabets_arrive_as_they_are(
        self, sms: Wire, settings: Any, simulator: Simulator
    ) -> None:
        settings.AFRICASTALKING_SENDER = "EXAMPLE"

        send("00001", "Kodi imepokelewa & asante + 100% ✓")

        [message] = simulator.sms.messages
        assert (message.sender, message.text) == ("EXAMPLE", "Kodi imepokelewa & asante + 100% ✓")


class TestTheLog:
    def test_it_has_no_whole_phone_and_no_key(self, sms: Wire, settings: Any) -> None:
        settings.AFRICASTALKING_API_KEY = "key-of-ours"

        exchange = send("00001").exchange

        logged = f"{exchange.request_body} {exchange.response_body} {exchange.url}"
        assert "700000001" not in logged
        assert "•••" in exchange.request_body
        assert "key-of-ours" not in logged

    def test_nor_when_it_goes_wrong(self, sms: Wire) -> None:
        with pytest.raises(Unclear) as caught:
            send("98101")

        assert caught.value.exchange is not None
        assert "700098101" not in caught.value.exchange.request_body


class TestReports:
    def test_one_is_stored_and_read_once_though_it_comes_twice(
        self, wire: Wire, sms: Wire, simulator: Simulator, moved: MovedClock
    ) -> None:
        secret = inbox.standing_secret(provider="africastalking", kind="delivery", subject="sms")
        simulator.sms.report_url = inbox.callback_url(
            provider="africastalking", kind="delivery", secret=secret
        )
        taken = send("98203")
        moved.forward(minutes=1)

        for callback in simulator.due_callbacks(moved()):
            wire.post(callback, source=UNLISTED)
        deliver_due()

        stored = Callback.objects.values_list("outcome", "subject_id", "source_listed")
        assert list(stored) == [("ignored", taken.message_id, True)] * 2
        assert {row.content_type for row in Callback.objects.all()} == {FORM}
        assert not Alert.objects.exists()

    @pytest.mark.parametrize(
        ("status", "state"),
        [("Success", NoticeState.DELIVERED), ("Failed", NoticeState.NOT_DELIVERED),
         ("Rejected", NoticeState.NOT_DELIVERED), ("Buffered", NoticeState.UNDER_WAY)],
    )  # fmt: skip
    def test_its_status_in_our_words(self, status: str, state: NoticeState) -> None:
        report = read_delivery({"id": "ATXid_1", "status": status, "failureReason": "Why"})

        assert (report.state, report.provider_status, report.reason) == (state, status, "Why")

    @pytest.mark.parametrize("body", [[], {}, {"id": "1"}, {"id": "1", "status": "Perhaps"}])
    def test_what_says_nothing_sure_is_unreadable(self, body: object) -> None:
        with pytest.raises(Unreadable):
            read_delivery(body)

    @pytest.mark.parametrize("body", [b"", b"{}", b"id=1&id=2", b"\xff=1", b"a=1&" * 60 + b"b=1"])
    def test_what_is_no_form_is_refused(self, body: bytes) -> None:
        with pytest.raises(NotForm):
            read_form(body)
