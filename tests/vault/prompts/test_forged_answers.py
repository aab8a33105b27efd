"""Answers that nobody may believe: other secrets, other prompts, senders that are not listed."""

import json
from collections.abc import Callable

import pytest

from gateways import inbox
from gateways.models import Callback
from tests.vault.payments.conftest import confirm
from tests.vault.prompts.conftest import House, failure_of, open_alerts
from tests.wire import UNLISTED
from vault.models import Payment, Prompt

Only = Callable[[], Payment]


class TestForged:
    def test_a_secret_of_nobodys_is_unmatched(self, house: House) -> None:
        prompt = house.collect()
        callback = house.callback()
        secret = inbox.new_secret(provider="daraja", kind="stk")
        url = inbox.callback_url(provider="daraja", kind="stk", secret=secret)

        house.post(url, callback.body)

        prompt.refresh_from_db()
        row = Callback.objects.get()
        assert (row.outcome, row.subject_id, prompt.status) == (
            "unmatched", str(prompt.pk), "waiting",
        )  # fmt: skip
        assert {"prompt_does_not_fit", "callback_unmatched"} <= open_alerts()
        assert not Payment.objects.exists()

    def test_a_secret_that_we_never_made(self, house: House) -> None:
        prompt = house.collect()
        callback = house.callback()
        url = inbox.callback_url(provider="daraja", kind="stk", secret="x" * 38)

        house.post(url, callback.body)

        prompt.refresh_from_db()
        assert prompt.status == "waiting"
        assert not Payment.objects.exists()

    def test_the_address_of_one_prompt_does_not_settle_another(self, house: House) -> None:
        first = house.collect("00001")
        own = house.callback()
        second = house.collect("00002")
        others = house.callback()

        house.post(own.url, others.body)

        assert {Prompt.objects.get(pk=each.pk).status for each in (first, second)} == {"waiting"}
        assert "prompt_does_not_fit" in open_alerts()
        assert not Payment.objects.exists()

    def test_from_elsewhere_a_query_must_agree_first_and_its_receipt_waits(
        self, house: House
    ) -> None:
        prompt = house.collect()
        callback = house.callback()

        outcome = house.read(callback, source=UNLISTED)

        prompt.refresh_from_db()
        assert (outcome, prompt.status, prompt.ask_at) == ("applied", "waiting", house.clock())
        assert not Payment.objects.exists()
        house.settle()
        prompt.refresh_from_db()
        payment = Payment.objects.get()
        assert (prompt.status, prompt.payment) == ("paid", payment)
        assert (payment.status, payment.forward_due_at) == ("unallocated", None)
        assert "confirmation_not_listed" in open_alerts()

    def test_a_receipt_from_elsewhere_does_not_double_the_money(self, house: House) -> None:
        prompt = house.collect()
        callback = house.callback()
        house.read_changed(callback, source=UNLISTED, MpesaReceiptNumber="UKL0000077")
        house.settle()

        confirm(house.property.shortcode, receipt=house.receipt_in(callback), account="SUN-A3")

        found = Payment.objects.order_by("receipt").values_list("receipt", "status")
        assert dict(found) == {
            "UKL0000077": "unallocated", house.receipt_in(callback): "allocated",
        }  # fmt: skip
        assert Prompt.objects.get().pk == prompt.pk

    def test_told_twice_from_elsewhere_it_still_waits(self, house: House) -> None:
        prompt = house.collect()
        callback = house.callback()
        house.wire.drop()
        house.later(seconds=30)
        prompt.refresh_from_db()
        assert (prompt.status, prompt.payment) == ("paid", None)

        house.read_changed(callback, source=UNLISTED, MpesaReceiptNumber="UKL0000077")

        assert Payment.objects.get().status == "unallocated"

    @pytest.mark.parametrize("by", ["the answer", "C2B"])
    def test_told_by_somebody_listed_too_it_is_the_prompts(
        self, house: House, the_only_payment: Only, by: str
    ) -> None:
        house.collect()
        callback = house.callback()
        house.read(callback, source=UNLISTED)
        house.settle()

        if by == "C2B":
            confirm(house.property.shortcode, receipt=house.receipt_in(callback), account="SUN")
        else:
            house.read(callback)

        payment = the_only_payment()
        assert (payment.status, payment.tenant) == ("allocated", house.tenant)
        assert "confirmation_not_listed" not in open_alerts()

    def test_a_listed_answer_prevails_over_one_from_elsewhere(
        self, house: House, the_only_payment: Only
    ) -> None:
        prompt = house.collect()
        callback = house.callback()
        house.read_changed(callback, source=UNLISTED, MpesaReceiptNumber="UKL0000077")

        house.read(callback)

        prompt.refresh_from_db()
        assert prompt.receipt == the_only_payment().receipt == house.receipt_in(callback)
        assert "prompt_contradicted" in open_alerts()

    def test_from_elsewhere_and_a_query_disagrees(self, house: House) -> None:
        prompt = house.collect("98207")
        house.clock.forward(seconds=50)
        paid = {
            "MerchantRequestID": prompt.merchant_request_id,
            "CheckoutRequestID": prompt.checkout_id, "ResultCode": 0, "ResultDesc": "ok",
            "CallbackMetadata": {"Item": [
                {"Name": "Amount", "Value": 10000.0},
                {"Name": "MpesaReceiptNumber", "Value": "UKL0000077"},
            ]},
        }  # fmt: skip
        url = house.address(prompt)

        house.wire.post_body(
            url=url, body=json.dumps({"Body": {"stkCallback": paid}}).encode(), source=UNLISTED
        )
        house.settle()

        prompt.refresh_from_db()
        assert prompt.status == "failed"
        assert not Payment.objects.exists()
        assert "prompt_contradicted" in open_alerts()

    def test_a_failure_from_elsewhere_is_asked_about(
        self, house: House, the_only_payment: Only
    ) -> None:
        prompt = house.collect()
        callback = house.callback()

        house.wire.post_body(url=callback.url, body=failure_of(callback), source=UNLISTED)
        house.settle()

        prompt.refresh_from_db()
        assert prompt.status == "paid"
