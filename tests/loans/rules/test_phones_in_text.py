"""Phones in free text: one number is read, two or half a one are left to a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.rules.phones_in_text import read_phones

ONE = "254700100001"


class TestOneNumber:
    @pytest.mark.parametrize(
        "text",
        [
            "0700100001", "0700 100 001", "0700-100-001", "+254700100001", "+254 700 100 001",
            "254700100001", "254 700 100001", "700100001", "(0700) 100 001", " 0700100001\t",
            "0700.100.001", "00254700100001", "+254 0700 100 001", "+254-700-100-001",
            "Tel: 0700100001", "tel 0700 100 001", "0700100001 (wife)", "mobile 0700100001.",
            "0700100001 M-Pesa", "0700100001 / 0700100001", "0700100001/+254700100001",
            "0700 100 001, 254700100001", "0700100001 0700 100 001", "0700100001;",
            "0700\u00a0100\u00a0001", "0700\u200b100001", "\u202a+254700100001\u202c",
            "\ufeff0700100001", "0700\u2011100\u2011001", "'0700100001", "tel:0700100001",
            "++254700100001",
        ],
    )  # fmt: skip
    def test_it_is_read_however_it_is_written(self, text):
        read = read_phones(text)

        assert (read.msisdn, read.code) == (ONE, "")

    @pytest.mark.parametrize("text", ["0110 100 001", "+254110100001", "110100001"])
    def test_numbers_that_begin_with_1(self, text):
        assert read_phones(text).msisdn == "254110100001"


class TestSeveralNumbers:
    @pytest.mark.parametrize(
        "text",
        [
            "0700100001/0700100002", "0700 100 001 / 0700 100 002", "0700100001, 0110100001",
            "0700100001 or 0700100002", "0700100001 0700100002", "+254700100001+254700100002",
            "254700100001 / 0700100002 / 0700100001", "0700-100-001 & 0700-100-002",
            "0700100001\n0700100002", "700100001 254 700 100 002",
        ],
    )  # fmt: skip
    def test_nobody_guesses_which_one(self, text):
        read = read_phones(text)

        assert (read.msisdn, read.code) == ("", "several_phones")


class TestNoNumber:
    @pytest.mark.parametrize("text", ["", " ", "-", "n/a", "none", "no phone", "+", "()", "\x00"])
    def test_there_is_none(self, text):
        read = read_phones(text)

        assert (read.msisdn, read.code) == ("", "no_phone")

    @pytest.mark.parametrize(
        "text",
        [
            "070010000", "07001000011", "0700100001 07001000", "0700100001 / 12", "0700100001/2",
            "0700100001 ext 5", "ID 12345678 0700100001", "0200100001", "+255700100001",
            "+255700100001 / 0700100001", "+1 202 555 0143", "07OO100001", "O700100001",
            "0700100001A", "70010000.0", "254700100001.0", "2.547E+11", "0", "1", "254",
            "07001000010700100002", "0700 100 001 0700", "7" * 101, "0700100001" + " " * 100,
            "\uff10\uff17\uff10\uff10\uff11\uff10\uff10\uff10\uff10\uff11",
            "\u0660\u0667\u0660\u0660\u0661\u0660\u0660\u0660\u0660\u0661", "0700100001\u00b2",
            "0700100001 \u0661", "0700+100001", "254+700100001",
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_for_sure_is_not_guessed(self, text):
        read = read_phones(text)

        assert (read.msisdn, read.code) == ("", "bad_phone")


class TestAnyText:
    @given(st.text(max_size=60) | st.text("0123457+-() ./,or", max_size=60))
    def test_it_is_a_number_or_a_reason(self, text):
        read = read_phones(text)

        assert bool(read.msisdn) != bool(read.code)
        assert not read.msisdn or read_phones(read.msisdn).msisdn == read.msisdn

    @given(st.text("0123457+-() ./,or\u200b", max_size=60))
    def test_a_number_that_is_read_accounts_for_every_digit(self, text):
        read = read_phones(text)

        digits = sum(character in "0123456789" for character in text)
        assert not read.msisdn or digits >= 9
