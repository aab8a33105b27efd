"""Many at once: the same answer, an answer and its confirmation, an answer and a question."""

from collections.abc import Callable
from typing import Any

import pytest

from config.deliveries import deliver_due
from gateways.models import Callback
from tests.vault.prompts.conftest import House
from vault import jobs
from vault.models import Payment, Prompt

Only = Callable[[], Payment]


class TestTogether:
    def test_fifty_times_the_same_answer(
        self, house: House, together: Any, the_only_payment: Only
    ) -> None:
        prompt = house.collect()
        callback = house.callback()
        for _ in range(50):
            house.wire.post_body(url=callback.url, body=callback.body)

        answers = together(*[deliver_due] * 10)
        deliver_due()

        assert not [each for each in answers if isinstance(each, Exception)]
        outcomes = sorted(Callback.objects.values_list("outcome", flat=True))
        assert outcomes == ["applied"] + ["duplicate"] * 49
        assert Prompt.objects.get(pk=prompt.pk).payment == the_only_payment()

    @pytest.mark.parametrize("digits", ["00001", "98504", "98502", "98208"])
    def test_an_answer_and_the_confirmation_of_its_receipt(
        self, house: House, together: Any, the_only_payment: Only, digits: str
    ) -> None:
        house.register_urls()
        prompt = house.collect(digits)
        house.clock.forward(seconds=40)
        house.wire.deliver()

        answers = together(*[deliver_due] * 4)
        house.pass_minutes(5)

        assert not [each for each in answers if isinstance(each, Exception)]
        row, payment = Prompt.objects.get(pk=prompt.pk), the_only_payment()
        assert (row.status, row.payment) == ("paid", payment)
        assert (payment.tenant, payment.status) == (house.tenant, "allocated")
        assert payment.confirmed_at is not None

    def test_an_answer_and_a_question(
        self, house: House, together: Any, the_only_payment: Only
    ) -> None:
        prompt = house.collect()
        house.clock.forward(seconds=50)
        house.wire.deliver()

        answers = together(deliver_due, jobs.prompts, jobs.prompts)
        house.pass_minutes(3)

        assert not [each for each in answers if isinstance(each, Exception)]
        assert Prompt.objects.get(pk=prompt.pk).payment == the_only_payment()
