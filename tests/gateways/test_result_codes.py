"""The documented result codes as defaults (daraja.md 3.6, 12)."""

import pytest

from gateways.daraja.result_codes import DEFAULTS
from gateways.registry import code_defaults
from gateways.stripe.result_codes import DEFAULTS as STRIPE_DEFAULTS

ROWS = {(row.api, row.code, row.text_pattern): row for row in DEFAULTS}


def row(api, code, text=""):
    return ROWS[api, code, text]


class TestTheTable:
    def test_no_row_stands_twice(self):
        assert len(ROWS) == len(DEFAULTS)

    def test_the_registry_hands_it_out(self):
        assert code_defaults() == (*DEFAULTS, *STRIPE_DEFAULTS)

    def test_only_known_words_are_used(self):
        assert {each.api for each in DEFAULTS} == {"any", "b2b", "b2c", "http", "status", "stk"}
        assert {each.outcome for each in DEFAULTS} == {"success", "failed", "unknown"}
        assert {each.next for each in DEFAULTS} == {
            "never", "backoff", "next_day", "operator", "ask",
        }  # fmt: skip
        assert {each.scope for each in DEFAULTS} == {"payment", "shortcode"}

    def test_every_code_and_meaning_fits_its_column(self):
        rows = code_defaults()

        assert all(len(each.code) <= 60 and len(each.text_pattern) <= 100 for each in rows)
        assert all(each.meaning.endswith(".") for each in rows)

    def test_only_zero_is_success(self):
        assert {each.code for each in DEFAULTS if each.outcome == "success"} == {"0"}

    def test_nothing_unknown_is_sent_again(self):
        unknown = [each for each in DEFAULTS if each.outcome == "unknown"]

        assert {each.next for each in unknown} == {"ask", "operator"}


class TestSingleRows:
    @pytest.mark.parametrize("code", ["4", "8"])
    def test_a_recipients_limit_waits_for_another_day(self, code):
        assert row("b2c", code).next == "next_day"

    @pytest.mark.parametrize(
        "code", ["1", "11", "18", "20", "21", "22", "2001", "2006", "2028", "8006"]
    )
    def test_our_own_fault_stops_the_shortcode(self, code):
        found = row("b2c", code)

        assert (found.outcome, found.next, found.scope) == ("failed", "operator", "shortcode")

    def test_a_bad_field_concerns_one_payment(self):
        assert row("http", "400.002.02").scope == "payment"

    def test_a_number_not_on_mpesa_is_final(self):
        assert (row("b2c", "SFC_IC0003").outcome, row("b2c", "SFC_IC0003").next) == (
            "failed", "never",
        )  # fmt: skip

    def test_a_duplicate_is_asked_about_and_maintenance_too(self):
        assert row("http", "500.002.1001", "Duplicate OriginatorConversationID").next == "ask"
        assert row("http", "500.002.1001").next == "ask"

    def test_a_spike_is_tried_later_and_a_busy_system_asked(self):
        assert row("http", "500.003.02", "spike arrest").next == "backoff"
        assert row("http", "500.003.02", "system is busy").next == "ask"

    def test_a_status_answer_never_fails_a_payment(self):
        found = [each for each in DEFAULTS if each.api == "status" and each.code[0] != "R"]

        assert {each.outcome for each in found} == {"unknown"}


class TestPrompts:
    @pytest.mark.parametrize("code", ["1031", "1032", "2001", "8006"])
    def test_a_payer_who_said_no_is_not_prompted_again_by_itself(self, code):
        assert (row("stk", code).outcome, row("stk", code).next) == ("failed", "never")

    @pytest.mark.parametrize("code", ["1036", "4999", "9999"])
    def test_what_is_no_verdict_is_asked_about(self, code):
        assert (row("stk", code).outcome, row("stk", code).next) == ("unknown", "ask")

    def test_a_wrong_pin_is_the_payers_and_stops_nothing_of_ours(self):
        found = row("stk", "2001")

        assert (found.whose_side, found.scope) == ("payee", "payment")

    @pytest.mark.parametrize("code", ["8", "2028", "SFC_IC0003"])
    def test_what_every_prompt_would_meet_concerns_the_shortcode(self, code):
        assert (row("stk", code).next, row("stk", code).scope) == ("operator", "shortcode")

    def test_every_row_speaks_both_languages(self):
        rows = [each for each in DEFAULTS if each.api == "stk"]

        assert all(each.meaning_sw and each.what_to_do and each.what_to_do_sw for each in rows)
