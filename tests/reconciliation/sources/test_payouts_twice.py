"""Payouts over M-Pesa that were paid twice, to somebody else, or past the ledger."""

from typing import Any

from config.deliveries import deliver_due
from core import clock
from disbursements.models import DisbursementRetryLog
from disbursements.operations.correct import correct
from tests.disbursements.persons import AMINA
from tests.reconciliation.bending import (
    a_paid_one,
    behind_our_back,
    due,
    found,
    judged,
    kinds,
    parameter,
    post,
    receipt,
    record_of,
    send,
)
from tests.wire import MovedClock, Wire
from vault.operations.add_partner import add_partner

SECOND = "UKL9999999"


class TestDuplicates:
    def test_two_receipts_paid_one_payout(self, pay: Any, wire: Wire) -> None:
        row, callback = a_paid_one(pay, wire)

        post(wire, callback, receipt(SECOND))

        told = found(wire, row, "duplicate")
        assert (told.about, told.is_loss, told.stake_minor) == (SECOND, True, 125_000)
        assert told.here["receipt"] == row.receipt
        assert kinds(wire, row) == {"duplicate"}

    def test_one_receipt_is_told_of_two_payouts(self, pay: Any, wire: Wire) -> None:
        first, _ = a_paid_one(pay, wire)
        second = pay("00002")
        send()
        (callback,) = due(wire)

        post(wire, callback, receipt(first.receipt))

        told = found(wire, second, "duplicate")
        assert told.there["payout"] == first.client_reference
        assert kinds(wire, first) == set()

    def test_a_partner_does_not_learn_what_another_calls_its_own(
        self, pay: Any, wire: Wire
    ) -> None:
        first, _ = a_paid_one(pay, wire)
        second = pay("00002")
        send()
        (callback,) = due(wire)
        post(wire, callback, receipt(first.receipt))
        other = add_partner(name="Another Example", actor="test", at=clock.now())
        with behind_our_back() as cursor:
            cursor.execute(
                "UPDATE disbursement_requests SET partner_id = %s WHERE id = %s",
                [other.pk, first.pk],
            )

        told = found(wire, second, "duplicate")

        assert first.client_reference not in f"{told}"
        assert told.there["payout"] == "a payout of another partner"

    def test_what_was_replaced_is_paid_after_all(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        row = pay("99040")
        send()
        (callback,) = due(wire)
        post(wire, callback)
        wire.run()
        better = correct(
            disbursement_id=row.pk, reason="the phone was wrong", caller=AMINA, at=moved(),
            msisdn="254700100002",
        ).disbursement  # fmt: skip
        send()
        wire.run()
        with behind_our_back() as cursor:
            cursor.execute(
                "UPDATE disbursement_requests SET status = 'unknown' WHERE id = %s", [row.pk]
            )

        told, of_child = found(wire, row, "duplicate"), found(wire, better, "duplicate")

        assert (told.is_loss, told.there["payout"]) == (True, better.client_reference)
        assert of_child.there == {
            "payout": row.client_reference, "status": "unknown", "amount": "KES 1,250.00",
        }  # fmt: skip

    def test_two_live_payouts_of_one_rent(self, pay: Any, wire: Wire) -> None:
        first, _ = a_paid_one(pay, wire)
        second, _ = a_paid_one(pay, wire, "00002")
        with behind_our_back() as cursor:
            cursor.execute(
                "UPDATE disbursement_requests SET origin = 'rent', origin_id = 'transfer-1'"
            )

        assert kinds(wire, first) == kinds(wire, second) == {"duplicate"}


class TestPayees:
    def test_another_name_is_registered(self, pay: Any, wire: Wire) -> None:
        row = pay(payee_name="Amina Example")
        send()
        (callback,) = due(wire)
        name = f"{row.msisdn} - BARAKA SAMPLE"

        post(wire, callback, parameter("ReceiverPartyPublicName", name))

        told = found(wire, row, "wrong_beneficiary")
        assert (told.here, told.there) == (
            {"name": "Amina Example"}, {"name": "BARAKA SAMPLE"},
        )  # fmt: skip
        assert not told.is_loss

    def test_the_same_name_the_other_way_round_is_right(self, pay: Any, wire: Wire) -> None:
        row = pay(payee_name="Amina Example")
        send()
        (callback,) = due(wire)

        post(
            wire, callback,
            parameter("ReceiverPartyPublicName", f"{row.msisdn} - EXAMPLE W AMINA"),
        )  # fmt: skip

        assert judged(wire, row).result == "matched"

    def test_another_phone_was_paid(self, pay: Any, wire: Wire) -> None:
        row = pay()
        send()
        (callback,) = due(wire)

        post(
            wire, callback,
            parameter("ReceiverPartyPublicName", "254700100777 - AMINA EXAMPLE"),
        )  # fmt: skip

        told = found(wire, row, "wrong_beneficiary")
        assert told.is_loss
        assert told.there == {"phone": "+254 700 ••• 777"}
        assert "254700100777" not in repr(record_of(row))


class TestLedger:
    def test_entries_that_do_not_fit_the_payout(self, pay: Any, wire: Wire) -> None:
        row, _ = a_paid_one(pay, wire)
        (attempt,) = DisbursementRetryLog.objects.filter(disbursement=row)

        with behind_our_back() as cursor:
            cursor.execute(
                "UPDATE ledger_line SET debit_minor = debit_minor + 100 WHERE debit_minor > 0"
                " AND entry_id IN (SELECT id FROM ledger_entry WHERE kind = 'commit')"
            )
        wrong_amount = found(wire, row, "ledger_mismatch")
        with behind_our_back() as cursor:
            cursor.execute(
                "DELETE FROM ledger_line WHERE entry_id IN"
                " (SELECT id FROM ledger_entry WHERE kind = 'commit')"
            )
            cursor.execute("DELETE FROM ledger_entry WHERE kind = 'commit'")
        told = [each.about for each in judged(wire, row).differences]

        assert wrong_amount.there == {"paid": "KES 1,251.00"}
        assert told == ["Attempt 1 is paid, but the ledger says open", "paid", "held"]
        assert attempt.outcome == "paid"

    def test_what_was_booked_to_another_partner_is_missing_from_this_one(
        self, pay: Any, wire: Wire
    ) -> None:
        row, _ = a_paid_one(pay, wire)
        other = add_partner(name="Another Example", actor="test", at=clock.now())
        with behind_our_back() as cursor:
            cursor.execute(
                "UPDATE ledger_account SET code = %s WHERE code LIKE 'partner:%%:payouts:KES'",
                [f"partner:{other.pk}:payouts:KES"],
            )

        assert found(wire, row, "ledger_mismatch").there == {"paid": "KES 0.00"}

    def test_unread_callbacks_and_noise_say_nothing(self, pay: Any, wire: Wire) -> None:
        row, callback = a_paid_one(pay, wire)
        wire.post_body(url=callback.url, body=b"{")
        deliver_due()

        assert judged(wire, row).result == "matched"
