"""The fee of a payment: percentage, flat, least and most, rounded once, never more than paid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.rules.fees import BadPercentage, FeeTooLarge, Terms, in_words, percentage_bps, split

FIVE = Terms(rate_bps=500)


def parts(amount_minor: int, terms: Terms) -> tuple[int, int]:
    found = split(amount_minor, terms)
    return found.fee_minor, found.owed_minor


class TestSplit:
    def test_the_example_of_the_source_document(self) -> None:
        assert parts(1_000_000, FIVE) == (50_000, 950_000)

    @pytest.mark.parametrize(
        ("shillings", "fee"),
        [(9, 0), (10, 1), (29, 1), (30, 2), (49, 2), (50, 3), (10_009, 500), (10_010, 501)],
    )
    def test_a_half_shilling_is_rounded_up(self, shillings: int, fee: int) -> None:
        assert parts(shillings * 100, FIVE) == (fee * 100, (shillings - fee) * 100)

    def test_the_cents_of_an_odd_payment_are_the_fees(self) -> None:
        assert parts(1_000_050, FIVE) == (50_050, 950_000)
        assert parts(50, FIVE) == (50, 0)
        assert parts(99, Terms()) == (99, 0)

    def test_flat_least_and_most(self) -> None:
        assert parts(1_000_000, Terms(rate_bps=250, flat_minor=5_000)) == (30_000, 970_000)
        assert parts(100_000, Terms(rate_bps=500, minimum_minor=20_000)) == (20_000, 80_000)
        assert parts(1_000_000, Terms(rate_bps=500, maximum_minor=30_000)) == (30_000, 970_000)
        assert parts(1_000_000, Terms(flat_minor=10_000)) == (10_000, 990_000)
        assert parts(1_000_000, Terms(rate_bps=10_000)) == (1_000_000, 0)
        assert parts(1_000_000, Terms(rate_bps=500, maximum_minor=0)) == (0, 1_000_000)

    def test_a_fee_larger_than_the_payment_is_refused_with_both(self) -> None:
        with pytest.raises(FeeTooLarge, match=r"KES 200\.00 is more than the payment of KES 199"):
            split(19_900, Terms(minimum_minor=20_000))

        assert parts(20_000, Terms(minimum_minor=20_000)) == (20_000, 0)

    @given(
        st.integers(1, 10**11),
        st.builds(
            Terms,
            rate_bps=st.integers(0, 10_000),
            flat_minor=st.integers(0, 10**4).map(lambda units: units * 100),
            minimum_minor=st.integers(0, 10**4).map(lambda units: units * 100),
        ),
    )
    def test_received_is_fee_and_owed_always(self, amount_minor: int, terms: Terms) -> None:
        try:
            found = split(amount_minor, terms)
        except FeeTooLarge:
            return

        assert found.fee_minor + found.owed_minor == amount_minor
        assert found.fee_minor >= 0
        assert found.owed_minor >= 0
        assert found.owed_minor % 100 == 0


class TestWords:
    def test_terms_in_words(self) -> None:
        terms = Terms(rate_bps=750, flat_minor=2_000, minimum_minor=5_000, maximum_minor=50_000)

        assert in_words(terms) == "7.5 % + KES 20.00, at least KES 50.00, at most KES 500.00"
        assert in_words(Terms()) == "0 %"
        assert in_words(Terms(flat_minor=10_000)) == "KES 100.00"


class TestPercentage:
    @pytest.mark.parametrize(
        ("text", "bps"), [("5", 500), (" 7.5 ", 750), ("0.05", 5), ("0", 0), ("100", 10_000)]
    )
    def test_it_is_read_exactly(self, text: str, bps: int) -> None:
        assert percentage_bps(text) == bps

    @pytest.mark.parametrize("text", ["", "5%", "-1", "100.01", "0.005", "1e1", "٥", "1,5", "nan"])
    def test_what_is_none_is_refused_with_an_example(self, text: str) -> None:
        with pytest.raises(BadPercentage, match=r"such as 5 or 7\.5"):
            percentage_bps(text)
