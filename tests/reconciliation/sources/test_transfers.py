"""Payouts by Stripe's transfers: every side in the ordinary stories, and each one bent."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.deliveries import deliver_due
from core.callers import Caller
from disbursements import jobs
from disbursements.models import StatusQuestion, TransferReversal
from disbursements.operations.reversals import approve_reversal, propose_reversal
from gateways.models import Call
from reconciliation.rules.judge import judge
from reconciliation.sources import finding_subjects
from reconciliation.sources.transfers import TransferSource
from tests.disbursements.transfers.at_stripe import ACCOUNT, made_by_hand, taken_back, told
from tests.disbursements.transfers.taking_back import AMINA, BRIAN, REASON
from tests.reconciliation.bending import behind_our_back, found, judged, kinds
from tests.striping import open_account, register_webhooks, script, set_balance
from tests.winners import a_payout_job, a_stripe_account, account_of, an_account, payout, payouts
from tests.wire import MovedClock, Wire

SOURCE = TransferSource()
ANYBODY = Caller(actor="test", origin="test", partners=None, permissions=None)
CHANGED = "transfer.updated"


@pytest.fixture
def won(wire: Wire, a_partner: Any) -> Any:
    """Winners with accounts that may receive, at a platform with enough on it."""
    set_balance(wire, 100_000_000)
    a_stripe_account(a_partner)
    register_webhooks(wire, subject="STRIPE")

    def win(*users: str) -> Any:
        for user_id in users:
            open_account(wire, account_of(user_id))
            an_account(a_partner, user_id)
        return a_payout_job(a_partner, dict.fromkeys(users, 1000))

    return win


@pytest.fixture
def paid(wire: Wire, won: Any) -> Any:
    """A winner of 10 dollars who was paid, its notice read."""
    row = payout(won("user-1"))
    jobs.send()
    wire.clock.forward(minutes=1)
    wire.deliver()
    deliver_due()
    row.refresh_from_db()
    assert row.status == "completed"
    return row


def _transfer(wire: Wire, row: Any) -> dict[str, Any]:
    """It as Stripe has it."""
    transfer: dict[str, Any] = wire.simulator.stripe.state.tables["transfer"][row.receipt]
    return transfer


class TestOrdinaryStories:
    def test_paid_lost_refused_and_tried_again_tell_the_same(self, wire: Wire, won: Any) -> None:
        faults = {"plain": "", "lost": "transfer_lost", "busy": "transfer_too_many"}
        job = won(*faults)
        for user_id, fault in faults.items():
            if fault:
                script(wire, account_of(user_id), fault)

        wire.run(hours=30)

        rows = payouts(job)
        records = SOURCE.read([str(row.pk) for row in rows.values()])
        for user_id, row in rows.items():
            judgement = judge(records[str(row.pk)], at=wire.clock())
            assert (user_id, row.status) == (user_id, "completed")
            assert (user_id, judgement.differences) == (user_id, ())
            assert (user_id, judgement.result) == (user_id, "matched")

    def test_before_it_is_sent_it_is_pending(self, wire: Wire, won: Any) -> None:
        row = payout(won("user-1"))

        assert judged(wire, row, source=SOURCE).result == "pending"

    @pytest.mark.parametrize(("amount_minor", "standing"), [(400, "paid"), (1000, "returned")])
    def test_what_came_back_is_known_to_all(
        self, wire: Wire, paid: Any, moved: MovedClock, amount_minor: int, standing: str
    ) -> None:
        facts: dict[str, Any] = {"reason": REASON, "at": moved()}
        reversal = propose_reversal(
            disbursement_id=paid.pk, amount_minor=amount_minor, caller=AMINA, **facts
        )
        approve_reversal(reversal_id=reversal.pk, caller=BRIAN, **facts)
        jobs.reversals()
        before_its_notice = judged(wire, paid, source=SOURCE)
        moved.forward(minutes=1)
        wire.deliver()
        deliver_due()

        assert TransferReversal.objects.get().status == "done"
        assert (before_its_notice.result, before_its_notice.differences) == ("matched", ())
        assert judged(wire, paid, source=SOURCE).result == "matched"
        record = SOURCE.read([str(paid.pk)])[str(paid.pk)]
        assert (record.row.standing, record.book.returned_minor) == (standing, amount_minor)

    def test_many_take_as_many_queries_as_a_few(self, wire: Wire, won: Any) -> None:
        job = won(*(f"user-{number}" for number in range(1, 7)))
        wire.run()
        ids = [str(row.pk) for row in payouts(job).values()]

        few, many = _queries(ids[:2]), _queries(ids)

        assert few == many
        assert many <= 11


class TestBent:
    def test_another_amount_and_another_account(self, wire: Wire, paid: Any) -> None:
        bent = _transfer(wire, paid) | {"amount": 1200, "destination": "acct_other"}

        told(wire, CHANGED, bent)

        amount = found(wire, paid, "amount_mismatch", source=SOURCE)
        payee = found(wire, paid, "wrong_beneficiary", source=SOURCE)
        assert (amount.here, amount.there) == ({"amount": "USD 10.00"}, {"amount": "USD 12.00"})
        assert (amount.is_loss, payee.is_loss) == (True, True)
        assert (payee.here, payee.there) == ({"account": ACCOUNT}, {"account": "acct_other"})
        assert "Stripe's notice" in amount.there_name

    def test_another_currency(self, wire: Wire, paid: Any) -> None:
        told(wire, CHANGED, _transfer(wire, paid) | {"currency": "eur"})

        currency = found(wire, paid, "currency_mismatch", source=SOURCE)
        assert (currency.here["currency"], currency.there["currency"]) == ("USD", "EUR")
        assert kinds(wire, paid, source=SOURCE) == {"currency_mismatch"}

    def test_a_second_transfer_until_it_is_taken_back(self, wire: Wire, paid: Any) -> None:
        second = made_by_hand(wire, paid, at_s=int(wire.clock().timestamp()))
        told(wire, "transfer.created", second)
        twice = found(wire, paid, "duplicate", source=SOURCE)

        back = taken_back(wire, second["id"], 1000)
        told(wire, "transfer.reversed", back)

        assert (twice.about, twice.is_loss) == (second["id"], True)
        assert twice.here["receipt"] == paid.receipt
        assert kinds(wire, paid, source=SOURCE) == set()

    def test_more_came_back_than_we_have_on_record(self, wire: Wire, paid: Any) -> None:
        told(wire, "transfer.reversed", taken_back(wire, paid.receipt, 400))
        assert kinds(wire, paid, source=SOURCE) == set()

        with behind_our_back() as cursor:
            cursor.execute("UPDATE disbursement_requests SET returned_minor = 100")

        back = found(wire, paid, "amount_mismatch", source=SOURCE)
        book = found(wire, paid, "ledger_mismatch", source=SOURCE)
        assert (back.about, back.there) == ("returned", {"came back": "USD 4.00"})
        assert (book.here, book.there) == (
            {"came back": "USD 1.00"}, {"came back": "USD 4.00"},
        )  # fmt: skip

    def test_a_look_up_no_longer_finds_it(self, wire: Wire, paid: Any, moved: MovedClock) -> None:
        del wire.simulator.stripe.state.tables["transfer"][paid.receipt]
        moved.forward(minutes=20)

        assert SOURCE.ask_afresh([str(paid.pk)], at=moved()) == {str(paid.pk)}
        sent = Call.objects.filter(kind="transfer").count()
        jobs.ask()

        missing = found(wire, paid, "missing_at_provider", source=SOURCE)
        assert "look-up" in missing.there_name
        assert StatusQuestion.objects.get().state == "not_found"
        assert Call.objects.filter(kind="transfer").count() == sent, "no money was sent"
        paid.refresh_from_db()
        assert (paid.status, paid.ask_at) == ("completed", None)

    def test_a_look_up_that_finds_it_agrees(
        self, wire: Wire, paid: Any, moved: MovedClock
    ) -> None:
        moved.forward(minutes=20)
        SOURCE.ask_afresh([str(paid.pk)], at=moved())
        jobs.ask()

        record = SOURCE.read([str(paid.pk)])[str(paid.pk)]
        assert {each.source for each in record.others} == {"answer", "callback", "status"}
        assert judged(wire, paid, source=SOURCE).result == "matched"

    def test_paid_there_and_failed_here(self, wire: Wire, paid: Any) -> None:
        with behind_our_back() as cursor:
            cursor.execute(
                "UPDATE disbursement_requests SET status = 'failed', receipt = NULL,"
                " completed_at = NULL"
            )

        mismatch = found(wire, paid, "status_mismatch", source=SOURCE)
        assert (mismatch.here["status"], mismatch.there["status"]) == ("not paid", "paid")
        assert mismatch.is_loss


class TestFinding:
    def test_by_the_transfers_id_and_never_as_a_payout_of_m_pesas(
        self, wire: Wire, paid: Any
    ) -> None:
        (by_receipt,) = finding_subjects.find(paid.receipt, caller=ANYBODY)
        (by_id,) = finding_subjects.find(str(paid.pk), caller=ANYBODY)

        assert by_receipt == by_id
        assert (by_id.kind, by_id.subject_id) == ("payout_transfer", str(paid.pk))

    def test_a_step_of_a_reversal_leads_to_its_payout(
        self, wire: Wire, paid: Any, moved: MovedClock
    ) -> None:
        reversal = propose_reversal(
            disbursement_id=paid.pk, amount_minor=100, caller=AMINA, reason=REASON, at=moved()
        )

        subject = finding_subjects.subject_of("TransferReversal", str(reversal.pk))

        assert subject == ("payout_transfer", str(paid.pk))


def _queries(ids: list[str]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert len(SOURCE.read(ids)) == len(ids)
    return len(captured)
