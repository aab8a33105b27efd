"""Prompting: what is written down before the call, and what the answer to the push makes of it."""

from typing import Any

import pytest
from django.db import connection

from core.callers import NotAllowed
from core.models import Alert, Step
from core.refusals import Refused
from gateways.models import Call
from tests.money_in import make_property
from tests.vault.prompts.conftest import House
from vault.models import Prompt
from vault.operations.collect import PromptOpen


class TestPrompting:
    def test_a_taken_prompt_waits_and_is_asked_about_in_45_seconds(self, house: House) -> None:
        prompt = house.collect()

        row = Prompt.objects.get()
        assert (row.pk, row.status, row.origin, row.created_by) == (
            prompt.pk, "waiting", "admin", "asha",
        )  # fmt: skip
        assert row.checkout_id.startswith("ws_CO_")
        assert row.merchant_request_id
        assert (row.ask_at - house.clock()).total_seconds() == 45
        assert (row.amount_minor, row.account, row.description) == (
            1_000_000, "SUN-A3", "Rent Nov 2026",
        )  # fmt: skip

    def test_both_moves_have_a_step_and_the_call_is_logged(self, house: House) -> None:
        prompt = house.collect()

        steps = Step.objects.filter(subject_id=str(prompt.pk)).order_by("id")
        assert [(step.to_status, step.actor) for step in steps] == [
            ("asking", "asha"), ("waiting", "system"),
        ]  # fmt: skip
        call = Call.objects.get(subject_id=str(prompt.pk))
        assert (call.kind, call.shortcode, call.http_status) == ("prompt", "600000", 200)

    def test_the_reason_of_a_person_is_kept(self, house: House) -> None:
        prompt = house.collect(reason="asked for it by phone")

        first = Step.objects.filter(subject_id=str(prompt.pk)).earliest("id")
        assert first.because == (
            "prompted for KES 10,000.00, account SUN-A3: asked for it by phone"
        )

    def test_it_is_committed_before_the_provider_is_called(self, house: House) -> None:
        seen: list[Any] = []

        def look(path: str) -> None:
            if "stkpush" in path:
                row = Prompt.objects.get()
                seen.append((connection.in_atomic_block, row.status))

        house.wire.before_call = look

        house.collect()

        assert seen == [(False, "asking")]

    def test_without_an_amount_it_asks_for_the_rent(self, house: House) -> None:
        first = house.collect("00002", None, tenant_id=None)
        house.tenant.rent_minor = 750_000
        house.tenant.save()

        second = house.collect("00003", None)

        assert (first.amount_minor, second.amount_minor) == (1_000_000, 750_000)

    def test_without_a_tenant_the_phone_says_who_it_is(self, house: House) -> None:
        known = house.collect("00001", tenant_id=None)
        unknown = house.collect("00009", tenant_id=None)

        assert (known.tenant, known.account) == (house.tenant, "SUN-A3")
        assert (unknown.tenant, unknown.account) == (None, "SUN")


class TestTheAnswerToThePush:
    @pytest.mark.parametrize(
        ("digits", "status", "told"),
        [
            ("98302", "unknown", ""),
            ("98301", "unknown", ""),
            ("98316", "unknown", ""),
            ("98320", "unknown", "500.003.1001"),
            ("98305", "failed", "Spike Arrest"),
            ("98307", "failed", "Unable to lock subscriber"),
            ("98308", "failed", "Merchant does not exist"),
            ("98309", "failed", "Wrong credentials"),
        ],
    )
    def test_each_error_has_its_status(
        self, house: House, digits: str, status: str, told: str
    ) -> None:
        prompt = house.collect(digits)

        prompt.refresh_from_db()
        assert prompt.status == status
        assert told.casefold() in f"{prompt.code} {prompt.text}".casefold()
        assert (prompt.ask_at is None) is (status == "failed")

    def test_a_fault_of_ours_is_told_and_the_next_success_ends_it(self, house: House) -> None:
        house.collect("98308")
        told = Alert.objects.get(kind="collecting_refused", key="600000")

        house.collect("00001")

        assert (told.severity, told.closed_at) == ("critical", None)
        assert Alert.objects.get(pk=told.pk).closed_at is not None

    def test_what_surely_was_not_taken_may_be_asked_again_at_once(self, house: House) -> None:
        house.collect("98305")

        again = house.collect("98305")

        assert again.status == "waiting"


