"""A winner is paid: what is sent, what is on record, what the books say."""

from datetime import timedelta

from core.models import Step
from disbursements import jobs
from disbursements.models import AttemptOutcome
from disbursements.operations.pause import pause
from disbursements.operations.prove_books import breaks
from disbursements.operations.send import send_due
from gateways.models import Call
from ledger import queries as books
from ledger.models import Entry
from tests.disbursements.transfers.conftest import Won
from tests.striping import transfers
from tests.winners import an_account, attempts, payout, payouts
from tests.wire import MovedClock, Wire
from vault.models import Shortcode
from vault.operations.add_partner import add_partner


class TestPaid:
    def test_a_winner_is_paid_by_one_run_of_the_sending_job(self, won: Won, wire: Wire) -> None:
        job = won({"user-1": 1234})

        assert jobs.send() == 1

        row = payout(job)
        [transfer] = transfers(wire)
        assert (row.status, row.receipt) == ("completed", transfer["id"])
        assert (transfer["amount"], transfer["currency"]) == (1234, "usd")
        assert transfer["destination"] == "acct_user1"

    def test_it_carries_our_id_a_group_of_its_own_and_the_contest(
        self, won: Won, wire: Wire
    ) -> None:
        job = won(contest_id="cup-2026")

        send_due()

        row, [transfer] = payout(job), transfers(wire)
        assert transfer["transfer_group"] == f"payout-{row.pk}"
        assert str(row.pk) in transfer["metadata"].values()
        assert transfer["description"] == "Contest cup-2026"

    def test_the_attempt_says_where_it_went_and_under_which_key(
        self, won: Won, moved: MovedClock
    ) -> None:
        job = won()

        send_due()

        row = payout(job)
        [attempt] = attempts(row)
        assert (attempt.outcome, attempt.destination) == (AttemptOutcome.PAID, "acct_user1")
        assert (attempt.key_generation, attempt.key) == (1, f"payout:{row.pk}")
        assert attempt.provider_reference == f"{row.pk.hex}:1"
        assert (attempt.acknowledged_at, attempt.settled_at) == (moved(), moved())
        assert attempt.conversation_id.startswith("req_")
        assert (row.attempts_made, row.lease_until, row.ask_at) == (1, None, None)

    def test_each_change_has_its_step(self, won: Won) -> None:
        row = payout(won())

        send_due()

        walked = Step.objects.filter(subject_id=str(row.pk)).order_by("id")
        assert list(walked.values_list("from_status", "to_status")) == [
            ("", "queued"), ("queued", "sending"), ("sending", "completed"),
        ]  # fmt: skip

    def test_the_call_is_on_record_without_the_key_of_the_account(self, won: Won) -> None:
        row = payout(won())

        send_due()

        call = Call.objects.get(subject_id=str(row.pk))
        assert (call.provider, call.kind, call.shortcode) == ("stripe", "transfer", "STRIPE")
        assert call.http_status == 200
        assert "sk_test" not in f"{call.request_body}{call.response_body}{call.url}"

    def test_the_books_hold_the_money_and_let_it_go(self, won: Won, platform: Shortcode) -> None:
        row = payout(won({"user-1": 1500}, currency="EUR"))

        send_due()

        held = Entry.objects.get(reference=f"ledger:payout:{row.pk}:1")
        assert Entry.objects.filter(settles=held, kind="commit").exists()
        balances = {each.code: each.balance_minor for each in books.balances()}
        assert balances["float:STRIPE:utility:EUR"] == -1500
        assert balances["float:STRIPE:reserved:EUR"] == 0
        assert list(breaks()) == []

    def test_a_second_and_a_third_run_pay_nothing_more(self, won: Won, wire: Wire) -> None:
        won({"user-1": 1000, "user-2": 2000})
        send_due()

        assert (jobs.send(), jobs.retry(), jobs.ask(), jobs.recover()) == (0, 0, 0, 0)
        wire.run()

        assert len(transfers(wire)) == 2

    def test_many_are_paid_in_several_currencies(self, won: Won, wire: Wire) -> None:
        yen = won({f"a-{number}": 500 for number in range(5)}, currency="JPY")
        dinars = won({f"b-{number}": 1_250 for number in range(5)}, currency="KWD")

        wire.run()

        told = sorted((each["currency"], each["amount"]) for each in transfers(wire))
        assert told == [("jpy", 500)] * 5 + [("kwd", 1250)] * 5
        rows = [*payouts(yen).values(), *payouts(dinars).values()]
        assert {row.status for row in rows} == {"completed"}

    def test_a_payout_due_later_waits(self, won: Won, wire: Wire, moved: MovedClock) -> None:
        job = won()
        row = payout(job)
        row.due_at = moved() + timedelta(hours=1)
        row.save(update_fields=["due_at"])

        assert send_due() == 0
        moved.forward(hours=1)

        assert send_due() == 1


class TestPause:
    def test_a_paused_account_sends_nothing(self, won: Won, wire: Wire) -> None:
        job = won()
        pause(
            scope="rail", target="stripe_transfer", reason="a look at the contest", actor="amina",
            at=wire.clock(),
        )  # fmt: skip

        assert send_due() == 0

        assert (payout(job).status, transfers(wire)) == ("queued", [])


def test_an_account_of_another_partner_is_not_used(won: Won, wire: Wire) -> None:
    other = add_partner(name="Other Example Ltd", actor="test", at=wire.clock())
    an_account(other, "user-9", "acct_other")
    job = won()

    send_due()

    assert attempts(payout(job))[0].destination == "acct_user1"
