"""Result codes: what each means in both languages, where it was met, and what nobody named."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Alert
from disbursements.models import DisbursementRequest, ResultCodeRule
from disbursements.operations.classify_code import EDITABLE, add_rule, edit_rule
from disbursements.operations.judge import judge_answer
from tests.staff import REASON, at_the_desk
from tests.wire import MovedClock

LIST = "admin:disbursements_resultcoderule_changelist"
PAGE = "admin:disbursements_resultcoderule_change"
CLASSIFY = "admin:disbursements_resultcoderule_classify"
EDIT = "admin:disbursements_resultcoderule_edit"
NEVER = {"meaning": "Given up", "outcome": "failed", "next": "never", "scope": "payment"}
Sent = Callable[..., DisbursementRequest]


def stands(row: DisbursementRequest, code: str, status: str = "failed") -> None:
    DisbursementRequest.objects.filter(pk=row.pk).update(status=status, failure_code=code)


class TestTheCodesPage:
    def test_it_tells_in_both_languages_what_happened_and_what_to_do(self, desk: Client) -> None:
        rule = ResultCodeRule.objects.get(api="b2c", code="2040")

        page = desk.get(reverse(PAGE, args=[rule.pk])).content.decode()

        for text in (
            "The recipient is not a registered customer.", "On the payee&#x27;s side",
            "Mpokeaji si mteja aliyesajiliwa wa M-Pesa.", "Upande wa mpokeaji",
            rule.what_to_do, rule.what_to_do_sw, "Kwa Kiswahili",
        ):  # fmt: skip
            assert text in page

    def test_it_lists_its_payouts_with_a_link_to_all_of_them(self, desk: Client, pay: Any) -> None:
        rule = ResultCodeRule.objects.get(api="b2c", code="2040")
        row, other = pay("00001"), pay("00002")
        stands(row, "2040")
        stands(other, "2051")

        page = desk.get(reverse(PAGE, args=[rule.pk])).content.decode()

        link = f"{reverse('admin:disbursements_disbursementrequest_changelist')}?code=2040"
        assert row.client_reference in page
        assert other.client_reference not in page
        assert "1 payout with the code 2040" in page
        assert desk.get(link).context["cl"].result_count == 1

    def test_payouts_stand_only_before_those_who_may_see_them(
        self, engine_db: None, pay: Any
    ) -> None:
        rule = ResultCodeRule.objects.get(api="b2c", code="2040")
        row = pay("00001")
        stands(row, "2040")

        client = at_the_desk("disbursements.view_resultcoderule")
        page = client.get(reverse(PAGE, args=[rule.pk])).content.decode()

        assert row.client_reference not in page

    def test_it_says_that_an_edit_leaves_the_unknown_alone(self, desk: Client) -> None:
        rule = ResultCodeRule.objects.get(api="b2c", code="2040")

        for address in (PAGE, EDIT):
            page = desk.get(reverse(address, args=[rule.pk])).content.decode()
            assert "outcome is unknown stays unknown" in page

    def test_the_number_of_queries_does_not_grow_with_its_payouts(
        self, desk: Client, pay: Any
    ) -> None:
        rule = ResultCodeRule.objects.get(api="b2c", code="2040")

        def queries() -> int:
            with CaptureQueriesContext(connection) as told:
                desk.get(reverse(PAGE, args=[rule.pk]))
            return len(told)

        stands(pay("00001"), "2040")
        queries()
        before = queries()
        for number in range(2, 8):
            stands(pay(f"{number:05}"), "2040")

        assert queries() == before


class TestHowOften:
    def test_the_list_tells_how_often_and_when_last_a_code_was_met(
        self, desk: Client, sent: Sent, reports: Any
    ) -> None:
        for digits in ("00001", "00002"):
            reports.failed(sent(digits), "2040", "No customer")

        rows = desk.get(reverse(LIST)).context["cl"].result_list

        met = {(row.api, row.code): row.met for row in rows if row.met}
        assert {key: line.count for key, line in met.items()} == {("b2c", "2040"): 2}

    def test_the_list_reads_the_table_once(self, desk: Client) -> None:
        desk.get(reverse(LIST))

        with CaptureQueriesContext(connection) as told:
            desk.get(reverse(LIST))

        assert len(told) <= 20


class TestUnclassified:
    def test_a_code_that_no_row_names_stands_on_top_with_one_click(
        self, desk: Client, sent: Sent, reports: Any
    ) -> None:
        reports.failed(sent(), "7777", "Something new")

        page = desk.get(reverse(LIST))

        line = page.context["unnamed"][0]
        assert (line["code"].api, line["code"].code, line["text"]) == (
            "b2c", "7777", "Something new",
        )  # fmt: skip
        assert line["classify_url"] == f"{reverse(CLASSIFY)}?api=b2c&code=7777"

    def test_it_stays_there_when_only_its_alert_was_closed(
        self, desk: Client, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        reports.failed(sent(), "7777", "Something new")
        Alert.objects.update(closed_at=moved(), closed_by="somebody")

        unnamed = desk.get(reverse(LIST)).context["unnamed"]

        assert [line["code"].code for line in unnamed] == ["7777"]

    def test_the_form_holds_the_code_and_the_providers_text(
        self, desk: Client, sent: Sent, reports: Any
    ) -> None:
        reports.failed(sent(), "7777", "Something new")

        form = desk.get(reverse(CLASSIFY), {"api": "b2c", "code": "7777"}).context["form"]

        assert (form.initial["code"], form.initial["meaning"]) == ("7777", "Something new")

    def test_a_code_of_stripe_is_classified_whole(self, desk: Client, moved: MovedClock) -> None:
        code = "a_code_of_tomorrow_that_is_longer_than_thirty"
        judge_answer(api="stripe", code=code, text="New", at=moved())
        asked = {"api": "stripe", "code": code}
        form = desk.get(reverse(CLASSIFY), asked).context["form"]
        answers = {"confirmed": "yes", "reason": REASON, **asked, **NEVER, "whose_side": "ours",
                   "what_to_do": "Ask them"}  # fmt: skip

        desk.post(reverse(CLASSIFY), answers)

        assert form.initial["code"] == code
        assert ResultCodeRule.objects.get(api="stripe", code=code).next == "never"
        assert not Alert.objects.filter(closed_at=None).exists()

    def test_classifying_ends_it_and_nothing_is_sent(
        self, desk: Client, sent: Sent, reports: Any
    ) -> None:
        row = sent()
        reports.failed(row, "7777", "Something new")
        status = row.status
        answers = {"confirmed": "yes", "reason": REASON, "api": "b2c", "code": "7777", **NEVER,
                   "whose_side": "ours", "what_to_do": "Ask them"}  # fmt: skip

        desk.post(reverse(CLASSIFY), answers)

        row.refresh_from_db()
        rule = ResultCodeRule.objects.get(api="b2c", code="7777")
        assert (rule.whose_side, rule.what_to_do, row.status) == ("ours", "Ask them", status)
        assert desk.get(reverse(LIST)).context["unnamed"] == []
        assert not Alert.objects.filter(kind="unclassified_code", closed_at=None).exists()

    @pytest.mark.parametrize("api", ["b2c", "any"])
    def test_a_row_for_any_api_ends_the_alert_of_each(
        self, engine_db: None, moved: MovedClock, api: str
    ) -> None:
        judge_answer(api="b2c", code="7777", text="New", at=moved())

        add_rule(api=api, code="7777", values=NEVER, reason=REASON, actor="a", at=moved())

        assert not Alert.objects.filter(closed_at=None).exists()

    def test_without_the_permission_there_is_no_button(
        self, engine_db: None, sent: Sent, reports: Any
    ) -> None:
        reports.failed(sent(), "7777", "Something new")
        client = at_the_desk("disbursements.view_resultcoderule")

        page = client.get(reverse(LIST)).content.decode()

        assert "7777" in page
        assert reverse(CLASSIFY) not in page
        assert client.get(reverse(CLASSIFY)).status_code == 403


class TestEditing:
    @pytest.mark.parametrize("status", ["failed", "parked"])
    def test_the_page_tells_what_stands_with_the_code_and_that_it_stays_so(
        self, desk: Client, pay: Any, status: str
    ) -> None:
        rule = ResultCodeRule.objects.get(api="b2c", code="2040")
        row = pay("00001")
        DisbursementRequest.objects.filter(pk=row.pk).update(parked_cause="b2c:2040")
        stands(row, "2040", status)

        page = desk.get(reverse(EDIT, args=[rule.pk])).content.decode()

        assert "Failed or parked with this code now: 1 payout." in page
        assert "Nothing becomes of that by itself" in page
        assert "code=2040&amp;status=failed%2Cparked&amp;retryable=yes" in page

    def test_the_new_texts_are_kept_with_their_history(
        self, desk: Client, moved: MovedClock
    ) -> None:
        rule = ResultCodeRule.objects.get(api="b2c", code="2040")
        now = {name: getattr(rule, name) for name in EDITABLE}
        answers = {"confirmed": "yes", "reason": REASON, **now, "meaning_sw": "Hajasajiliwa",
                   "whose_side": "nobody"}  # fmt: skip

        desk.post(reverse(EDIT, args=[rule.pk]), answers)

        page = desk.get(reverse(PAGE, args=[rule.pk])).content.decode()
        assert "Hajasajiliwa" in page
        assert "whose_side: payee → nobody" in page

    def test_an_edit_touches_no_payout(self, pay: Any, moved: MovedClock) -> None:
        row = pay("00001")
        stands(row, "2040", "unknown")
        rule = ResultCodeRule.objects.get(api="b2c", code="2040")

        edit_rule(rule_id=rule.pk, changes={"next": "operator"}, reason=REASON, actor="a",
                  at=moved())  # fmt: skip

        row.refresh_from_db()
        assert row.status == "unknown"
