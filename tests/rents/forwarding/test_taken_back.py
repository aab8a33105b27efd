"""A transfer that is taken back is owed again, and its payout is never sent afterwards."""

from typing import Any
from uuid import uuid4

import pytest

from config.books import breaks
from core.callers import Caller
from core.refusals import Refused
from disbursements.operations.bulk import start, work
from disbursements.operations.send import send_due
from gateways.simulator import Simulator
from rents.models import ForwardPart
from rents.operations.forward import forward_payment
from rents.operations.reach import (
    CannotRelease,
    NoSuchForward,
)
from rents.operations.release import release, why_not_released
from rents.queries.legs import leg
from tests.disbursements.persons import person
from tests.rents.forwarding.conftest import (
    OPERATOR,
    RentPaid,
    followed,
    forwarded,
    moves,
    owed_minor,
    payouts,
    transfers,
)
from tests.wire import Wire
from vault.models import Owner
from vault.operations.take_back import take_back

REASON = "the owner gave a new number"


class TestTakenBack:
    def test_before_it_is_sent_its_rent_is_owed_again_and_waits(
        self, rent_paid: RentPaid, wire: Wire, settled: Any, simulator: Simulator
    ) -> None:
        payment = rent_paid()
        [forward] = forwarded(wire)

        release(forward_id=forward.pk, reason=REASON, caller=OPERATOR, at=wire.clock())
        settled()

        payment.refresh_from_db()
        assert (transfers()[0].status, payouts()[0].status) == ("released", "cancelled")
        assert (payment.forwarded_at, payment.forward_due_at) == (None, None)
        assert (leg(payment).status, moves(simulator)) == ("pending", [])
        assert owed_minor(payment.owner_id) == 950_000

    def test_afterwards_the_allocation_can_be_taken_back(
        self, rent_paid: RentPaid, wire: Wire
    ) -> None:
        payment = rent_paid()
        [forward] = forwarded(wire)
        caller = Caller(
            actor="otieno", origin="admin", partners=None,
            permissions=frozenset({"vault.allocate_payment", "vault.forward_payment"}),
        )  # fmt: skip

        with pytest.raises(Refused, match="release"):
            take_back(payment_id=payment.pk, reason=REASON, caller=caller, at=wire.clock())
        release(forward_id=forward.pk, reason=REASON, caller=caller, at=wire.clock())
        back = take_back(payment_id=payment.pk, reason=REASON, caller=caller, at=wire.clock())

        assert (back.status, list(breaks())) == ("unallocated", [])

    def test_it_can_be_forwarded_again_and_arrives_once(
        self, rent_paid: RentPaid, wire: Wire, settled: Any, simulator: Simulator
    ) -> None:
        payment = rent_paid()
        [forward] = forwarded(wire)
        release(forward_id=forward.pk, reason=REASON, caller=OPERATOR, at=wire.clock())
        wire.clock.forward(minutes=1)

        forward_payment(payment_id=payment.pk, caller=OPERATOR, at=wire.clock())
        settled()

        assert [each.status for each in transfers()] == ["released", "completed"]
        assert ForwardPart.objects.filter(payment=payment).count() == 2
        assert moves(simulator) == [9_500]

    def test_of_a_failed_one_the_payout_is_never_sent_again(
        self, failed: Any, wire: Wire, settled: Any, simulator: Simulator
    ) -> None:
        [forward] = transfers()

        release(forward_id=forward.pk, reason=REASON, caller=OPERATOR, at=wire.clock())
        old, stands_for_it = payouts()
        settled()

        assert (stands_for_it.status, stands_for_it.corrects_id) == ("cancelled", old.pk)
        assert (transfers()[0].status, moves(simulator)) == ("released", [])

    def test_what_is_under_way_or_paid_is_not_taken_back(
        self, rent_paid: RentPaid, wire: Wire, settled: Any
    ) -> None:
        rent_paid()
        [forward] = forwarded(wire)
        send_due()

        with pytest.raises(CannotRelease, match="only what failed"):
            release(forward_id=forward.pk, reason=REASON, caller=OPERATOR, at=wire.clock())
        settled()
        with pytest.raises(CannotRelease, match="has the money"):
            release(forward_id=forward.pk, reason=REASON, caller=OPERATOR, at=wire.clock())

        assert why_not_released(transfers()[0], at=wire.clock()) == "it is completed"

    def test_nobody_takes_back_what_they_may_not_see(
        self, rent_paid: RentPaid, wire: Wire
    ) -> None:
        rent_paid()
        [forward] = forwarded(wire)
        elsewhere = Caller(
            actor="x", origin="api", partners=frozenset({uuid4()}),
            permissions=OPERATOR.permissions,
        )  # fmt: skip

        with pytest.raises(NoSuchForward):
            release(forward_id=forward.pk, reason=REASON, caller=elsewhere, at=wire.clock())

    def test_a_payout_that_a_person_cancels_lets_its_rents_go_by_todays_plan(
        self, rent_paid: RentPaid, wire: Wire, settled: Any, simulator: Simulator, an_owner: Owner
    ) -> None:
        rent_paid()
        [forward] = forwarded(wire)
        Owner.objects.filter(pk=an_owner.pk).update(receiver_number="600444")

        run = start(
            verb="cancel", reason=REASON, caller=person("amina", "cancel"), at=wire.clock(),
            ids=[forward.disbursement_id],
        )  # fmt: skip
        work(run_id=run.pk)
        wire.clock.forward(minutes=1)
        followed(wire)
        settled()

        first, second = transfers()
        assert (first.status, second.status) == ("released", "completed")
        assert second.disbursement.receiver_number == "600444"
        assert moves(simulator) == [9_500]
