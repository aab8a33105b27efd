"""Rents are packed whole, in their order, into what one transfer may be."""

import pytest

from rents.rules.parcels import packed


class TestPacked:
    @pytest.mark.parametrize(
        ("amounts", "parcels", "too_large"),
        [
            ([], [], []),
            ([5], [[0]], []),
            ([4, 6], [[0, 1]], []),
            ([4, 7], [[0], [1]], []),
            ([4, 6, 1], [[0, 1], [2]], []),
            ([11], [], [0]),
            ([11, 5], [[1]], [0]),
            ([1, 1, 1, 1], [[0, 1, 2], [3]], []),
        ],
    )
    def test_each_amount_is_in_one_parcel_or_too_large(
        self, amounts: list[int], parcels: list[list[int]], too_large: list[int]
    ) -> None:
        assert packed(amounts, limit_minor=10, least_minor=1, count_max=3) == (parcels, too_large)

    def test_what_is_less_than_the_least_waits_and_what_went_before_it_goes(self) -> None:
        parcels, too_large = packed([10, 1], limit_minor=10, least_minor=2, count_max=3)

        assert (parcels, too_large) == ([[0]], [])
