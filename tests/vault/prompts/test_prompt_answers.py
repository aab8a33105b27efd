"""Answers to prompts: once, to the right prompt, as far as two of them agree."""

from collections.abc import Callable

import pytest

from core.models import Alert, Step
from gateways.models import Callback
from tests.vault.prompts.conftest import House, failure_of, open_alerts
from vault.models import Payment, Prompt

Only = Callable[[], Payment]


class TestPaid:
    def test_it_is_received_once_and_allocated_to_the_tenant(
        self, house: House, the_only_payment: Only
    ) -> None:
        prompt = house.collect()

        outcome = house.read(house.callback())

        prompt.refresh_from_db()
        payment = the_only_payment()
        assert (outcome, prompt.status, prompt.payment) == ("applied", "paid", payment)
        assert (payment.amount_minor, payment.fee_minor, payment.owed_minor) == (
            1_000_000, 50_000, 950_000,
        )  # fmt: skip
        assert (payment.status, payment.tenant, payment.property) == (
            "allocated", house.tenant, house.property,
        )  # fmt: skip
        assert (payment.receipt, payment.payer_phone) == (prompt.receipt, "254700000001")
        assert prompt.ask_at is None

    def test_five_times_is_the_same_as_once(self, house: House, the_only_payment: Only) -> None:
        house.collect("98202")

        house.later(minutes=1)

        outcomes = list(Callback.objects.order_by("id").values_list("outcome", flat=True))
        assert outcomes == ["applied"] + ["duplicate"] * 4
        assert the_only_payment().status == "allocated"
        assert not open_alerts()

    def test_before_the_acknowledgement_is_the_same(
        self, house: House, the_only_payment: Only
    ) -> None:
        prompt = house.collect("98203")
        house.settle()

        prompt.refresh_from_db()
        assert (prompt.status, prompt.payment) == ("paid", the_only_payment())
        assert prompt.checkout_id
        assert prompt.merchant_request_id

    def test_read_before_the_third_paragraph_it_only_fills_in(
        self, house: House, the_only_payment: Only
    ) -> None:
        house.wire.before_answer = lambda path: house.settle() if "stkpush" in path else None

        prompt = house.collect("98203")

        assert (prompt.status, prompt.payment) == ("paid", the_only_payment())
        moves = Step.objects.filter(subject_id=str(prompt.pk)).order_by("id")
        assert [step.to_status for step in moves if step.from_status != step.to_status] == [
            "asking", "paid",
        ]  # fmt: skip
        assert not open_alerts()

    @pytest.mark.parametrize("digits", ["98209", "98210"])
    def test_a_masked_or_missing_number_does_not_matter(
        self, house: House, the_only_payment: Only, digits: str
    ) -> None:
        house.collect(digits)

        house.later(minutes=1)

        assert the_only_payment().payer_phone == f"2547000{digits}"


class TestNotPaid:
    @pytest.mark.parametrize(
        ("digits", "code"),
        [("98001", "1"), ("98021", "2001"), ("98032", "1032"), ("98019", "1019")],
    )
    def test_a_code_of_the_table_ends_it(self, house: House, digits: str, code: str) -> None:
        prompt = house.collect(digits)

        house.pass_minutes(2)

        prompt.refresh_from_db()
        assert (prompt.status, prompt.code) == ("failed", code)
        assert not Payment.objects.exists()

    @pytest.mark.parametrize("digits", ["98036", "98099", "98077"])
    def test_a_code_that_is_no_verdict_leaves_it_unknown(self, house: House, digits: str) -> None:
        prompt = house.collect(digits)

        house.pass_minutes(2)

        prompt.refresh_from_db()
        assert prompt.status == "unknown"
        assert prompt.code in ("1036", "9999", "7777")

    def test_a_failure_that_a_query_contradicts_is_paid(self, house: House) -> None:
        prompt = house.collect()
        callback = house.callback()
        house.post(callback.url, failure_of(callback, 1037))
        prompt.refresh_from_db()
        before = prompt.status

        house.pass_minutes(2)

        prompt.refresh_from_db()
        assert (before, prompt.status, prompt.code) == ("failed", "paid", "0")
        assert "prompt_paid_after_all" in open_alerts()

    def test_success_after_failure_is_taken_in(self, house: House, the_only_payment: Only) -> None:
        prompt = house.collect("98206")

        house.pass_minutes(3)

        prompt.refresh_from_db()
        assert (prompt.status, prompt.payment) == ("paid", the_only_payment())
        assert "prompt_paid_after_all" in open_alerts()


class TestContradictions:
    def test_failure_after_success_changes_nothing(
        self, house: House, the_only_payment: Only
    ) -> None:
        prompt = house.collect("98205")

        house.pass_minutes(3)

        prompt.refresh_from_db()
        assert (prompt.status, prompt.payment) == ("paid", the_only_payment())
        assert Callback.objects.latest("id").outcome == "contradictory"
        assert open_alerts() == {"prompt_contradicted"}

    def test_another_receipt_changes_nothing(self, house: House, the_only_payment: Only) -> None:
        house.collect()
        callback = house.callback()
        house.read(callback)

        outcome = house.read_changed(callback, MpesaReceiptNumber="UKL0000099")

        assert outcome == "contradictory"
        assert the_only_payment().receipt != "UKL0000099"
        assert open_alerts() == {"prompt_contradicted"}

    def test_another_amount_is_not_settled(self, house: House) -> None:
        prompt = house.collect()
        callback = house.callback()

        outcome = house.read_changed(callback, Amount=1.0)

        prompt.refresh_from_db()
        assert outcome == "contradictory"
        assert prompt.status == "waiting"
        assert prompt.ask_at == house.clock()
        assert not Payment.objects.exists()
        assert Alert.objects.get(kind="prompt_contradicted").severity == "critical"

    def test_another_phone_is_not_settled(self, house: House) -> None:
        house.collect()
        callback = house.callback()

        outcome = house.read_changed(callback, PhoneNumber=254700000444)

        assert outcome == "contradictory"
        assert not Payment.objects.exists()

    def test_the_receipt_of_another_prompt_is_not_taken_twice(
        self, house: House, the_only_payment: Only
    ) -> None:
        first = house.collect("00001")
        house.read(house.callback())
        second = house.collect("00002")
        receipt = Prompt.objects.get(pk=first.pk).receipt
        callback = house.callback()

        house.read_changed(callback, MpesaReceiptNumber=receipt)

        second.refresh_from_db()
        assert (second.status, second.payment) == ("paid", None)
        assert the_only_payment().receipt == receipt
        assert "prompt_contradicted" in open_alerts()
