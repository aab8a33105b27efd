"""Owners, properties, tenants and fees at the desk: lists, pages, and what a role may."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.money_in import allocated_payment, make_tenant
from tests.people import a_person
from tests.staff import REASON, at_the_desk
from tests.vault.owners.conftest import AT, a_caller, at, content
from tests.wire import START
from vault.models import Owner, Partner, Property
from vault.operations.add_partner import add_partner
from vault.operations.fee_rules import add_fee_rule
from vault.rules.fees import Terms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("moved")]
CONFIRMED = {"confirmed": "yes", "reason": REASON}
PLAN = {
    "paid_to": "paybill", "receiver_number": "600222", "receiver_account": "PROP001",
    "receiver_msisdn": "", "forward_when": "at_once", "forward_time": "", "forward_weekday": "",
    "forward_monthday": "", "forward_minimum": "", "hold_hours": "",
}  # fmt: skip
DAY = timedelta(days=1)
LISTS = ("owner", "property", "tenant", "feerule")


class TestReading:
    def test_an_owners_page_begins_with_the_balance(
        self, desk: Client, owner: Owner, sunset: Property
    ) -> None:
        allocated_payment(sunset, at=AT)

        page = content(desk, at("owner", "change", owner))

        assert page.index("Balance by the books") < page.index("Where and when rent goes")
        assert page.count("KES 9,500.00") == 2  # owed, and together
        assert "1 rent waits" in page
        assert "Paybill 600222, account PROP001" in page
        assert f"?owner={owner.pk}" in page

    def test_lists_show_rows_and_filters_narrow_them(
        self, desk: Client, owner: Owner, sunset: Property
    ) -> None:
        make_tenant(sunset, name="Juma Example", phones=("254700000001",))
        for rate_bps, since in ((700, -DAY), (800, -DAY / 2), (900, DAY)):
            add_fee_rule(
                terms=Terms(rate_bps=rate_bps), owner_id=owner.pk, caller=a_caller(),
                at=START + since,
            )  # fmt: skip

        assert "Amina Example" in content(desk, at("owner", "changelist"))
        assert "600111" in content(desk, at("property", "changelist") + f"?owner={owner.pk}")
        assert "Juma Example" not in content(
            desk, at("tenant", "changelist") + "?property=nothing"
        )
        listed = content(desk, at("feerule", "changelist"))
        assert [listed.count(f"</span>{word}<") for word in ("Followed", "Holds", "To come")] == [
            1, 1, 1,
        ]  # fmt: skip

    def test_a_tenant_is_found_by_phone_only_by_who_may_see_phones(
        self, desk: Client, sunset: Property
    ) -> None:
        row = make_tenant(sunset, phones=("254700000001",))
        blind = at_the_desk("vault.view_tenant")
        search = at("tenant", "changelist") + "?q=0700+000+001"

        assert desk.get(search)["Location"] == at("tenant", "change", row)
        assert blind.get(search).status_code == 200

    def test_phones_are_masked_until_asked_for(self, desk: Client, sunset: Property) -> None:
        row = make_tenant(sunset, phones=("254700000001",))
        page = at("tenant", "change", row)

        assert "+254 700 ••• 001" in content(desk, page)
        desk.post(reverse("admin:vault_tenant_phones", args=[row.pk]))
        assert "+254 700 000 001" in content(desk, page)

    @pytest.mark.parametrize("model", LISTS)
    def test_a_partners_own_staff_see_their_own_only(
        self, owner: Owner, sunset: Property, model: str
    ) -> None:
        tenant = make_tenant(sunset)
        rule = add_fee_rule(terms=Terms(rate_bps=700), owner_id=owner.pk, caller=a_caller(), at=AT)
        rows = {"owner": owner, "property": sunset, "tenant": tenant, "feerule": rule}
        other = add_partner(name="Other Example Ltd", actor="test", at=AT)
        stranger = Client()
        stranger.force_login(a_person(role="Administrator", partner=other))

        listed = content(stranger, at(model, "changelist"))

        assert "Amina Example" not in listed
        assert stranger.get(at(model, "change", rows[model])).status_code == 302

    def test_lists_take_a_constant_number_of_queries(
        self, desk: Client, partner: Partner, sunset: Property, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(8):
            other = Owner.objects.create(
                partner=partner, name=f"Owner Example {number}", paid_to="nowhere",
                forward_when="by_hand", created_at=AT,
            )  # fmt: skip
            add_fee_rule(terms=Terms(), owner_id=other.pk, caller=a_caller(), at=AT)
            make_tenant(sunset)

        for model in LISTS:
            with django_assert_max_num_queries(20):
                content(desk, at(model, "changelist"))


class TestRoles:
    @pytest.mark.parametrize("role", ["Viewer", "Operator", "Approver", "Auditor"])
    def test_only_administrators_change_anything(
        self, owner: Owner, sunset: Property, role: str
    ) -> None:
        client = Client()
        client.force_login(a_person(role=role))
        tenant = make_tenant(sunset)
        page = content(client, at("owner", "change", owner))

        assert "Change where and when" not in page
        for model, row, name in (
            ("owner", None, "new"), ("owner", owner, "plan"), ("owner", owner, "edit"),
            ("owner", owner, "new_property"), ("owner", owner, "new_fee"),
            ("owner", owner, "sign_in"), ("property", sunset, "plan"),
            ("property", sunset, "edit"), ("property", sunset, "new_tenant"),
            ("tenant", tenant, "edit"), ("tenant", tenant, "sign_in"), ("feerule", None, "new"),
        ):  # fmt: skip
            assert client.get(at(model, name, row)).status_code == 403, (model, name)

    def test_an_administrator_does(self, owner: Owner) -> None:
        client = Client()
        client.force_login(a_person(role="Administrator"))

        assert "Change where and when" in content(client, at("owner", "change", owner))
