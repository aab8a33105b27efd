"""Asking, pausing, resuming, classifying: one POST with a reason does it once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from core.alerts import raise_alert
from core.models import Alert, Step
from disbursements.models import DisbursementRequest, DisbursementRetryLog, Pause, ResultCodeRule
from disbursements.operations.classify_code import EDITABLE
from disbursements.operations.judge import UNCLASSIFIED_ALERT
from tests.staff import REASON
from tests.wire import MovedClock

ASK = "admin:disbursements_disbursementrequest_ask"
CONFIRMED = {"confirmed": "yes", "reason": REASON}
Sent = Callable[..., DisbursementRequest]


class TestAsking:
    def test_the_page_says_what_it_is_about_and_that_no_money_is_sent(
        self, desk: Client, accepted: DisbursementRequest
    ) -> None:
        page = desk.get(reverse(ASK, args=[accepted.pk])).content.decode()

        for text in ("KES 1,250.00", accepted.client_reference, "No money is sent", "Oldest"):
            assert text in page

    def test_it_makes_the_question_due_and_keeps_the_reason(
        self, desk: Client, accepted: DisbursementRequest, moved: MovedClock
    ) -> None:
        moved.forward(seconds=5)

        answer = desk.post(reverse(ASK, args=[accepted.pk]), CONFIRMED, follow=True)

        accepted.refresh_from_db()
        assert accepted.ask_at == moved()
        assert "M-Pesa is being asked" in answer.content.decode()
        assert Step.objects.filter(subject_id=str(accepted.pk), because__contains=REASON).exists()

    def test_it_is_not_offered_once_the_outcome_is_known(
        self, desk: Client, accepted: DisbursementRequest, reports: Any
    ) -> None:
        reports.paid(accepted)

        answer = desk.post(reverse(ASK, args=[accepted.pk]), CONFIRMED)

        assert answer.status_code == 404


class TestPausing:
    def test_it_pauses_with_a_banner_on_every_page(self, desk: Client, pay: Any) -> None:
        pay()
        start = reverse("admin:disbursements_pause_start")

        desk.post(start, {**CONFIRMED, "covers": "everything"})

        home = desk.get(reverse("admin:index")).content.decode()
        users = desk.get(reverse("admin:auth_user_changelist")).content.decode()
        assert "Sending is paused: everything." in home
        assert REASON in users

    def test_a_second_submit_adds_no_second_pause(self, desk: Client) -> None:
        start = reverse("admin:disbursements_pause_start")

        answers = [
            desk.post(start, {**CONFIRMED, "covers": "everything"}, follow=True) for _ in range(2)
        ]

        assert Pause.objects.count() == 1
        assert "paused for that already" in answers[1].content.decode()

    def test_only_what_exists_can_be_paused(self, desk: Client, pay: Any) -> None:
        pay()
        start = reverse("admin:disbursements_pause_start")

        for covers in ("", "partner:nobody", "everything:x", "rail:carrier-pigeon"):
            desk.post(start, {**CONFIRMED, "covers": covers})

        assert not Pause.objects.exists()

    def test_resuming_says_what_waits_and_ends_it_once(self, desk: Client, pay: Any) -> None:
        row = pay()
        covers = f"shortcode:{row.shortcode_id}"
        desk.post(reverse("admin:disbursements_pause_start"), {**CONFIRMED, "covers": covers})
        resume = reverse("admin:disbursements_pause_resume", args=[Pause.objects.get().pk])

        page = desk.get(resume).content.decode()
        first = desk.post(resume, CONFIRMED, follow=True)
        second = desk.post(resume, CONFIRMED)

        assert "Resume 1 payout, KES 1,250.00" in page
        assert "Sending goes on" in first.content.decode()
        assert second.status_code == 404
        assert Pause.objects.get().end_reason == REASON


def now(rule: ResultCodeRule) -> dict[str, str]:
    """The form as the page fills it in."""
    return {name: getattr(rule, name) for name in EDITABLE}


class TestClassifying:
    def test_an_edit_changes_the_row_and_is_in_its_history(self, desk: Client) -> None:
        rule = ResultCodeRule.objects.get(api="b2c", code="2040")
        edit = reverse("admin:disbursements_resultcoderule_edit", args=[rule.pk])
        values = {**now(rule), "meaning": "The payee cannot be paid", "next": "operator"}

        desk.post(edit, {**CONFIRMED, **values})

        rule.refresh_from_db()
        page = reverse("admin:disbursements_resultcoderule_change", args=[rule.pk])
        assert (rule.next, rule.is_default) == ("operator", False)
        history = desk.get(page).content.decode()
        assert REASON in history
        assert "never → operator" in history

    def test_an_edit_that_changes_nothing_writes_nothing(self, desk: Client) -> None:
        rule = ResultCodeRule.objects.get(api="b2c", code="2040")
        edit = reverse("admin:disbursements_resultcoderule_edit", args=[rule.pk])

        desk.post(edit, {**CONFIRMED, **now(rule)})

        rule.refresh_from_db()
        assert rule.is_default
        assert not Step.objects.exists()

    def test_the_alert_of_an_unknown_code_leads_to_classifying_it(
        self, desk: Client, moved: MovedClock
    ) -> None:
        alert = raise_alert(
            kind=UNCLASSIFIED_ALERT, key="b2c:7777", at=moved(), text="The code 7777 is new",
            details={"api": "b2c", "code": "7777"},
        )  # fmt: skip
        page = desk.get(reverse("admin:core_alert_change", args=[alert.pk])).content.decode()
        classify = reverse("admin:disbursements_resultcoderule_classify")
        values = {"api": "b2c", "code": "7777", "meaning": "New", "outcome": "failed",
                  "next": "never", "scope": "payment", "whose_side": "unknown"}  # fmt: skip

        desk.post(classify, {**CONFIRMED, **values})

        assert f"{classify}?api=b2c&amp;code=7777" in page
        assert ResultCodeRule.objects.get(api="b2c", code="7777").meaning == "New"
        assert not Alert.objects.filter(closed_at=None).exists()


class TestHome:
    def test_each_queue_counts_what_its_link_lists(
        self, desk: Client, sent: Sent, moved: MovedClock, reports: Any
    ) -> None:
        paid, asked = sent("00001"), sent("00002")
        reports.paid(paid)
        reports.timed_out(asked)
        DisbursementRequest.objects.filter(pk=asked.pk).update(person_needed_at=moved())

        home = desk.get(reverse("admin:index"))

        lines = [line for line in home.context["queues"] if "disbursementrequest" in line.url]
        listed = [desk.get(line.url).context["cl"].result_count for line in lines]
        assert [line.count for line in lines] == listed
        assert [line.count for line in lines if line.name == "Outcome unknown"] == [1]
        assert home.context["today"]["count"] == 1
        assert "KES 1,250.00" in home.content.decode()

    def test_sandbox_or_live_stands_in_words(self, desk: Client, settings: Any) -> None:
        sandbox = desk.get(reverse("admin:index")).content.decode()
        settings.VAULT_LIVE = True
        live = desk.get(reverse("admin:index")).content.decode()

        assert "<strong>SANDBOX</strong>" in sandbox
        assert "<strong>LIVE</strong>" in live

    def test_the_next_retry_is_told(self, desk: Client, accepted: DisbursementRequest,
                                    moved: MovedClock) -> None:  # fmt: skip
        DisbursementRequest.objects.filter(pk=accepted.pk).update(
            status="retrying", next_retry_at=moved() + timedelta(minutes=15)
        )
        DisbursementRetryLog.objects.update(outcome="not_paid", proof="refused")

        page = desk.get(reverse("admin:index")).content.decode()

        assert "The next one in 15 min, 21 Nov 2026, 11:15 EAT." in page
