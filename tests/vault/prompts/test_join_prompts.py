"""Prompts paid without a receipt find the payment that C2B or Pull tells of, and only that."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from core.models import Alert
from gateways.interface import PayerPhone, PhoneForm
from tests.money_in import full, heard, make_property, make_tenant, masked
from tests.vault.prompts.conftest import House, booked_once, open_alerts
from tests.wire import UNLISTED
from vault import jobs
from vault.models import Payment, Prompt
from vault.operations.receive import Source
from vault.operations.take_back import take_back
from vault.operations.take_in import take_in

PHONE = "254700098211"
OTHER = "254700000388"


def paid_without_receipt(house: House, digits: str = "98211", **more: Any) -> Prompt:
    """A query says paid; nobody told a receipt."""
    prompt = house.collect(digits, **more)
    house.later(seconds=50)
    prompt.refresh_from_db()
    assert (prompt.status, prompt.payment) == ("paid", None)
    return prompt


def comes_in(house: House, **more: Any) -> Payment:
    """C2B or Pull tells of a payment under the tenant's account."""
    facts = {"account_typed": "SUN-A3", "payer": masked(PHONE), "paid_at": house.clock()} | more
    with transaction.atomic():
        told = heard(house.property.shortcode, **facts)
        return take_in(heard=told, at=house.clock()).payment


def now_is(prompt: Prompt) -> Prompt:
    return Prompt.objects.get(pk=prompt.pk)


class TestThePaymentComesLater:
    def test_a_confirmation_with_a_masked_number(self, house: House) -> None:
        prompt = paid_without_receipt(house)

        payment = comes_in(house)

        assert now_is(prompt).payment == payment
        assert (now_is(prompt).receipt, now_is(prompt).ask_at) == (payment.receipt, None)
        assert (payment.tenant, payment.status) == (house.tenant, "allocated")
        assert booked_once(payment)

    def test_pull_whose_time_is_three_hours_off(self, house: House) -> None:
        prompt = paid_without_receipt(house)
        paid_at = house.clock()
        house.clock.forward(hours=5)

        payment = comes_in(
            house, source=Source.PULL, payer=full(PHONE), paid_at=paid_at.replace(hour=5)
        )

        assert now_is(prompt).payment == payment

    @pytest.mark.parametrize(
        "odd",
        [
            {"amount_minor": 999_900},
            {"account_typed": "SUN"},
            {"payer": masked(OTHER)},
            {"payer": full(OTHER)},
            {"payer": PayerPhone(form=PhoneForm.ABSENT)},
        ],
        ids=lambda odd: next(iter(odd)),
    )
    def test_what_differs_is_not_joined(self, house: House, odd: dict[str, Any]) -> None:
        prompt = paid_without_receipt(house)

        comes_in(house, **odd)

        assert now_is(prompt).payment is None

    def test_a_payment_of_another_day_is_not_joined(self, house: House) -> None:
        prompt = paid_without_receipt(house)
        house.clock.forward(hours=1)

        comes_in(house)

        assert now_is(prompt).payment is None

    def test_a_second_payment_finds_no_prompt_any_more(self, house: House) -> None:
        prompt = paid_without_receipt(house)
        first = comes_in(house)

        second = comes_in(house)

        assert now_is(prompt).payment == first
        assert second.status == "allocated"

    def test_of_two_prompts_that_fit_none_is_taken(self, house: House) -> None:
        other = make_tenant(house.property)
        first = paid_without_receipt(house, tenant_id=other.pk)
        second = Prompt.objects.get(pk=first.pk)
        second.pk, second.secret_digest, second.checkout_id = uuid4(), b"x" * 32, "ws_CO_2"
        second.save(force_insert=True)

        comes_in(house, account_typed="SUN")

        assert {now_is(each).payment for each in (first, second)} == {None}
        assert Alert.objects.filter(kind="prompt_ambiguous").count() == 1


class TestThePaymentCameBefore:
    def test_it_is_found_when_the_prompt_proves_paid(self, house: House) -> None:
        prompt = house.collect("98211")
        house.clock.forward(seconds=40)
        payment = comes_in(house)
        before = now_is(prompt).payment

        house.later(seconds=10)

        assert (before, now_is(prompt).payment) == (None, payment)

    def test_one_of_much_later_is_not_taken(self, house: House) -> None:
        prompt = house.collect("98211")
        house.clock.forward(minutes=40)
        comes_in(house)

        house.settle()

        assert (now_is(prompt).status, now_is(prompt).payment) == ("paid", None)

    def test_one_of_another_prompt_is_not_counted(self, house: House) -> None:
        first = paid_without_receipt(house)
        payments = [comes_in(house)]
        house.clock.forward(seconds=130)
        second = house.collect("98211")
        house.clock.forward(seconds=40)
        payments.append(comes_in(house))

        house.later(seconds=10)

        assert [now_is(each).payment for each in (first, second)] == payments

    def test_one_that_a_stranger_told_is_not_taken(self, house: House) -> None:
        house.register_urls()
        prompt = house.collect("98208")
        house.clock.forward(seconds=40)
        due = house.wire.simulator.due_callbacks(house.clock())
        confirmation = next(each for each in due if "c2b" in each.url)

        house.read(confirmation, source=UNLISTED)
        house.pass_minutes(4)

        assert (now_is(prompt).status, now_is(prompt).payment) == ("paid", None)
        assert Payment.objects.get().status == "unallocated"

    def test_of_two_payments_that_fit_none_is_taken(self, house: House) -> None:
        prompt = house.collect("98211")
        house.clock.forward(seconds=40)
        comes_in(house)
        comes_in(house)

        house.later(seconds=10)

        assert (now_is(prompt).status, now_is(prompt).payment) == ("paid", None)
        assert Alert.objects.filter(kind="prompt_ambiguous").count() == 1


