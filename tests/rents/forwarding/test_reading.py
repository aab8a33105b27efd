"""How the second leg of a payment stands, and what lies here for each owner."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rents.queries.ageing import ageing
from rents.queries.legs import leg, legs
from rents.queries.selection import leg as leg_condition
from rents.states import LegacyStatus
from tests import money_in
from tests.rents.forwarding.conftest import RentPaid, forwarded
from tests.wire import Wire
from vault.models import Owner, Partner, Payment, Property, Shortcode


@pytest.fixture
def one_of_each(
    a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire, settled: Any
) -> dict[LegacyStatus, Payment]:
    """A payment for each way that its second leg can stand."""

    def house(**plan: Any) -> Property:
        return money_in.make_property(money_in.make_owner(a_partner, **plan), collecting)

    business = {"paid_to": "paybill", "receiver_account": "A1"}
    found = {
        LegacyStatus.COMPLETED: rent_paid(house()),
        LegacyStatus.FAILED: rent_paid(house(**business, receiver_number="799007")),
        LegacyStatus.PENDING: rent_paid(house(forward_when="by_hand")),
        LegacyStatus.NOT_REQUIRED: rent_paid(house(paid_to="nowhere")),
    }
    settled()
    found[LegacyStatus.PROCESSING] = rent_paid(house(**business, receiver_number="600777"))
    forwarded(wire)
    return found


class TestLegs:
    def test_each_is_told_as_it_stands(self, one_of_each: dict[LegacyStatus, Payment]) -> None:
        found = legs(one_of_each.values())

        assert {status: found[row.pk].status for status, row in one_of_each.items()} == {
            status: status for status in LegacyStatus
        }
        assert {each.amount_minor for each in found.values()} == {950_000}

    def test_only_what_arrived_has_a_receipt_and_a_moment(
        self, one_of_each: dict[LegacyStatus, Payment]
    ) -> None:
        arrived = leg(one_of_each[LegacyStatus.COMPLETED])
        failed = leg(one_of_each[LegacyStatus.FAILED])

        assert arrived.disbursement is not None
        assert arrived.transaction_id == arrived.disbursement.receipt
        assert (arrived.at is not None, arrived.failure) == (True, "")
        assert (failed.transaction_id, failed.at) == ("", None)
        assert failed.failure
        assert failed.conversation_id

    def test_what_is_nobodys_yet_waits(self, collecting: Shortcode, wire: Wire) -> None:
        payment = money_in.received_payment(collecting)

        assert (leg(payment).status, leg(payment).amount_minor) == ("pending", 0)

    def test_the_filters_of_lists_say_the_same(
        self, one_of_each: dict[LegacyStatus, Payment]
    ) -> None:
        for status, payment in one_of_each.items():
            rows = Payment.objects.filter(leg_condition(status))
            assert [row.pk for row in rows] == [payment.pk], status

    def test_many_take_as_many_queries_as_one(
        self, one_of_each: dict[LegacyStatus, Payment]
    ) -> None:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            legs(one_of_each.values())

        assert len(queries) == 2


class TestAgeing:
    def test_it_tells_of_each_owner_how_much_lies_here_and_for_how_long(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire
    ) -> None:
        owner = money_in.make_owner(a_partner, forward_when="by_hand")
        house = money_in.make_property(owner, collecting)
        for hours in (0, 2, 30, 24 * 8):
            payment = rent_paid(house)
            Payment.objects.filter(pk=payment.pk).update(
                paid_at=wire.clock() - timedelta(hours=hours)
            )

        [found] = ageing(partners=None, at=wire.clock())

        assert [(age.count, age.amount_minor) for age in found.ages] == [(1, 950_000)] * 4
        assert (found.owner, found.count, found.amount_minor) == (owner, 4, 3_800_000)
        assert found.oldest_at == wire.clock() - timedelta(hours=24 * 8)

    def test_what_is_on_its_way_or_paid_elsewhere_is_not_in_it(
        self, one_of_each: dict[LegacyStatus, Payment], wire: Wire
    ) -> None:
        found = ageing(partners=None, at=wire.clock())

        assert [each.owner.pk for each in found] == [one_of_each[LegacyStatus.PENDING].owner_id]

    def test_one_partner_sees_their_own(
        self, rent_paid: RentPaid, wire: Wire, a_partner: Partner, an_owner: Owner
    ) -> None:
        rent_paid()

        assert ageing(partners={uuid4()}, at=wire.clock()) == []
        assert [each.owner for each in ageing(partners={a_partner.pk}, at=wire.clock())] == [
            an_owner
        ]
