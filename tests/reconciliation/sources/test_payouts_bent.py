"""Payouts over M-Pesa with one side bent: how each difference is found, and how it is cured."""

from datetime import timedelta
from typing import Any

from disbursements.operations.instruct import instruct
from disbursements.rules.business_intake import BusinessInstruction
from tests.reconciliation.bending import (
    SOURCE,
    a_paid_one,
    behind_our_back,
    due,
    failed,
    found,
    judged,
    kinds,
    parameter,
    post,
    record_of,
    send,
)
from tests.wire import UNLISTED, MovedClock, Wire


def _to_a_business(shortcode: Any, wire: Wire) -> Any:
    instruction = BusinessInstruction(
        client_reference="RENT-1", receiver_number="600222", account_reference="PROP001",
        amount="9500",
    )  # fmt: skip
    return instruct(
        partner_id=shortcode.partner_id, instruction=instruction, origin="test", actor="test",
        at=wire.clock(),
    ).disbursement  # fmt: skip


class TestAmounts:
    def test_another_amount_was_paid_than_instructed(self, pay: Any, wire: Wire) -> None:
        row = pay()
        send()
        (callback,) = due(wire)

        post(wire, callback, parameter("TransactionAmount", 1300))

        told = found(wire, row, "amount_mismatch")
        assert (told.here, told.there) == (
            {"amount": "KES 1,250.00"}, {"amount": "KES 1,300.00"},
        )  # fmt: skip
        assert (told.stake_minor, told.is_loss) == (5_000, True)
        assert "M-Pesa's callback" in told.there_name
        assert judged(wire, row).ask

    def test_a_charge_that_two_reports_tell_differently(
        self, a_shortcode: Any, wire: Wire
    ) -> None:
        row = _to_a_business(a_shortcode, wire)
        send()
        (callback,) = due(wire, minutes=2)
        send("ask")
        (answer,) = due(wire)
        post(wire, answer)
        row.refresh_from_db()
        assert row.status == "completed"
        assert judged(wire, row).result == "matched"

        post(wire, callback, parameter("DebitPartyCharges", "Business Pay Bill Charge|KES|9.00"))

        told = found(wire, row, "fee_mismatch")
        assert (told.here, told.there) == ({"fee": "KES 48.00"}, {"fee": "KES 9.00"})
        assert kinds(wire, row) == {"fee_mismatch"}


class TestStatuses:
    def test_failed_after_it_was_paid_until_an_answer_says_paid_again(
        self, pay: Any, wire: Wire
    ) -> None:
        row, callback = a_paid_one(pay, wire)

        post(wire, callback, failed())

        told = found(wire, row, "status_mismatch")
        assert (told.here["status"], told.there["status"]) == ("paid", "not paid")
        assert (told.is_loss, judged(wire, row).ask) == (False, True)
        assert SOURCE.ask_afresh([str(row.pk)], at=wire.clock()) == {str(row.pk)}
        send("ask")
        (answer,) = due(wire)
        post(wire, answer)
        assert judged(wire, row).result == "matched"

    def test_what_somebody_else_says_is_hearsay(self, pay: Any, wire: Wire) -> None:
        row, callback = a_paid_one(pay, wire)

        post(wire, callback, failed(), source=UNLISTED)

        told = found(wire, row, "status_mismatch")
        assert (told.is_loss, "not from M-Pesa's address" in told.there_name) == (False, True)

    def test_paid_and_we_say_that_it_failed(self, pay: Any, wire: Wire) -> None:
        row, _ = a_paid_one(pay, wire)

        with behind_our_back() as cursor:
            cursor.execute(
                "UPDATE disbursement_requests SET status = 'failed', receipt = NULL,"
                " completed_at = NULL WHERE id = %s", [row.pk],
            )  # fmt: skip

        told = found(wire, row, "status_mismatch")
        assert (told.here["status"], told.there["status"]) == ("not paid", "paid")
        assert told.is_loss
        assert kinds(wire, row) == {"status_mismatch", "ledger_mismatch"}

    def test_said_to_have_failed_and_to_be_paid_and_not_settled(
        self, pay: Any, wire: Wire
    ) -> None:
        row = pay()
        send()
        (callback,) = due(wire)
        post(wire, callback, failed())

        post(wire, callback)

        assert kinds(wire, row) == {"status_mismatch"}
        send("ask")
        wire.run()
        row.refresh_from_db()
        assert (row.status, judged(wire, row).result) == ("completed", "matched")

    def test_paid_by_our_word_alone_and_then_unknown_to_the_provider(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        row = pay("99405")
        send()
        with behind_our_back() as cursor:
            cursor.execute(
                "UPDATE disbursement_requests SET status = 'completed', receipt = 'UKL7',"
                " completed_at = %s, ask_at = NULL WHERE id = %s", [moved(), row.pk],
            )  # fmt: skip
            cursor.execute(
                "UPDATE disbursement_retry_logs SET outcome = 'paid' WHERE disbursement_id = %s",
                [row.pk],
            )
        assert kinds(wire, row) == {"ledger_mismatch"}
        assert judged(wire, row).ask

        moved.forward(minutes=11)
        assert SOURCE.ask_afresh([str(row.pk)], at=moved()) == {str(row.pk)}
        send("ask")
        for answer in due(wire):
            post(wire, answer)

        told = found(wire, row, "missing_at_provider")
        assert told.there["status"] == "no such transaction"
        assert told.stake_minor == 125_000

    def test_paid_and_nobody_tells_for_an_hour(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        row, _ = a_paid_one(pay, wire)
        with behind_our_back() as cursor:
            cursor.execute("DELETE FROM gateways_callback")
        before = judged(wire, row)
        moved.forward(minutes=61)

        late = found(wire, row, "late")

        assert (before.result, before.ask) == ("pending", True)
        assert before.again_at == row.status_at + timedelta(hours=1, seconds=1)
        assert late.here == {"status": "paid", "receipt": row.receipt}
        assert kinds(wire, row) == {"late"}

    def test_an_answer_from_before_it_was_paid_says_nothing(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        row = pay("99401")
        send()
        moved.forward(seconds=20)
        SOURCE.ask_afresh([str(row.pk)], at=moved())
        send("ask")
        (answer,) = due(wire, minutes=0.5)
        (callback,) = due(wire, minutes=2)
        post(wire, callback)
        assert judged(wire, row).result == "matched"

        post(wire, answer)

        record = record_of(row)
        assert [each.source for each in record.others] == ["callback", "status"]
        assert record.others[-1].standing == "open"
        assert judged(wire, row).result == "matched"

    def test_late_and_asked_about(self, pay: Any, wire: Wire, moved: MovedClock) -> None:
        row = pay("99404")
        send()
        moved.forward(minutes=59)
        assert judged(wire, row).result == "pending"

        moved.forward(minutes=2)

        assert kinds(wire, row) == {"late"}
        assert judged(wire, row).ask
