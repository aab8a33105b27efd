"""Callers that race on sessions of their own: one effect, and the others are told."""

from functools import partial

import pytest

from ledger import chart
from ledger.models import Account, Entry
from ledger.operations import (
    AlreadySettled,
    ConflictingReplay,
    Credit,
    Debit,
    Holding,
    commit,
    hold,
    hold_many,
    post,
    void,
)
from ledger.queries import balances, trial_balance, unbalanced_entries

pytestmark = pytest.mark.django_db(transaction=True)
RACERS = 6
RESERVED = "float:600111:reserved:KES"


def _balance(code: str) -> int:
    return {row.code: row.balance_minor for row in balances()}[code]


def test_the_same_posting_many_times_is_one_entry(paying, noon, together):
    call = partial(post, lines=paying(100), reference="topup:1", description="", at=noon)

    answers = together(*[call] * RACERS)

    assert {answer.pk for answer in answers} == {Entry.objects.get().pk}
    assert trial_balance().totals[0].debit_minor == 100


def test_of_different_lines_under_one_reference_one_wins(paying, noon, together):
    calls = [
        partial(post, lines=paying(100 + n), reference="topup:1", description="", at=noon)
        for n in range(RACERS)
    ]

    answers = together(*calls)

    assert sum(isinstance(answer, Entry) for answer in answers) == 1
    assert sum(isinstance(answer, ConflictingReplay) for answer in answers) == RACERS - 1


@pytest.mark.parametrize("turn", range(3))
def test_a_hold_is_committed_or_void_never_both(holding, paying, noon, together, turn):
    hold(lines=holding(500), reference="a:1:hold", description="", at=noon)
    paid = partial(commit, hold_reference="a:1:hold", lines=paying(500), description="", at=noon)
    given_back = partial(void, hold_reference="a:1:hold", because="", at=noon)

    answers = together(*[paid, given_back] * 3)

    kinds = {answer.kind for answer in answers if isinstance(answer, Entry)}
    assert len(kinds) == 1
    assert sum(isinstance(answer, AlreadySettled) for answer in answers) == 3
    assert Entry.objects.filter(settles__isnull=False).count() == 1
    assert _balance(RESERVED) == 0


def test_batches_that_overlap_in_other_orders_do_not_lock_each_other_out(holding, noon, together):
    holdings = [
        Holding(lines=holding(100), reference=f"a:{n}:hold", description="") for n in range(60)
    ]
    batches = [holdings[:40], holdings[:19:-1], holdings[10:50], holdings[::-1]]

    answers = together(*[partial(hold_many, holdings=batch, at=noon) for batch in batches])

    assert [len(answer) for answer in answers] == [40, 40, 40, 60]
    assert _balance(RESERVED) == 6_000
    assert unbalanced_entries() == []


def test_accounts_are_made_once_by_whoever_comes_first(noon, together):
    specs = [chart.charges(f"6001{n:02}", "KES") for n in range(10)]

    def book(turn: int) -> Entry:
        order = specs[turn:] + specs[:turn]
        lines = [side(spec, 5) for spec in order for side in (Debit, Credit)]
        return post(lines=lines, reference=f"new:{turn}", description="", at=noon)

    answers = together(*[partial(book, turn) for turn in range(RACERS)])

    assert all(isinstance(answer, Entry) for answer in answers)
    assert Account.objects.count() == 10


def test_no_booking_is_lost_when_all_book_on_the_same_accounts(paying, noon, together):
    def book(racer: int) -> None:
        for turn in range(10):
            post(lines=paying(7), reference=f"topup:{racer}:{turn}", description="", at=noon)

    together(*[partial(book, racer) for racer in range(RACERS)])

    assert _balance("float:600111:utility:KES") == -7 * 10 * RACERS
