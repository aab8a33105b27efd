"""The sequences that are known to pay twice in lesser designs, each on its own."""

import pytest

from core.models import Alert
from disbursements.models import DisbursementRequest, StatusQuestion
from disbursements.operations.ask import ask_now
from disbursements.operations.classify_code import add_rule
from disbursements.operations.pause import pause
from gateways.simulator.behaviour import THROTTLED
from tests.journeys.forging import forged_result
from tests.journeys.house import UNCLASSIFIED, House, Order
from tests.journeys.oracle import Oracle
from tests.wire import UNLISTED


def order(digits: str = "00001", *, reference: str = "REF-1") -> Order:
    return Order(
        number="600111", reference=reference, msisdn=f"2547001{digits}", amount=1_250,
        max_retries=3,
    )  # fmt: skip


def end_of(row: DisbursementRequest, house: House, oracle: Oracle) -> tuple[str, int]:
    """Come to rest under the oracle's eyes; the status, and how often money moved."""
    oracle.look()
    house.come_to_rest()
    oracle.at_rest(oracle.look())
    row.refresh_from_db()
    return row.status, len(house.simulator.book.moves)


class TestDeath:
    @pytest.mark.parametrize("digits", ["00001", "99201"], ids=["reported", "not reported"])
    @pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
    def test_around_the_call_pays_once(
        self, house: House, oracle: Oracle, answered: bool, digits: str
    ) -> None:
        row = house.instruct(order(digits))

        assert house.dies_at_call("send", answered=answered)

        assert end_of(row, house, oracle) == ("completed", 1)

    @pytest.mark.parametrize("number", range(1, 9))
    def test_at_any_write_of_sending_pays_once(
        self, house: House, oracle: Oracle, number: int
    ) -> None:
        row = house.instruct(order())

        house.dies_at_write("send", number)

        assert end_of(row, house, oracle) == ("completed", 1)


class TestAFrozenWorker:
    def test_blocks_a_second_payment_and_is_told_of(self, house: House, oracle: Oracle) -> None:
        row = house.instruct(order())

        house.stalls_at_call("send")

        row.refresh_from_db()
        assert row.attempts_made == 1
        assert Alert.objects.filter(kind="sender_stuck", key=str(row.pk)).exists()
        assert end_of(row, house, oracle) == ("completed", 1)


class TestALateAcceptance:
    @pytest.mark.parametrize("digits", ["99401", "99402", "99502"])
    def test_is_not_taken_for_none(self, house: House, oracle: Oracle, digits: str) -> None:
        row = house.instruct(order(digits))

        house.sweep("send")
        house.clock.forward(seconds=20)
        ask_now(disbursement_id=row.pk, actor="staff", at=house.clock())
        house.sweep("ask")
        house.clock.forward(seconds=10)
        house.hand_in_all()
        house.sweep("deliver")
        assert StatusQuestion.objects.get().state == "not_found"

        assert end_of(row, house, oracle) == ("completed", 1)


class TestContradictions:
    @pytest.mark.parametrize("digits", ["99205", "99206"])
    def test_between_two_reports_pay_once(self, house: House, oracle: Oracle, digits: str) -> None:
        row = house.instruct(order(digits))

        house.sweep("send")

        assert end_of(row, house, oracle) == ("completed", 1)

    def test_by_a_forger_never_cause_a_second_payment(self, house: House, oracle: Oracle) -> None:
        row = house.instruct(order("99201"))
        house.sweep("send")
        attempt = oracle.look().attempts[row.pk][0]
        body = forged_result(reference=attempt.provider_reference, code=THROTTLED)

        house.wire.post_body(url=house.callback_url(attempt), body=body, source=UNLISTED)
        house.sweep("deliver")

        status, moves = end_of(row, house, oracle)
        assert (status, moves) == ("completed", 1)


class TestAPausedShortcode:
    def test_does_not_keep_others_from_being_asked_about(
        self, house: House, oracle: Oracle
    ) -> None:
        row = house.instruct(order("99201"))
        house.sweep("send")

        pause(
            scope="shortcode", target=str(row.shortcode_id), reason="a rehearsal",
            actor="staff", at=house.clock(),
        )  # fmt: skip

        assert end_of(row, house, oracle) == ("completed", 1)


class TestACodeThatStaffHandToThemselves:
    def test_parks_what_it_stops_and_says_so(self, house: House, oracle: Oracle) -> None:
        add_rule(
            api="b2c", code=UNCLASSIFIED, actor="staff", at=house.clock(), reason="a rehearsal",
            values={
                "outcome": "failed", "next": "operator", "scope": "payment", "meaning": "Ours.",
            },
        )  # fmt: skip

        row = house.instruct(order("99077"))

        assert end_of(row, house, oracle) == ("parked", 0)


class TestAPayoutThatNobodyKnowsAfterTwoDays:
    def test_is_a_persons_and_not_asked_about_for_ever(self, house: House, oracle: Oracle) -> None:
        row = house.instruct(order("99310"))
        house.sweep("send")
        house.clock.forward(days=3)

        assert end_of(row, house, oracle) == ("unknown", 0)

        assert row.person_needed_at is not None
        assert StatusQuestion.objects.filter(attempt__disbursement=row).count() == 1
