"""What every Collector promises, whatever stands behind it (gateways/interface/collect.py)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from core import clock
from gateways.errors import Declined
from gateways.interface import (
    PaymentConfirmed,
    PaymentToValidate,
    PaymentUrls,
    PromptAnswered,
    PromptOrder,
    PromptState,
    PullRegistration,
    PullWindow,
)
from tests.contract.collecting import PAYBILL, daraja, in_memory
from tests.wire import MovedClock

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
PAYER = "254700000001"
BASE = "https://vault.example/callbacks/daraja"
URLS = PaymentUrls(
    validation=f"{BASE}/c2b-validation/s/", confirmation=f"{BASE}/c2b-confirmation/s/"
)
_numbers = count(1)


@pytest.fixture
def moment():
    found = MovedClock(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    with clock.reading_from(found):
        yield found


@pytest.fixture(params=["in_memory", "daraja"])
def provider(request, moment):
    yield from in_memory() if request.param == "in_memory" else daraja(moment)


def an_order(msisdn=PAYER, **changes):
    number = next(_numbers)
    order = PromptOrder(
        msisdn=msisdn,
        amount_minor=1_000_000 + number * 100,
        currency="KES",
        account=f"HSE-{number}",
        description="Rent",
        url=f"{BASE}/stk/s{number}/",
    )
    return replace(order, **changes)


def later_events(provider, moment):
    moment.forward(minutes=1)
    return provider.events()


def told(events, kind):
    return [event for _, event in events if isinstance(event, kind)]


class TestPrompting:
    def test_it_is_taken_and_the_answer_comes_to_its_own_address(self, provider, moment):
        order = an_order()

        prompted = provider.gateway.prompt(order)

        assert prompted.checkout_id
        assert prompted.exchange.method == "POST"
        [(url, answer)] = later_events(provider, moment)
        assert url == order.url
        assert isinstance(answer, PromptAnswered)
        assert (answer.checkout_id, answer.paid) == (prompted.checkout_id, True)
        assert len(answer.receipt) == 10
        assert answer.amount_minor == order.amount_minor
        assert answer.payer.may_be(PAYER)
        assert provider.received_minor(order.account) == order.amount_minor

    def test_a_payer_who_says_no_moves_nothing(self, provider, moment):
        order = an_order(provider.cancelling)

        provider.gateway.prompt(order)

        [(_, answer)] = later_events(provider, moment)
        assert (answer.code, answer.paid, answer.receipt) == ("1032", False, "")
        assert answer.amount_minor is None
        assert provider.received_minor(order.account) == 0

    def test_there_is_no_reference_twice_is_two_prompts(self, provider, moment):
        order = an_order()
        first = provider.gateway.prompt(order)
        later_events(provider, moment)
        moment.forward(minutes=5)

        second = provider.gateway.prompt(order)

        later_events(provider, moment)
        assert first.checkout_id != second.checkout_id
        assert provider.received_minor(order.account) == 2 * order.amount_minor


class TestAsking:
    def test_an_answered_prompt_is_paid_without_saying_by_whom(self, provider, moment):
        prompted = provider.gateway.prompt(an_order(provider.silent))
        assert later_events(provider, moment) == []

        standing = provider.gateway.ask(prompted.checkout_id)

        assert (standing.state, standing.code) == (PromptState.ANSWERED, "0")
        assert standing.paid

    def test_one_that_waits_is_pending_and_no_failure(self, provider, moment):
        prompted = provider.gateway.prompt(an_order(provider.slow))

        waiting = provider.gateway.ask(prompted.checkout_id)
        provider.answer_slow()
        answered = provider.gateway.ask(prompted.checkout_id)

        assert (waiting.state, waiting.paid) == (PromptState.PENDING, False)
        assert (answered.state, answered.paid) == (PromptState.ANSWERED, True)

    def test_a_refusal_is_told_with_its_code(self, provider, moment):
        prompted = provider.gateway.prompt(an_order(provider.cancelling))
        later_events(provider, moment)

        standing = provider.gateway.ask(prompted.checkout_id)

        assert (standing.state, standing.code, standing.paid) == (
            PromptState.ANSWERED, "1032", False,
        )  # fmt: skip

    def test_one_that_nobody_knows_is_not_found(self, provider):
        assert provider.gateway.ask("ws_CO_unknown").state is PromptState.NOT_FOUND


class TestPaymentsStraightToTheShortcode:
    def test_they_are_confirmed_once_registered(self, provider, moment):
        provider.gateway.register_urls(URLS)

        receipt = provider.pay(
            shortcode=PAYBILL, msisdn=PAYER, amount_minor=750_000, account="hse 7"
        )

        [(url, event)] = later_events(provider, moment)
        assert url == URLS.confirmation
        assert isinstance(event, PaymentConfirmed)
        assert (event.receipt, event.shortcode) == (receipt, PAYBILL)
        assert (event.amount_minor, event.currency, event.account) == (750_000, "KES", "hse 7")
        assert event.payer.may_be(PAYER)
        assert event.paid_at == clock.now() - MINUTE

    def test_without_addresses_nothing_is_told(self, provider, moment):
        provider.pay(shortcode=PAYBILL, msisdn=PAYER, amount_minor=100_000, account="A")

        assert later_events(provider, moment) == []
        assert provider.received_minor("A") == 100_000

    def test_where_asked_for_they_wait_for_our_answer(self, provider, moment):
        provider.gateway.register_urls(URLS)
        provider.ask_first()

        receipt = provider.pay(shortcode=PAYBILL, msisdn=PAYER, amount_minor=100_000, account="A")

        assert provider.received_minor("A") == 0
        events = later_events(provider, moment)
        assert [type(event) for _, event in events] == [PaymentToValidate, PaymentConfirmed]
        assert {event.receipt for _, event in events} == {receipt}
        assert events[0][0] == URLS.validation

    def test_a_prompt_is_confirmed_too_under_the_same_receipt(self, provider, moment):
        provider.gateway.register_urls(URLS)

        provider.gateway.prompt(an_order())

        events = later_events(provider, moment)
        [answer] = told(events, PromptAnswered)
        [confirmed] = told(events, PaymentConfirmed)
        assert answer.receipt == confirmed.receipt
        assert answer.amount_minor == confirmed.amount_minor

    def test_addresses_are_registered_once_for_ever(self, provider):
        provider.gateway.register_urls(URLS)

        with pytest.raises(Declined) as caught:
            provider.gateway.register_urls(URLS)

        assert caught.value.code == "500.003.1001"


class TestPulling:
    def test_every_payment_of_the_window_comes_once(self, provider, moment):
        self.allow(provider)
        paid = {
            provider.pay(
                shortcode=PAYBILL, msisdn=f"254700000{number:03d}",
                amount_minor=100_000, account=f"A{number}",
            )
            for number in range(130)
        }  # fmt: skip
        moment.forward(minutes=1)

        pages = self.pages(provider, since=clock.now() - timedelta(hours=1))

        found = [payment for page in pages for payment in page.payments]
        assert (len(found), {payment.receipt for payment in found}) == (130, paid)
        assert {payment.amount_minor for payment in found} == {100_000}
        assert found[7].account == "A7"
        assert not [row for page in pages for row in page.unreadable]

    def test_it_reaches_back_forty_eight_hours(self, provider, moment):
        self.allow(provider)
        provider.pay(shortcode=PAYBILL, msisdn=PAYER, amount_minor=100, account="old")
        moment.forward(hours=49)

        [page] = self.pages(provider, since=clock.now() - timedelta(hours=60))

        assert page.payments == ()

    def test_registering_again_changes_nothing(self, provider):
        registered = [self.allow(provider) for _ in range(2)]

        assert [each.before for each in registered] == [False, True]

    def test_without_registration_it_is_declined(self, provider):
        with pytest.raises(Declined):
            self.pages(provider, since=clock.now() - timedelta(hours=1))

    def allow(self, provider):
        return provider.gateway.register_pull(
            PullRegistration(nominated_msisdn="254700000009", url=f"{BASE}/pull/s/")
        )

    def pages(self, provider, *, since):
        window = PullWindow(since=since, until=clock.now())
        pages = [provider.gateway.pull(window)]
        while pages[-1].next_offset is not None:
            window = replace(window, offset=pages[-1].next_offset)
            pages.append(provider.gateway.pull(window))
        return pages
