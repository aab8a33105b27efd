"""post, hold, commit and void: the happy path, the replay, the conflict, the refusal."""

import pytest

from ledger import chart
from ledger.models import Account, AccountKind, Entry, EntryKind, Line
from ledger.operations import (
    AccountMismatch,
    AlreadySettled,
    Commitment,
    ConflictingReplay,
    Credit,
    Debit,
    Holding,
    NoSuchHold,
    Unbalanced,
    commit,
    commit_many,
    hold,
    hold_many,
    post,
    void,
)
from ledger.queries import balances, settlement_of

pytestmark = pytest.mark.django_db

UTILITY = "float:600111:utility:KES"
RESERVED = "float:600111:reserved:KES"


def _balance(code: str) -> int:
    return {row.code: row.balance_minor for row in balances()}[code]


class TestPost:
    def test_it_books_the_lines_and_makes_the_accounts(self, paying, noon):
        entry = post(lines=paying(125_000), reference="topup:1", description="First", at=noon)

        assert (entry.kind, entry.at, entry.description) == ("posting", noon, "First")
        assert Account.objects.get(code=UTILITY).kind == AccountKind.ASSET
        assert _balance(UTILITY) == -125_000

    def test_the_replay_answers_with_the_same_entry(self, paying, noon):
        first = post(lines=paying(100), reference="topup:1", description="First", at=noon)

        again = post(lines=paying(100)[::-1], reference="topup:1", description="Again", at=noon)

        assert again == first
        assert Line.objects.count() == 2

    def test_other_lines_under_the_reference_are_a_conflict(self, paying, noon):
        post(lines=paying(100), reference="topup:1", description="First", at=noon)

        with pytest.raises(ConflictingReplay, match="topup:1"):
            post(lines=paying(101), reference="topup:1", description="First", at=noon)

        assert _balance(UTILITY) == -100

    def test_the_same_lines_as_another_kind_are_a_conflict(self, paying, noon):
        post(lines=paying(100), reference="topup:1", description="First", at=noon)

        with pytest.raises(ConflictingReplay, match="as a posting"):
            hold(lines=paying(100), reference="topup:1", description="First", at=noon)

    def test_it_names_what_does_not_balance(self, paying, noon):
        lines = [*paying(100), Debit(chart.charges("600111", "KES"), 5)]

        with pytest.raises(Unbalanced, match=r"topup:1.* 5 minor units of KES"):
            post(lines=lines, reference="topup:1", description="", at=noon)

        assert not Entry.objects.exists()

    def test_each_currency_balances_by_itself(self, noon):
        lines = [
            Debit(chart.utility("600111", "USD"), 100),
            Credit(chart.utility("600111", "KES"), 100),
        ]

        with pytest.raises(Unbalanced, match="USD"):
            post(lines=lines, reference="swap:1", description="", at=noon)

    @pytest.mark.parametrize("amount", [0, -5, 1.5, 2.0, "100", True, None, 2**63])
    def test_an_amount_is_a_positive_whole_number(self, paying, noon, amount):
        with pytest.raises(Unbalanced, match="positive whole number"):
            post(lines=paying(amount), reference="topup:1", description="", at=noon)

    def test_an_entry_needs_lines(self, noon):
        with pytest.raises(Unbalanced, match="no lines"):
            post(lines=[], reference="topup:1", description="", at=noon)

    def test_an_account_keeps_its_kind_and_currency(self, paying, noon):
        post(lines=paying(100), reference="topup:1", description="", at=noon)
        other = chart.AccountSpec(UTILITY, AccountKind.LIABILITY, "KES")

        with pytest.raises(AccountMismatch, match="asset account in KES"):
            post(
                lines=[Debit(other, 1), Credit(other, 1)],
                reference="topup:2",
                description="",
                at=noon,
            )


class TestHold:
    def test_it_moves_float_aside(self, holding, noon):
        hold(lines=holding(500), reference="a:1:hold", description="Payout", at=noon)

        assert (_balance(UTILITY), _balance(RESERVED)) == (-500, 500)
        assert settlement_of(hold_references=["a:1:hold"]) == {"a:1:hold": "open"}

    def test_many_are_a_handful_of_queries(self, holding, noon, django_assert_max_num_queries):
        holdings = [
            Holding(lines=holding(100 + n), reference=f"a:{n}:hold", description=f"Payout {n}")
            for n in range(200)
        ]

        with django_assert_max_num_queries(9):
            entries = hold_many(holdings=holdings, at=noon)

        assert [entry.reference for entry in entries] == [one.reference for one in holdings]
        assert _balance(RESERVED) == sum(range(100, 300))

    def test_many_are_safe_to_repeat_in_part(self, holding, noon):
        holdings = [
            Holding(lines=holding(100), reference=f"a:{n}:hold", description="") for n in range(5)
        ]
        first = hold_many(holdings=holdings[:3], at=noon)

        again = hold_many(holdings=holdings, at=noon)

        assert again[:3] == first
        assert _balance(RESERVED) == 500

    def test_one_conflict_among_many_leaves_none(self, holding, noon):
        hold(lines=holding(100), reference="a:3:hold", description="", at=noon)
        holdings = [
            Holding(lines=holding(200), reference=f"a:{n}:hold", description="") for n in range(5)
        ]

        with pytest.raises(ConflictingReplay, match="a:3:hold"):
            hold_many(holdings=holdings, at=noon)

        assert Entry.objects.count() == 1

    def test_the_same_reference_twice_in_one_call(self, holding, noon):
        same = Holding(lines=holding(100), reference="a:1:hold", description="")
        other = Holding(lines=holding(101), reference="a:1:hold", description="")

        first, second = hold_many(holdings=[same, same], at=noon)
        with pytest.raises(ConflictingReplay, match="twice"):
            hold_many(holdings=[same, other], at=noon)

        assert first == second

    def test_none_is_nothing(self, noon):
        assert hold_many(holdings=[], at=noon) == []


