"""Every code in words: what happened, whose side, what to do, in English and Swahili."""

from typing import Any

import pytest

from disbursements.models import ResultCodeRule, WhoseSide
from disbursements.operations.classify_code import edit_rule
from disbursements.operations.install_rules import fill_texts
from disbursements.queries.result_codes import SIDES, CodeTable, in_words
from disbursements.rules.classify import FALLBACK_RANGES
from gateways.registry import code_defaults
from tests.wire import MovedClock

EVERY_ROW = [*code_defaults(), *FALLBACK_RANGES]


class TestTheDocumentedTexts:
    def test_each_row_says_it_in_both_languages(self) -> None:
        silent = [
            row for row in EVERY_ROW
            if not all((row.meaning, row.meaning_sw, row.what_to_do, row.what_to_do_sw))
        ]  # fmt: skip

        assert not silent

    def test_swahili_is_not_the_english_again(self) -> None:
        same = [
            row
            for row in EVERY_ROW
            if row.meaning == row.meaning_sw or row.what_to_do == row.what_to_do_sw
        ]

        assert not same

    def test_each_side_is_one_that_has_words(self) -> None:
        assert {row.whose_side for row in EVERY_ROW} <= set(WhoseSide.values) == set(SIDES)

    def test_what_a_person_has_to_put_right_at_m_pesa_is_on_our_side(self) -> None:
        ours = [
            row
            for row in code_defaults()
            if (row.outcome, row.next) == ("failed", "operator") and row.api != "stripe"
        ]

        assert {row.whose_side for row in ours} == {"ours"}


class TestInWords:
    def test_a_code_says_what_happened_whose_side_and_what_to_do(self, engine_db: None) -> None:
        said = in_words(code="2040", text="The receiver is no customer")

        assert said.reason == "The recipient is not a registered customer (2040)"
        assert (said.side, said.side_sw) == ("On the payee's side", "Upande wa mpokeaji")
        assert said.happened_sw == "Mpokeaji si mteja aliyesajiliwa wa M-Pesa."
        assert "correct and resend" in said.to_do
        assert said.named

    def test_the_text_tells_meanings_of_one_code_apart(self, engine_db: None) -> None:
        spike = in_words(code="500.003.02", text="Spike Arrest Violation")
        busy = in_words(code="500.003.02", text="System is busy. Please try again")

        assert (spike.whose_side, busy.whose_side) == ("ours", "provider")

    def test_without_an_api_a_gateways_answer_is_found_too(self, engine_db: None) -> None:
        assert in_words(code="401.002.01").happened == "The access token was refused."
        assert in_words(code="2001").happened.startswith("Our initiator's name")
        assert in_words(code="2001", api="status").happened.startswith("The query's initiator")

    @pytest.mark.parametrize("code", ["33", "7777", "SFC_NEW"])
    def test_a_code_that_no_row_names_keeps_the_providers_text(
        self, engine_db: None, code: str
    ) -> None:
        said = in_words(code=code, text="Something new")

        assert (said.happened, said.named) == ("Something new", False)
        assert "classify it" in said.to_do

    def test_no_code_is_the_text_alone(self, engine_db: None) -> None:
        assert in_words(code="", text="The connection broke").reason == "The connection broke"

    def test_what_staff_wrote_is_said_everywhere(self, engine_db: None, moved: MovedClock) -> None:
        rule = ResultCodeRule.objects.get(api="b2c", code="2040")
        changes = {"what_to_do": "Call the payee", "whose_side": "nobody"}

        edit_rule(rule_id=rule.pk, changes=changes, reason="agreed today", actor="a", at=moved())

        said = in_words(code="2040")
        assert (said.to_do, said.whose_side) == ("Call the payee", "nobody")

    def test_a_table_is_read_once_for_many_answers(
        self, engine_db: None, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(1):
            table = CodeTable.read()
            said = [table.in_words(code=str(code)) for code in range(60)]

        assert len(said) == 60


class TestInstalling:
    def test_texts_reach_rows_as_shipped_and_not_those_of_staff(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        ResultCodeRule.objects.update(meaning_sw="", what_to_do="", whose_side="unknown")
        own = ResultCodeRule.objects.get(api="b2c", code="2040")
        edit_rule(
            rule_id=own.pk, changes={"meaning": "Ours"}, reason="agreed today", actor="a",
            at=moved(),
        )  # fmt: skip

        filled = fill_texts()

        own.refresh_from_db()
        assert filled == len(EVERY_ROW) - 1
        assert (own.meaning, own.meaning_sw) == ("Ours", "")
        assert not ResultCodeRule.objects.filter(is_default=True, meaning_sw="").exists()
