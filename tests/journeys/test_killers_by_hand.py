"""Persons err and the provider's news comes late: the sequences that would pay a payee twice."""

from typing import Any

import pytest

from core.models import Alert
from disbursements.models import BulkVerb, DisbursementRequest, DisbursementRetryLog
from disbursements.operations.correct import CannotCorrect
from disbursements.queries.settlements import attempts_in_question
from disbursements.states import DisbursementStatus as Status
from gateways.simulator import PendingCallback
from tests.journeys import persons
from tests.journeys.buttons import press
from tests.journeys.house import House, Order
from tests.journeys.oracle import Oracle
from tests.journeys.persons import NOT_PAID, Claim

LEASE_S = 130
ANOTHER_PHONE = "254700100002"


def paid_but_unknown(house: House, *, reference: str = "REF-1") -> DisbursementRequest:
    """The provider paid it; its sender died before the answer, and the letter is still ours."""
    order = Order(
        number="600111", reference=reference, msisdn="254700100001", amount=1_250, max_retries=3
    )
    row = house.instruct(order)
    house.dies_at_call("send", answered=True)
    house.clock.forward(seconds=LEASE_S)
    house.sweep("recover")
    house.collect()
    return anew(row)


def settled(house: House, row: DisbursementRequest, claim: Claim) -> DisbursementRequest:
    """Two persons sign it."""
    attempt = attempts_in_question(row)[0]
    assert persons.approve(house, persons.propose(house, row, attempt, claim))
    return anew(row)


def corrected(house: House, row: DisbursementRequest) -> DisbursementRequest:
    """What replaces it."""
    child = persons.correct(house, row, msisdn=ANOTHER_PHONE)
    assert child is not None
    return child


def news(house: House) -> None:
    """The provider's letters come, and are read."""
    house.hand_in_all()
    house.sweep("deliver")


def of_letter(letter: PendingCallback) -> DisbursementRequest:
    """The payout that a letter is about."""
    reference = letter.originator_conversation_id
    return DisbursementRetryLog.objects.get(provider_reference=reference).disbursement


def anew(row: DisbursementRequest) -> DisbursementRequest:
    """As it stands now."""
    row.refresh_from_db()
    return row


def at_rest(house: House, oracle: Oracle) -> int:
    """Under the oracle's eyes; how often money moved."""
    oracle.look()
    house.come_to_rest()
    oracle.at_rest(oracle.look())
    return len(house.simulator.book.moves)


def told(kind: str) -> set[str]:
    """What an alert of this kind is open about."""
    return set(Alert.objects.filter(kind=kind, closed_at=None).values_list("key", flat=True))


@pytest.fixture
def wrong(house: House) -> DisbursementRequest:
    """It was paid, and two persons have signed that it was not."""
    row = settled(house, paid_but_unknown(house), NOT_PAID)
    assert row.status == Status.FAILED
    return row


