"""Rent that is due goes to its owner once, and the books say so."""

from datetime import timedelta
from typing import Any

import pytest

from config.books import breaks
from core.models import Alert, Step
from gateways.simulator import Simulator
from ledger import chart
from ledger.queries import balances
from rents.models import Forward, ForwardPart
from rents.operations import forward as operation
from rents.operations.forward import forward_due
from rents.queries.due import groups_due, next_moment
from tests import money_in
from tests.rents.forwarding.conftest import RentPaid, followed, forwarded, moves, transfers
from tests.wire import MovedClock, Wire
from vault.models import Owner, Partner, Payment, Shortcode


def standing() -> dict[str, int]:
    return {each.code: each.balance_minor for each in balances() if each.balance_minor}


class TestOneRent:
    def test_what_is_owed_of_it_goes_to_the_owner_and_the_fee_stays(
        self, rent_paid: RentPaid, settled: Any, wire: Wire, simulator: Simulator
    ) -> None:
        payment = rent_paid()

        settled()

        [forward] = transfers()
        payment.refresh_from_db()
        [move] = simulator.book.moves
        assert (payment.fee_minor, payment.owed_minor) == (50_000, 950_000)
        assert (forward.status, forward.disbursement.receipt) == ("completed", move.receipt)
        assert (move.amount, move.msisdn, move.account) == (9_500, "600222", "PROP001")
        assert payment.forwarded_at is not None

    def test_the_books_follow_it_from_owed_over_on_its_way_to_paid_out(
        self, rent_paid: RentPaid, wire: Wire, an_owner: Owner, a_partner: Partner
    ) -> None:
        owed = chart.owed(an_owner.pk, "KES").code
        on_its_way = chart.forwarding(an_owner.pk, "KES").code

        rent_paid()
        before = standing()
        forwarded(wire)
        between = standing()
        wire.run(also=["follow"])
        after = standing()

        assert (before[owed], before.get(on_its_way)) == (950_000, None)
        assert (between.get(owed), between[on_its_way]) == (None, 950_000)
        assert (after.get(owed), after.get(on_its_way)) == (None, None)
        assert chart.partner_payouts(a_partner.pk, "KES").code not in after
        assert after[chart.fees(a_partner.pk, "KES").code] == 50_000
        assert after[chart.working("600000", "KES").code] == 50_000

    def test_payment_and_transfer_say_what_happened(self, rent_paid: RentPaid, wire: Wire) -> None:
        payment = rent_paid()

        [forward] = forwarded(wire)

        assert forward.disbursement.client_reference == f"RENT-{forward.pk.hex.upper()}"
        assert (forward.disbursement.origin, forward.disbursement.origin_id) == (
            "rent", str(forward.pk),
        )  # fmt: skip
        step = Step.objects.filter(subject_id=str(payment.pk)).latest("id")
        assert step.because == "forwarded: due by the owner's plan"
        assert step.details == {"forward": str(forward.pk)}

    def test_sweeping_again_makes_no_second_transfer(
        self, rent_paid: RentPaid, wire: Wire
    ) -> None:
        rent_paid()

        first = forward_due(at=wire.clock())
        again = forward_due(at=wire.clock())

        assert (first, again, Forward.objects.count()) == (1, 0, 1)

    def test_an_owner_with_a_phone_is_paid_by_b2c(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, settled: Any,
        simulator: Simulator,
    ) -> None:  # fmt: skip
        owner = money_in.make_owner(a_partner, paid_to="phone", receiver_msisdn="254700100001")
        rent_paid(money_in.make_property(owner, collecting))

        settled()

        [move] = simulator.book.moves
        assert (move.rail, move.msisdn, move.amount) == ("b2c", "254700100001", 9_500)
        assert transfers()[0].status == "completed"

    def test_an_owner_with_a_till_is_paid_without_an_account(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, settled: Any
    ) -> None:
        owner = money_in.make_owner(a_partner, paid_to="till", receiver_number="512345")
        rent_paid(money_in.make_property(owner, collecting))

        settled()

        payout = transfers()[0].disbursement
        assert (payout.status, payout.command_id) == ("completed", "BusinessBuyGoods")

    def test_an_owner_who_is_paid_elsewhere_is_owed_and_nothing_is_sent(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, settled: Any
    ) -> None:
        owner = money_in.make_owner(a_partner, paid_to="nowhere")
        rent_paid(money_in.make_property(owner, collecting))

        settled()

        assert not Forward.objects.exists()
        assert standing()[chart.owed(owner.pk, "KES").code] == 950_000


