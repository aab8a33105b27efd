"""Payouts over M-Pesa in their ordinary stories: nothing differs, at any step of the way."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disbursements.operations.correct import correct
from disbursements.operations.decide_settlement import approve
from reconciliation.rules.judge import judge
from tests.disbursements.persons import AMINA, BRIAN, proposed
from tests.reconciliation.bending import SOURCE, due, judged, post, record_of, send
from tests.wire import MovedClock, Wire

# The last five digits of the phone decide (docs/simulator.md).
STORIES = {
    "00001": "completed", "99000": "completed", "99040": "failed", "99101": "completed",
    "99201": "completed", "99202": "completed", "99203": "completed", "99204": "completed",
    "99206": "completed", "99207": "failed", "99211": "completed", "99212": "failed",
    "99213": "failed", "99301": "completed", "99302": "completed", "99305": "completed",
    "99309": "completed", "99401": "completed", "99403": "completed", "99501": "completed",
    "99502": "completed", "99018": "completed", "99103": "failed",
}  # fmt: skip


class TestOrdinaryStories:
    def test_all_sides_of_what_ended_tell_the_same(self, pay: Any, wire: Wire) -> None:
        rows = {digits: pay(digits) for digits in STORIES}
        wire.run()

        records = SOURCE.read([str(row.pk) for row in rows.values()])

        for digits, row in rows.items():
            row.refresh_from_db()
            assert (digits, row.status) == (digits, STORIES[digits])
            found = judge(records[str(row.pk)], at=wire.clock())
            assert (digits, found.differences) == (digits, ())
            assert (digits, found.result, found.ask) == (digits, "matched", False)

    def test_on_the_way_it_is_pending(self, pay: Any, wire: Wire) -> None:
        row = pay()

        queued = judged(wire, row)
        send()
        accepted = judged(wire, row)
        wire.deliver()
        (callback,) = due(wire)
        post(wire, callback)

        assert (queued.result, queued.ask) == ("pending", False)
        assert (accepted.result, accepted.ask) == ("pending", False)
        assert judged(wire, row).result == "matched"

    def test_what_waits_for_its_retry_is_pending(self, pay: Any, wire: Wire) -> None:
        row = pay("99101")
        send()
        for callback in due(wire):
            post(wire, callback)
        row.refresh_from_db()

        found = judged(wire, row)

        assert row.status == "retrying"
        assert (found.result, found.differences) == ("pending", ())

    def test_an_order_that_was_corrected_is_paid_once(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        row = pay("99040")
        wire.run()
        better = correct(
            disbursement_id=row.pk, reason="the phone was wrong", caller=AMINA, at=moved(),
            msisdn="254700100002",
        ).disbursement  # fmt: skip
        assert judged(wire, row).result == "matched"

        wire.run()

        assert judged(wire, row).result == "matched"
        assert judged(wire, better).result == "matched"

    @pytest.mark.parametrize(
        ("as_paid", "status"), [("paid", "completed"), ("not_paid", "failed")]
    )
    def test_what_two_persons_settled_needs_no_word_of_the_provider(
        self, pay: Any, wire: Wire, moved: MovedClock, as_paid: str, status: str
    ) -> None:
        row = pay("99404")
        wire.run()

        settlement = proposed(row, at=moved(), settled_as=as_paid)
        approve(settlement_id=settlement.pk, reason="seen it too", caller=BRIAN, at=moved())

        row.refresh_from_db()
        found = judged(wire, row)
        assert row.status == status
        assert (found.result, found.differences, found.ask) == ("matched", (), False)


class TestWhatARecordHolds:
    def test_it_names_what_people_know_and_no_whole_phone(
        self, pay: Any, wire: Wire, a_partner: Any
    ) -> None:
        row = pay(payee_name="Amina Example")
        wire.run()
        row.refresh_from_db()

        record = record_of(row)

        assert record.details["client"] == "Amina Example"
        assert record.details["psychologist"] == "Umoja Example Ltd"
        assert (record.details["amount"], record.details["currency"]) == (1250, "KES")
        assert record.details["transactionId"] == row.receipt
        assert record.reference == row.client_reference
        assert record.partner_id == str(a_partner.pk)
        assert [each.about for each in record.others] == ["attempt 1"]
        assert row.msisdn[3:] not in repr(record)

    def test_what_is_not_there_is_missing(self, pay: Any, wire: Wire) -> None:
        row = pay()

        assert set(SOURCE.read([str(row.pk), "no-id", str(AN_ID)])) == {str(row.pk)}
        assert SOURCE.read([]) == {}

    def test_many_take_as_many_queries_as_a_few(self, pay: Any, wire: Wire) -> None:
        rows = [pay(f"{number:05d}") for number in range(1, 9)] + [pay("99040"), pay("99201")]
        wire.run()
        ids = [str(row.pk) for row in rows]

        few, many = _queries(ids[7:10]), _queries(ids)

        assert few == many
        assert many <= 11


AN_ID = "11111111-1111-4111-8111-111111111111"


def _queries(ids: list[str]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert len(SOURCE.read(ids)) == len(ids)
    return len(captured)
