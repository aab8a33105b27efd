"""Which payouts an address names, and how a filter reads in words."""

from uuid import UUID

import pytest
from django.http import QueryDict

from core.callers import Caller
from disbursements.admin.chosen import (
    PHRASES,
    UNCHANGED_SINCE,
    YES_OR_NO,
    Chosen,
    chosen_in,
    in_words,
)
from disbursements.queries.selection import CONDITIONS
from vault.models import Shortcode

ONE = UUID("0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11")
TWO = UUID("1b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11")
EVERYBODY = Caller(actor="x", origin="admin", partners=None, permissions=None)


class TestAddress:
    def test_ids_are_read_once_each_in_their_order_and_nonsense_is_left_out(self) -> None:
        chosen = chosen_in(QueryDict(f"ids={TWO}&ids=x&ids={ONE}&ids={TWO}&ids="))

        assert chosen == Chosen(ids=(TWO, ONE))

    def test_a_filter_needs_the_word_that_all_are_meant(self) -> None:
        assert chosen_in(QueryDict("status=failed")).is_nothing
        assert chosen_in(QueryDict("")).is_nothing
        assert chosen_in(QueryDict("all=yes&status=failed")).selection == {"status": "failed"}

    def test_everything_is_a_filter_too(self) -> None:
        chosen = chosen_in(QueryDict("all=yes"))

        assert not chosen.is_nothing
        assert chosen.selection == {}

    @pytest.mark.parametrize(
        "chosen",
        [
            Chosen(ids=(ONE, TWO)),
            Chosen(selection={"status": "failed,parked", "search": "Amina & Co=1"}),
            Chosen(selection={}),
        ],
    )
    def test_what_is_written_is_read_back(self, chosen: Chosen) -> None:
        assert chosen_in(QueryDict(chosen.query_string)) == chosen


class TestWords:
    def test_every_filter_has_words(self) -> None:
        assert {*CONDITIONS, "search"} == {*PHRASES, *YES_OR_NO, UNCHANGED_SINCE}

    def test_they_read_as_a_sentence(self) -> None:
        words = in_words(
            {"status": "failed,parked", "amount_from": "50,000", "person": "no"},
            caller=EVERYBODY,
        )

        assert words == "status failed or parked; at least 50,000; needs no person"

    def test_none_means_all(self) -> None:
        assert in_words({}, caller=EVERYBODY) == "every payout there is"

    def test_braces_in_what_was_typed_are_only_text(self) -> None:
        assert in_words({"search": "{0.__class__}"}, caller=EVERYBODY) == (
            "found by “{0.__class__}”"
        )

    def test_a_partner_and_its_shortcode_are_named_to_those_who_may_know(
        self, a_shortcode: Shortcode
    ) -> None:
        selection = {
            "partner": str(a_shortcode.partner_id), "shortcode": str(a_shortcode.pk),
        }  # fmt: skip
        stranger = Caller(
            actor="y", origin="admin", partners=frozenset({ONE}), permissions=frozenset()
        )

        assert in_words(selection, caller=EVERYBODY) == (
            "partner Umoja Example Ltd; shortcode 600111"
        )
        assert "Umoja" not in in_words(selection, caller=stranger)
        assert "600111" not in in_words(selection, caller=stranger)
