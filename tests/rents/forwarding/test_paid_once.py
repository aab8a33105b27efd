"""Whatever crashes, repeats, is lost or comes at the same moment: each rent is forwarded once."""

from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from config.books import breaks
from core import states
from core.models import Alert
from disbursements.models import DisbursementRequest
from disbursements.operations.decide_settlement import approve
from disbursements.operations.send import send_due
from gateways.simulator import Simulator
from rents.models import Forward, ForwardPart
from rents.operations.follow import follow
from rents.operations.forward import forward_due, forward_payment
from rents.operations.reach import AlreadyForwarded
from rents.operations.release import release
from tests import money_in
from tests.disbursements.persons import BRIAN, proposed
from tests.journeys.killing import killed_at_write, survives
from tests.rents.forwarding.conftest import (
    OPERATOR,
    RentPaid,
    followed,
    forwarded,
    moves,
    payouts,
    transfers,
)
from tests.wire import Wire
from vault.models import Partner, Property, Shortcode

WRITES_MAX = 60


@pytest.fixture
def losing(a_partner: Partner, collecting: Shortcode) -> Property:
    """A property whose owner's payouts are paid and their acknowledgement is lost."""
    owner = money_in.make_owner(
        a_partner, paid_to="paybill", receiver_number="799301", receiver_account="PROP001"
    )
    return money_in.make_property(owner, collecting)


class TestTogether:
    def test_many_workers_hand_the_same_rents_over_once(
        self, rent_paid: RentPaid, wire: Wire, together: Any, simulator: Simulator
    ) -> None:
        rents = [rent_paid() for _ in range(6)]
        at = wire.clock()

        counts = together(*[lambda: forward_due(at=at)] * 6)
        wire.run(also=["forward", "follow"])

        assert sum(counts) >= 1
        assert ForwardPart.objects.count() == len(rents)
        assert sum(moves(simulator)) == 9_500 * len(rents)
        assert list(breaks()) == []

    def test_ten_persons_forward_one_payment_once(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire,
        together: Any, simulator: Simulator,
    ) -> None:  # fmt: skip
        owner = money_in.make_owner(a_partner, forward_when="by_hand")
        payment = rent_paid(money_in.make_property(owner, collecting))
        at = wire.clock()

        answers = together(
            *[lambda: forward_payment(payment_id=payment.pk, caller=OPERATOR, at=at)] * 10
        )
        wire.run(also=["follow"])

        assert [type(each) for each in answers].count(Forward) == 1
        assert [type(each) for each in answers].count(AlreadyForwarded) == 9
        assert moves(simulator) == [9_500]

    def test_what_another_session_holds_counts_for_no_minimum(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire
    ) -> None:
        owner = money_in.make_owner(a_partner, forward_minimum_minor=1_500_000)
        house = money_in.make_property(owner, collecting)
        rent_paid(house)
        held = rent_paid(house)
        other = connection.copy()
        other.set_autocommit(False)

        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT FROM vault_payment WHERE id = %s FOR UPDATE", [held.pk])
            meanwhile = forward_due(at=wire.clock())
        finally:
            other.rollback()
            other.close()
        afterwards = forward_due(at=wire.clock())

        assert (meanwhile, afterwards) == (0, 1)
        assert transfers()[0].amount_minor == 1_900_000

    def test_followers_and_a_person_who_takes_it_back_agree_in_the_end(
        self, rent_paid: RentPaid, wire: Wire, together: Any, simulator: Simulator
    ) -> None:
        rent_paid()
        [forward] = forwarded(wire)
        at = wire.clock()

        together(
            lambda: release(forward_id=forward.pk, reason="taken back at once", caller=OPERATOR,
                            at=at),
            lambda: send_due(),
            *[lambda: follow(at=at)] * 4,
        )  # fmt: skip
        wire.run(also=["follow"])

        [status] = {each.status for each in transfers()}
        assert (status, moves(simulator)) in [("released", []), ("completed", [9_500])]
        assert list(breaks()) == []


