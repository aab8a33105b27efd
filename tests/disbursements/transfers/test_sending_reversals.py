"""An approved reversal takes the money back once, whatever becomes of its call."""

from typing import Any

from core.models import Alert
from disbursements import jobs
from disbursements.models import DisbursementRequest
from disbursements.operations.prove_books import breaks
from disbursements.operations.reversals import propose_reversal
from gateways.models import Call
from ledger.models import Entry
from tests.disbursements.transfers.at_stripe import heard, taken_back
from tests.disbursements.transfers.conftest import reread
from tests.disbursements.transfers.taking_back import AMINA, REASON, back_at_stripe
from tests.striping import believe_keys, register_webhooks
from tests.wire import MovedClock, Wire


class TestTakenBack:
    def test_all_of_it(self, wire: Wire, approved: Any, paid: DisbursementRequest) -> None:
        reversal = approved()

        assert jobs.reversals() == 1

        reversal.refresh_from_db()
        row = reread(paid)
        assert (reversal.status, reversal.provider_id[:4]) == ("done", "trr_")
        assert (row.status, row.returned_minor) == ("returned", 1000)
        assert (back_at_stripe(wire), list(breaks())) == ([1000], [])

    def test_a_part_of_it_and_the_rest_later(
        self, wire: Wire, approved: Any, paid: DisbursementRequest
    ) -> None:
        approved(400)
        jobs.reversals()
        half_way = reread(paid)
        approved()

        jobs.reversals()

        row = reread(paid)
        assert (half_way.status, half_way.returned_minor) == ("completed", 400)
        assert (row.status, back_at_stripe(wire)) == ("returned", [400, 600])
        references = Entry.objects.filter(reference__contains=":returned:")
        assert sorted(references.values_list("reference", flat=True)) == [
            f"payout:{row.pk}:returned:1000", f"payout:{row.pk}:returned:400",
        ]  # fmt: skip
        assert list(breaks()) == []

    def test_its_notice_books_nothing_twice(
        self, wire: Wire, approved: Any, paid: DisbursementRequest
    ) -> None:
        register_webhooks(wire, subject="STRIPE")
        approved(400)
        jobs.reversals()

        heard(wire, times=2)

        assert reread(paid).returned_minor == 400
        assert list(breaks()) == []

    def test_a_notice_that_comes_before_the_answer_is_booked_once(
        self, wire: Wire, approved: Any, paid: DisbursementRequest
    ) -> None:
        register_webhooks(wire, subject="STRIPE")

        def hear(path: str) -> None:
            if path.endswith("/reversals"):
                wire.before_answer = None
                heard(wire)

        wire.before_answer = hear
        approved(400)

        jobs.reversals()

        assert (reread(paid).returned_minor, back_at_stripe(wire)) == (400, [400])
        assert list(breaks()) == []

    def test_what_somebody_else_took_back_is_counted_once(
        self, wire: Wire, approved: Any, paid: DisbursementRequest
    ) -> None:
        taken_back(wire, paid.receipt or "", 100)
        approved(400)

        jobs.reversals()

        assert reread(paid).returned_minor == 500
        assert list(breaks()) == []

    def test_it_goes_under_a_key_of_its_own_and_is_logged(
        self, wire: Wire, approved: Any, paid: DisbursementRequest
    ) -> None:
        reversal = approved()

        jobs.reversals()

        assert f"reversal:{reversal.pk}" in wire.simulator.stripe.state.tables["key"]
        assert Call.objects.filter(kind="reversal", subject_id=str(paid.pk)).count() == 2

    def test_nothing_is_sent_before_it_is_approved(
        self, wire: Wire, paid: DisbursementRequest, moved: MovedClock
    ) -> None:
        propose_reversal(
            disbursement_id=paid.pk, amount_minor=None, reason=REASON, caller=AMINA, at=moved()
        )

        assert (jobs.reversals(), wire.paths) == (0, [])


class TestRefused:
    def test_an_account_without_the_money(
        self, wire: Wire, approved: Any, paid: DisbursementRequest
    ) -> None:
        wire.simulator.stripe.state.account_balances.clear()
        reversal = approved()

        jobs.reversals()

        reversal.refresh_from_db()
        row = reread(paid)
        assert (reversal.status, reversal.failure_code) == ("refused", "balance_insufficient")
        assert (row.status, row.returned_minor) == ("completed", 0)
        assert Alert.objects.filter(kind="reversal_refused", key=str(reversal.pk)).exists()
        assert not Alert.objects.filter(kind="sending_paused").exists()

    def test_one_that_came_back_elsewhere_is_noted_all_the_same(
        self, wire: Wire, approved: Any, paid: DisbursementRequest
    ) -> None:
        reversal = approved()
        taken_back(wire, paid.receipt or "", 1000)

        jobs.reversals()

        reversal.refresh_from_db()
        assert (reversal.status, reread(paid).status) == ("refused", "returned")
        assert list(breaks()) == []

    def test_a_revoked_key_waits_until_it_is_put_right(
        self, wire: Wire, approved: Any, paid: DisbursementRequest, again: Any, moved: MovedClock
    ) -> None:
        from disbursements.models import Pause
        from disbursements.operations.pause import resume

        believe_keys(wire, "sk_test_2")
        reversal = approved()
        jobs.reversals()
        reversal.refresh_from_db()
        waiting = (reversal.status, reversal.first_sent_at)
        moved.forward(hours=1)
        assert jobs.reversals() == 0

        believe_keys(wire, "sk_test_1")
        resume(pause_id=Pause.objects.get().pk, reason="a new key", actor="amina", at=moved())
        again(reversal)

        assert waiting == ("sending", None)
        assert (reversal.status, reread(paid).status) == ("done", "returned")
