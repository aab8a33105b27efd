"""Owners and tenants sign in for themselves, and their tokens open payments and nothing else."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from tests.disbursements.api.conftest import Caller
from tests.people import PASSWORD, a_person
from tests.rents.a_street import Street
from vault.models import Owner, StaffMember, Tenant
from vault.queries import caller_of

NOBODYS = str(UUID(int=7))
OPEN = ("payments", "auth/token", "schema", "docs")


def sign_in(user: User) -> Any:
    return Client().post(
        "/api/auth/token", {"username": user.username, "password": PASSWORD},
        content_type="application/json",
    )  # fmt: skip


def api_paths() -> list[str]:
    """Every address of the API, with an id where one belongs."""
    found = []
    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern) == "api/":
            for each in getattr(pattern, "url_patterns", []):
                path = re.sub(r"<str:\w+>", NOBODYS, str(each.pattern))
                found.append(re.sub(r"<int:\w+>", "1", path))
    return found


class TestSigningIn:
    def test_an_owner_is_told_whom_they_are(self, street: Street) -> None:
        user = a_person(is_staff=False)
        Owner.objects.filter(pk=street.owner.pk).update(user=user)

        answer = sign_in(user)

        assert answer.status_code == 200
        assert answer.json()["user"]["owner"] == str(street.owner.pk)
        assert "tenant" not in answer.json()["user"]
        assert answer.json()["permissions"] == []

    def test_a_tenant_too(self, street: Street) -> None:
        user = a_person(is_staff=False)
        Tenant.objects.filter(pk=street.amina.pk).update(user=user)

        assert sign_in(user).json()["user"]["tenant"] == str(street.amina.pk)

    def test_a_user_who_is_neither_looks_like_a_wrong_password(self, street: Street) -> None:
        answer = sign_in(a_person(is_staff=False))

        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_wrong")

    def test_one_who_is_switched_off_may_not(self, street: Street) -> None:
        user = a_person(is_staff=False)
        Owner.objects.filter(pk=street.owner.pk).update(user=user, is_active=False)

        assert sign_in(user).status_code == 401

    def test_it_opens_no_page_of_the_desk(self, street: Street) -> None:
        user = a_person(is_staff=False)
        Owner.objects.filter(pk=street.owner.pk).update(user=user)
        client = Client()
        client.force_login(user)

        assert client.get("/admin/vault/payment/").status_code == 302


class TestEnded:
    @pytest.mark.parametrize("lost", ["link", "owner", "partner"])
    def test_with_what_it_was_given_for(self, street: Street, owner: Caller, lost: str) -> None:
        before = owner.get("/api/payments").status_code
        if lost == "link":
            Owner.objects.filter(pk=street.owner.pk).update(user=None)
        elif lost == "owner":
            Owner.objects.filter(pk=street.owner.pk).update(is_active=False)
        else:
            type(street.owner.partner).objects.update(is_active=False)

        answer = owner.get("/api/payments")

        assert before == 200
        assert (answer.status_code, answer.json()["code"]) == (401, "token_ended")


class TestElsewhere:
    def test_no_other_address_is_opened(self, owner: Caller, tenant: Caller) -> None:
        paths = [path for path in api_paths() if not path.startswith(OPEN)]

        answers = [
            call(path=f"/api/{path}")
            for path in paths
            for who in (owner, tenant)
            for call in (who.get, lambda path, who=who: who.post({}, path=path))
        ]

        assert len(paths) > 20
        assert {answer.status_code for answer in answers} <= {403, 405}
        assert all(
            answer.json()["code"]
            in {"permission_missing", "permission_denied", "method_not_allowed"}
            for answer in answers
        )


class TestCaller:
    def test_staff_stay_staff_although_they_own_a_house(self, street: Street) -> None:
        user = a_person("vault.view_payment")
        StaffMember.objects.create(user=user, partner=street.owner.partner)
        Owner.objects.filter(pk=street.owner.pk).update(user=user)

        caller = caller_of(user, origin="api")

        assert caller.partners == frozenset([street.owner.partner_id])
        assert (caller.owner_id, caller.tenant_id) == (None, None)

    def test_nobody_in_particular_has_nothing(self, street: Street) -> None:
        caller = caller_of(a_person(is_staff=False, is_superuser=True), origin="api")

        assert caller.partners == frozenset()
        assert caller.permissions == frozenset()
        assert (caller.owner_id, caller.tenant_id) == (None, None)
