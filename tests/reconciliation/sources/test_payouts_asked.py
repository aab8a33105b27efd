"""Which payouts are asked about anew, which are stuck, changed, or named by a text."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from core.callers import Caller
from core.models import Step
from disbursements.models import DisbursementRequest, DisbursementRetryLog, StatusQuestion
from disbursements.operations.pause import pause_for_fault
from reconciliation.models import Finding, ReconciliationRun
from reconciliation.sources import finding_subjects
from tests.reconciliation.bending import SOURCE, behind_our_back, due, post, send
from tests.wire import MovedClock, Wire

ANYBODY = Caller(actor="test", origin="test", partners=None, permissions=None)
NOBODY = Caller(actor="test", origin="test", partners=frozenset({uuid4()}), permissions=None)


def _asked(row: Any, moved: MovedClock) -> bool:
    return SOURCE.ask_afresh([str(row.pk)], at=moved()) == {str(row.pk)}


def _questions() -> int:
    send("ask")
    return StatusQuestion.objects.count()


class TestAskingAfresh:
    def test_a_paid_one_is_asked_about_once_and_not_again_for_a_while(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        row = pay()
        wire.run()
        before = len(wire.paths)

        assert _asked(row, moved)
        assert _questions() == 1
        assert not _asked(row, moved), "its answer may still come"
        assert _questions() == 1
        moved.forward(minutes=16)
        assert _asked(row, moved)
        assert _questions() == 2
        assert not any("b2c" in path for path in wire.paths[before:]), "no money was sent"
        row.refresh_from_db()
        assert (row.status, row.ask_at) == ("completed", None)

    def test_what_is_under_way_is_brought_forward(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        row = pay("99404")
        assert not _asked(row, moved), "nothing was sent yet"
        send()
        assert _questions() == 0

        assert _asked(row, moved)

        assert _questions() == 1

    def test_not_while_the_credentials_are_broken(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        row = pay()
        wire.run()
        pause_for_fault(
            target=str(row.shortcode_id), cause="b2c:2001:600111", reason="broken", at=moved()
        )

        assert not _asked(row, moved)
        row.refresh_from_db()
        assert row.ask_at is None

    def test_not_of_what_the_provider_may_have_forgotten(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        row = pay()
        wire.run()
        moved.forward(hours=49)

        assert not _asked(row, moved)


class TestFinding:
    def test_by_id_reference_receipt_and_the_providers_names(self, pay: Any, wire: Wire) -> None:
        row = pay()
        send()
        for callback in due(wire):
            post(wire, callback)
        row.refresh_from_db()
        (attempt,) = DisbursementRetryLog.objects.filter(disbursement=row)
        texts = [
            str(row.pk), str(row.pk).upper(), row.client_reference, row.receipt,
            row.receipt.lower(), attempt.provider_reference, attempt.conversation_id,
        ]  # fmt: skip

        found = SOURCE.find_many([*texts, "nothing", ""], caller=ANYBODY)

        assert set(found) == set(texts)
        assert {each.subject_id for hits in found.values() for each in hits} == {str(row.pk)}
        assert found[row.client_reference][0].title == "REF-00001, KES 1,250.00, completed"
        assert SOURCE.find_many(texts, caller=NOBODY) == {}
        assert [each.kind for each in finding_subjects.find(row.receipt, caller=ANYBODY)] == [
            "disbursement"
        ]
        assert set(finding_subjects.find_many(texts, caller=ANYBODY)) == set(texts)

    def test_it_takes_the_right_to_see_payouts(self, pay: Any, wire: Wire) -> None:
        row = pay()
        text = str(row.pk)
        may = ("vault.view_payment", "disbursements.view_disbursementrequest")
        callers = [replace(ANYBODY, permissions=frozenset({each})) for each in may]

        found = [SOURCE.find_many([text], caller=each) for each in callers]

        assert [list(each) for each in found] == [[], [text]]

    def test_steps_lead_to_their_payouts(self, pay: Any, wire: Wire, a_partner: Any) -> None:
        row = pay()
        steps = {(each.subject_type, each.subject_id) for each in Step.objects.all()}

        found = finding_subjects.subjects_of([*steps, ("DisbursementRequest", "x"), ("X", "1")])

        assert found == {
            ("DisbursementRequest", str(row.pk)): ("disbursement", str(row.pk), a_partner.pk)
        }
        assert finding_subjects.subject_of("X", "1") is None

    def test_what_changed_since(self, pay: Any, wire: Wire, moved: MovedClock) -> None:
        old, at = pay(), moved.forward(minutes=1)
        new = pay("00002")

        assert list(SOURCE.since(at)) == [[str(new.pk)]]
        assert {each for batch in SOURCE.since(at - timedelta(hours=1)) for each in batch} == {
            str(old.pk), str(new.pk),
        }  # fmt: skip

    def test_many_that_wait_to_be_sent_keep_none_that_was_sent_waiting(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        waiting = [pay(f"0000{number}") for number in range(1, 4)]
        set_to(due_at=moved.forward(minutes=1) + timedelta(days=1))
        sent = pay("99404")
        send()
        set_to(due_at=moved())
        moved.forward(minutes=16)

        found = SOURCE.stuck(at=moved(), limit=2)

        assert str(sent.pk) in found
        assert len(set(found) & {str(row.pk) for row in waiting}) == 1

    def test_what_is_parked_for_too_long_is_looked_at_until_it_is_told(
        self, pay: Any, moved: MovedClock
    ) -> None:
        row = pay()
        set_to(status="parked", parked_cause="2001", status_at=moved())
        early = SOURCE.stuck(at=moved.forward(hours=23), limit=10)

        late = SOURCE.stuck(at=moved.forward(hours=2), limit=10)
        a_finding(row, moved)

        assert (early, late) == ([], [str(row.pk)])
        assert SOURCE.stuck(at=moved(), limit=10) == []

    def test_what_is_found_already_takes_no_place_of_what_is_not(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        old = pay("99404")
        send()
        moved.forward(minutes=1)
        new = pay("99405")
        send()
        a_finding(old, moved)
        moved.forward(minutes=61)

        assert SOURCE.stuck(at=moved(), limit=1) == [str(new.pk)]

    def test_what_a_pause_keeps_takes_no_place_either(self, pay: Any, moved: MovedClock) -> None:
        row = pay()
        due = SOURCE.stuck(at=moved.forward(minutes=16), limit=10)
        pause_for_fault(
            target=str(row.shortcode_id), cause="b2c:2001:600111", reason="broken", at=moved()
        )

        assert (due, SOURCE.stuck(at=moved(), limit=10)) == ([str(row.pk)], [])

    def test_what_is_stuck_and_was_not_checked_lately(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        first, second = pay("99404"), pay("99405")
        pay("00003")
        send()
        for callback in due(wire):
            post(wire, callback)
        assert SOURCE.stuck(at=moved(), limit=10) == []
        moved.forward(minutes=16)

        assert set(SOURCE.stuck(at=moved(), limit=10)) == {str(first.pk), str(second.pk)}
        assert len(SOURCE.stuck(at=moved(), limit=1)) == 1
        ReconciliationRun.objects.create(
            subject_kind="disbursement", subject_id=str(first.pk), trigger="periodic",
            actor="system", result="pending", started_at=moved(), waited_ms=0, duration_ms=1,
        )  # fmt: skip
        assert SOURCE.stuck(at=moved(), limit=10) == [str(second.pk)]


def a_finding(row: DisbursementRequest, moved: MovedClock) -> None:
    """It was told as late."""
    Finding.objects.create(
        subject_kind="disbursement", subject_id=str(row.pk), kind="late", severity="medium",
        status="open", status_at=moved(), opened_at=moved(), seen_at=moved(), text="x",
        there_name="x",
    )  # fmt: skip


def set_to(**values: Any) -> None:
    """Bend all payouts as nobody may."""
    with behind_our_back():
        DisbursementRequest.objects.update(**values)
