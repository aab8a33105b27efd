"""When prompts are asked about, and what they say."""

from datetime import date, timedelta

import pytest

from vault.rules.prompting import (
    PROMPT_CHARACTERS_MAX,
    description_of,
    description_that_fits,
    next_look,
    next_receipt_look,
    prompt_text,
)


class TestLooks:
    @pytest.mark.parametrize(
        ("age_s", "next_s"),
        [(0, 45), (44, 45), (45, 105), (60, 105), (105, 225), (600, 1800), (7200, 86400)],
    )
    def test_each_look_comes_after_the_one_before(self, age_s: int, next_s: int) -> None:
        assert next_look(timedelta(seconds=age_s)) == timedelta(seconds=next_s)

    def test_after_a_day_nobody_asks_any_more(self) -> None:
        assert next_look(timedelta(days=1)) is None

    def test_a_receipt_is_looked_for_three_days(self) -> None:
        assert next_receipt_look(timedelta()) == timedelta(minutes=2)
        assert next_receipt_look(timedelta(hours=71)) == timedelta(hours=72)
        assert next_receipt_look(timedelta(hours=72)) is None


class TestWords:
    @pytest.mark.parametrize("month", range(1, 13))
    def test_the_description_has_thirteen_characters(self, month: int) -> None:
        assert len(description_of(date(2026, month, 1))) == 13

    def test_the_description_is_left_out_where_it_is_too_long(self) -> None:
        facts = {"amount": "KES 10,000.00", "account": "SUN-A3"}
        empty = prompt_text(payee="", description="", **facts)
        payee = "U" * (PROMPT_CHARACTERS_MAX - len(empty))

        short = description_that_fits(payee="Umoja", description="Rent Nov 2026", **facts)
        fitting = description_that_fits(payee=payee, description="Rent Nov 2026", **facts)
        with pytest.raises(ValueError, match="182 characters"):
            description_that_fits(payee=f"{payee}U", description="Rent Nov 2026", **facts)

        assert (short, fitting) == ("Rent Nov 2026", "")
