"""Many owners and rents on a provider that loses, doubles and delays: nobody is paid twice."""

from collections import Counter

import pytest

from config.books import breaks
from gateways.simulator import Simulator
from rents.models import ForwardPart
from tests import money_in
from tests.rents.forwarding.conftest import RentPaid, transfers
from tests.wire import Wire
from vault.models import Owner, PaidTo, Partner, Shortcode

OWNERS, DAYS = 4, 3
ENDS = {"completed", "failed", "processing"}


def owners_of(partner: Partner) -> list[Owner]:
    """Half of them paid by B2B, half by B2C."""
    business = {"paid_to": PaidTo.PAYBILL, "receiver_account": "A1"}
    return [
        money_in.make_owner(partner, **business, receiver_number=f"60070{number}")
        if number % 2
        else money_in.make_owner(
            partner, paid_to=PaidTo.PHONE, receiver_msisdn=f"25470010001{number}"
        )
        for number in range(OWNERS)
    ]


class TestStorm:
    @pytest.mark.slow
    @pytest.mark.parametrize(("faults", "seed"), [("stormy", 4), ("worst", 5)])
    def test_each_rent_arrives_once_or_waits_for_a_person_and_the_books_agree(
        self, faults: str, seed: int, a_partner: Partner, collecting: Shortcode,
        rent_paid: RentPaid, wire: Wire, simulator: Simulator,
    ) -> None:  # fmt: skip
        simulator.change_faults(faults, seed=seed)
        houses = [money_in.make_property(each, collecting) for each in owners_of(a_partner)]

        for _ in range(DAYS):
            for house in houses:
                rent_paid(house)
            wire.run(hours=200, also=["forward", "follow"])

        made = transfers()
        moved = Counter((move.msisdn, move.amount) for move in simulator.book.moves)
        owed = Counter(
            (
                each.disbursement.msisdn or each.disbursement.receiver_number,
                each.amount_minor // 100,
            )
            for each in made
        )
        receipts = {move.receipt for move in simulator.book.moves}
        arrived = [each for each in made if each.status == "completed"]
        assert not moved - owed
        assert {each.disbursement.receipt for each in arrived} <= receipts
        assert {each.status for each in made} <= ENDS
        assert ForwardPart.objects.count() == OWNERS * DAYS
        assert arrived
        assert list(breaks()) == []
