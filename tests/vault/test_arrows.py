"""Every arrow of money in is walked by a real row, and every other one is refused."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from core.models import Step
from core.states import IllegalMove, advance, begin
from tests.money_in import make_owner, make_property
from tests.wire import START
from vault.models import Payment, Prompt, Shortcode
from vault.states import (
    PAYMENT_ARROWS,
    PAYMENT_MEANINGS,
    PROMPT_ARROWS,
    PROMPT_MEANINGS,
    PROMPT_OPEN,
    PaymentStatus,
    PromptStatus,
)

PROMPT_DRAWN = [(old, new) for old, targets in PROMPT_ARROWS.items() for new in sorted(targets)]
PROMPT_MISSING = [pair for pair in product(PromptStatus, PromptStatus) if pair not in PROMPT_DRAWN]

PAYMENT_DRAWN = [(old, new) for old, targets in PAYMENT_ARROWS.items() for new in sorted(targets)]
PAYMENT_MISSING = [
    pair for pair in product(PaymentStatus, PaymentStatus) if pair not in PAYMENT_DRAWN
]
NOBODYS = {
    "property": None, "owner": None, "tenant": None, "fee_minor": None, "owed_minor": None,
}  # fmt: skip


@pytest.fixture
def prompt_that_is(shortcode: Shortcode) -> Callable[[str], Prompt]:
    rented = make_property(make_owner(shortcode.partner), shortcode)

    def make(status: str) -> Prompt:
        prompt = Prompt(
            partner=rented.partner, shortcode=shortcode, property=rented, status=status,
            status_at=START, msisdn="254700000001", amount_minor=1_000_000, currency="KES",
            account="SUN", description="Rent Nov 2026", secret_digest=b"x" * 32,
            checkout_id="ws_CO_1", origin="test", created_by="test", created_at=START,
        )  # fmt: skip
        begin([prompt], at=START, because="made for a test", actor="test")
        return prompt

    return make


class TestPromptArrows:
    @pytest.mark.parametrize(("old", "new"), PROMPT_DRAWN, ids=str)
    def test_a_drawn_arrow_is_walked_with_its_step(
        self, prompt_that_is: Callable[[str], Prompt], old: str, new: str
    ) -> None:
        prompt = prompt_that_is(old)

        advance(prompt, to=new, at=START, because="a reason", actor="test")

        step = Step.objects.latest("id")
        prompt.refresh_from_db()
        assert prompt.status == new
        assert (step.from_status, step.to_status, step.because) == (old, new, "a reason")

    @pytest.mark.parametrize(("old", "new"), PROMPT_MISSING, ids=str)
    def test_a_missing_arrow_is_refused(
        self, prompt_that_is: Callable[[str], Prompt], old: str, new: str
    ) -> None:
        prompt = prompt_that_is(old)

        with pytest.raises(IllegalMove):
            advance(prompt, to=new, at=START, because="a reason", actor="test")

        prompt.refresh_from_db()
        assert prompt.status == old
        assert Step.objects.filter(subject_id=str(prompt.pk)).count() == 1

    def test_every_status_has_a_meaning_and_a_place(self) -> None:
        assert set(PROMPT_ARROWS) == set(PROMPT_MEANINGS) == set(PromptStatus)

    def test_paid_is_the_end_and_anything_can_prove_paid(self) -> None:
        assert not PROMPT_ARROWS[PromptStatus.PAID]
        assert all(
            PromptStatus.PAID in targets
            for old, targets in PROMPT_ARROWS.items()
            if old != PromptStatus.PAID
        )
        assert not [new for new in PROMPT_OPEN if new in PROMPT_ARROWS[PromptStatus.EXPIRED]]


@pytest.fixture
def split(shortcode: Shortcode) -> dict[str, Any]:
    """What an allocated payment has."""
    rented = make_property(make_owner(shortcode.partner), shortcode)
    return {
        "property": rented, "owner": rented.owner, "fee_minor": 50_000, "owed_minor": 950_000,
        "paid_to": "paybill",
    }  # fmt: skip


@pytest.fixture
def payment_that_is(shortcode: Shortcode, split: dict[str, Any]) -> Callable[[str], Payment]:
    def make(status: str) -> Payment:
        payment = Payment(
            partner=shortcode.partner, shortcode=shortcode, status=status, status_at=START,
            method="mpesa", receipt="UKL0000001", amount_minor=1_000_000, currency="KES",
            paid_at=START, received_at=START,
            **(split if status == PaymentStatus.ALLOCATED else {}),
        )  # fmt: skip
        begin([payment], at=START, because="made for a test", actor="test")
        return payment

    return make


class TestPaymentArrows:
    @pytest.mark.parametrize(("old", "new"), PAYMENT_DRAWN, ids=str)
    def test_a_drawn_arrow_is_walked_with_its_step(
        self, payment_that_is: Callable[[str], Payment], split: dict[str, Any], old: str, new: str
    ) -> None:
        payment = payment_that_is(old)
        changes = split if new == PaymentStatus.ALLOCATED else NOBODYS

        advance(payment, to=new, at=START, because="a reason", actor="test", **changes)

        step = Step.objects.latest("id")
        payment.refresh_from_db()
        assert payment.status == new
        assert (step.from_status, step.to_status, step.because) == (old, new, "a reason")

    @pytest.mark.parametrize(("old", "new"), PAYMENT_MISSING, ids=str)
    def test_a_missing_arrow_is_refused(
        self, payment_that_is: Callable[[str], Payment], old: str, new: str
    ) -> None:
        payment = payment_that_is(old)

        with pytest.raises(IllegalMove):
            advance(payment, to=new, at=START, because="a reason", actor="test")

        payment.refresh_from_db()
        assert payment.status == old

    def test_every_status_has_a_meaning(self) -> None:
        assert set(PAYMENT_MEANINGS) == set(PaymentStatus) == set(PAYMENT_ARROWS)
