"""What fails is told and tried again, by those who may, and is paid once."""

from typing import Any
from uuid import uuid4

import pytest

from config.books import breaks
from core.callers import Caller, NotAllowed
from core.refusals import Refused
from disbursements.models import DisbursementRequest
from gateways.simulator import Simulator
from rents.operations.forward import forward_payment
from rents.operations.reach import (
    AlreadyForwarded,
    CannotForward,
    NoSuchPayment,
)
from rents.operations.retry_forwards import retry_failed
from rents.queries.legs import leg
from tests import money_in
from tests.rents.forwarding.conftest import (
    ADMINISTRATOR,
    OPERATOR,
    RentPaid,
    forwarded,
    moves,
    owed_minor,
    owner_as_caller,
    payouts,
    transfers,
)
from tests.wire import Wire
from vault.models import Owner, Partner, Property, Shortcode

REASON = "the owner gave a new number"


class TestFailed:
    def test_it_says_so_and_why_and_the_money_stays_on_its_way(
        self, failed: Any, simulator: Simulator
    ) -> None:
        [forward] = transfers()

        seen = leg(failed)
        assert (forward.status, seen.status, moves(simulator)) == ("failed", "failed", [])
        assert len(seen.failure) > 10
        assert seen.conversation_id.startswith("AG_")
        assert owed_minor(failed.owner_id) == 0

    def test_the_same_receiver_again_is_the_same_payout_sent_once_more(
        self, failed: Any, wire: Wire, settled: Any, simulator: Simulator
    ) -> None:
        forward = forward_payment(
            payment_id=failed.pk, caller=OPERATOR, at=wire.clock(), reason=REASON
        )
        again = forward.status
        settled()

        [payout] = payouts()
        assert (again, payout.attempts_made) == ("processing", 2)
        assert transfers()[0].status == "failed"
        assert moves(simulator) == []

    def test_a_corrected_receiver_gets_a_payout_that_replaces_the_failed_one(
        self, failed: Any, wire: Wire, settled: Any, simulator: Simulator
    ) -> None:
        Owner.objects.filter(pk=failed.owner_id).update(receiver_number="600333")

        forward_payment(payment_id=failed.pk, caller=OPERATOR, at=wire.clock(), reason=REASON)
        settled()

        [forward] = transfers()
        old, new = payouts()
        assert (new.corrects_id, new.receiver_number, old.status) == (old.pk, "600333", "failed")
        assert (forward.status, forward.disbursement_id) == ("completed", new.pk)
        assert leg(failed).transaction_id == new.receipt
        assert moves(simulator) == [9_500]

    def test_a_replaced_payout_is_never_sent_again(
        self, failed: Any, wire: Wire, simulator: Simulator
    ) -> None:
        Owner.objects.filter(pk=failed.owner_id).update(receiver_number="600333")
        forward_payment(payment_id=failed.pk, caller=OPERATOR, at=wire.clock())

        with pytest.raises(AlreadyForwarded, match="being forwarded"):
            forward_payment(payment_id=failed.pk, caller=OPERATOR, at=wire.clock())
        wire.run(also=["follow"])

        assert moves(simulator) == [9_500]

    def test_an_owner_may_do_it_for_their_own_and_nobody_elses(
        self, failed: Any, wire: Wire, an_owner: Owner
    ) -> None:
        own = Owner.objects.get(pk=failed.owner_id)

        forward = forward_payment(
            payment_id=failed.pk, caller=owner_as_caller(own), at=wire.clock()
        )

        assert forward.status == "processing"
        with pytest.raises(NoSuchPayment):
            forward_payment(
                payment_id=failed.pk, caller=owner_as_caller(an_owner), at=wire.clock()
            )


