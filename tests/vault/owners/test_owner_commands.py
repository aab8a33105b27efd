"""Owners, properties, tenants and fees in the terminal: what is printed, what is refused."""

from typing import Any

import pytest

from core.models import Step
from tests.commands import answer_of, refusal_of, said
from tests.money_in import allocated_payment
from tests.vault.owners.conftest import AT, REASON
from vault.models import FeeRule, Owner, Partner, Property, Shortcode, Tenant

pytestmark = pytest.mark.django_db


def new_owner(partner: Partner, *more: str) -> dict[str, Any]:
    return answer_of(
        "add_owner", "Amina Example", "--partner", str(partner.pk), "--paid-to", "paybill",
        "--receiver-number", "600222", "--receiver-account", "PROP001", *more,
    )  # fmt: skip


class TestAdding:
    def test_from_an_owner_to_a_tenant(self, partner: Partner, shortcode: Shortcode) -> None:
        owner = new_owner(
            partner, "--forward-when", "weekly", "--forward-weekday", "friday",
            "--forward-time", "17:30", "--forward-minimum", "1,000",
        )  # fmt: skip
        house = answer_of(
            "add_property", "Sunset Apartments", "--owner", owner["id"], "--account", "SUN",
            "--rent", "10,000",
        )  # fmt: skip
        tenant = answer_of(
            "add_tenant", "Juma Example", "--property", house["id"], "--phone", "0700000001",
            "--phone", "0700000002", "--since", "2026-11-01",
        )  # fmt: skip
        fee = answer_of("add_fee_rule", "--property", house["id"], "--percent", "7.5",
                        "--maximum", "500")  # fmt: skip

        assert owner["paidTo"] == "paybill 600222, account PROP001"
        assert owner["forwarded"] == "every Friday at 17:30"
        assert Owner.objects.get().forward_minimum_minor == 100_000
        assert (house["paybill"], house["account"], house["rent"]) == (
            "600111", "SUN", "10000.00",
        )  # fmt: skip
        assert (tenant["account"], Tenant.objects.get().phones.count()) == ("SUN", 2)
        assert fee["fee"] == "7.5 %, at most KES 500.00, of this property"
        assert Step.objects.filter(actor__startswith="command:").count() >= 4

    def test_a_rehearsal_adds_nothing(self, partner: Partner) -> None:
        answer = new_owner(partner, "--dry-run")

        assert (answer["id"], answer["dryRun"]) == (None, True)
        assert not Owner.objects.exists()
        assert not Step.objects.filter(subject_type="Owner").exists()

    def test_a_fee_rule_says_how_much(self, owner: Owner) -> None:
        left_out = refusal_of("add_fee_rule", "--owner", str(owner.pk), "--maximum", "500")
        none_kept = answer_of("add_fee_rule", "--owner", str(owner.pk), "--percent", "0")

        assert (left_out.returncode, "say how much: --percent" in str(left_out)) == (2, True)
        assert none_kept["fee"] == "0 %, of this owner"
        assert FeeRule.objects.count() == 1

    def test_refusals_name_the_field(self, partner: Partner, owner: Owner) -> None:
        taken = refusal_of(
            "add_owner", "Amina Example", "--partner", str(partner.pk), "--paid-to", "nowhere"
        )
        fee = refusal_of("add_fee_rule", "--owner", str(owner.pk), "--percent", "500")
        rent = refusal_of(
            "add_property", "X", "--owner", str(owner.pk), "--account", "X", "--rent", "ten"
        )
        time = refusal_of(
            "add_owner", "X", "--partner", str(partner.pk), "--paid-to", "nowhere",
            "--forward-time", "9",
        )  # fmt: skip

        assert "name: there is an owner called" in str(taken)
        assert "percent: '500' is no percentage" in str(fee)
        assert "rent: 'ten' is not an amount" in str(rent)
        assert "'9' is no time: write it as 17:30" in str(time)
        assert not FeeRule.objects.exists()


class TestChanging:
    def test_what_follows_is_told_and_a_rehearsal_changes_nothing(
        self, owner: Owner, sunset: Property
    ) -> None:
        allocated_payment(sunset, at=AT)
        change = ("change_owner", str(owner.pk), "--receiver-number", "600333",
                  "--paid-to", "till", "--reason", REASON)  # fmt: skip

        rehearsed = answer_of(*change, "--dry-run")
        owner.refresh_from_db()
        untouched = owner.receiver_number
        done = answer_of(*change)

        owner.refresh_from_db()
        assert untouched == "600222"
        assert (owner.paid_to, owner.receiver_number) == ("till", "600333")
        assert rehearsed == {**done, "dryRun": True}
        assert (done["paymentsThatFollow"], done["amountThatFollows"]) == (1, "9500.00")

    def test_out_of_use(self, owner: Owner) -> None:
        answer_of("change_owner", str(owner.pk), "--inactive", "--reason", REASON)

        owner.refresh_from_db()
        assert not owner.is_active


class TestLists:
    def test_what_is_there(self, owner: Owner, sunset: Property) -> None:
        allocated_payment(sunset, at=AT)

        [one] = answer_of("owners")["owners"]
        [house] = answer_of("properties", "--owner", str(owner.pk))["properties"]

        assert (one["name"], one["owed"], one["onItsWay"]) == ("Amina Example", "9500.00", "0.00")
        assert (house["name"], house["fee"]) == ("Sunset Apartments", "5 %, for all")
        assert "No tenant: add one with add_tenant" in said("tenants")
        assert "KES 9,500.00 owed  Amina Example: paybill 600222" in said("owners")
