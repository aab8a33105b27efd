"""add_property and change_property: accounts mean one thing, and a former owner keeps theirs."""

import uuid
from typing import Any

import pytest

from core.callers import NotAllowed
from core.models import Alert
from core.refusals import Refused
from tests.money_in import allocated_payment
from tests.vault.owners.conftest import AT, PAYBILL, REASON, a_caller, owner_facts, property_facts
from vault.models import AccountReference, Owner, Partner, Property, Shortcode
from vault.operations.owners import add_owner
from vault.operations.properties import add_property, change_property
from vault.queries.forwarding import plan_of

pytestmark = pytest.mark.django_db


def change(row: Property, **changes: Any) -> Any:
    return change_property(
        property_id=row.pk, changes=changes, reason=REASON, caller=a_caller(), at=AT
    )


def accounts() -> set[tuple[str, str, str]]:
    return {
        (row.key, row.property.name, row.source)
        for row in AccountReference.objects.select_related("property")
    }


class TestAdding:
    def test_its_account_is_understood_from_now_on(self, sunset: Property) -> None:
        assert accounts() == {("SUN", "Sunset Apartments", "given")}
        assert sunset.shortcode.number == "600111"

    @pytest.mark.parametrize("written", ["SUN", "sun", " s-u n"])
    def test_an_account_that_means_another_is_refused(
        self, owner: Owner, sunset: Property, written: str
    ) -> None:
        facts = property_facts(name="Sunrise", account_reference=written)

        with pytest.raises(Refused, match="account_reference: SUN is the account of Sunset"):
            add_property(owner_id=owner.pk, facts=facts, caller=a_caller(), at=AT)

        assert Property.objects.count() == 1

    def test_a_taken_name_is_refused(self, owner: Owner, sunset: Property) -> None:
        with pytest.raises(Refused, match="name: there is a property called"):
            add_property(
                owner_id=owner.pk, facts=property_facts(account_reference="X1"),
                caller=a_caller(), at=AT,
            )  # fmt: skip

    def test_the_shortcode_is_named_where_it_cannot_be_told(
        self, owner: Owner, shortcode: Shortcode
    ) -> None:
        with pytest.raises(Refused, match=r"shortcode: name .* the partner's are: 600111"):
            add_property(
                owner_id=owner.pk, facts=property_facts(), caller=a_caller(), at=AT,
                shortcode_number="600999",
            )  # fmt: skip

    def test_without_a_shortcode_there_is_no_property(self, owner: Owner) -> None:
        with pytest.raises(Refused, match="none yet"):
            add_property(owner_id=owner.pk, facts=property_facts(), caller=a_caller(), at=AT)

    def test_rent_never_goes_back_to_where_it_was_paid(
        self, owner: Owner, shortcode: Shortcode
    ) -> None:
        circle = property_facts(**{**PAYBILL, "receiver_number": "600111"})

        with pytest.raises(Refused, match="receiver_number: 600111 is where its rent is paid to"):
            add_property(owner_id=owner.pk, facts=circle, caller=a_caller(), at=AT)

    def test_who_may_not(self, owner: Owner, shortcode: Shortcode) -> None:
        elsewhere = a_caller("vault.add_property", partners=[uuid.uuid4()])

        with pytest.raises(Refused, match="there is no owner"):
            add_property(owner_id=owner.pk, facts=property_facts(), caller=elsewhere, at=AT)
        with pytest.raises(NotAllowed):
            add_property(
                owner_id=owner.pk, facts=property_facts(), caller=a_caller("vault.add_owner"),
                at=AT,
            )  # fmt: skip


class TestPlans:
    def test_blank_parts_are_the_owners(self, owner: Owner, sunset: Property) -> None:
        change(sunset, forward_when="weekly", forward_weekday=4, hold_hours=24)

        plan = plan_of(Property.objects.get())

        assert (plan.when, plan.weekday, plan.hold_hours) == ("weekly", 4, 24)
        assert plan.receiver.receiver_number == owner.receiver_number
        assert plan.minimum_minor == 0

    def test_its_own_receiver_goes_before_the_owners(self, sunset: Property) -> None:
        change(sunset, paid_to="phone", receiver_msisdn="0700000009")

        receiver = plan_of(Property.objects.get()).receiver

        assert (receiver.paid_to, receiver.receiver_msisdn) == ("phone", "254700000009")
        assert receiver.receiver_number == ""


class TestChanging:
    def test_a_former_account_is_still_understood(self, sunset: Property) -> None:
        change(sunset, account_reference="DUSK")

        assert accounts() == {
            ("SUN", "Sunset Apartments", "learned"),
            ("DUSK", "Sunset Apartments", "given"),
        }

    def test_going_back_to_a_former_account(self, sunset: Property) -> None:
        change(sunset, account_reference="DUSK")
        change(sunset, account_reference="SUN")

        assert accounts() == {
            ("SUN", "Sunset Apartments", "given"),
            ("DUSK", "Sunset Apartments", "learned"),
        }

    def test_another_owner_leaves_the_former_theirs(
        self, partner: Partner, sunset: Property
    ) -> None:
        before = allocated_payment(sunset, at=AT)
        buyer = add_owner(
            partner_id=partner.pk, caller=a_caller(), at=AT,
            facts=owner_facts(name="Buyer Example", receiver_number="600555"),
        )  # fmt: skip

        change(sunset, owner_id=buyer.pk)
        after = allocated_payment(Property.objects.get(), at=AT)

        before.refresh_from_db()
        assert before.owner is not None
        assert (before.owner.name, before.receiver_number) == ("Amina Example", "600222")
        assert after.owner == buyer
        assert after.receiver_number == "600555"
        assert "from paybill 600222" in Alert.objects.get(kind="receiver_changed").text

    def test_an_owner_of_another_partner_is_none(self, sunset: Property) -> None:
        with pytest.raises(Refused, match="owner: there is no owner"):
            change(sunset, owner_id=uuid.uuid4())

    def test_who_may_not(self, sunset: Property) -> None:
        elsewhere = a_caller("vault.change_property", partners=[uuid.uuid4()])

        with pytest.raises(Refused, match="there is no property"):
            change_property(
                property_id=sunset.pk, changes={"name": "X"}, reason=REASON, caller=elsewhere,
                at=AT,
            )  # fmt: skip
