"""Notices at the desk and in the terminal: what is shown, and who may switch kinds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.commands import answer_of, refusal_of, said
from tests.staff import at_the_desk, superuser
from tests.vault.notices.conftest import REASON
from tests.wire import START
from vault.models import Notice, NoticeSetting, Partner
from vault.queries.notices import report_address

pytestmark = pytest.mark.usefixtures("engine_db")
PHONE = "254700010001"


@pytest.fixture
def notice(a_partner: Partner) -> Notice:
    return Notice.objects.create(
        partner=a_partner, kind="rent_received", channel="sms", reference="N-1", to=PHONE,
        text="Umoja: KES 10,000 received. <b>", language="en", state="given_up",
        problem="Refused for 254700010001", created_at=START, due_at=None,
    )  # fmt: skip


def page(name: str, row: Any = None) -> str:
    return reverse(f"admin:vault_{name}", args=[] if row is None else [row.pk])


class TestPages:
    def test_the_list_and_the_page_show_no_whole_phone(self, notice: Notice) -> None:
        desk = at_the_desk("vault.view_notice")

        listed = desk.get(page("notice_changelist")).content.decode()
        shown = desk.get(page("notice_change", notice)).content.decode()

        for text in (listed, shown):
            assert PHONE not in text
            assert "+254 700 ••• 001" in text
            assert "Given up" in text
        assert "&lt;b&gt;" in shown
        assert "<b>" not in shown.split("</head>")[1].split("KES 10,000 received.")[1][:10]

    def test_a_mail_address_is_hidden_too(self, notice: Notice) -> None:
        Notice.objects.update(channel="email", to="amina@example.org")

        listed = at_the_desk("vault.view_notice").get(page("notice_changelist")).content.decode()

        assert "amina@" not in listed
        assert "a•••@example.org" in listed

    def test_filters_narrow_the_list(self, notice: Notice) -> None:
        desk = superuser()

        found = desk.get(page("notice_changelist"), {"state": "given_up", "kind": "rent_received"})
        none = desk.get(page("notice_changelist"), {"state": "sent"})

        assert str(notice.pk) in found.content.decode()
        assert str(notice.pk) not in none.content.decode()


class TestSwitching:
    def test_a_kind_is_switched_on_with_a_reason(self, a_partner: Partner) -> None:
        desk = superuser()
        asked = desk.get(page("noticesetting_switch")).content.decode()

        answer = desk.post(
            page("noticesetting_switch"),
            {"confirmed": "yes", "partner": str(a_partner.pk), "kind": "rent_received",
             "by_sms": "on", "reason": REASON},
        )  # fmt: skip

        row = NoticeSetting.objects.get()
        assert "Nobody is told of what happened before" in asked
        assert answer.status_code == 302
        assert (row.sms_since is not None, row.email_since) == (True, None)

    def test_the_page_of_a_kind_changes_its_channels_and_keeps_the_steps(
        self, a_partner: Partner, switched: Callable[..., NoticeSetting]
    ) -> None:
        row = switched("rent_received")
        desk = superuser()

        answer = desk.post(
            page("noticesetting_change_channels", row),
            {"confirmed": "yes", "by_email": "on", "reason": REASON},
        )  # fmt: skip

        shown = desk.get(page("noticesetting_change", row)).content.decode()
        row.refresh_from_db()
        assert answer.status_code == 302
        assert (row.sms_since, row.email_since is not None) == (None, True)
        assert REASON in shown

    def test_without_reason_or_difference_nothing_changes(
        self, switched: Callable[..., NoticeSetting]
    ) -> None:
        row = switched("rent_received")
        desk, address = superuser(), page("noticesetting_change_channels", row)

        unreasoned = desk.post(address, {"confirmed": "yes", "by_email": "on", "reason": "x"})
        same = desk.post(address, {"confirmed": "yes", "by_sms": "on", "reason": REASON})

        row.refresh_from_db()
        assert (unreasoned.status_code, same.status_code) == (422, 422)
        assert "it is so already" in same.content.decode()
        assert (row.sms_since, row.email_since) == (START, None)

    def test_what_is_not_set_up_cannot_be_switched_on(
        self, a_partner: Partner, settings: Any
    ) -> None:
        settings.EMAIL_HOST = ""
        settings.AFRICASTALKING_API_KEY = ""
        desk = superuser()
        form = {"confirmed": "yes", "partner": str(a_partner.pk), "kind": "rent_received"}

        for channel, needed in (("by_email", "EMAIL_HOST"), ("by_sms", "AFRICASTALKING_API_KEY")):
            answer = desk.post(
                page("noticesetting_switch"), form | {channel: "on", "reason": REASON}
            )
            assert answer.status_code == 422
            assert needed in answer.content.decode()

        assert not NoticeSetting.objects.exists()

    def test_those_who_may_only_look_are_refused(
        self, switched: Callable[..., NoticeSetting]
    ) -> None:
        row = switched("rent_received")
        desk = at_the_desk("vault.view_noticesetting")

        looked = desk.get(page("noticesetting_change", row))
        acted = [
            desk.post(page("noticesetting_switch"), {"confirmed": "yes"}),
            desk.post(page("noticesetting_change_channels", row), {"confirmed": "yes"}),
        ]

        assert looked.status_code == 200
        assert {answer.status_code for answer in acted} == {403}


class TestCommands:
    def test_settings_are_listed_changed_and_rehearsed(self, a_partner: Partner) -> None:
        change = (
            "notice_settings", "--partner", str(a_partner.pk), "--kind", "rent_forwarded",
            "--sms", "on", "--reason", REASON,
        )  # fmt: skip

        nothing = said("notice_settings")
        rehearsed = answer_of(*change, "--dry-run")
        before = NoticeSetting.objects.count()
        done = answer_of(*change)
        listed = answer_of("notice_settings")

        assert "Every kind is off" in nothing
        assert (rehearsed["dryRun"], before) == (True, 0)
        assert done["smsSince"] is not None
        assert [each["kind"] for each in listed["settings"]] == ["rent_forwarded"]

    def test_wrong_calls_say_what_is_missing(self, a_partner: Partner) -> None:
        unnamed = refusal_of("notice_settings", "--kind", "rent_received")
        unreasoned = refusal_of(
            "notice_settings", "--partner", str(a_partner.pk), "--kind", "rent_received",
            "--sms", "on",
        )  # fmt: skip

        assert unnamed.returncode == 2
        assert "reason" in str(unreasoned)

    def test_notices_are_counted_and_listed_without_phones(self, notice: Notice) -> None:
        Notice.objects.create(
            partner=notice.partner, kind="rent_received", channel="sms", reference="N-2",
            to=PHONE, text="x", language="en", created_at=START, due_at=START + timedelta(days=1),
        )  # fmt: skip

        text = said("notices")
        found = answer_of("notices", "--state", "given_up")

        assert "1 due, 0 sent, 0 unclear, 1 given_up" in text
        assert PHONE not in text + str(found)
        assert [each["reference"] for each in found["notices"]] == ["N-1"]

    def test_the_address_for_reports_is_always_the_same_and_is_let_in(self) -> None:
        from gateways import inbox

        first, second = answer_of("notices", "--report-address"), report_address()

        secret = second.rstrip("/").rpartition("/")[2]
        assert first["reportAddress"] == second
        assert "/callbacks/africastalking/delivery/" in second
        assert inbox.secret_fits(provider="africastalking", kind="delivery", secret=secret)
