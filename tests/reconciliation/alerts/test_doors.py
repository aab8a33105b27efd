"""The page and the commands: recipients, messages, alerts; each change with its reason."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.alerts import raise_alert
from core.models import Alert, Step
from gateways.memory import MemoryNotifier
from reconciliation.models import AlertMessage, AlertRecipient, Finding
from reconciliation.operations.alert_findings import tell
from tests.commands import answer_of, refusal_of, said
from tests.reconciliation.alerts.conftest import EMAIL, PHONE, REASON
from tests.staff import at_the_desk
from tests.wire import START

pytestmark = pytest.mark.usefixtures("engine_db")
People = Callable[..., AlertRecipient]
FORM = {
    "name": "Asha Example", "email": EMAIL, "from_severity": "medium", "phone": "0700 010 001",
    "sms_from_severity": "high", "step": "0", "quiet_from": "21:00", "quiet_until": "07:00",
    "gets_digest": "on", "is_active": "on", "reason": REASON, "confirmed": "yes",
}  # fmt: skip


def page(name: str, row: Any = None) -> str:
    return reverse(f"admin:reconciliation_{name}", args=[row.pk] if row else [])


@pytest.fixture
def desk(engine_db: None) -> Client:
    return at_the_desk(
        "reconciliation.view_alertrecipient", "reconciliation.add_alertrecipient",
        "reconciliation.change_alertrecipient", "reconciliation.view_alertmessage",
        "core.view_alert", "reconciliation.view_finding",
    )  # fmt: skip


class TestRecipientPages:
    def test_one_is_added_changed_and_taken_off_with_reasons(self, desk: Client) -> None:
        added = desk.post(page("alertrecipient_add_recipient"), FORM)
        row = AlertRecipient.objects.get()
        as_added = (row.phone, row.quiet_from, row.from_severity, row.is_active)
        changed = desk.post(
            page("alertrecipient_change_recipient", row), FORM | {"step": "1", "is_active": ""}
        )

        row.refresh_from_db()
        shown = desk.get(page("alertrecipient_change", row)).content.decode()
        assert (added.status_code, changed.status_code) == (302, 302)
        assert as_added == (PHONE, time(21), "medium", True)
        assert (row.step, row.is_active) == (1, False)
        assert "Taken off" in shown
        assert "21:00 to 07:00: only high ones" in shown
        assert PHONE not in shown
        assert EMAIL not in shown
        assert [step.because for step in Step.objects.order_by("id")] == [
            f"added: {REASON}", f"changed: {REASON}",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("email", "asha", "is no address, such as ops@example.org"),
            ("phone", "12345", "not a Kenyan mobile number"),
            ("quiet_until", "", "quiet hours have two ends, such as 21:00 and 07:00"),
            ("quiet_until", "21:00", "quiet hours end at another time"),
            ("quiet_from", "late", "Write a time, such as 21:00"),
            ("step", "9", "Select a valid choice"),
            ("reason", "short", "Write at least 8 characters"),
        ],
    )
    def test_what_is_wrong_is_named(self, desk: Client, field: str, value: str, told: str) -> None:
        answer = desk.post(page("alertrecipient_add_recipient"), FORM | {field: value})

        text = answer.content.decode()
        assert answer.status_code == 422
        assert told in text
        assert not AlertRecipient.objects.exists()

    def test_nobody_who_cannot_be_reached_is_added(self, desk: Client, settings: Any) -> None:
        url = page("alertrecipient_add_recipient")

        nowhere = desk.post(url, FORM | {"email": "", "phone": ""})
        settings.EMAIL_HOST = ""
        no_mail = desk.post(url, FORM)
        settings.AFRICASTALKING_API_KEY = ""
        no_sms = desk.post(url, FORM | {"email": ""})

        assert "write an address or a phone" in nowhere.content.decode()
        assert "EMAIL_HOST is needed" in no_mail.content.decode()
        assert "AFRICASTALKING_API_KEY are needed" in no_sms.content.decode()
        assert not AlertRecipient.objects.exists()

    def test_an_empty_list_says_who_is_told_instead(self, desk: Client, settings: Any) -> None:
        settings.ADMIN_EMAIL, settings.ADMIN_PHONE = [EMAIL], []
        named = desk.get(page("alertrecipient_changelist")).content.decode()
        settings.ADMIN_EMAIL = []
        nobody = desk.get(page("alertrecipient_changelist")).content.decode()

        assert "who ADMIN_EMAIL names is told of high ones" in named
        assert "Nobody is told of alerts" in nobody

    def test_a_viewer_may_look_and_not_act(self, recipient: People) -> None:
        row, viewer = recipient(), at_the_desk("reconciliation.view_alertrecipient")

        looked = [
            viewer.get(page("alertrecipient_changelist")),
            viewer.get(page("alertrecipient_change", row)),
        ]
        acted = [
            viewer.post(page("alertrecipient_add_recipient"), FORM),
            viewer.post(page("alertrecipient_change_recipient", row), FORM),
        ]

        assert {answer.status_code for answer in looked} == {200}
        assert {answer.status_code for answer in acted} == {403}


class TestMessagePages:
    def test_a_message_shows_what_was_said_and_masks_where(
        self,
        desk: Client,
        recipient: People,
        memory: MemoryNotifier,
        told: Callable[[], list[str]],
    ) -> None:
        row = recipient(phone=PHONE)
        raise_alert(kind="float_low", key="600111", text="Low", at=START)
        told()

        listed = desk.get(f"{page('alertmessage_changelist')}?recipient={row.pk}&why=opened")
        message = AlertMessage.objects.get(channel="sms")
        shown = desk.get(page("alertmessage_change", message)).content.decode()

        assert listed.content.decode().count("Person 1 Example") >= 2
        assert "MEDIUM: Float low 600111" in shown
        assert "float_low" not in listed.content.decode()
        assert PHONE not in shown + listed.content.decode()
        assert EMAIL not in listed.content.decode()


class TestRemedy:
    def test_the_page_of_an_alert_about_differences_leads_to_them(
        self, desk: Client, finding: Callable[..., Finding]
    ) -> None:
        tell(opened=[finding()], cured=[], at=START)

        text = desk.get(
            reverse("admin:core_alert_change", args=[Alert.objects.get().pk])
        ).content.decode()

        assert "See the differences" in text


class TestAlertsCommand:
    def test_it_lists_by_state_severity_and_kind_without_phones(self, engine_db: None) -> None:
        raise_alert(kind="float_low", key="600111", text=f"Low, call {PHONE}", at=START)
        raise_alert(kind="other", key="1", text="Closed", at=START)
        Alert.objects.filter(kind="other").update(closed_at=START, closed_by="asha")

        every, opened = answer_of("alerts"), answer_of("alerts", "--open")
        closed = answer_of("alerts", "--closed", "--severity", "medium", "--kind", "other")
        nothing = said("alerts", "--severity", "high")

        assert [each["kind"] for each in opened["alerts"]] == ["float_low"]
        assert [each["kind"] for each in closed["alerts"]] == ["other"]
        assert [each["state"] for each in every["alerts"]] == ["open", "closed"]
        assert PHONE not in str(every)
        assert "No such alert" in nothing

    def test_an_id_that_holds_the_digits_of_a_phone_is_told_whole(self) -> None:
        key = "0b6f3c1e-8f3a-4d07-9c55-254700010001"
        raise_alert(kind="payer_unmatched", key=key, text="Nobody has it", at=START)

        assert [each["key"] for each in answer_of("alerts")["alerts"]] == [key]

    def test_one_is_acknowledged_rehearsed_assigned_and_closed(self, engine_db: None) -> None:
        at_the_desk("core.change_alert")
        from django.contrib.auth.models import User

        name = User.objects.get().username
        alert = raise_alert(kind="float_low", key="600111", text="Low", at=START)
        number = str(alert.pk)

        rehearsed = answer_of("alerts", "--acknowledge", number, "--reason", REASON, "--dry-run")
        before = Alert.objects.get().acknowledged_at
        acknowledged = answer_of("alerts", "--acknowledge", number, "--reason", REASON)
        assigned = answer_of("alerts", "--assign", number, "--to", name, "--reason", REASON)
        closed = answer_of("alerts", "--close", number, "--reason", REASON)

        assert (rehearsed["dryRun"], before) == (True, None)
        assert acknowledged["state"] == "acknowledged"
        assert assigned["assignedTo"] == name
        assert closed["state"] == "closed"
        assert Step.objects.count() == 3

    def test_wrong_calls_say_what_is_missing(self, engine_db: None) -> None:
        alert = raise_alert(kind="float_low", key="600111", text="Low", at=START)

        unknown = refusal_of("alerts", "--close", "987654", "--reason", REASON)
        unreasoned = refusal_of("alerts", "--close", str(alert.pk))
        to_nobody = refusal_of("alerts", "--assign", str(alert.pk), "--reason", REASON)

        assert "there is no alert 987654" in str(unknown)
        assert "reason" in str(unreasoned)
        assert to_nobody.returncode == 2


class TestRecipientsCommand:
    def test_one_is_added_changed_removed_and_listed_masked(self, engine_db: None) -> None:
        nobody = said("alert_recipients")
        added = answer_of(
            "alert_recipients", "--add", "Asha Example", "--email", EMAIL, "--phone", PHONE,
            "--quiet-from", "21:00", "--quiet-until", "07:00", "--reason", REASON,
        )  # fmt: skip
        changed = answer_of(
            "alert_recipients", "--change", added["id"], "--step", "2", "--no-quiet-hours",
            "--digest", "off", "--reason", REASON,
        )  # fmt: skip
        rehearsed = answer_of(
            "alert_recipients", "--remove", added["id"], "--reason", REASON, "--dry-run"
        )
        listed = said("alert_recipients")
        removed = answer_of("alert_recipients", "--remove", added["id"], "--reason", REASON)

        assert "Nobody is told of alerts: add a recipient" in nobody
        assert (added["quietFrom"], added["step"]) == ("21:00", 0)
        assert (changed["quietFrom"], changed["step"], changed["getsDigest"]) == (None, 2, False)
        assert rehearsed["dryRun"]
        assert "taken off" not in listed
        assert not removed["isActive"]
        assert PHONE not in listed + str(added)
        assert EMAIL not in listed + str(added)

    def test_wrong_calls_say_what_is_missing(self, engine_db: None) -> None:
        nobody = refusal_of("alert_recipients", "--step", "1")
        unreached = refusal_of("alert_recipients", "--add", "Asha Example", "--reason", REASON)
        unreasoned = refusal_of("alert_recipients", "--add", "Asha Example", "--email", EMAIL)

        assert nobody.returncode == 2
        assert "email: write an address or a phone" in str(unreached)
        assert "reason" in str(unreasoned)
