"""What every Disburser promises, whatever stands behind it (gateways/interface.py)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from core import clock
from gateways.errors import Unclear
from gateways.interface import (
    BalanceAnswer,
    BalanceQuestion,
    CallbackUrls,
    PaymentState,
    PayoutOrder,
    PayoutResult,
    StatusAnswer,
    StatusQuestion,
)

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
_numbers = count(1)


class Moment:
    """A clock that the test moves."""

    def __init__(self):
        self.at = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self):
        return self.at


@pytest.fixture(autouse=True)
def moment():
    found = Moment()
    with clock.reading_from(found):
        yield found


def urls(kind):
    base = "https://vault.example/callbacks/daraja"
    return CallbackUrls(result=f"{base}/{kind}/s/", timeout=f"{base}/{kind}-timeout/s/")


def an_order(msisdn="254700000001", **changes):
    number = next(_numbers)
    order = PayoutOrder(
        reference=f"PV{number:016d}",
        msisdn=msisdn,
        amount_minor=125_000,
        currency="KES",
        command_id="BusinessPayment",
        remarks="November wages",
        occasion=f"PAY-{number}",
        urls=urls("payout"),
    )
    return replace(order, **changes)


def later_events(provider, moment):
    moment.at += HOUR
    return provider.events()


def status_of(provider, moment, reference):
    question = StatusQuestion(reference=reference, remarks="Status", urls=urls("status"))
    provider.gateway.ask(question)
    [answer] = [event for _, event in later_events(provider, moment)
                if isinstance(event, StatusAnswer)]  # fmt: skip
    return answer


class TestSending:
    def test_it_is_acknowledged_and_the_result_comes_later(self, provider, moment):
        order = an_order()

        acknowledgement = provider.gateway.send(order)

        assert acknowledgement.conversation_id
        assert acknowledgement.originator_id == order.reference
        assert acknowledgement.exchange.method == "POST"
        [(url, result)] = later_events(provider, moment)
        assert url == order.urls.result
        assert isinstance(result, PayoutResult)
        assert (result.reference, result.paid) == (order.reference, True)
        assert len(result.receipt) == 10
        assert provider.moved_minor(order.reference) == 125_000

    def test_a_failure_moves_nothing_and_has_no_receipt(self, provider, moment):
        order = an_order(provider.failing)

        provider.gateway.send(order)

        [(_, result)] = later_events(provider, moment)
        assert (result.code, result.paid, result.receipt) == (provider.failing_code, False, "")
        assert provider.moved_minor(order.reference) == 0

    def test_one_reference_pays_once(self, provider, moment):
        order = an_order()
        provider.gateway.send(order)

        with pytest.raises(Unclear) as caught:
            provider.gateway.send(order)

        assert caught.value.code == "500.002.1001"
        assert "Duplicate OriginatorConversationID" in caught.value.text
        later_events(provider, moment)
        assert provider.moved_minor(order.reference) == 125_000

    def test_many_threads_pay_each_order_once(self, provider, moment):
        orders = [an_order(f"2547000001{number:02d}") for number in range(12)]

        with ThreadPoolExecutor(6) as threads:
            acknowledgements = list(threads.map(provider.gateway.send, orders))

        assert [each.originator_id for each in acknowledgements] == [
            order.reference for order in orders
        ]
        later_events(provider, moment)
        assert {provider.moved_minor(order.reference) for order in orders} == {125_000}


class TestAsking:
    def test_a_paid_one_is_completed_with_the_receipt_of_its_result(self, provider, moment):
        order = an_order()
        provider.gateway.send(order)
        [(_, result)] = later_events(provider, moment)

        answer = status_of(provider, moment, order.reference)

        assert (answer.state, answer.receipt) == (PaymentState.COMPLETED, result.receipt)
        assert (answer.reference, answer.amount_minor) == (order.reference, 125_000)

    def test_a_silent_one_is_found_out(self, provider, moment):
        order = an_order(provider.silent)
        provider.gateway.send(order)
        told = later_events(provider, moment)

        answer = status_of(provider, moment, order.reference)

        assert told == []
        assert answer.state is PaymentState.COMPLETED
        assert answer.receipt

    def test_a_failed_one_is_never_completed(self, provider, moment):
        order = an_order(provider.failing)
        provider.gateway.send(order)
        later_events(provider, moment)

        answer = status_of(provider, moment, order.reference)

        assert answer.state is not PaymentState.COMPLETED
        assert answer.receipt == ""

    def test_one_that_was_never_sent_is_not_found(self, provider, moment):
        answer = status_of(provider, moment, "PV-never-sent")

        assert (answer.state, answer.code) == (PaymentState.NOT_FOUND, "2033")

    def test_the_answers_envelope_is_not_the_payments(self, provider, moment):
        order = an_order()
        provider.gateway.send(order)
        later_events(provider, moment)

        answer = status_of(provider, moment, order.reference)

        assert answer.query_originator_id != order.reference


class TestTheBalance:
    def test_wallets_come_as_an_event_and_shrink_with_payments(self, provider, moment):
        before = self.utility(provider, moment)
        provider.gateway.send(an_order())
        later_events(provider, moment)

        after = self.utility(provider, moment)

        assert before - after >= 125_000

    def utility(self, provider, moment):
        provider.gateway.ask_balance(BalanceQuestion(remarks="Balance", urls=urls("balance")))
        [answer] = [event for _, event in later_events(provider, moment)
                    if isinstance(event, BalanceAnswer)]  # fmt: skip
        [wallet] = [each for each in answer.wallets if each.name == "Utility Account"]
        return wallet.available_minor
