"""How collected rents are packed into transfers that the provider takes."""

from collections.abc import Sequence


def packed(
    amounts_minor: Sequence[int], *, limit_minor: int, least_minor: int, count_max: int
) -> tuple[list[list[int]], list[int]]:
    """The places of the amounts in each transfer, in their order, and of those that cannot go.

    An amount is never split: one above `limit_minor` cannot go at all. A transfer of less than
    `least_minor` is in neither: it waits for more.
    """
    parcels: list[list[int]] = []
    too_large: list[int] = []
    filling: list[int] = []
    filled_minor = 0
    for place, amount_minor in enumerate(amounts_minor):
        if amount_minor > limit_minor:
            too_large.append(place)
            continue
        if filling and (filled_minor + amount_minor > limit_minor or len(filling) == count_max):
            parcels.append(filling)
            filling, filled_minor = [], 0
        filling.append(place)
        filled_minor += amount_minor
    if filling:
        parcels.append(filling)
    enough = [each for each in parcels if sum(amounts_minor[at] for at in each) >= least_minor]
    return enough, too_large
