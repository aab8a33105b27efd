"""link_owner and link_tenant: one user is one owner, and staff are none."""

import uuid

import pytest
from django.contrib.auth.models import User

from core.callers import NotAllowed
from core.models import Step
from core.refusals import Refused
from tests.vault.owners.conftest import AT, REASON, a_caller, owner_facts
from vault.models import Owner, Property
from vault.operations.links import link_owner, link_tenant
from vault.operations.owners import add_owner
from vault.operations.tenants import add_tenant
from vault.rules.rental_facts import TenantFacts

pytestmark = pytest.mark.django_db


def link(owner: Owner, username: str) -> Owner:
    return link_owner(
        owner_id=owner.pk, username=username, reason=REASON, caller=a_caller(), at=AT
    )


class TestOwners:
    def test_a_user_is_linked_and_taken_away_again(self, owner: Owner) -> None:
        user = User.objects.create_user("amina")

        assert link(owner, " amina ").user == user
        assert link(owner, "").user is None

        owner.refresh_from_db()
        assert owner.user is None
        details = [step.details for step in Step.objects.filter(because=f"changed: {REASON}")]
        assert {"old": {"sign-in": "amina"}, "new": {"sign-in": ""}} in details

    def test_a_user_is_one_owner(self, owner: Owner) -> None:
        User.objects.create_user("amina")
        other = add_owner(
            partner_id=owner.partner_id, facts=owner_facts(name="Other Example"),
            caller=a_caller(), at=AT,
        )  # fmt: skip
        link(owner, "amina")

        with pytest.raises(Refused, match="username: amina is the sign-in of somebody else"):
            link(other, "amina")

    @pytest.mark.parametrize("values", [{"is_staff": True}, {"is_active": False}])
    def test_staff_and_the_inactive_are_none(self, owner: Owner, values: dict[str, bool]) -> None:
        User.objects.create_user("somebody", **values)

        for username in ("somebody", "nobody"):
            with pytest.raises(Refused, match="username: there is no active user"):
                link(owner, username)

    def test_who_may_not(self, owner: Owner) -> None:
        with pytest.raises(NotAllowed):
            link_owner(
                owner_id=owner.pk, username="amina", reason=REASON, at=AT,
                caller=a_caller("vault.change_tenant"),
            )  # fmt: skip
        with pytest.raises(Refused, match="there is no owner"):
            link_owner(
                owner_id=owner.pk, username="amina", reason=REASON, at=AT,
                caller=a_caller("vault.change_owner", partners=[uuid.uuid4()]),
            )  # fmt: skip


class TestTenants:
    def test_a_user_is_linked(self, sunset: Property) -> None:
        user = User.objects.create_user("juma")
        row = add_tenant(
            property_id=sunset.pk, facts=TenantFacts(name="Juma Example"), caller=a_caller(),
            at=AT,
        )  # fmt: skip

        link_tenant(tenant_id=row.pk, username="juma", reason=REASON, caller=a_caller(), at=AT)

        row.refresh_from_db()
        assert row.user == user
