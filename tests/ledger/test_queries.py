"""Reading the book: at any moment, by prefix, and what stands open."""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import chart
from ledger.lines import Credit, Debit, Unbalanced, check_balance, opposite, same, without
from ledger.operations import commit, hold, post, void
from ledger.queries import (
    balances,
    entries_for,
    open_holds,
    settlement_of,
    trial_balance,
    unbalanced_entries,
)

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def _balances(**options) -> dict[str, int]:
    return {row.code: row.balance_minor for row in balances(**options)}


class TestBalances:
    def test_each_account_counts_in_its_own_sense(self, paying, noon):
        post(lines=paying(100), reference="topup:1", description="", at=noon)

        found = _balances()

        assert found["float:600111:utility:KES"] == -100
        assert [amount for code, amount in found.items() if code.startswith("partner:")] == [-100]

    def test_a_moment_shows_what_had_happened_by_then(self, holding, paying, noon):
        hold(lines=holding(500), reference="a:1:hold", description="", at=noon)
        commit(hold_reference="a:1:hold", lines=paying(500), description="", at=noon + 2 * HOUR)

        reserved = [
            _balances(at=noon + moment * HOUR)["float:600111:reserved:KES"]
            for moment in (-1, 0, 1, 2)
        ]

        assert reserved == [0, 500, 500, 0]

    def test_a_prefix_chooses_accounts(self, holding, noon):
        hold(lines=holding(5), reference="a:1:hold", description="", at=noon)

        assert list(_balances(prefix="float:600111:res")) == ["float:600111:reserved:KES"]
        assert _balances(prefix="float:%") == {}


class TestTrialBalance:
    def test_debits_equal_credits_in_each_currency(self, holding, noon):
        hold(lines=holding(500), reference="a:1:hold", description="", at=noon)
        dollars = chart.utility("600111", "USD")
        post(
            lines=[Debit(dollars, 3), Credit(dollars, 3)],
            reference="usd:1",
            description="",
            at=noon + HOUR,
        )

        now, before = trial_balance(), trial_balance(at=noon)

        assert [(t.currency, t.debit_minor) for t in now.totals] == [("KES", 500), ("USD", 3)]
        assert [(t.currency, t.credit_minor) for t in before.totals] == [("KES", 500), ("USD", 0)]
        assert now.is_balanced
        assert before.is_balanced

    def test_an_empty_book_is_balanced(self):
        assert trial_balance().is_balanced


class TestHolds:
    @pytest.fixture(autouse=True)
    def three_holds(self, holding, paying, noon):
        for n in (1, 2, 3):
            hold(lines=holding(500), reference=f"a:{n}:hold", description="", at=noon)
        commit(hold_reference="a:2:hold", lines=paying(500), description="", at=noon)
        void(hold_reference="a:3:hold", because="", at=noon)

    def test_open_ones_are_those_without_an_end(self):
        assert [entry.reference for entry in open_holds()] == ["a:1:hold"]

    def test_the_settlement_is_told_for_each_in_one_query(self, django_assert_num_queries):
        references = ["a:1:hold", "a:2:hold", "a:3:hold", "a:4:hold", "a:2:hold:commit"]

        with django_assert_num_queries(1):
            found = settlement_of(hold_references=references)

        assert found == {"a:1:hold": "open", "a:2:hold": "commit", "a:3:hold": "void"}

    def test_the_entries_of_a_subject_come_with_their_lines(self, django_assert_num_queries):
        with django_assert_num_queries(2):
            found = {
                entry.reference: [line.account.code for line in entry.lines.all()]
                for entry in entries_for(reference_prefix="a:3:")
            }

        assert list(found) == ["a:3:hold", "a:3:hold:void"]
        assert found["a:3:hold"] == ["float:600111:reserved:KES", "float:600111:utility:KES"]


class TestUnbalancedEntries:
    def test_a_sound_book_has_none(self, holding, noon):
        hold(lines=holding(500), reference="a:1:hold", description="", at=noon)

        assert unbalanced_entries() == []

    def test_what_got_past_the_database_is_named(self, holding, noon):
        hold(lines=holding(500), reference="a:1:hold", description="", at=noon)

        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ledger_line DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
            cursor.execute("UPDATE ledger_line SET debit_minor = 501 WHERE debit_minor = 500")
            cursor.execute(
                "INSERT INTO ledger_entry (kind, reference, description, at)"
                " VALUES ('posting', 'empty:1', '', now())"
            )

        assert [(wrong.reference, wrong.problem) for wrong in unbalanced_entries()] == [
            ("a:1:hold", "off by 1 minor units of KES"),
            ("empty:1", "has no lines"),
        ]


SIDES = st.builds(
    lambda side, number, amount: side(chart.charges(f"60011{number}", "KES"), amount),
    st.sampled_from([Debit, Credit]),
    st.integers(0, 3),
    st.integers(1, 10**12),
)


class TestLines:
    @given(st.lists(SIDES, max_size=6))
    @settings(max_examples=60)
    def test_lines_and_their_opposites_always_balance(self, lines):
        if lines:
            check_balance([*lines, *opposite(lines)], reference="x")

        assert same(opposite(opposite(lines)), lines)

    @given(st.lists(SIDES, max_size=6), st.lists(SIDES, max_size=6))
    @settings(max_examples=60)
    def test_taking_lines_away_leaves_the_others(self, lines, others):
        assert same(without([*lines, *others], others), lines)

    @given(st.lists(SIDES, min_size=1, max_size=6))
    @settings(max_examples=60)
    def test_what_is_off_is_refused(self, lines):
        signed = sum(line.amount_minor * (1 if isinstance(line, Debit) else -1) for line in lines)

        if signed:
            with pytest.raises(Unbalanced, match=str(signed)):
                check_balance(lines, reference="x")
        else:
            check_balance(lines, reference="x")
