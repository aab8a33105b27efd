"""What every Disburser promises of payouts to businesses (gateways/interface, daraja.md 4)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core import clock
from gateways.errors import Declined, Unclear
from gateways.interface import (
    BusinessOrder,
    CallbackUrls,
    PaymentState,
    PayoutResult,
    Rail,
    ReceiverKind,
    StatusAnswer,
    StatusQuestion,
)
from tests.wire import MovedClock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def moment():
    found = MovedClock()
    with clock.reading_from(found):
        yield found


def urls(kind):
    base = "https://vault.example/callbacks/daraja"
    return CallbackUrls(result=f"{base}/{kind}/s/", timeout=f"{base}/{kind}-timeout/s/")


def an_order(receiver="600222", **changes):
    order = BusinessOrder(
        receiver_number=receiver,
        receiver_kind=ReceiverKind.PAYBILL,
        account_reference="PROP001",
        amount_minor=950_000,
        currency="KES",
        command_id="BusinessPayBill",
        remarks="November rent",
        occasion="RENT-1",
        urls=urls("business"),
    )
    return replace(order, **changes)


def later(provider, moment):
    moment.moment += timedelta(hours=1)
    return [event for _, event in provider.events()]


def asked(provider, moment, **named):
    question = StatusQuestion(**({"reference": ""} | named), remarks="Status", urls=urls("status"))
    provider.gateway.ask(question)
    [answer] = [each for each in later(provider, moment) if isinstance(each, StatusAnswer)]
    return answer


class TestSending:
    def test_the_ids_are_the_providers_and_the_result_names_them(self, provider, moment):
        acknowledgement = provider.gateway.send(an_order())

        [result] = later(provider, moment)
        assert isinstance(result, PayoutResult)
        assert (result.rail, result.paid) == (Rail.MPESA_B2B, True)
        assert result.reference == acknowledgement.originator_id != ""
        assert result.conversation_id == acknowledgement.conversation_id
        assert (result.amount_minor, len(result.receipt)) == (950_000, 10)

    def test_the_same_order_twice_is_paid_twice(self, provider, moment):
        first, second = (provider.gateway.send(an_order()) for _ in range(2))

        later(provider, moment)
        assert first.originator_id != second.originator_id
        for each in (first, second):
            assert provider.moved_minor(each.originator_id) == 950_000

    def test_a_failure_moves_nothing_and_has_no_receipt(self, provider, moment):
        acknowledgement = provider.gateway.send(an_order(provider.failing_business))

        [result] = later(provider, moment)
        assert (result.code, result.paid) == (provider.failing_business_code, False)
        assert result.receipt == ""
        assert provider.moved_minor(acknowledgement.originator_id) == 0

    def test_a_lost_acknowledgement_is_unclear_and_its_result_still_comes(self, provider, moment):
        with pytest.raises(Unclear):
            provider.gateway.send(an_order(provider.unacknowledged_business))

        [result] = later(provider, moment)
        assert result.paid
        assert provider.moved_minor(result.reference) == 950_000


class TestAsking:
    def test_a_silent_one_is_found_by_the_acknowledgements_id(self, provider, moment):
        acknowledgement = provider.gateway.send(an_order(provider.silent_business))
        told = later(provider, moment)

        answer = asked(provider, moment, reference=acknowledgement.originator_id)

        assert told == []
        assert (answer.state, answer.amount_minor) == (PaymentState.COMPLETED, 950_000)
        assert answer.reference == acknowledgement.originator_id

    def test_a_paid_one_is_found_by_its_receipt(self, provider, moment):
        acknowledgement = provider.gateway.send(an_order())
        [result] = later(provider, moment)

        answer = asked(provider, moment, receipt=result.receipt)

        assert (answer.state, answer.receipt) == (PaymentState.COMPLETED, result.receipt)
        assert answer.reference == acknowledgement.originator_id

    def test_an_id_of_ours_finds_nothing(self, provider, moment):
        provider.gateway.send(an_order())
        later(provider, moment)

        assert asked(provider, moment, reference="RENT-1").state == PaymentState.NOT_FOUND


class TestRefusedBeforeItLeaves:
    @pytest.mark.parametrize(
        "change",
        [
            {"account_reference": "FOURTEEN-CHARS"},
            {"account_reference": ""},
            {"receiver_kind": ReceiverKind.TILL},
            {"receiver_number": "254700000001"},
            {"amount_minor": 950_050},
            {"currency": "USD"},
        ],
    )
    def test_what_would_not_fit_is_declined_never_cut(self, daraja, change):
        with pytest.raises(Declined):
            daraja.gateway.send(an_order(**change))

        assert daraja.events() == []
