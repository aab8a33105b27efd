"""Adding people and roles: by superusers, at the page and in the terminal, kept in the trail."""

import json
import re
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.urls import reverse

from core.command import PASSWORD_VARIABLE
from core.models import Step
from tests.roles.conftest import PASSWORD, ROLES, Person
from tests.staff import superuser
from vault.management.commands.add_staff import PASSWORD_VARIABLE as NEW_PASSWORD
from vault.models import Partner, StaffMember

NOBODY = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"


@pytest.fixture
def new_password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(NEW_PASSWORD, PASSWORD)
    return PASSWORD


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


class TestRoles:
    def test_making_them_again_takes_nothing_away(self, roles: dict[str, Group]) -> None:
        extra = Permission.objects.get(codename="add_pause")
        roles["Viewer"].permissions.add(extra)
        before = {name: set(group.permissions.all()) for name, group in roles.items()}

        ROLES.make_roles(apps, None)

        assert {g.name: set(g.permissions.all()) for g in Group.objects.all()} == before
        assert extra in before["Viewer"]

    def test_they_do_not_wait_for_django_to_make_the_permissions(
        self, roles: dict[str, Group]
    ) -> None:
        gone = Permission.objects.filter(codename="force_disbursementrequest")
        gone.delete()

        import_module("config.migrations.0001_roles").make_roles(apps, None)

        assert set(gone.get().group_set.values_list("name", flat=True)) == {
            "Approver", "Administrator",
        }  # fmt: skip

    def test_the_auditor_changes_nothing(self, roles: dict[str, Group]) -> None:
        names = set(roles["Auditor"].permissions.values_list("codename", flat=True))

        assert {name for name in names if not name.startswith("view_")} == {"see_phones"}


class TestAddStaff:
    def test_a_person_with_a_role_of_one_partner(
        self, roles: dict[str, Group], a_partner: Partner, new_password: str
    ) -> None:
        answer = json.loads(
            said("add_staff", "amina", "--role", "Operator", "--partner", str(a_partner.pk),
                 "--json")
        )  # fmt: skip

        user = User.objects.get(username="amina")
        assert answer == {
            "username": "amina", "roles": ["Operator"], "partner": str(a_partner.pk),
        }  # fmt: skip
        assert user.is_staff
        assert not user.is_superuser
        assert user.check_password(PASSWORD)
        assert StaffMember.objects.get(user=user).partner == a_partner
        assert PASSWORD not in Step.objects.get(subject_type="User").because

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("amina", "--role", "King"), "role: there is no role 'King'"),
            (("amina", "--partner", NOBODY), f"partner: there is no partner {NOBODY}"),
            (("a b",), "username: "),
            (("taken",), "username: there is somebody called 'taken' already"),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, roles: dict[str, Group], new_password: str, arguments: Any, sentence: str
    ) -> None:
        User.objects.create_user("taken")

        with pytest.raises(CommandError, match="^" + sentence) as refused:
            said("add_staff", *arguments)

        assert refused.value.returncode == 1
        assert not User.objects.filter(username="amina").exists()

    def test_a_weak_password_is_refused(
        self, roles: dict[str, Group], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(NEW_PASSWORD, "12345678")

        with pytest.raises(CommandError, match=r"^password: "):
            said("add_staff", "amina")

    def test_without_a_password_it_is_bad_usage(
        self, roles: dict[str, Group], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(NEW_PASSWORD, raising=False)

        with pytest.raises(CommandError, match=NEW_PASSWORD) as refused:
            said("add_staff", "amina")

        assert refused.value.returncode == 2

    def test_the_list_tells_roles_and_partner(self, somebody: Any, a_partner: Partner) -> None:
        somebody("Viewer", partner=a_partner, name="amina")
        somebody("Auditor", name="zawadi")

        found = json.loads(said("staff", "--json"))["staff"]

        assert [(each["username"], each["roles"], each["partnerName"]) for each in found] == [
            ("amina", ["Viewer"], "Umoja Example Ltd"), ("zawadi", ["Auditor"], None),
        ]  # fmt: skip


class TestPage:
    def test_a_superuser_binds_a_person_to_a_partner_and_the_trail_keeps_it(
        self, somebody: Any, a_partner: Partner
    ) -> None:
        person: Person = somebody("Viewer")
        page = reverse("admin:auth_user_change", args=[person.user.pk])
        desk = superuser()
        form = desk.get(page).context["adminform"].form.initial
        values = {
            "username": person.user.username, "is_active": "on", "is_staff": "on",
            "groups": [group.pk for group in form["groups"]],
            "date_joined_0": "2026-11-21", "date_joined_1": "11:00:00",
            "staff_member-TOTAL_FORMS": "1", "staff_member-INITIAL_FORMS": "0",
            "staff_member-0-partner": str(a_partner.pk),
            "staff_member-0-user": str(person.user.pk),
        }  # fmt: skip

        answer = desk.post(page, values)

        assert answer.status_code == 302, answer.context["errors"]
        assert StaffMember.objects.get(user=person.user).partner == a_partner
        assert "partner's staff member" in Step.objects.get(subject_type="User").because

    def test_an_auditor_reads_and_sees_no_hash(self, somebody: Any) -> None:
        auditor, other = somebody("Auditor"), somebody("Viewer")

        answer = auditor.page.get(reverse("admin:auth_user_change", args=[other.user.pk]))

        assert answer.status_code == 200
        assert not re.search(r"\bhash\b", answer.content.decode(), re.IGNORECASE)
        assert other.user.password not in answer.content.decode()

    def test_nobody_is_removed(self, somebody: Any) -> None:
        person = somebody("Viewer")

        page = reverse("admin:auth_user_delete", args=[person.user.pk])

        assert superuser().post(page, {"post": "yes"}).status_code == 403


class TestInTheNameOf:
    def test_the_trail_has_the_person(self, somebody: Any) -> None:
        person = somebody("Administrator", name="amina")

        person.command("add_partner", "Umoja Example Ltd")

        assert Step.objects.get(subject_type="Partner").actor == "amina"

    def test_a_wrong_password_is_refused(
        self, somebody: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = somebody("Administrator")
        monkeypatch.setenv(PASSWORD_VARIABLE, "another")

        with pytest.raises(CommandError, match="is no member of staff with this password"):
            person.command("add_partner", "Umoja Example Ltd")

        assert not Partner.objects.exists()

    @pytest.mark.parametrize("lost", ["is_staff", "is_active"])
    def test_who_is_no_staff_any_more_is_refused(self, somebody: Any, lost: str) -> None:
        person = somebody("Administrator")
        setattr(person.user, lost, False)
        person.user.save()

        with pytest.raises(CommandError, match="is no member of staff"):
            person.command("add_partner", "Umoja Example Ltd")

    def test_the_operators_commands_are_not_done_in_a_name(self, somebody: Any) -> None:
        person = somebody("Administrator")

        with pytest.raises(CommandError, match="leave --as out"):
            person.command("new_encryption_key")

    def test_a_refusal_is_told_in_json_too(self, somebody: Any) -> None:
        person, out = somebody("Viewer"), StringIO()

        with pytest.raises(CommandError):
            call_command("add_partner", "U", "--json", "--as", person.user.username, stdout=out)

        assert "lacks the permission vault.add_partner" in json.loads(out.getvalue())["error"]