class TestCommit:
    @pytest.fixture(autouse=True)
    def held(self, holding, noon):
        hold(lines=holding(500), reference="a:1:hold", description="Payout", at=noon)

    def _commit(self, lines, noon):
        return commit(hold_reference="a:1:hold", lines=lines, description="Paid", at=noon)

    def test_it_gives_the_hold_back_and_books_what_moved(self, paying, noon):
        entry = self._commit(paying(500), noon)

        assert (entry.reference, entry.kind) == ("a:1:hold:commit", EntryKind.COMMIT)
        assert entry.settles.reference == "a:1:hold"
        assert entry.lines.count() == 4
        assert (_balance(UTILITY), _balance(RESERVED)) == (-500, 0)
        assert settlement_of(hold_references=["a:1:hold"]) == {"a:1:hold": "commit"}

    def test_what_moved_may_differ_from_what_was_held(self, paying, noon):
        charge = [
            Debit(chart.charges("600111", "KES"), 9),
            Credit(chart.utility("600111", "KES"), 9),
        ]

        self._commit([*paying(500), *charge], noon)

        assert (_balance(UTILITY), _balance(RESERVED)) == (-509, 0)
        assert _balance("charges:600111:KES") == 9

    def test_the_replay_answers_with_the_same_entry(self, paying, noon):
        assert self._commit(paying(500), noon) == self._commit(paying(500), noon)
        assert _balance(UTILITY) == -500

    def test_other_lines_are_a_conflict(self, paying, noon):
        self._commit(paying(500), noon)

        with pytest.raises(ConflictingReplay):
            self._commit(paying(400), noon)

    def test_after_void_it_is_refused(self, paying, noon):
        void(hold_reference="a:1:hold", because="Failed", at=noon)

        with pytest.raises(AlreadySettled):
            self._commit(paying(500), noon)

        assert (_balance(UTILITY), _balance(RESERVED)) == (0, 0)

    def test_what_moved_must_balance_by_itself(self, paying, noon):
        with pytest.raises(Unbalanced):
            self._commit(paying(500)[:1], noon)
        with pytest.raises(Unbalanced):
            self._commit([], noon)

    def test_without_a_hold_it_is_refused(self, paying, noon):
        post(lines=paying(1), reference="topup:1", description="", at=noon)

        for reference in ("a:2:hold", "topup:1"):
            with pytest.raises(NoSuchHold, match=reference):
                commit(hold_reference=reference, lines=paying(1), description="", at=noon)

    def test_many_are_a_handful_of_queries(
        self, holding, paying, noon, django_assert_max_num_queries
    ):
        references = [f"b:{n}:hold" for n in range(200)]
        hold_many(
            holdings=[
                Holding(lines=holding(100), reference=reference, description="")
                for reference in references
            ],
            at=noon,
        )
        commitments = [
            Commitment(hold_reference=reference, lines=paying(100), description="Paid")
            for reference in references
        ]

        with django_assert_max_num_queries(11):
            commit_many(commitments=commitments, at=noon)

        assert set(settlement_of(hold_references=references).values()) == {"commit"}


class TestVoid:
    @pytest.fixture(autouse=True)
    def held(self, holding, noon):
        hold(lines=holding(500), reference="a:1:hold", description="Payout", at=noon)

    def test_it_gives_the_hold_back(self, noon):
        entry = void(hold_reference="a:1:hold", because="Refused", at=noon)

        assert (entry.reference, entry.description) == ("a:1:hold:void", "Refused")
        assert (_balance(UTILITY), _balance(RESERVED)) == (0, 0)
        assert settlement_of(hold_references=["a:1:hold"]) == {"a:1:hold": "void"}

    def test_the_replay_answers_with_the_same_entry(self, noon):
        first = void(hold_reference="a:1:hold", because="Refused", at=noon)

        assert void(hold_reference="a:1:hold", because="Told again", at=noon) == first

    def test_after_commit_it_is_refused(self, paying, noon):
        commit(hold_reference="a:1:hold", lines=paying(500), description="Paid", at=noon)

        with pytest.raises(AlreadySettled):
            void(hold_reference="a:1:hold", because="Late failure", at=noon)

        assert _balance(UTILITY) == -500

    def test_without_a_hold_it_is_refused(self, noon):
        with pytest.raises(NoSuchHold):
            void(hold_reference="a:2:hold", because="", at=noon)