class TestTogether:
    def test_rents_that_are_due_together_go_as_one_transfer_whose_parts_are_listed(
        self, rent_paid: RentPaid, an_owner: Owner, collecting: Shortcode, settled: Any,
        simulator: Simulator,
    ) -> None:  # fmt: skip
        another = money_in.make_property(an_owner, collecting)
        paid = [rent_paid(), rent_paid(amount=20_000), rent_paid(another)]

        settled()

        [forward] = transfers()
        parts = ForwardPart.objects.filter(forward=forward)
        assert {part.payment_id for part in parts} == {payment.pk for payment in paid}
        assert sorted(part.amount_minor for part in parts) == [950_000, 950_000, 1_900_000]
        assert moves(simulator) == [38_000]

    def test_each_receiver_gets_a_transfer_of_its_own(
        self, rent_paid: RentPaid, an_owner: Owner, collecting: Shortcode, settled: Any
    ) -> None:
        elsewhere = money_in.make_property(
            an_owner, collecting, paid_to="till", receiver_number="512345"
        )
        rent_paid()
        rent_paid(elsewhere)

        settled()

        assert {each.disbursement.receiver_number for each in transfers()} == {"600222", "512345"}

    def test_more_than_one_transfer_may_be_is_parted_between_whole_rents(
        self, rent_paid: RentPaid, wire: Wire
    ) -> None:
        for _ in range(3):
            rent_paid(amount=150_000)

        made = forwarded(wire)

        assert [each.amount_minor for each in made] == [14_250_000] * 3

    def test_a_rent_above_the_limit_alone_waits_for_a_person_and_stops_no_other(
        self, rent_paid: RentPaid, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rents.queries.due.LIMIT_MINOR", 1_000_000)
        large, small = rent_paid(amount=20_000), rent_paid()

        [made] = forwarded(wire)
        again = forward_due(at=wire.clock())

        large.refresh_from_db()
        assert [part.payment_id for part in made.parts.all()] == [small.pk]
        assert (again, large.forward_due_at, large.forwarded_at) == (0, None, None)
        [alert] = Alert.objects.filter(kind="rent_above_limit")
        assert (alert.severity, "19,000.00" in alert.text) == ("critical", True)


class TestWaiting:
    def test_less_than_the_minimum_waits_until_there_is_more(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire
    ) -> None:
        owner = money_in.make_owner(a_partner, forward_minimum_minor=1_500_000)
        house = money_in.make_property(owner, collecting)

        rent_paid(house)
        alone = forwarded(wire)
        waiting = groups_due(at=wire.clock())[0].waits_for_more
        moment = next_moment()
        rent_paid(house)
        both = forwarded(wire)

        assert (alone, waiting, moment) == ([], True, None)
        assert [each.amount_minor for each in both] == [1_900_000]

    def test_the_property_may_have_a_minimum_of_its_own(
        self, an_owner: Owner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire
    ) -> None:
        house = money_in.make_property(an_owner, collecting, forward_minimum_minor=1_500_000)
        rent_paid(house)
        free = rent_paid()

        [made] = forwarded(wire)

        assert [part.payment_id for part in made.parts.all()] == [free.pk]

    def test_what_is_held_for_a_day_goes_after_it(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire,
        moved: MovedClock,
    ) -> None:  # fmt: skip
        owner = money_in.make_owner(a_partner, hold_hours=24)
        rent_paid(money_in.make_property(owner, collecting))

        too_early = forwarded(wire)
        moment = next_moment()
        moved.forward(hours=24)
        on_time = forwarded(wire)

        assert (too_early, len(on_time)) == ([], 1)
        assert moment == moved()

    def test_nothing_goes_to_an_owner_who_is_disabled_meanwhile(
        self, rent_paid: RentPaid, an_owner: Owner, wire: Wire
    ) -> None:
        rent_paid()
        Owner.objects.filter(pk=an_owner.pk).update(is_active=False)

        made = forwarded(wire)

        assert (made, next_moment()) == ([], None)

    def test_the_moment_counts_only_when_enough_is_due(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire
    ) -> None:
        owner = money_in.make_owner(a_partner, forward_minimum_minor=1_500_000)
        house = money_in.make_property(owner, collecting)
        rent_paid(house)
        later = rent_paid(house)
        due_at = wire.clock() + timedelta(hours=5)
        Payment.objects.filter(pk=later.pk).update(forward_due_at=due_at)

        assert next_moment() == due_at


class TestNotInstructed:
    def test_a_receiver_that_the_payouts_refuse_is_told_and_waits_for_a_person(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire
    ) -> None:
        wrong = money_in.make_owner(
            a_partner, paid_to="paybill", receiver_number="12", receiver_account="A"
        )
        stuck = rent_paid(money_in.make_property(wrong, collecting))
        good = rent_paid()

        made = forwarded(wire)
        again = forward_due(at=wire.clock())

        stuck.refresh_from_db()
        assert [part.payment_id for part in made[0].parts.all()] == [good.pk]
        assert (again, stuck.forward_due_at, stuck.forwarded_at) == (0, None, None)
        [alert] = Alert.objects.filter(kind="rent_not_forwarded")
        assert "receiver_number" in alert.text
        assert list(breaks()) == []

    def test_an_error_that_nobody_foresaw_stops_no_other_owner_and_is_raised(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        broken = money_in.make_owner(a_partner, name="Broken Example", forward_when="at_once")
        rent_paid(money_in.make_property(broken, collecting))
        good = rent_paid()
        real = operation._forward_group

        def break_off(receiving: Any, at: Any) -> int:
            if receiving.owner_id == broken.pk:
                raise ZeroDivisionError
            return real(receiving, at)

        monkeypatch.setattr(operation, "_forward_group", break_off)
        with pytest.raises(ZeroDivisionError):
            forward_due(at=wire.clock())

        assert [part.payment_id for part in ForwardPart.objects.all()] == [good.pk]


class TestFollowing:
    def test_a_payout_that_is_under_way_changes_nothing_yet(
        self, rent_paid: RentPaid, wire: Wire
    ) -> None:
        rent_paid()
        forwarded(wire)

        [forward] = followed(wire)

        assert forward.status == "processing"