class TestPaidButSettledAsNotPaid:
    def test_is_not_sent_again_once_the_news_is_read(
        self, house: House, oracle: Oracle, wrong: DisbursementRequest
    ) -> None:
        list(press(house, BulkVerb.FORCE, [wrong], limit=0, dies_at_write=0))
        assert anew(wrong).status == Status.RETRYING

        news(house)

        assert at_rest(house, oracle) == 1
        assert told("contradictory_reports") == {str(wrong.pk)}

    def test_is_not_forced_once_the_news_is_read(
        self, house: House, oracle: Oracle, wrong: DisbursementRequest
    ) -> None:
        news(house)

        list(press(house, BulkVerb.FORCE, [wrong], limit=0, dies_at_write=0))

        assert at_rest(house, oracle) == 1

    def test_holds_back_what_replaces_it(
        self, house: House, oracle: Oracle, wrong: DisbursementRequest
    ) -> None:
        child = corrected(house, wrong)

        news(house)

        assert at_rest(house, oracle) == 1
        assert anew(child).status == Status.QUEUED

    def test_holds_back_what_replaces_its_replacement(
        self, house: House, oracle: Oracle, wrong: DisbursementRequest
    ) -> None:
        child = corrected(house, wrong)
        list(press(house, BulkVerb.CANCEL, [child], limit=0, dies_at_write=0))
        corrected(house, anew(child))

        news(house)

        assert at_rest(house, oracle) == 1

    def test_that_is_found_out_is_booked_and_told_of(
        self, house: House, oracle: Oracle, wrong: DisbursementRequest
    ) -> None:
        child = corrected(house, wrong)
        news(house)

        attempt = attempts_in_question(wrong)[0]
        settled(house, anew(wrong), persons.truth(house, attempt))

        assert at_rest(house, oracle) == 1
        assert (wrong.status, told("corrected_but_paid")) == (Status.COMPLETED, {str(child.pk)})

    def test_cannot_be_corrected_while_two_persons_settle_it(
        self, house: House, wrong: DisbursementRequest
    ) -> None:
        news(house)
        anew(wrong)
        attempt = attempts_in_question(wrong)[0]
        persons.propose(house, wrong, attempt, persons.truth(house, attempt))

        with pytest.raises(CannotCorrect):
            corrected(house, wrong)

    def test_is_paid_twice_only_where_a_person_sends_it_before_the_news(
        self, house: House, oracle: Oracle, wrong: DisbursementRequest
    ) -> None:
        """The one case that nothing here can know: both persons read the statement wrongly."""
        corrected(house, wrong)
        house.sweep("send")

        news(house)

        assert at_rest(house, oracle) == 2
        assert told("contradictory_reports") == {str(wrong.pk)}


class TestUnknownAndSettledAsPaid:
    def test_is_paid_under_its_true_receipt(self, house: House, oracle: Oracle) -> None:
        row = paid_but_unknown(house)

        settled(house, row, persons.truth(house, attempts_in_question(row)[0]))

        assert (at_rest(house, oracle), row.status) == (1, Status.COMPLETED)

    def test_under_the_receipt_of_another_leaves_that_one_to_a_person(
        self, house: House, oracle: Oracle
    ) -> None:
        rows: list[Any] = [paid_but_unknown(house), paid_but_unknown(house, reference="REF-2")]
        other = persons.truth(house, attempts_in_question(rows[1])[0])

        settled(house, rows[0], other)

        assert at_rest(house, oracle) == 2
        assert anew(rows[1]).person_needed_at is not None


class TestBothWronglySettledAsNotPaid:
    @pytest.mark.parametrize("first", [0, 1], ids=["original first", "correction first"])
    def test_and_both_found_out_is_told_to_a_person(
        self, house: House, oracle: Oracle, wrong: DisbursementRequest, first: int
    ) -> None:
        child = corrected(house, wrong)
        house.dies_at_call("send", answered=True)
        house.clock.forward(seconds=LEASE_S)
        house.sweep("recover")
        settled(house, anew(child), NOT_PAID)
        house.collect()
        letters = house.mail[:: 1 if first == 0 else -1]
        house.mail.clear()

        for letter in letters:
            house.hand_in(letter)
            house.sweep("deliver")
            row = of_letter(letter)
            settled(house, row, persons.truth(house, attempts_in_question(row)[0]))

        assert at_rest(house, oracle) == 2
        assert told("corrected_but_paid") == {str(child.pk)}


class TestNewsOfAnEarlierAttempt:
    def test_keeps_a_person_waited_for_when_the_later_one_fails(
        self, house: House, oracle: Oracle, wrong: DisbursementRequest
    ) -> None:
        house.collect()
        letters, house.mail[:] = list(house.mail), []
        list(press(house, BulkVerb.FORCE, [wrong], limit=0, dies_at_write=0))
        house.simulator.world.wallets.of("600111").utility = 0
        house.sweep("retry")
        for letter in letters:
            house.hand_in(letter)
        house.sweep("deliver")
        assert anew(wrong).person_needed_at is not None

        assert at_rest(house, oracle) == 1
        assert anew(wrong).person_needed_at is not None
        assert told("contradictory_reports") == {str(wrong.pk)}