class TestRetryAll:
    def test_every_failed_one_is_tried_and_what_cannot_be_is_named(
        self, failed: Any, failing: Property, rent_paid: RentPaid, wire: Wire, settled: Any
    ) -> None:
        other = rent_paid(failing)
        settled()
        DisbursementRequest.objects.filter(
            pk=leg(other).disbursement.pk  # type: ignore[union-attr]
        ).update(person_needed_at=wire.clock(), person_needed_because="a test")

        results = retry_failed(caller=ADMINISTRATOR, at=wire.clock())

        assert (results.total, results.successful, results.failed) == (2, 1, 1)
        [error] = results.errors
        assert (error.payment_id, "a person must settle" in error.error) == (other.pk, True)

    def test_only_administrators_may(self, failed: Any, wire: Wire, an_owner: Owner) -> None:
        for caller in (OPERATOR, owner_as_caller(an_owner)):
            with pytest.raises(NotAllowed):
                retry_failed(caller=caller, at=wire.clock())

        assert payouts()[0].attempts_made == 1

    def test_of_one_partner_only_their_own(self, failed: Any, wire: Wire) -> None:
        elsewhere = Caller(
            actor="admin", origin="api", partners=frozenset({uuid4()}),
            permissions=ADMINISTRATOR.permissions,
        )  # fmt: skip

        assert retry_failed(caller=elsewhere, at=wire.clock()).total == 0


class TestByHand:
    def test_what_waits_for_a_person_goes_when_they_ask(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire,
        settled: Any, simulator: Simulator,
    ) -> None:  # fmt: skip
        owner = money_in.make_owner(a_partner, forward_when="by_hand")
        payment = rent_paid(money_in.make_property(owner, collecting))
        settled()
        before = leg(payment).status

        forward_payment(payment_id=payment.pk, caller=OPERATOR, at=wire.clock())
        settled()

        assert (before, leg(payment).status, moves(simulator)) == ("pending", "completed", [9_500])

    @pytest.mark.parametrize("ended", [False, True])
    def test_what_was_forwarded_is_refused_with_what_stands(
        self, rent_paid: RentPaid, wire: Wire, settled: Any, ended: bool, simulator: Simulator
    ) -> None:
        payment = rent_paid()
        forwarded(wire)
        if ended:
            settled()

        with pytest.raises(AlreadyForwarded, match="receipt" if ended else "queued"):
            forward_payment(payment_id=payment.pk, caller=OPERATOR, at=wire.clock())
        settled()

        assert moves(simulator) == [9_500]

    def test_what_is_nobodys_yet_is_refused(
        self, a_property: Property, collecting: Shortcode, wire: Wire
    ) -> None:
        payment = money_in.received_payment(collecting)

        with pytest.raises(CannotForward, match="not allocated"):
            forward_payment(payment_id=payment.pk, caller=OPERATOR, at=wire.clock())

    def test_what_the_payouts_refuse_is_refused_and_nothing_stays_of_it(
        self, a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, wire: Wire
    ) -> None:
        owner = money_in.make_owner(
            a_partner, paid_to="paybill", receiver_number="12", receiver_account="A"
        )
        payment = rent_paid(money_in.make_property(owner, collecting))

        with pytest.raises(CannotForward, match="receiver_number"):
            forward_payment(payment_id=payment.pk, caller=OPERATOR, at=wire.clock())

        assert (transfers(), payouts(), list(breaks())) == ([], [], [])

    def test_without_the_permission_it_is_refused(self, rent_paid: RentPaid, wire: Wire) -> None:
        payment = rent_paid()
        tenant = Caller(
            actor="tenant", origin="api", partners=frozenset(), permissions=frozenset(),
            tenant_id=uuid4(),
        )  # fmt: skip
        viewer = Caller(actor="viewer", origin="api", partners=None, permissions=frozenset())

        for caller, refusal in ((tenant, NoSuchPayment), (viewer, NotAllowed)):
            with pytest.raises(refusal):
                forward_payment(payment_id=payment.pk, caller=caller, at=wire.clock())

    @pytest.mark.parametrize("reason", ["short", "x" * 501, "with a \x00 in it"])
    def test_a_bad_reason_is_refused(self, rent_paid: RentPaid, wire: Wire, reason: str) -> None:
        payment = rent_paid()

        with pytest.raises(Refused, match="reason"):
            forward_payment(payment_id=payment.pk, caller=OPERATOR, at=wire.clock(), reason=reason)