class TestKilled:
    def test_at_every_write_of_the_hand_over_all_or_nothing_of_it_stands(
        self, rent_paid: RentPaid, wire: Wire, simulator: Simulator
    ) -> None:
        rents = [rent_paid(), rent_paid()]

        for write in count(1):
            with killed_at_write(write):
                alive = survives(lambda: forward_due(at=wire.clock()))
            assert list(breaks()) == []
            if alive:
                break
            assert (transfers(), payouts()) == ([], [])
        wire.run(also=["forward", "follow"])

        assert 5 < write < WRITES_MAX
        assert moves(simulator) == [9_500 * len(rents)]
        assert list(breaks()) == []

    def test_at_every_write_of_the_following_it_is_followed_afterwards(
        self, rent_paid: RentPaid, wire: Wire, simulator: Simulator
    ) -> None:
        rent_paid()
        forwarded(wire)
        wire.run()

        for write in count(1):
            with killed_at_write(write):
                alive = survives(lambda: follow(at=wire.clock()))
            if alive:
                break
            assert transfers()[0].status == "processing"
        wire.run(also=["forward", "follow"])

        assert 2 < write < WRITES_MAX
        assert (transfers()[0].status, moves(simulator)) == ("completed", [9_500])
        assert list(breaks()) == []

    def test_at_every_write_of_taking_back_it_is_taken_back_or_paid(
        self, rent_paid: RentPaid, wire: Wire, simulator: Simulator
    ) -> None:
        rent_paid()
        [forward] = forwarded(wire)

        def take_back() -> None:
            release(
                forward_id=forward.pk, reason="taken back at once", caller=OPERATOR,
                at=wire.clock(),
            )  # fmt: skip

        for write in count(1):
            with killed_at_write(write):
                alive = survives(take_back)
            assert list(breaks()) == []
            if alive:
                break
            assert (transfers()[0].status, payouts()[0].status) == ("processing", "queued")
        wire.run(also=["forward", "follow"])

        assert 4 < write < WRITES_MAX
        assert moves(simulator) == []


class TestLost:
    def test_a_lost_acknowledgement_is_unknown_and_the_next_rents_wait_for_its_settlement(
        self, losing: Property, rent_paid: RentPaid, wire: Wire, simulator: Simulator
    ) -> None:
        first = rent_paid(losing)
        forwarded(wire)
        send_due()
        wire.clock.forward(seconds=10)
        wire.drop()
        wire.run(also=["forward", "follow"])
        rent_paid(losing)
        wire.run(also=["forward", "follow"])
        waiting = [each.disbursement.status for each in transfers()]

        row = DisbursementRequest.objects.get(status="unknown")
        settlement = proposed(row, at=wire.clock(), settled_as="paid")
        approve(
            settlement_id=settlement.pk, reason="the statement has it", caller=BRIAN,
            at=wire.clock(),
        )  # fmt: skip
        with_one_move = moves(simulator)
        wire.run(also=["forward", "follow"])

        assert waiting == ["unknown", "queued"]
        assert with_one_move == [9_500]
        assert [each.status for each in transfers()] == ["completed", "completed"]
        assert moves(simulator) == [9_500, 9_500]
        assert ForwardPart.objects.filter(payment=first).count() == 1
        assert list(breaks()) == []

    def test_results_in_reversed_order_settle_each_its_own(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire,
        simulator: Simulator,
    ) -> None:  # fmt: skip
        for number in ("600222", "600333", "600444"):
            owner = money_in.make_owner(
                a_partner, paid_to="paybill", receiver_number=number, receiver_account="A1"
            )
            rent_paid(money_in.make_property(owner, collecting))
        forwarded(wire)
        send_due()
        wire.clock.forward(minutes=1)

        for callback in reversed(simulator.due_callbacks(wire.clock())):
            for _ in range(3):
                wire.post(callback)
        wire.run(also=["follow"])

        assert [each.status for each in transfers()] == ["completed"] * 3
        assert {each.disbursement.receipt for each in transfers()} == {
            move.receipt for move in simulator.book.moves
        }
        assert list(breaks()) == []


class TestSaidToBePaid:
    def test_success_after_failure_reopens_the_transfer_and_it_is_paid_once(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire,
        simulator: Simulator,
    ) -> None:  # fmt: skip
        owner = money_in.make_owner(
            a_partner, paid_to="paybill", receiver_number="799206", receiver_account="A1"
        )
        rent_paid(money_in.make_property(owner, collecting))

        wire.run(also=["forward", "follow"])

        assert (transfers()[0].status, moves(simulator)) == ("completed", [9_500])
        assert list(breaks()) == []

    def test_money_that_comes_back_is_told_once(self, rent_paid: RentPaid, wire: Wire) -> None:
        rent_paid()
        wire.run(also=["forward", "follow"])
        [payout] = payouts()
        with transaction.atomic():
            states.advance(payout, to="returned", at=wire.clock(), because="a test")
        followed(wire)
        [forward] = followed(wire)

        [alert] = Alert.objects.filter(kind="forward_came_back")
        assert (alert.severity, alert.count) == ("critical", 1)
        assert (forward.status, "came back" in forward.failure_text) == ("completed", True)


class TestTheDatabaseHelps:
    def test_a_payment_is_never_in_two_transfers(self, rent_paid: RentPaid, wire: Wire) -> None:
        payment = rent_paid()
        [forward] = forwarded(wire)

        with pytest.raises(IntegrityError, match="forwarded_once"):
            ForwardPart.objects.create(forward=forward, payment=payment, amount_minor=1)
