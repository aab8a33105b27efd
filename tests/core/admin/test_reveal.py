"""Phones on a row's page: masked at first, shown when asked for, for a while, on record."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from core.alerts import raise_alert
from core.models import Alert, Step
from tests.staff import at_the_desk
from tests.wire import MovedClock

PHONE = "254700100001"
TRUSTED = ("core.view_alert", "disbursements.see_phones")


@pytest.fixture
def alert(db: None, moved: MovedClock) -> Alert:
    raise_alert(kind="k", key="1", text=f"{PHONE} was paid twice", at=moved())
    return Alert.objects.get()


@pytest.fixture
def trusted(alert: Alert) -> Client:
    return at_the_desk(*TRUSTED)


def page_of(alert: Alert) -> str:
    return f"/admin/core/alert/{alert.pk}/change/"


def ask_for(client: Client, alert: Alert) -> int:
    return client.post(f"/admin/core/alert/{alert.pk}/phones/").status_code


def is_shown(client: Client, alert: Alert) -> bool:
    return PHONE in client.get(page_of(alert)).content.decode()


class TestShowing:
    def test_it_is_masked_at_first_for_everybody(self, trusted: Client, alert: Alert) -> None:
        text = trusted.get(page_of(alert)).content.decode()

        assert PHONE not in text
        assert "Show the phone" in text

    def test_it_is_shown_when_asked_for_and_the_trail_keeps_who_looked(
        self, trusted: Client, alert: Alert
    ) -> None:
        ask_for(trusted, alert)

        step = Step.objects.get()
        assert is_shown(trusted, alert)
        assert (step.because, step.subject_id) == ("phone shown", str(alert.pk))
        assert step.actor == User.objects.get().username
        assert PHONE not in str(step.details)

    def test_after_five_minutes_it_is_masked_again(
        self, trusted: Client, alert: Alert, moved: MovedClock
    ) -> None:
        ask_for(trusted, alert)

        moved.forward(minutes=4, seconds=59)
        before = is_shown(trusted, alert)
        moved.forward(seconds=1)

        assert before
        assert not is_shown(trusted, alert)

    def test_it_is_one_page_and_one_session(
        self, trusted: Client, alert: Alert, moved: MovedClock
    ) -> None:
        raise_alert(kind="k", key="2", text=f"{PHONE} was paid thrice", at=moved())
        other, colleague = Alert.objects.get(key="2"), at_the_desk(*TRUSTED)

        ask_for(trusted, alert)

        assert not is_shown(trusted, other)
        assert not is_shown(colleague, alert)


class TestRefusing:
    def test_without_the_permission_there_is_no_button_and_no_way(self, alert: Alert) -> None:
        viewer = at_the_desk("core.view_alert")

        assert "Show the phone" not in viewer.get(page_of(alert)).content.decode()
        assert ask_for(viewer, alert) == 403
        assert not Step.objects.exists()

    def test_a_link_shows_nothing(self, trusted: Client, alert: Alert) -> None:
        assert trusted.get(f"/admin/core/alert/{alert.pk}/phones/").status_code == 403
        assert not is_shown(trusted, alert)

    def test_a_lost_permission_hides_it_at_once(self, trusted: Client, alert: Alert) -> None:
        ask_for(trusted, alert)

        User.objects.get().user_permissions.remove(Permission.objects.get(codename="see_phones"))

        assert not is_shown(trusted, alert)

    @pytest.mark.parametrize("number", ["999999", "x"])
    def test_a_row_that_is_not_there_is_not_found(self, trusted: Client, number: str) -> None:
        assert trusted.post(f"/admin/core/alert/{number}/phones/").status_code == 404
