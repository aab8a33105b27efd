"""add_tenant and change_tenant: phones, accounts that mean one person, and giving them up."""

import uuid
from typing import Any

import pytest

from core.callers import NotAllowed
from core.models import Step
from core.refusals import Refused
from tests.vault.owners.conftest import AT, REASON, a_caller
from vault.models import AccountReference, Property, Tenant, TenantPhone
from vault.operations.tenants import add_tenant, change_tenant, phones_of
from vault.rules.rental_facts import TenantFacts

pytestmark = pytest.mark.django_db


def add(sunset: Property, **values: Any) -> Tenant:
    facts = TenantFacts(**{"name": "Juma Example", "phones": ("0700000001",), **values})
    return add_tenant(property_id=sunset.pk, facts=facts, caller=a_caller(), at=AT)


def change(row: Tenant, **changes: Any) -> Any:
    return change_tenant(
        tenant_id=row.pk, changes=changes, reason=REASON, caller=a_caller(), at=AT
    )


class TestAdding:
    def test_with_phones_and_an_account(self, sunset: Property) -> None:
        row = add(sunset, account_reference="SUN-A3", unit="A3", rent_minor=1_200_000)

        assert phones_of(row) == ("254700000001",)
        account = AccountReference.objects.get(key="SUNA3")
        assert (account.tenant, account.property, account.source) == (row, sunset, "given")
        assert Step.objects.filter(subject_type="Tenant", because="added").count() == 1

    def test_two_tenants_may_share_a_phone_but_no_account(self, sunset: Property) -> None:
        add(sunset, account_reference="A3")
        add(sunset, name="Wanjiku Example", account_reference="A4")

        with pytest.raises(Refused, match="account_reference: A3 is the account of Juma Example"):
            add(sunset, name="Otieno Example", account_reference="a-3")

        assert TenantPhone.objects.filter(msisdn="254700000001").count() == 2
        assert Tenant.objects.count() == 2

    def test_the_propertys_own_account_is_nobody_elses(self, sunset: Property) -> None:
        with pytest.raises(Refused, match="SUN is the account of Sunset Apartments"):
            add(sunset, account_reference="SUN")

    def test_who_may_not_and_where(self, sunset: Property) -> None:
        facts = TenantFacts(name="Juma Example")

        with pytest.raises(NotAllowed):
            add_tenant(
                property_id=sunset.pk, facts=facts, caller=a_caller("vault.view_tenant"), at=AT
            )
        with pytest.raises(Refused, match="there is no property"):
            add_tenant(property_id=uuid.uuid4(), facts=facts, caller=a_caller(), at=AT)
        elsewhere = a_caller("vault.add_tenant", partners=[uuid.uuid4()])
        with pytest.raises(Refused, match="there is no property"):
            add_tenant(property_id=sunset.pk, facts=facts, caller=elsewhere, at=AT)


class TestChanging:
    def test_phones_are_replaced_and_the_trail_says_so(self, sunset: Property) -> None:
        row = add(sunset, phones=("0700000001", "0700000002"))

        changed = change(row, phones=("0700000002", "0700000003"))

        assert changed.names == ("phones",)
        assert set(phones_of(row)) == {"254700000002", "254700000003"}
        step = Step.objects.latest("pk")
        assert step.details["new"] == {"phones": "254700000002, 254700000003"}

    def test_a_former_account_is_still_theirs(self, sunset: Property) -> None:
        row = add(sunset, account_reference="A3")

        change(row, account_reference="B1")

        found = {each.key: (each.tenant, each.source) for each in AccountReference.objects.all()}
        assert found["A3"] == (row, "learned")
        assert found["B1"] == (row, "given")

    def test_who_left_gives_up_their_account_to_who_comes(self, sunset: Property) -> None:
        left = add(sunset, account_reference="A3")
        change(left, is_active=False)

        came = add(sunset, name="Wanjiku Example", account_reference="A3")

        left.refresh_from_db()
        assert AccountReference.objects.get(key="A3").tenant == came
        assert left.account_reference == ""
        assert Step.objects.filter(
            subject_id=str(left.pk), because="gave up the account A3"
        ).exists()

    def test_who_left_keeps_the_other_account(self, sunset: Property) -> None:
        left = add(sunset, account_reference="A3")
        change(left, account_reference="B1")
        change(left, is_active=False)

        add(sunset, name="Wanjiku Example", account_reference="A3")

        left.refresh_from_db()
        assert left.account_reference == "B1"
        assert AccountReference.objects.get(key="B1").tenant == left

    def test_who_comes_back_takes_no_account_from_others(self, sunset: Property) -> None:
        left = add(sunset, account_reference="A3")
        change(left, is_active=False)

        change(left, is_active=True)
        assert AccountReference.objects.get(key="A3").tenant == left

        change(left, is_active=False)
        add(sunset, name="Wanjiku Example", account_reference="A3")
        change(left, is_active=True)

        left.refresh_from_db()
        assert left.account_reference == ""

    def test_who_may_not(self, sunset: Property) -> None:
        row = add(sunset)

        with pytest.raises(NotAllowed):
            change_tenant(
                tenant_id=row.pk, changes={"name": "X"}, reason=REASON,
                caller=a_caller("vault.change_owner"), at=AT,
            )  # fmt: skip
        with pytest.raises(Refused, match="there is no tenant"):
            change_tenant(
                tenant_id=row.pk, changes={"name": "X"}, reason=REASON, at=AT,
                caller=a_caller("vault.change_tenant", partners=[uuid.uuid4()]),
            )  # fmt: skip
