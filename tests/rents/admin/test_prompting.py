"""The collect button, a prompt's page, and who may do what about rent at the desk."""

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Step
from tests.rents.a_street import Street, text_of
from tests.staff import REASON, at_the_desk
from vault.models import Payment, Prompt
from vault.states import PromptStatus

CONFIRMED = {"confirmed": "yes", "reason": REASON}
COLLECT = "admin:vault_prompt_collect"
MAY = {
    "allocate": "vault.allocate_payment", "take-back": "vault.allocate_payment",
    "forward": "vault.forward_payment", "retry": "vault.forward_payment",
}  # fmt: skip


def address(verb: str, row: Payment) -> str:
    return reverse(f"admin:vault_payment_{verb}", args=[row.pk])


def of_amina(street: Street) -> str:
    return f"property={street.sunset.pk}&tenant={street.amina.pk}"


def page_of(prompt: Prompt) -> str:
    return reverse("admin:vault_prompt_change", args=[prompt.pk])


def paid() -> Payment:
    return Payment.objects.get()


class TestCollecting:
    def test_a_tenant_is_found_and_prompted(self, desk: Client, street: Street) -> None:
        found = desk.get(f"{reverse(COLLECT)}?find=amina").content.decode()
        asked = desk.get(f"{reverse(COLLECT)}?{of_amina(street)}")
        known = street.amina.phones.get().pk

        answer = desk.post(
            f"{reverse(COLLECT)}?{of_amina(street)}",
            {**CONFIRMED, "known_phone": known, "amount": "10000"}, follow=True,
        )  # fmt: skip

        assert of_amina(street).replace("&", "&amp;") in found
        assert asked.context_data["form"].initial["amount"] == "10000"
        prompt = Prompt.objects.get()
        assert (prompt.status, prompt.msisdn) == (PromptStatus.WAITING, "254700000001")
        assert "stands on +254 700 ••• 001" in text_of(answer)
        assert any(REASON in step.because for step in _steps(prompt))

    def test_another_phone_goes_before_the_known_one(self, desk: Client, street: Street) -> None:
        known = street.amina.phones.get().pk

        desk.post(
            f"{reverse(COLLECT)}?{of_amina(street)}",
            {**CONFIRMED, "known_phone": known, "other_phone": "0700 000 005", "amount": "900"},
        )  # fmt: skip

        assert Prompt.objects.get().msisdn == "254700000005"

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"amount": "10000.50"}, "Amount:"), ({"other_phone": "12"}, "Phone:"),
            ({"amount": "900000"}, "Amount:"), ({"reason": "short"}, "at least 8 characters"),
        ],
    )  # fmt: skip
    def test_bad_input_is_named_and_nothing_is_sent(
        self, changed: dict[str, str], told: str, desk: Client, street: Street
    ) -> None:
        typed = {**CONFIRMED, "other_phone": "0700000005", "amount": "10000", **changed}

        answer = desk.post(f"{reverse(COLLECT)}?{of_amina(street)}", typed)

        assert answer.status_code == 422
        assert told in text_of(answer)
        assert not Prompt.objects.exists()

    def test_an_open_prompt_is_told_with_when_to_try_again(
        self, desk: Client, street: Street
    ) -> None:
        street.prompt()
        typed = {**CONFIRMED, "other_phone": "0700000001", "amount": "500"}

        answer = text_of(desk.post(f"{reverse(COLLECT)}?{of_amina(street)}", typed))

        assert "try again after" in answer
        assert "Nothing was sent." in answer
        assert Prompt.objects.count() == 1

    def test_a_prompts_page_tells_its_story(self, desk: Client, street: Street) -> None:
        prompt = street.prompt()
        street.work()

        page = text_of(desk.get(page_of(prompt)))

        assert "Open the payment" in page
        assert prompt.merchant_request_id in page
        assert "Prompt paid" in page

    def test_the_phone_in_the_checkout_id_is_hidden_as_phones_are(
        self, desk: Client, street: Street
    ) -> None:
        prompt = street.prompt()
        street.work()
        digits = prompt.msisdn[3:]
        pages = (page_of(prompt), reverse("admin:vault_payment_change", args=[paid().pk]))

        before = [desk.get(page).content.decode() for page in pages]
        desk.post(reverse("admin:vault_prompt_phones", args=[prompt.pk]))
        after = desk.get(page_of(prompt)).content.decode()

        assert digits in prompt.checkout_id
        assert not any(digits in page for page in before)
        assert prompt.checkout_id in after

    def test_a_checkout_id_is_found_only_by_those_who_may_see_phones(self, street: Street) -> None:
        prompt = street.prompt()
        typed = f"{reverse('admin:vault_prompt_changelist')}?q={prompt.checkout_id}"

        seeing = at_the_desk("vault.view_prompt", "disbursements.see_phones").get(typed)
        blind = at_the_desk("vault.view_prompt").get(typed)

        assert seeing.url == page_of(prompt)
        assert blind.status_code == 200
        assert "Amina Example" not in blind.content.decode()


def _steps(row: Prompt) -> list[Step]:
    return list(Step.objects.filter(subject_id=str(row.pk)))
