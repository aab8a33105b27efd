"""A reversal whose call is lost, or whose worker dies, takes the money back once."""

from typing import Any

import pytest

from core.models import Alert
from disbursements import jobs
from disbursements.models import DisbursementRequest
from disbursements.operations.prove_books import breaks
from tests.disbursements.transfers.at_stripe import taken_back, told
from tests.disbursements.transfers.conftest import reread
from tests.disbursements.transfers.taking_back import back_at_stripe, lose
from tests.wire import MovedClock, Wire


class TestUnclear:
    def test_one_whose_answer_was_lost_is_seen_in_the_transfer(
        self, wire: Wire, approved: Any, paid: DisbursementRequest
    ) -> None:
        lose(wire, answer=True)
        reversal = approved()

        jobs.reversals()

        reversal.refresh_from_db()
        assert (reversal.status, reread(paid).status) == ("done", "returned")
        assert (back_at_stripe(wire), list(breaks())) == ([1000], [])

    def test_one_that_never_arrived_is_sent_again_under_its_key(
        self, wire: Wire, approved: Any, paid: DisbursementRequest, again: Any
    ) -> None:
        lose(wire, request=True)
        reversal = approved()
        jobs.reversals()
        reversal.refresh_from_db()
        assert reversal.status == "unknown"

        again(reversal)

        assert (reversal.status, reread(paid).status) == ("done", "returned")
        assert back_at_stripe(wire) == [1000]

    def test_only_a_replayed_refusal_settles_it(
        self, wire: Wire, approved: Any, again: Any
    ) -> None:
        lose(wire, request=True)
        reversal = approved()
        jobs.reversals()
        wire.simulator.stripe.state.account_balances.clear()

        first, second = again(reversal).status, again(reversal).status

        assert (first, second) == ("unknown", "refused")

    def test_after_a_day_it_is_only_looked_up(
        self, wire: Wire, approved: Any, paid: DisbursementRequest, again: Any
    ) -> None:
        lose(wire, request=True)
        reversal = approved()
        jobs.reversals()
        wire.paths.clear()

        again(reversal, hours=23.5)

        assert wire.paths == [f"/v1/transfers/{paid.receipt}"]
        assert (reversal.status, reversal.failure_code) == ("refused", "not_found")
        assert (reread(paid).status, back_at_stripe(wire)) == ("completed", [])

    def test_a_rise_that_may_be_anybodys_settles_nothing_after_a_day(
        self, wire: Wire, approved: Any, paid: DisbursementRequest, again: Any
    ) -> None:
        lose(wire, request=True)
        reversal = approved(400)
        jobs.reversals()
        taken_back(wire, paid.receipt or "", 400)

        again(reversal, hours=23.5)

        assert (reversal.status, reread(paid).returned_minor) == ("unknown", 400)
        assert reversal.ask_at is not None
        assert Alert.objects.get(kind="reversal_unknown").severity == "critical"

    def test_a_notice_makes_it_due_at_once(
        self, wire: Wire, approved: Any, paid: DisbursementRequest, moved: MovedClock
    ) -> None:
        lose(wire, request=True)
        reversal = approved()
        jobs.reversals()

        told(wire, "transfer.reversed", taken_back(wire, paid.receipt or "", 200))

        reversal.refresh_from_db()
        assert reversal.ask_at == moved()


class TestCrashesAndRaces:
    @pytest.mark.parametrize("where", ["_call", "record_reversal.record"])
    def test_a_worker_that_dies_takes_it_back_once(
        self, wire: Wire, approved: Any, paid: DisbursementRequest, again: Any, where: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        reversal = approved()

        def die(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as dying:
            dying.setattr(f"disbursements.operations.send_reversals.{where}", die)
            with pytest.raises(KeyboardInterrupt):
                jobs.reversals()
        assert jobs.reversals() == 0

        again(reversal)

        assert (reversal.status, reread(paid).status) == ("done", "returned")
        assert (back_at_stripe(wire), list(breaks())) == ([1000], [])

    def test_two_workers_take_it_back_once(
        self, wire: Wire, approved: Any, paid: DisbursementRequest, together: Any
    ) -> None:
        approved()

        done = together(jobs.reversals, jobs.reversals)

        assert sorted(done) == [0, 1]
        assert (reread(paid).status, back_at_stripe(wire)) == ("returned", [1000])

    def test_credentials_that_do_not_open_are_told_and_it_waits(
        self, approved: Any, platform: Any, moved: MovedClock
    ) -> None:
        reversal = approved()
        type(platform).objects.filter(pk=platform.pk).update(sealed_credentials="broken")

        jobs.reversals()

        reversal.refresh_from_db()
        assert (reversal.status, reversal.first_sent_at) == ("sending", None)
        assert reversal.ask_at > moved()
        assert Alert.objects.filter(kind="credentials_closed").exists()
