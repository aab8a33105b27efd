"""A payout that was proven not paid is said to be paid after all: its rents wait, and go once."""

from typing import Any

import pytest

from config.books import breaks
from core.models import Alert
from disbursements.models import DisbursementRequest
from disbursements.operations.bulk import start, work
from disbursements.operations.correct import correct
from disbursements.operations.decide_settlement import approve
from gateways.simulator import Simulator
from rents.models import Forward
from rents.operations.forward import forward_due, forward_payment
from rents.operations.reach import CannotForward, CannotRelease
from rents.operations.release import release
from rents.queries.legs import leg
from tests import money_in
from tests.disbursements.conftest import Reports
from tests.disbursements.persons import AMINA, BRIAN, person, proposed
from tests.rents.forwarding.conftest import (
    OPERATOR,
    RentPaid,
    followed,
    moves,
    payouts,
    transfers,
)
from tests.wire import MovedClock, Wire
from vault.models import Owner, Partner, Payment, Shortcode

NO_CUSTOMER = "254700199040"
RIGHT_PHONE = "254700100009"
REASON = "the owner gave a new number"


@pytest.fixture
def reports(moved: MovedClock) -> Reports:
    return Reports(moved)


@pytest.fixture
def failed(
    a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, settled: Any
) -> Payment:
    """A rent whose transfer to the owner's phone is proven not paid."""
    owner = money_in.make_owner(a_partner, paid_to="phone", receiver_msisdn=NO_CUSTOMER)
    payment = rent_paid(money_in.make_property(owner, collecting))
    settled()
    Owner.objects.filter(pk=owner.pk).update(receiver_msisdn=RIGHT_PHONE)
    return payment


def taken_back(wire: Wire) -> DisbursementRequest:
    """Take the failed transfer back; its payout."""
    [forward] = transfers()
    [old] = payouts()
    release(forward_id=forward.pk, reason=REASON, caller=OPERATOR, at=wire.clock())
    return old


def corrected(wire: Wire) -> tuple[DisbursementRequest, DisbursementRequest]:
    """Replace the failed payout at the desk; the old one and the new one."""
    [old] = payouts()
    child = correct(
        disbursement_id=old.pk, reason=REASON, caller=AMINA, at=wire.clock(), msisdn=RIGHT_PHONE
    ).disbursement
    return old, child


def cancelled(payout: DisbursementRequest, wire: Wire) -> None:
    """A person cancels what is held back, as the alert says."""
    run = start(
        verb="cancel", reason=REASON, caller=person("amina", "cancel"), at=wire.clock(),
        ids=[payout.pk],
    )  # fmt: skip
    work(run_id=run.pk)


def proven_paid(payout: DisbursementRequest, wire: Wire) -> None:
    """Two persons find it in the statement."""
    settlement = proposed(payout, at=wire.clock(), settled_as="paid")
    approve(settlement_id=settlement.pk, reason=REASON, caller=BRIAN, at=wire.clock())


class TestTakenBackAndSaidToBePaid:
    def test_its_rent_is_not_forwarded_again(
        self, failed: Payment, wire: Wire, reports: Reports, settled: Any, simulator: Simulator
    ) -> None:
        old = taken_back(wire)
        reports.paid(old)

        with pytest.raises(CannotForward, match="may have been paid"):
            forward_payment(payment_id=failed.pk, caller=OPERATOR, at=wire.clock())
        Payment.objects.filter(pk=failed.pk).update(forward_due_at=wire.clock())
        forward_due(at=wire.clock())

        failed.refresh_from_db()
        assert (len(transfers()), moves(simulator)) == (1, [])
        assert (failed.forward_due_at, failed.forwarded_at) == (None, None)
        assert Alert.objects.filter(kind="rent_perhaps_paid", severity="critical").count() == 1

    def test_what_is_proven_paid_later_is_told_once(
        self, failed: Payment, wire: Wire, reports: Reports, simulator: Simulator
    ) -> None:
        old = taken_back(wire)
        forward_payment(payment_id=failed.pk, caller=OPERATOR, at=wire.clock())
        wire.run(also=["forward", "follow"])
        reports.paid(old)

        proven_paid(old, wire)
        for _ in range(2):
            followed(wire)

        [alert] = Alert.objects.filter(kind="forward_paid_after_release")
        assert (alert.severity, alert.count) == ("critical", 1)
        assert old.client_reference in alert.text
        assert moves(simulator) == [9_500]

    def test_the_rents_of_others_go_all_the_same(
        self, failed: Payment, wire: Wire, reports: Reports, rent_paid: RentPaid, settled: Any,
        simulator: Simulator,
    ) -> None:  # fmt: skip
        old = taken_back(wire)
        reports.paid(old)
        Payment.objects.filter(pk=failed.pk).update(forward_due_at=wire.clock())
        other = rent_paid(failed.property, amount=20_000)

        forward_due(at=wire.clock())
        wire.run(also=["follow"])

        assert (leg(other).status, moves(simulator)) == ("completed", [19_000])


class TestReplacedAndSaidToBePaid:
    def test_cancelling_what_replaces_it_lets_nothing_go(
        self, failed: Payment, wire: Wire, reports: Reports, simulator: Simulator
    ) -> None:
        old, child = corrected(wire)
        followed(wire)
        reports.paid(old)
        cancelled(child, wire)

        followed(wire)
        forward_due(at=wire.clock())
        statuses = [each.status for each in transfers()]
        proven_paid(old, wire)
        [forward] = followed(wire)

        assert statuses == ["processing"]
        assert (forward.status, forward.disbursement_id) == ("completed", old.pk)
        assert (moves(simulator), list(breaks())) == ([], [])

    def test_it_is_let_go_once_it_is_proven_not_paid(
        self, failed: Payment, wire: Wire, reports: Reports, simulator: Simulator, settled: Any
    ) -> None:
        old, child = corrected(wire)
        followed(wire)
        reports.paid(old)
        cancelled(child, wire)
        followed(wire)

        settlement = proposed(old, at=wire.clock())
        approve(settlement_id=settlement.pk, reason=REASON, caller=BRIAN, at=wire.clock())
        wire.clock.forward(minutes=1)
        settled()

        assert [each.status for each in transfers()] == ["released", "completed"]
        assert moves(simulator) == [9_500]

    def test_it_is_not_taken_back(self, failed: Payment, wire: Wire, reports: Reports) -> None:
        old, _ = corrected(wire)
        reports.paid(old)
        forward_id = Forward.objects.get().pk

        with pytest.raises(CannotRelease, match="may have been paid"):
            release(forward_id=forward_id, reason=REASON, caller=OPERATOR, at=wire.clock())

        assert transfers()[0].status == "processing"
