"""reverse: the opposite of what moved, once, and only of what can be reversed."""

import pytest

from ledger.operations import CannotReverse, NoSuchEntry, commit, hold, post, reverse, void
from ledger.queries import balances, settlement_of

pytestmark = pytest.mark.django_db

UTILITY = "float:600111:utility:KES"
RESERVED = "float:600111:reserved:KES"


def _balance(code: str) -> int:
    return {row.code: row.balance_minor for row in balances()}[code]


class TestReverse:
    def test_it_books_the_opposite_of_a_posting(self, paying, noon):
        post(lines=paying(500), reference="topup:1", description="", at=noon)

        entry = reverse(reference="topup:1", because="Typed twice", at=noon)

        assert (entry.reference, entry.reverses.reference) == ("topup:1:reversal", "topup:1")
        assert _balance(UTILITY) == 0

    def test_of_a_commit_it_takes_back_only_what_moved(self, holding, paying, noon):
        hold(lines=holding(500), reference="a:1:hold", description="", at=noon)
        commit(hold_reference="a:1:hold", lines=paying(500), description="", at=noon)

        reverse(reference="a:1:hold:commit", because="The money came back", at=noon)

        assert (_balance(UTILITY), _balance(RESERVED)) == (0, 0)
        assert settlement_of(hold_references=["a:1:hold"]) == {"a:1:hold": "commit"}

    def test_the_replay_answers_with_the_same_entry(self, paying, noon):
        post(lines=paying(500), reference="topup:1", description="", at=noon)

        first = reverse(reference="topup:1", because="Typed twice", at=noon)

        assert reverse(reference="topup:1", because="Typed twice", at=noon) == first
        assert _balance(UTILITY) == 0

    def test_holds_voids_and_reversals_are_refused(self, holding, paying, noon):
        hold(lines=holding(500), reference="a:1:hold", description="", at=noon)
        void(hold_reference="a:1:hold", because="", at=noon)
        post(lines=paying(5), reference="topup:1", description="", at=noon)
        reverse(reference="topup:1", because="", at=noon)

        for reference in ("a:1:hold", "a:1:hold:void", "topup:1:reversal"):
            with pytest.raises(CannotReverse, match=reference):
                reverse(reference=reference, because="", at=noon)

    def test_without_an_entry_it_is_refused(self, noon):
        with pytest.raises(NoSuchEntry, match="topup:9"):
            reverse(reference="topup:9", because="", at=noon)