class TestRefusals:
    @pytest.mark.parametrize(
        ("amount", "words"),
        [
            ("10000.50", "whole shillings"),
            ("0", "1 to 250,000"),
            ("250001", "1 to 250,000"),
            ("-5", "not an amount"),
            ("1e5", "not an amount"),
            ("١٠٠", "not an amount"),
        ],
    )
    def test_an_amount_that_m_pesa_does_not_take(
        self, house: House, amount: str, words: str
    ) -> None:
        with pytest.raises(Refused, match=words) as refused:
            house.collect(amount=amount)

        assert refused.value.field == "amount"
        assert not Prompt.objects.exists()

    def test_a_fee_above_the_payment(self, house: House, settings: Any) -> None:
        settings.VAULT_PLATFORM_FEE_BPS = 20_000

        with pytest.raises(Refused, match="the fee of") as refused:
            house.collect()

        assert refused.value.field == "amount"

    @pytest.mark.parametrize("phone", ["12345", "+1 202 555 0100", "0812345678", ""])
    def test_no_kenyan_mobile_number(self, house: House, phone: str) -> None:
        with pytest.raises(Refused) as refused:
            house.collect(msisdn=phone)

        assert refused.value.field == "phone"

    def test_an_unknown_property(self, house: House) -> None:
        with pytest.raises(Refused, match="no property") as refused:
            house.collect(property_id=house.tenant.pk)

        assert refused.value.field == "property"

    @pytest.mark.parametrize("what", ["property", "owner", "partner"])
    def test_what_is_switched_off(self, house: House, what: str) -> None:
        row = house.property if what == "property" else getattr(house.property, what)
        row.is_active = False
        row.save()

        with pytest.raises(Refused, match="switched off") as refused:
            house.collect()

        assert refused.value.field == "property"

    def test_a_shortcode_without_passkey(self, house: House, a_shortcode: Any) -> None:
        house.property.shortcode = a_shortcode
        house.property.save()

        with pytest.raises(Refused, match="no passkey") as refused:
            house.collect()

        assert refused.value.field == "shortcode"
        assert not Prompt.objects.exists()

    def test_a_prompt_that_m_pesa_would_not_show(self, house: House) -> None:
        house.property.partner.name = "U" * 120
        house.property.partner.save()

        with pytest.raises(Refused, match="M-Pesa shows 181") as refused:
            house.collect(amount="250000")

        assert refused.value.field == "account"


class TestOneAtATime:
    def test_a_second_prompt_on_the_phone_is_told_when(self, house: House) -> None:
        first = house.collect()
        house.clock.forward(minutes=3)

        with pytest.raises(PromptOpen, match="stands on this phone") as refused:
            house.collect(amount="5")

        assert (refused.value.again_at - first.created_at).total_seconds() == 600
        assert house.wire.paths.count("/mpesa/stkpush/v1/processrequest") == 1

    def test_two_at_the_same_moment_are_one(self, house: House, together: Any) -> None:
        answers = together(*[house.collect] * 6)

        assert sum(isinstance(each, Prompt) for each in answers) == 1
        assert sum(isinstance(each, PromptOpen) for each in answers) == 5
        assert house.wire.paths.count("/mpesa/stkpush/v1/processrequest") == 1

    def test_the_same_amount_waits_two_minutes(self, house: House) -> None:
        first = house.collect("98032")
        house.later(seconds=40)

        with pytest.raises(PromptOpen, match="two minutes") as refused:
            house.collect("98032")
        other = house.collect("98032", amount="9000")

        assert (refused.value.again_at - first.created_at).total_seconds() == 120
        assert other.status == "waiting"

    def test_after_two_minutes_it_may_be_asked_again(self, house: House) -> None:
        house.collect("98032")
        house.later(minutes=2, seconds=1)

        again = house.collect("98032")

        assert again.status == "waiting"


class TestWhoMay:
    def as_tenant(self, house: House) -> Any:
        return type(house.caller)(
            actor="juma", origin="api", partners=frozenset(), permissions=frozenset(),
            tenant_id=house.tenant.pk,
        )  # fmt: skip

    def test_a_tenant_prompts_any_phone_for_what_they_rent(self, house: House) -> None:
        prompt = house.collect("00077", caller=self.as_tenant(house), tenant_id=None)

        assert (prompt.tenant, prompt.created_by) == (house.tenant, "juma")

    def test_a_tenant_does_not_prompt_for_what_others_rent(self, house: House) -> None:
        other = house.property
        house.tenant.property = make_property(house.property.owner, house.property.shortcode)
        house.tenant.save()

        with pytest.raises(Refused, match="no property"):
            house.collect(caller=self.as_tenant(house), tenant_id=None, property_id=other.pk)

    def test_a_tenant_who_moved_out_does_not_prompt(self, house: House) -> None:
        house.tenant.is_active = False
        house.tenant.save()

        with pytest.raises(Refused, match="no tenant"):
            house.collect(caller=self.as_tenant(house), tenant_id=None)

    def test_a_tenant_prompts_twenty_times_an_hour_at_most(self, house: House) -> None:
        caller = self.as_tenant(house)
        for number in range(20):
            house.collect(f"000{number + 10}", caller=caller)

        with pytest.raises(PromptOpen, match="within an hour") as refused:
            house.collect("00099", caller=caller)

        assert (refused.value.again_at - house.clock()).total_seconds() == 3600

    def test_staff_without_the_permission(self, house: House) -> None:
        caller = type(house.caller)(
            actor="x", origin="api", partners=None, permissions=frozenset({"vault.view_payment"})
        )

        with pytest.raises(NotAllowed, match="collect_payment"):
            house.collect(caller=caller)

    def test_another_partners_property_is_unknown(self, house: House) -> None:
        caller = type(house.caller)(
            actor="x", origin="api", partners=frozenset({house.tenant.pk}),
            permissions=frozenset({"vault.collect_payment"}),
        )  # fmt: skip

        with pytest.raises(Refused, match="no property"):
            house.collect(caller=caller)
