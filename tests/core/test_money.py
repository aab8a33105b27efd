"""Money: text in, minor units, text out, and nothing in between is rounded."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import BadAmount, exponent, major, parse_amount, plain, shown, whole_units

AMOUNTS_MINOR = st.integers(0, 10**17 - 1)


class TestParseAmount:
    @given(AMOUNTS_MINOR)
    def test_what_is_written_is_read_again(self, amount_minor):
        assert parse_amount(plain(amount_minor, "KES"), currency="KES") == amount_minor

    @given(AMOUNTS_MINOR)
    def test_also_with_thousands(self, amount_minor):
        text = shown(amount_minor, "KES").removeprefix("KES ")

        if len(text.partition(".")[0]) <= 19:
            assert parse_amount(text, currency="KES", thousands=True) == amount_minor

    @given(st.text())
    def test_any_text_is_an_amount_or_a_bad_amount(self, text):
        with suppress(BadAmount):
            assert parse_amount(text, currency="KES", thousands=True) >= 0

    @pytest.mark.parametrize(
        ("text", "amount_minor"),
        [("1250", 125_000), ("1250.5", 125_050), (" 0.05 ", 5), ("0", 0), ("007", 700)],
    )
    def test_plain_decimals(self, text, amount_minor):
        assert parse_amount(text, currency="KES") == amount_minor

    @pytest.mark.parametrize(
        "text",
        [
            "", " ", "-5", "+5", "1e9", "1E2", "NaN", "Infinity", "-Infinity", "0x10", "1_000",
            "1,250", "1 250",
            "\u0661\u0660\u0660", "\uff11\uff12",
            "1.", ".5", "1.2.3", "'5", "=5", "KES 5", "5\x00",
            "1250.001", "9" * 16, "9" * 10_000, "1/2", "½", "1,250.00",
        ],
    )  # fmt: skip
    def test_tricks_are_refused_with_an_example(self, text):
        with pytest.raises(BadAmount, match="such as 1250") as caught:
            parse_amount(text, currency="KES")

        assert len(str(caught.value)) < 200

    @pytest.mark.parametrize("text", ["1,25", "12,50.00", ",250", "1,,250", "1250,000", "1.250,0"])
    def test_thousands_stand_where_they_belong(self, text):
        with pytest.raises(BadAmount):
            parse_amount(text, currency="KES", thousands=True)

    def test_a_currency_that_is_not_known(self):
        with pytest.raises(BadAmount, match="such as KES"):
            parse_amount("5", currency="XXX")


class TestShowing:
    def test_people_and_files(self):
        assert shown(125_000_000, "KES") == "KES 1,250,000.00"
        assert plain(125_000_000, "KES") == "1250000.00"
        assert plain(-5, "KES") == "-0.05"
        assert (plain(0, "KES"), shown(0, "KES")) == ("0.00", "KES 0.00")

    @given(st.integers(-(2**63), 2**63 - 1))
    def test_major_units_are_exact(self, amount_minor):
        assert major(amount_minor, "KES") * 10 ** exponent("KES") == amount_minor
        assert isinstance(major(amount_minor, "KES"), Decimal)


class TestWholeUnits:
    @given(st.integers(0, 10**12))
    def test_whole_shillings_pass(self, shillings):
        assert whole_units(shillings * 100, "KES") == shillings

    @given(st.integers(0, 10**12), st.integers(1, 99))
    def test_a_fraction_is_refused(self, shillings, cents):
        with pytest.raises(BadAmount, match="whole shillings"):
            whole_units(shillings * 100 + cents, "KES")
