"""manage.py collect, as an operator runs it."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.commands import answer_of, refusal_of, said
from tests.vault.prompts.conftest import House
from vault.models import Prompt


def arguments(house: House, phone: str = "0700000001", *more: str) -> tuple[str, ...]:
    return ("collect", "--property", str(house.property.pk), "--phone", phone, *more)


class TestCollect:
    def test_it_prompts_and_says_so(self, house: House) -> None:
        answer = answer_of(*arguments(house, "0700000001", "--amount", "2500"))

        prompt = Prompt.objects.get()
        assert (answer["id"], answer["status"], answer["amount"]) == (
            str(prompt.pk), "waiting", "2500.00",
        )  # fmt: skip
        assert answer["checkoutRequestId"] == prompt.checkout_id
        assert prompt.created_by.startswith("command")

    def test_it_waits_for_the_answer(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.clock.wait", lambda **span: house.later(**span))

        text = said(*arguments(house, "0700000001", "--wait"))

        receipt = Prompt.objects.get().receipt
        assert text.startswith("paid: KES 10,000.00")
        assert f"Receipt {receipt}." in text

    def test_what_failed_ends_with_exit_code_1(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.clock.wait", lambda **span: house.later(**span))

        refusal = refusal_of(*arguments(house, "0700098032", "--wait"))

        assert refusal.returncode == 1
        assert "failed: KES 10,000.00" in str(refusal)
        assert "1032" in str(refusal)

    def test_a_dry_run_prompts_nobody(self, house: House) -> None:
        answer = answer_of(*arguments(house, "0700000001", "--dry-run"))

        assert (answer["dryRun"], answer["amount"], answer["account"], answer["tenant"]) == (
            True, "10000.00", "SUN-A3", str(house.tenant.pk),
        )  # fmt: skip
        assert not Prompt.objects.exists()
        assert not house.wire.paths

    def test_a_dry_run_says_what_would_be_refused(self, house: House) -> None:
        house.collect()

        refusal = refusal_of(*arguments(house, "0700000001", "--dry-run"))

        assert "a prompt stands on this phone already" in str(refusal)

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            (("--amount", "10.5"), "whole shillings"),
            (("--tenant", "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"), "no tenant"),
        ],
    )
    def test_a_refusal_is_one_sentence(
        self, house: House, more: tuple[str, ...], words: str
    ) -> None:
        out = StringIO()

        with pytest.raises(CommandError) as refused:
            call_command(*arguments(house, "0700000001", *more), "--json", stdout=out)

        assert refused.value.returncode == 1
        assert words in json.loads(out.getvalue())["error"]

    def test_without_a_phone_it_is_not_called_rightly(self, house: House) -> None:
        refusal: Any = refusal_of("collect", "--property", str(house.property.pk))

        assert "--phone" in str(refusal)
