"""Several rents that a person asks for go at once, put together, below the minimum too."""

from uuid import uuid4

import pytest

from core.callers import NotAllowed
from core.refusals import Refused
from rents.operations.forward import forward_payments
from tests import money_in
from tests.rents.forwarding.conftest import (
    OPERATOR,
    RentPaid,
    forwarded,
    owner_as_caller,
    transfers,
)
from tests.wire import Wire
from vault.models import Owner, Partner, Property, Shortcode

REASON = "the owner asked for it"


@pytest.fixture
def waiting(a_partner: Partner, collecting: Shortcode) -> Property:
    """A property whose rents wait until there is more."""
    owner = money_in.make_owner(a_partner, forward_minimum_minor=9_999_900)
    return money_in.make_property(owner, collecting)


class TestAskedFor:
    def test_they_go_together_and_what_went_meanwhile_is_left_out(
        self, waiting: Property, rent_paid: RentPaid, wire: Wire
    ) -> None:
        rents = [rent_paid(waiting), rent_paid(waiting), rent_paid()]
        forwarded(wire)

        made = forward_payments(
            payment_ids=[*(row.pk for row in rents), uuid4()], caller=OPERATOR, at=wire.clock(),
            reason=REASON,
        )  # fmt: skip

        assert [each.amount_minor for each in made] == [1_900_000]
        assert len(transfers()) == 2

    def test_an_owner_takes_only_their_own(
        self, waiting: Property, rent_paid: RentPaid, wire: Wire, an_owner: Owner
    ) -> None:
        rents = [rent_paid(waiting), rent_paid()]

        made = forward_payments(
            payment_ids=[row.pk for row in rents], caller=owner_as_caller(an_owner),
            at=wire.clock(), reason=REASON,
        )  # fmt: skip

        assert [each.owner_id for each in made] == [an_owner.pk]

    def test_a_rent_below_what_the_provider_takes_waits(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire
    ) -> None:
        owner = money_in.make_owner(a_partner, paid_to="phone", receiver_msisdn="254700100001")
        small = rent_paid(money_in.make_property(owner, collecting), amount=9)

        made = forward_payments(
            payment_ids=[small.pk], caller=OPERATOR, at=wire.clock(), reason=REASON
        )

        assert (made, forwarded(wire)) == ([], [])

    def test_it_takes_the_permission_and_a_reason(
        self, waiting: Property, rent_paid: RentPaid, wire: Wire
    ) -> None:
        payment = rent_paid(waiting)
        viewer = type(OPERATOR)(
            actor="viewer", origin="admin", partners=None, permissions=frozenset()
        )

        for caller, reason, refusal in ((viewer, REASON, NotAllowed), (OPERATOR, "", Refused)):
            with pytest.raises(refusal):
                forward_payments(
                    payment_ids=[payment.pk], caller=caller, at=wire.clock(), reason=reason
                )
        assert transfers() == []
