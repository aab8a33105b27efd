"""At most one unresolved payout for each beneficiary, whoever claims, however often it crashes."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from disbursements.models import AttemptOutcome, DisbursementRetryLog
from disbursements.operations.ask import CannotAsk, ask_now
from disbursements.operations.bulk import start
from disbursements.operations.bulk_work import work
from disbursements.operations.claim import LEASE_S, claim
from disbursements.operations.correct import CannotCorrect, correct
from disbursements.operations.decide_settlement import approve
from disbursements.operations.record import record_accepted
from disbursements.operations.recover import recover_expired
from disbursements.operations.send import send_due
from gateways.interface import Acknowledgement, Exchange
from gateways.simulator import Simulator
from tests.disbursements.businesses.conftest import SEND_PATH, PayBusiness, latest, seen
from tests.disbursements.persons import AMINA, BRIAN, person, proposed
from tests.sessions import leave_session
from tests.wire import MovedClock, Wire
from vault.models import Shortcode


def left_unknown(wire: Wire, pay_business: PayBusiness) -> Any:
    """Its acknowledgement and its result are lost."""
    row = pay_business("799301", reference="RENT-1")
    send_due()
    wire.clock.forward(seconds=10)
    wire.drop()
    wire.run()
    return seen(row)


class TestOneUnresolved:
    def test_the_second_waits_until_the_first_is_settled(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator, moved: MovedClock
    ) -> None:
        first = left_unknown(wire, pay_business)
        second = pay_business("799301", reference="RENT-2", account="prop 001")
        wire.run()
        waited = seen(second).status

        settlement = proposed(first, at=moved(), settled_as="paid")
        approve(settlement_id=settlement.pk, reason="the statement has it", caller=BRIAN,
                at=moved())  # fmt: skip
        wire.run()

        assert waited == "queued"
        assert (seen(first).status, seen(second).status) == ("completed", "completed")
        assert len(simulator.book.moves) == 2

    def test_another_account_of_the_same_paybill_does_not_wait(
        self, pay_business: PayBusiness, wire: Wire
    ) -> None:
        left_unknown(wire, pay_business)

        other = pay_business("799301", reference="RENT-2", account="PROP002")
        wire.run()

        assert seen(other).attempts_made == 1

    def test_of_a_batch_only_one_goes_at_a_time(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator
    ) -> None:
        rows = [pay_business(reference=f"RENT-{number}") for number in range(4)]

        first_round = send_due()
        wire.run()

        assert first_round == 1
        assert {seen(row).status for row in rows} == {"completed"}
        assert simulator.book.paid_twice() == []

    def test_two_shortcodes_that_claim_at_once_send_one(
        self, pay_business: PayBusiness, a_shortcode: Shortcode, another_shortcode: Shortcode,
        moved: MovedClock, together: Any, wire: Wire,
    ) -> None:  # fmt: skip
        for number in ("600111", "600112"):
            pay_business(reference=f"RENT-{number}", shortcode_number=number)

        claims = together(
            *(
                lambda each=each: claim(shortcode=each, status="queued", at=moved())
                for each in (a_shortcode, another_shortcode)
            )
        )

        assert sorted(map(len, claims)) == [0, 1]
        assert DisbursementRetryLog.objects.count() == 1

    def test_the_database_refuses_a_second_open_attempt(
        self, pay_business: PayBusiness, wire: Wire, a_shortcode: Shortcode, moved: MovedClock
    ) -> None:
        rows = [pay_business(reference="RENT-1"), pay_business(reference="RENT-2")]
        [claimed] = claim(shortcode=a_shortcode, status="queued", at=moved())
        [other] = [row for row in rows if row.pk != claimed.disbursement.pk]
        attempt = claimed.attempt

        attempt.pk, attempt.disbursement, attempt.provider_reference = uuid4(), other, "PV-2"
        attempt.secret_digest = b"2" * 32
        with pytest.raises(IntegrityError, match="one_open_per_beneficiary"), transaction.atomic():
            attempt.save(force_insert=True)


class TestCrashes:
    def test_a_sender_that_dies_before_the_answer_leaves_it_to_a_person(
        self, pay_business: PayBusiness, wire: Wire, a_shortcode: Shortcode, moved: MovedClock
    ) -> None:
        row = pay_business()
        claim(shortcode=a_shortcode, status="queued", at=moved())
        leave_session()
        moved.forward(seconds=LEASE_S + 1)

        recover_expired()
        wire.run()

        assert (seen(row).status, wire.paths.count(SEND_PATH)) == ("unknown", 0)
        assert row.person_needed_at is not None

    def test_two_persons_say_not_paid_and_a_third_has_it_sent_again(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator, moved: MovedClock
    ) -> None:
        row = pay_business("799302")
        wire.run()

        settlement = proposed(row, at=moved())
        approve(settlement_id=settlement.pk, reason="the statement has nothing", caller=BRIAN,
                at=moved())  # fmt: skip
        run = start(verb="force", reason="send it again now", caller=person("c.example", "force"),
              at=moved(), ids=[row.pk])  # fmt: skip
        work(run_id=run.pk)
        wire.run()

        assert (seen(row).status, row.attempts_made) == ("completed", 2)
        assert len(simulator.book.moves) == 1

    def test_an_acknowledgement_that_names_other_ids_than_its_callback_is_told(
        self, pay_business: PayBusiness, wire: Wire, a_shortcode: Shortcode, moved: MovedClock
    ) -> None:
        row = pay_business()
        [claimed] = claim(shortcode=a_shortcode, status="queued", at=moved())
        attempt = latest(row)
        attempt.originator_id, attempt.ids_adopted = "10816-1-1", True
        attempt.save(update_fields=["originator_id", "ids_adopted"])

        exchange = Exchange(method="POST", url="https://x.example", started_at=moved(),
                            duration_ms=1)  # fmt: skip
        told = Acknowledgement(conversation_id="AG_2", originator_id="10816-2-1", text="",
                               exchange=exchange)  # fmt: skip
        record_accepted([(claimed, told)], at=moved())

        assert (seen(row).status, latest(row).originator_id) == ("unknown", "10816-2-1")
        assert row.person_needed_at is not None


class TestByHand:
    def test_nobody_can_ask_about_what_has_no_id(
        self, pay_business: PayBusiness, wire: Wire, moved: MovedClock
    ) -> None:
        row = left_unknown(wire, pay_business)

        with pytest.raises(CannotAsk, match="statement"):
            ask_now(disbursement_id=row.pk, actor="amina", at=moved())

    def test_a_payout_to_a_business_is_not_corrected(
        self, pay_business: PayBusiness, wire: Wire, moved: MovedClock
    ) -> None:
        row = pay_business("799007")
        wire.run()

        with pytest.raises(CannotCorrect, match="business"):
            correct(disbursement_id=row.pk, reason="wrong account", caller=AMINA, at=moved())

        assert (seen(row).status, latest(row).outcome) == ("failed", AttemptOutcome.NOT_PAID)
