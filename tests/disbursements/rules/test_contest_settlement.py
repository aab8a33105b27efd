"""Which settlements may be paid out; every problem is named with its line."""

from typing import Any

import pytest

from core import money
from disbursements.rules.contest_settlement import (
    MAX_ATTEMPTS_DEFAULT,
    WINNERS_MAX,
    CheckedSettlement,
    SettlementProblem,
    Winner,
    check,
)
from tests.contests import a_settlement, many_wins


def problems(**changes: Any) -> list[SettlementProblem]:
    """Everything that is wrong."""
    checked, found = check(a_settlement(**changes), retries_limit=10)
    assert (checked is None) == bool(found)
    return found


def places(**changes: Any) -> list[tuple[int, str]]:
    """Line and field of everything that is wrong."""
    return [(each.line, each.field) for each in problems(**changes)]


def accepted(**changes: Any) -> CheckedSettlement:
    checked, found = check(a_settlement(**changes), retries_limit=10)
    assert checked is not None, found
    return checked


class TestInput:
    def test_it_comes_in_normal_form(self) -> None:
        checked = accepted(
            wins={" user-1 ": " 50 ", "user-2": "30.5"}, settlement_id=" SET-1 ", currency=" usd "
        )

        assert (checked.settlement_id, checked.currency) == ("SET-1", "USD")
        assert [(each.user_id, each.amount_minor) for each in checked.winners] == [
            ("user-1", 5_000), ("user-2", 3_050),
        ]  # fmt: skip
        assert (checked.total_minor, checked.attempts) == (8_050, MAX_ATTEMPTS_DEFAULT)

    @pytest.mark.parametrize("field", ["settlement_id", "contest_id"])
    @pytest.mark.parametrize(
        "text",
        ["", "  ", "x" * 101, "a\nb", "a\x00b", "a\u200bb", "\u0430bc", "\ud800", "caf\u00e9"],
    )
    def test_an_id_is_plain_text_of_a_hundred_characters(self, field: str, text: str) -> None:
        [found] = problems(**{field: text})

        assert (found.line, found.field) == (0, field)
        assert len(found.value) <= 61

    @pytest.mark.parametrize("currency", ["", "XXX", "US", "USDT", "\u20ac", "usd\x00"])
    def test_a_currency_must_be_known(self, currency: str) -> None:
        [found] = problems(currency=currency)

        assert (found.field, "such as USD" in found.message) == ("currency", True)

    @pytest.mark.parametrize("pool", ["", "0", "-1", "abc", "1e5", "1,000", "0.001", "NaN"])
    def test_a_pool_is_an_amount_above_nothing(self, pool: str) -> None:
        assert places(pool=pool) == [(0, "pool")]

    @pytest.mark.parametrize("count", [0, -1, 12, True, "3", 2.0])
    def test_the_number_of_tries_has_a_limit(self, count: Any) -> None:
        assert places(max_attempts=count) == [(0, "max_attempts")]

    @pytest.mark.parametrize("count", [1, 11])
    def test_one_try_is_enough_and_the_limit_is_allowed(self, count: int) -> None:
        assert accepted(max_attempts=count).attempts == count

    def test_without_winners_there_is_nothing_to_settle(self) -> None:
        assert places(wins={}) == [(0, "winners")]

    def test_ten_thousand_are_taken_and_one_more_is_not(self) -> None:
        accepted(wins=many_wins(WINNERS_MAX, "0.01"))

        assert places(wins=many_wins(WINNERS_MAX + 1, "0.01")) == [(0, "winners")]


