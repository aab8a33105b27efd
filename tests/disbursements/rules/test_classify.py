"""Which row of the result-code table is meant: the most specific one, wherever it stands."""

from itertools import permutations

import pytest

from disbursements.rules.classify import FALLBACK_RANGES, Rule, judge


def rule(meaning: str, **more: object) -> Rule:
    facts = {"api": "b2c", "outcome": "failed", "next_step": "never", "scope": "payment"}
    return Rule(meaning=meaning, **(facts | more))  # type: ignore[arg-type]


ROWS = (
    rule("exact", code="17"),
    rule("exact with text", code="17", text_pattern="timed out"),
    rule("exact with longer text", code="17", text_pattern="timed out at once"),
    rule("exact of any API", api="any", code="17"),
    rule("exact of any API with text", api="any", code="17", text_pattern="strange"),
    rule("range", code_from=10, code_to=20),
    rule("range of any API", api="any", code_from=1, code_to=50),
)


class TestOrderOfRows:
    @pytest.mark.parametrize(
        ("api", "code", "text", "expected"),
        [
            ("b2c", "17", "", "exact"),
            ("b2c", "17", "It TIMED OUT", "exact with text"),
            ("b2c", "17", "Timed out at once", "exact with longer text"),
            ("b2c", "17", "strange", "exact"),
            ("status", "17", "", "exact of any API"),
            ("status", "17", "a strange thing", "exact of any API with text"),
            ("b2c", "12", "", "range"),
            ("b2c", "20", "", "range"),
            ("b2c", "21", "", "range of any API"),
            ("status", "12", "", "range of any API"),
        ],
    )
    def test_the_most_specific_row_wins_in_any_order(
        self, api: str, code: str, text: str, expected: str
    ) -> None:
        meanings = {
            judge(api=api, code=code, text=text, rules=rows).meaning for rows in permutations(ROWS)
        }

        assert meanings == {expected}

    def test_only_an_exact_row_counts_as_classified(self) -> None:
        exact = judge(api="b2c", code="17", text="", rules=ROWS)
        ranged = judge(api="b2c", code="12", text="", rules=ROWS)

        assert (exact.classified, ranged.classified) == (True, False)


class TestFallback:
    @pytest.mark.parametrize(
        ("code", "outcome", "next_step"),
        [
            ("1", "failed", "never"),
            ("50", "failed", "never"),
            ("51", "unknown", "ask"),
            ("1000", "unknown", "ask"),
            ("1001", "failed", "backoff"),
            ("7777", "failed", "backoff"),
            ("9" * 18, "failed", "backoff"),
            ("9" * 19, "unknown", "ask"),
            ("SFC_IC0003", "unknown", "ask"),
            ("", "unknown", "ask"),
            ("-1", "unknown", "ask"),
            ("١", "unknown", "ask"),
            ("²", "unknown", "ask"),
            ("1.0", "unknown", "ask"),
        ],
    )
    def test_plain_ranges_and_nothing_else_decide(
        self, code: str, outcome: str, next_step: str
    ) -> None:
        verdict = judge(api="b2c", code=code, text="", rules=FALLBACK_RANGES)

        assert (verdict.outcome, verdict.next_step) == (outcome, next_step)
        assert not verdict.classified
