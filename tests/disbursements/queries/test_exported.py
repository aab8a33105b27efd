"""PostgreSQL masks and defuses free texts exactly as our own functions would."""

from itertools import chain

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.masking import masked_phone, without_phones
from disbursements.queries import exported

PARTS = ["0712345678", "+254712345678", "254 712 345 678", "0712-345-678", "%2B254712345678",
         "12", "A", "+", " ", "-", ".", "\u00a0", "é", "7", "0", "2547", "=", "•"]  # fmt: skip


def in_the_database(template_of: str, text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {template_of} FROM (SELECT %s::text AS cell) AS x", [text])
        return cursor.fetchone()[0]


class TestMasking(TestCase):
    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
    def test_phones_in_texts_go_as_they_do_on_the_pages(self, text: str) -> None:
        assert in_the_database(exported._without_phones("cell"), text) == without_phones(text)


@pytest.mark.django_db
class TestPhone:
    def test_it_is_masked_as_on_the_pages_without_the_plus_that_begins_a_formula(self) -> None:
        cell = exported.AS_MASKED_PHONE.format("cell")

        assert in_the_database(cell, "254712345678") == masked_phone("254712345678")[1:]


@pytest.mark.django_db
class TestFormulas:
    @pytest.mark.parametrize(
        "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1", "＋1"]
    )
    def test_what_a_spreadsheet_would_calculate_gets_an_apostrophe(self, text: str) -> None:
        assert in_the_database(exported._without_formula("cell", "cell"), text) == f"'{text}"

    @pytest.mark.parametrize("text", ["", " ", "Amina Example", "1-2", "'=1", "a=b"])
    def test_what_it_would_not_calculate_stays(self, text: str) -> None:
        assert in_the_database(exported._without_formula("cell", "cell"), text) == text


class TestColumns:
    def test_each_says_what_it_holds(self) -> None:
        assert all(chain(column.text for column in exported.COLUMNS.values()))
