"""The pages of alerts: who looks after one, whose it is, how bad it is, in words and colour."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from core.alerts import raise_alert
from core.models import Alert, AlertSeverity
from tests.staff import REASON, at_the_desk

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LIST = "admin:core_alert_changelist"

pytestmark = pytest.mark.django_db


def page(name: str, alert: Alert) -> str:
    return reverse(f"admin:core_alert_{name}", args=[alert.pk])


def raised(key: str, severity: AlertSeverity = AlertSeverity.WARNING) -> Alert:
    return raise_alert(kind="float_low", key=key, text=f"About {key}", at=AT, severity=severity)


@pytest.fixture
def desk() -> Client:
    return at_the_desk("core.view_alert", "core.change_alert")


class TestVerbs:
    def test_acknowledging_asks_a_reason_and_is_offered_once(self, desk: Client) -> None:
        alert = raised("600111")
        url, sent = page("acknowledge", alert), {"confirmed": "yes", "reason": REASON}

        asked = desk.get(url).content.decode()
        refused = desk.post(url, sent | {"reason": "short"}).status_code
        desk.post(url, sent)

        alert.refresh_from_db()
        shown = desk.get(page("change", alert)).content.decode()
        assert "It is not escalated any more" in asked
        assert refused == 422
        assert alert.acknowledged_by == User.objects.get().username
        assert f"Acknowledged by {alert.acknowledged_by}" in shown
        assert url not in shown
        assert desk.get(url).status_code == 404

    def test_assigning_offers_staff_and_shows_whose_it_is(self, desk: Client) -> None:
        alert = raised("600111")
        name = User.objects.get().username
        url, sent = page("assign", alert), {"confirmed": "yes", "reason": REASON}

        asked = desk.get(url).content.decode()
        unknown = desk.post(url, sent | {"to": "nobody-known"}).status_code
        desk.post(url, sent | {"to": name})

        alert.refresh_from_db()
        assert f'<option value="{name}">' in asked
        assert unknown == 422
        assert alert.assigned_to == name

    def test_a_viewer_sees_no_button_and_may_not_act(self) -> None:
        alert, viewer = raised("600111"), at_the_desk("core.view_alert")

        shown = viewer.get(page("change", alert)).content.decode()
        acted = [
            viewer.post(page(verb, alert), {"confirmed": "yes", "reason": REASON, "to": ""})
            for verb in ("acknowledge", "assign", "close")
        ]

        assert "Acknowledge…" not in shown
        assert {answer.status_code for answer in acted} == {403}


class TestPage:
    def test_a_button_for_phones_stands_only_where_there_is_one(self) -> None:
        seeing = at_the_desk("core.view_alert", "disbursements.see_phones")
        without, phone = raised("600111"), raised("254700000123")

        pages = [seeing.get(page("change", each)).content.decode() for each in (without, phone)]

        assert ["Show the phone" in each for each in pages] == [False, True]

    def test_it_is_named_in_words(self, desk: Client) -> None:
        alert = raised("0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11")

        listed = desk.get(reverse(LIST)).content.decode()
        shown = desk.get(page("change", alert)).content.decode()

        assert ">float low<" in listed
        assert "float_low" not in shown


class TestList:
    def test_filters_tell_mine_nobodys_and_acknowledged_apart(self, desk: Client) -> None:
        mine, theirs, nobodys = raised("mine"), raised("theirs"), raised("nobodys")
        Alert.objects.filter(pk=mine.pk).update(
            assigned_to=User.objects.get().username, acknowledged_at=AT, acknowledged_by="asha"
        )
        Alert.objects.filter(pk=theirs.pk).update(assigned_to="somebody")

        def found(query: str) -> set[str]:
            text = desk.get(f"{reverse(LIST)}?{query}").content.decode()
            return {row.key for row in (mine, theirs, nobodys) if f"About {row.key}" in text}

        assert found("assigned=me") == {"mine"}
        assert found("assigned=nobody") == {"nobodys"}
        assert found("assigned=somebody") == {"mine", "theirs"}
        assert found("acknowledged=yes") == {"mine"}
        assert found("acknowledged=no") == {"theirs", "nobodys"}
        assert found("assigned=x&acknowledged=x") == {"mine", "theirs", "nobodys"}

    def test_the_everyday_questions_stand_above_it(self, desk: Client) -> None:
        def chosen(query: str) -> list[str]:
            changelist = desk.get(f"{reverse(LIST)}?{query}").context_data["cl"]
            return [view["text"] for view in changelist.views if view["chosen"]]

        questions = {
            "": "Open", "severity=critical": "High", "acknowledged=no": "Nobody looks after it",
            "assigned=me": "Mine", "state=closed": "Closed", "state=all": "All",
        }  # fmt: skip

        assert {query: chosen(query) for query in questions} == {
            query: [text] for query, text in questions.items()
        }
        assert chosen("severity=critical&state=all") == []

    def test_of_all_the_open_ones_come_first(self, desk: Client) -> None:
        for key in ("first", "second"):
            raised(key)
        Alert.objects.filter(key="second").update(closed_at=AT, closed_by="asha")

        text = desk.get(f"{reverse(LIST)}?state=all").content.decode()

        assert text.index("About first") < text.index("About second")

    @pytest.mark.parametrize(
        ("severity", "word", "tone"),
        [("critical", "High", "bad"), ("warning", "Medium", "warn"), ("notice", "Low", "mute")],
    )
    def test_a_severity_is_told_in_words_and_colour(
        self, desk: Client, severity: str, word: str, tone: str
    ) -> None:
        raised("600111", AlertSeverity(severity))

        text = desk.get(f"{reverse(LIST)}?severity={severity}").content.decode()

        assert f"pv-status--{tone}" in text
        assert f">{word}<" in text
