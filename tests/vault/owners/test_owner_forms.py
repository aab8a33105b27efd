"""Owners, properties, tenants and fees at the desk: forms, refusals, what follows a change."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from core.models import Alert, Step
from tests.money_in import allocated_payment, make_owner, make_tenant
from tests.people import a_person
from tests.staff import REASON
from tests.vault.owners.conftest import AT, at, content
from vault.models import FeeRule, Owner, Partner, Property, Shortcode, Tenant, TenantPhone
from vault.operations.add_partner import add_partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("moved")]
CONFIRMED = {"confirmed": "yes", "reason": REASON}
PLAN = {
    "paid_to": "paybill", "receiver_number": "600222", "receiver_account": "PROP001",
    "receiver_msisdn": "", "forward_when": "at_once", "forward_time": "", "forward_weekday": "",
    "forward_monthday": "", "forward_minimum": "", "hold_hours": "",
}  # fmt: skip
DAY = timedelta(days=1)
LISTS = ("owner", "property", "tenant", "feerule")


class TestAdding:
    def test_an_owner_a_property_a_tenant_and_a_fee(
        self, desk: Client, partner: Partner, shortcode: Shortcode
    ) -> None:
        desk.post(at("owner", "new"), {
            **CONFIRMED, **PLAN, "partner": str(partner.pk), "name": "Amina Example",
            "phone": "0700 000 001", "email": "", "language": "sw", "forward_minimum": "1,000",
        })  # fmt: skip
        owner = Owner.objects.get()
        desk.post(at("owner", "new_property", owner), {
            **CONFIRMED, "name": "Sunset Apartments", "shortcode": "600111",
            "account_reference": "SUN", "rent": "10,000",
        })  # fmt: skip
        sunset = Property.objects.get()
        desk.post(at("property", "new_tenant", sunset), {
            **CONFIRMED, "name": "Juma Example", "unit": "A3", "rent": "", "email": "",
            "phones": "0700 000 002, 0700000003", "account_reference": "", "language": "en",
        })  # fmt: skip
        desk.post(at("property", "new_fee", sunset), {**CONFIRMED, "percent": "7.5"})

        assert (owner.phone, owner.forward_minimum_minor) == ("254700000001", 100_000)
        assert (sunset.owner, sunset.rent_minor) == (owner, 1_000_000)
        assert TenantPhone.objects.filter(tenant=Tenant.objects.get()).count() == 2
        assert FeeRule.objects.get().rate_bps == 750
        because = set(Step.objects.values_list("because", flat=True))
        assert f"added: {REASON}" in because

    def test_a_refusal_keeps_what_was_typed_and_names_the_field(
        self, desk: Client, partner: Partner
    ) -> None:
        answer = desk.post(at("owner", "new"), {
            **CONFIRMED, **PLAN, "partner": str(partner.pk), "name": "Amina Example",
            "phone": "", "email": "", "language": "en", "receiver_account": "12345678901234",
        })  # fmt: skip

        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Account at the paybill: has 14 characters" in page
        assert "Nothing was changed." in page
        assert 'value="12345678901234"' in page
        assert not Owner.objects.exists()

    def test_a_partners_administrator_adds_to_their_own_only(
        self, partner: Partner, shortcode: Shortcode
    ) -> None:
        other = add_partner(name="Other Example Ltd", actor="test", at=AT)
        bound = Client()
        bound.force_login(a_person(role="Administrator", partner=other))

        values = {**CONFIRMED, **PLAN, "name": "X", "phone": "", "email": "", "language": "en"}

        page = content(bound, at("owner", "new"))
        refused = bound.post(at("owner", "new"), {**values, "partner": str(partner.pk)})
        taken = bound.post(at("owner", "new"), {**values, "partner": str(other.pk)})

        assert "Umoja Example Ltd" not in page
        assert (refused.status_code, taken.status_code) == (422, 302)
        assert Owner.objects.get().partner == other

    def test_a_partners_fee_rule(self, desk: Client, partner: Partner) -> None:
        desk.post(at("feerule", "new"), {
            **CONFIRMED, "partner": str(partner.pk), "percent": "4", "maximum": "500",
        })  # fmt: skip

        rule = FeeRule.objects.get()
        assert (rule.partner, rule.rate_bps, rule.maximum_minor) == (partner, 400, 50_000)
        assert "KES 10,000.00 = fee KES 400.00" in content(desk, at("feerule", "change", rule))


class TestChanging:
    def test_another_receiver_takes_waiting_rent_along(
        self, desk: Client, owner: Owner, sunset: Property
    ) -> None:
        payment = allocated_payment(sunset, at=AT)

        asked = content(desk, at("owner", "plan", owner))
        answer = desk.post(
            at("owner", "plan", owner), {**CONFIRMED, **PLAN, "receiver_number": "600333"},
            follow=True,
        )  # fmt: skip

        payment.refresh_from_db()
        assert "1 rent waits" in asked
        assert "KES 9,500.00" in asked
        assert payment.receiver_number == "600333"
        assert "1 rent that waits follows (KES 9,500.00)" in answer.content.decode()
        assert Alert.objects.filter(kind="receiver_changed").count() == 1

    def test_an_empty_phone_keeps_the_one_there_is(self, desk: Client, owner: Owner) -> None:
        Owner.objects.filter(pk=owner.pk).update(
            paid_to="phone", receiver_number="", receiver_account="",
            receiver_msisdn="254700000009",
        )  # fmt: skip
        values = {**PLAN, "paid_to": "phone", "receiver_number": "", "receiver_account": ""}

        asked = content(desk, at("owner", "plan", owner))
        desk.post(at("owner", "plan", owner), {**CONFIRMED, **values, "hold_hours": "24"})

        owner.refresh_from_db()
        assert "254700000009" not in asked
        assert (owner.receiver_msisdn, owner.hold_hours) == ("254700000009", 24)

    def test_a_property_says_its_own_and_takes_it_back(
        self, desk: Client, sunset: Property
    ) -> None:
        blank = dict.fromkeys(PLAN, "")
        own = {**PLAN, "receiver_number": "600333"}

        desk.post(at("property", "plan", sunset), {**CONFIRMED, **own})
        sunset.refresh_from_db()
        assert sunset.receiver_number == "600333"

        desk.post(at("property", "plan", sunset), {**CONFIRMED, **blank})
        sunset.refresh_from_db()
        assert (sunset.paid_to, sunset.forward_when) == ("", "")

    def test_a_property_is_moved_to_another_owner(
        self, desk: Client, owner: Owner, sunset: Property
    ) -> None:
        buyer = make_owner(owner.partner, name="Buyer Example", receiver_number="600555",
                           paid_to="till")  # fmt: skip

        asked = content(desk, at("property", "move", sunset))
        desk.post(at("property", "move", sunset), {**CONFIRMED, "owner": str(buyer.pk)})

        sunset.refresh_from_db()
        assert "Buyer Example" in asked
        assert sunset.owner == buyer
        assert Alert.objects.filter(kind="receiver_changed").count() == 1

    def test_owner_property_and_tenant_facts(
        self, desk: Client, owner: Owner, sunset: Property
    ) -> None:
        tenant = make_tenant(sunset, phones=("254700000001",), account="A3")

        desk.post(at("owner", "edit", owner), {
            **CONFIRMED, "name": "Amina B. Example", "phone": "", "email": "", "language": "en",
            "is_active": "no",
        })  # fmt: skip
        desk.post(at("property", "edit", sunset), {
            **CONFIRMED, "name": "Dusk", "account_reference": "DUSK", "rent": "12000",
            "is_active": "yes",
        })  # fmt: skip
        desk.post(at("tenant", "edit", tenant), {
            **CONFIRMED, "name": tenant.name, "phones": "none", "account_reference": "A3",
            "rent": "9000", "language": "en", "is_active": "yes",
        })  # fmt: skip

        for row in (owner, sunset, tenant):
            row.refresh_from_db()
        assert (owner.name, owner.is_active) == ("Amina B. Example", False)
        assert (sunset.name, sunset.rent_minor) == ("Dusk", 1_200_000)
        assert tenant.rent_minor == 900_000
        assert not TenantPhone.objects.exists()

    def test_a_sign_in_is_linked(self, desk: Client, owner: Owner) -> None:
        user = User.objects.create_user("amina")

        desk.post(at("owner", "sign_in", owner), {**CONFIRMED, "username": "amina"})

        owner.refresh_from_db()
        assert owner.user == user

    def test_reading_a_form_changes_nothing(self, desk: Client, sunset: Property) -> None:
        before = Step.objects.count()
        tenant = make_tenant(sunset)

        for model, row, names in (
            ("owner", sunset.owner, ("plan", "edit", "sign_in", "new_property", "new_fee")),
            ("property", sunset, ("plan", "edit", "new_tenant", "new_fee")),
            ("tenant", tenant, ("edit", "sign_in")),
        ):
            for name in names:
                content(desk, at(model, name, row))

        assert Step.objects.count() == before