class TestWinners:
    @pytest.mark.parametrize("amount", ["-5", "0", "0.00", "", "five", "1.234", "1e2", "٥", "1,5"])
    def test_an_amount_that_cannot_be_paid_is_refused_with_its_line(self, amount: str) -> None:
        [found] = problems(wins={"user-1": "1", "user-2": amount})

        assert (found.line, found.field, found.value) == (2, "amount", amount)
        assert "such as" in found.message
        assert str(found).startswith("line 2, amount: ")

    def test_a_user_twice_is_refused_with_both_lines(self) -> None:
        winners = [
            Winner(line=2, user_id="user-1", amount="1"),
            Winner(line=3, user_id="user-2", amount="1"),
            Winner(line=4, user_id=" user-1", amount="2"),
        ]

        [found] = problems(winners=winners)

        assert (found.line, found.field) == (4, "user_id")
        assert "stands in line 2 already" in found.message

    def test_users_that_differ_in_case_are_two(self) -> None:
        assert len(accepted(wins={"user-a": "1", "user-A": "1"}).winners) == 2

    @pytest.mark.parametrize("user_id", ["", "u" * 101, "a\tb", "us\u200ber", "us\u0435r"])
    def test_a_user_is_plain_text(self, user_id: str) -> None:
        assert places(wins={"user-1": "1", user_id: "1"}) == [(2, "user_id")]

    def test_another_currency_is_refused_with_its_line(self) -> None:
        winners = [
            Winner(line=1, user_id="user-1", amount="1", currency="usd"),
            Winner(line=2, user_id="user-2", amount="1", currency="EUR"),
        ]

        [found] = problems(winners=winners)

        assert (found.line, found.field, found.value) == (2, "currency", "EUR")
        assert "write USD" in found.message

    def test_every_problem_is_told_not_only_the_first(self) -> None:
        assert places(wins={"user-1": "0", "": "-1"}, pool="x", contest_id="") == [
            (0, "contest_id"), (0, "pool"), (1, "amount"), (2, "user_id"), (2, "amount"),
        ]  # fmt: skip


class TestPool:
    def test_all_of_it_may_be_won(self) -> None:
        accepted(wins={"user-1": "60", "user-2": "40"}, pool="100")

    def test_more_is_refused_with_the_line_that_goes_above(self) -> None:
        [found] = problems(wins={"a": "60", "b": "40", "c": "0.01", "d": "5"}, pool="100")

        assert (found.line, found.field) == (3, "amount")
        assert "USD 105.01" in found.message
        assert "USD 100.00" in found.message

    def test_sums_do_not_run_over(self) -> None:
        many = many_wins(WINNERS_MAX, "100000000000")

        assert places(wins=many, pool="100000000000") == [(2, "amount")]
        assert places(pool="100000000000.01") == [(0, "pool")]


class TestCurrencies:
    @pytest.mark.parametrize(
        ("currency", "amount", "minor"),
        [("USD", "12.34", 1234), ("JPY", "1234", 1234), ("UGX", "5000", 5000),
         ("ISK", "700", 700), ("KWD", "1.250", 1250), ("KWD", "1", 1000)],
    )  # fmt: skip
    def test_amounts_are_in_minor_units_of_their_currency(
        self, currency: str, amount: str, minor: int
    ) -> None:
        checked = accepted(wins={"user-1": amount}, currency=currency, pool="10000")

        assert checked.winners[0].amount_minor == minor

    @pytest.mark.parametrize(
        ("currency", "amount", "example"),
        [("USD", "1.234", "1250.00"), ("JPY", "12.5", "1250"), ("UGX", "0.5", "1250"),
         ("ISK", "7.50", "1250"), ("KWD", "1.255", "1.250")],
    )  # fmt: skip
    def test_what_stripe_cannot_pay_is_refused_with_an_example_that_it_can(
        self, currency: str, amount: str, example: str
    ) -> None:
        [found] = problems(wins={"user-1": amount}, currency=currency, pool="10000")

        assert (found.line, found.field) == (1, "amount")
        assert found.message.endswith(f"such as {example}")

    def test_what_is_accepted_stripe_is_sent(self) -> None:
        from gateways.stripe.amounts import to_stripe

        for currency in money.DECIMALS:
            checked = accepted(wins={"user-1": "1"}, currency=currency)

            assert to_stripe(checked.winners[0].amount_minor, currency) > 0


class TestDigest:
    def test_order_lines_and_ways_of_writing_do_not_matter(self) -> None:
        first = accepted(wins={"a": "1", "b": "2"})
        again = accepted(wins={"b": "2.00", " a": "1.0"}, currency="usd", pool="1000.00")

        assert first.digest(shortcode_number=None) == again.digest(shortcode_number=None)

    @pytest.mark.parametrize(
        "changes",
        [{"wins": {"a": "1", "b": "3"}}, {"wins": {"a": "1", "c": "2"}}, {"pool": "999"},
         {"contest_id": "cup-2"}, {"max_attempts": 4}, {"currency": "EUR"}],
    )  # fmt: skip
    def test_every_other_difference_does(self, changes: dict[str, Any]) -> None:
        first = accepted(wins={"a": "1", "b": "2"})
        other = accepted(**({"wins": {"a": "1", "b": "2"}} | changes))

        assert first.digest(shortcode_number=None) != other.digest(shortcode_number=None)
        assert first.digest(shortcode_number=None) != first.digest(shortcode_number="STRIPE")