class TestEndedWithoutMoney:
    def test_nobody_answered_but_it_was_paid(self, house: House) -> None:
        house.register_urls()
        prompt = house.collect("98038")

        house.pass_minutes(5)

        payment = Payment.objects.get()
        assert (now_is(prompt).status, now_is(prompt).payment) == ("paid", payment)
        assert (payment.tenant, payment.status) == (house.tenant, "allocated")
        assert booked_once(payment)

    def test_a_payment_that_may_be_the_next_prompts_is_left_alone(self, house: House) -> None:
        first = house.collect("98032")
        house.later(seconds=40)
        house.clock.forward(seconds=90)
        second = house.collect("98032")
        house.clock.forward(seconds=1)
        comes_in(house, payer=masked("254700098032"))
        house.clock.forward(seconds=40)

        jobs.prompts()

        assert now_is(first).asked_times == 1
        assert (now_is(first).status, now_is(first).payment) == ("failed", None)
        assert now_is(second).payment is None

    def test_a_query_says_no_and_the_payment_is_here(self, house: House) -> None:
        prompt = house.collect("98207")
        house.clock.forward(seconds=40)
        payment = comes_in(house, payer=masked("254700098207"))

        house.later(seconds=10)

        assert (now_is(prompt).status, now_is(prompt).payment) == ("paid", payment)


class TestTheAnswerComesLater:
    def test_what_a_stranger_told_is_believed_when_the_answer_names_it(self, house: House) -> None:
        house.register_urls()
        house.collect()
        house.clock.forward(seconds=40)
        due = house.wire.simulator.due_callbacks(house.clock())
        confirmation = next(each for each in due if "c2b" in each.url)
        house.read(confirmation, source=UNLISTED)
        before = Payment.objects.get().status

        house.read(next(each for each in due if "stk" in each.url))

        assert (before, Payment.objects.get().status) == ("unallocated", "allocated")
        assert not Alert.objects.filter(closed_at=None, kind__startswith="confirmation").exists()

    def test_a_receipt_that_c2b_told_with_another_amount_is_not_joined(self, house: House) -> None:
        prompt = house.collect()
        callback = house.callback()
        receipt = house.receipt_in(callback)
        payment = comes_in(house, receipt=receipt, amount_minor=100_000)

        house.read(callback)

        payment.refresh_from_db()
        assert (now_is(prompt).status, now_is(prompt).payment) == ("paid", None)
        assert payment.amount_minor == 100_000
        assert {"receipt_contradicted", "prompt_contradicted"} <= open_alerts()

    def test_what_a_person_took_back_waits_for_a_person(self, house: House) -> None:
        prompt = house.collect()
        callback = house.callback()
        payment = comes_in(house, payer=full("254700000001"), receipt=house.receipt_in(callback))
        take_back(
            payment_id=payment.pk, reason="it is somebody else's", caller=house.caller,
            at=house.clock(),
        )  # fmt: skip

        house.read(callback)

        assert now_is(prompt).payment == payment
        assert Payment.objects.get().status == "unallocated"


class TestTheTenantIsKnownByThePrompt:
    def test_a_payment_known_only_by_property_gets_its_tenant(self, house: House) -> None:
        house.tenant.account_reference = ""
        house.tenant.save()
        house.property.account_reference = "SUN"
        prompt = house.collect("00055")
        callback = house.callback()
        receipt = house.receipt_in(callback)
        before = comes_in(house, account_typed="SUN", payer=PayerPhone(), receipt=receipt).tenant

        house.read(callback)

        assert before is None
        assert Payment.objects.get().tenant == house.tenant
        assert now_is(prompt).payment == Payment.objects.get()

    def test_a_tenant_who_moved_meanwhile_is_left_out(self, house: House) -> None:
        house.collect()
        callback = house.callback()
        elsewhere = make_property(house.property.owner, house.property.shortcode)
        house.tenant.property = elsewhere
        house.tenant.save()

        house.read(callback)

        payment = Payment.objects.get()
        assert (payment.status, payment.property, payment.tenant) == (
            "allocated", house.property, None,
        )  # fmt: skip
