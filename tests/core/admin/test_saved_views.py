"""Saved views: whose they are, who sees them, what they keep."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from core.admin.alerts import VIEWS
from core.models import SavedView
from tests.staff import at_the_desk

LIST = "/admin/core/alert/"
SAVE = "/admin/core/alert/save-view/"
MAY_LOOK = "core.view_alert"


@pytest.fixture
def desk(db: None) -> Client:
    return at_the_desk(MAY_LOOK)


def user_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def joined(client: Client, name: str) -> Group:
    """The person is in the role from now on."""
    role, _ = Group.objects.get_or_create(name=name)
    user_of(client).groups.add(role)
    return role


def save(client: Client, query: str, **values: Any) -> Any:
    return client.post(f"{SAVE}?{query}", {"name": "Closed critical", **values})


def saved(client: Client, page: str = LIST) -> list[dict[str, Any]]:
    """What stands above the list beside the everyday questions."""
    views = client.get(page).context["cl"].views
    return [view for view in views if view["text"] not in dict(VIEWS)]


def links(client: Client, page: str = LIST) -> list[str]:
    return [view["text"] for view in saved(client, page)]


class TestSaving:
    def test_it_stands_above_the_list_with_its_filters(self, desk: Client) -> None:
        save(desk, "state=closed&severity=critical")

        views = saved(desk, f"{LIST}?severity=critical&state=closed")
        assert [view["text"] for view in views] == ["Closed critical"]
        assert parse_qs(urlsplit(views[0]["url"]).query) == {
            "severity": ["critical"], "state": ["closed"],
        }  # fmt: skip
        assert views[0]["chosen"]

    def test_only_filters_are_kept_and_never_a_search(self, desk: Client) -> None:
        save(desk, "state=closed&q=254700100001&p=3&o=1&kind__contains=x")

        assert SavedView.objects.get().query == "state=closed"

    @pytest.mark.parametrize("query", ["", "q=254700100001", "kind__contains=x"])
    def test_no_filter_is_no_view(self, desk: Client, query: str) -> None:
        answer = save(desk, query)

        assert answer.status_code == 422
        assert "No filter is chosen" in answer.content.decode()
        assert not SavedView.objects.exists()

    @pytest.mark.parametrize("name", ["", "x" * 61])
    def test_a_bad_name_is_refused(self, desk: Client, name: str) -> None:
        assert save(desk, "state=closed", name=name).status_code == 422

    def test_a_name_is_used_once(self, desk: Client) -> None:
        save(desk, "state=closed")

        answer = save(desk, "state=all")

        assert answer.status_code == 422
        assert SavedView.objects.get().query == "state=closed"

    def test_only_those_who_may_open_the_list_save(self, db: None) -> None:
        assert save(at_the_desk("core.view_step"), "state=closed").status_code == 403


class TestSharing:
    def test_everybody_of_the_role_sees_it_and_nobody_else(self, desk: Client) -> None:
        role = joined(desk, "Night shift")
        colleague, stranger = at_the_desk(MAY_LOOK), at_the_desk(MAY_LOOK)
        joined(colleague, "Night shift")

        save(desk, "state=closed", role=role.pk)

        assert links(colleague) == ["Closed critical"]
        assert links(stranger) == []

    def test_one_shares_only_with_ones_own_role(self, desk: Client) -> None:
        role = Group.objects.create(name="Night shift")

        answer = save(desk, "state=closed", role=role.pk)

        assert answer.status_code == 422
        assert not SavedView.objects.exists()

    def test_one_of_ones_own_is_nobody_elses(self, desk: Client) -> None:
        joined(desk, "Night shift")
        colleague = at_the_desk(MAY_LOOK)
        joined(colleague, "Night shift")

        save(desk, "state=closed")

        assert links(colleague) == []

    def test_it_stands_on_its_own_list_only(self, db: None) -> None:
        person = at_the_desk(MAY_LOOK, "core.view_step")

        save(person, "state=closed")

        assert links(person, "/admin/core/step/") == []


class TestRemoving:
    def test_the_owner_removes_it(self, desk: Client) -> None:
        save(desk, "state=closed")

        desk.post(SAVE, {"remove": SavedView.objects.get().pk})

        assert not SavedView.objects.exists()

    @pytest.mark.parametrize("number", ["", "x", "9" * 30])
    def test_what_is_no_number_removes_nothing(self, desk: Client, number: str) -> None:
        save(desk, "state=closed")

        assert desk.post(SAVE, {"remove": number}).status_code == 302
        assert SavedView.objects.exists()

    def test_nobody_else_does(self, desk: Client) -> None:
        role = joined(desk, "Night shift")
        colleague = at_the_desk(MAY_LOOK)
        joined(colleague, "Night shift")
        save(desk, "state=closed", role=role.pk)

        colleague.post(SAVE, {"remove": SavedView.objects.get().pk})

        assert SavedView.objects.exists()

    def test_looking_at_the_page_changes_nothing(self, desk: Client) -> None:
        save(desk, "state=closed")

        desk.get(SAVE, {"remove": SavedView.objects.get().pk})

        assert SavedView.objects.exists()
        assert reverse("admin:core_alert_save-view") == SAVE
