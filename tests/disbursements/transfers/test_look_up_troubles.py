"""Look-ups that fail, find too much, die, race, or meet what persons settled meanwhile."""

from typing import Any

import pytest

from core.models import Alert
from disbursements import jobs
from disbursements.models import DisbursementRequest, StatusQuestion
from disbursements.operations.decide_settlement import approve
from disbursements.operations.propose_settlement import CannotSettle
from tests.disbursements.persons import BRIAN, proposed
from tests.disbursements.transfers.at_stripe import goes_wrong, held_by_another, made_by_hand
from tests.disbursements.transfers.conftest import reread
from tests.striping import believe_keys, paid_twice, transfers
from tests.wire import MovedClock, Wire


class TestWhatFailsToTell:
    def test_a_read_error_leaves_it_unknown(self, wire: Wire, unclear: Any, ask: Any) -> None:
        row = unclear("transfer_drop")
        goes_wrong(wire, "transfer_read_error")

        row = ask(row)

        assert (row.status, transfers(wire)) == ("unknown", [])
        question = StatusQuestion.objects.get()
        assert question.error.startswith("Unclear: 500")
        assert question.answered_at is None

    def test_a_revoked_key_pauses_the_account_and_the_asking(
        self, wire: Wire, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_drop")
        believe_keys(wire, "sk_test_2")

        row = ask(row)
        wire.paths.clear()
        moved.forward(hours=2)
        jobs.ask()

        assert (row.status, wire.paths) == ("unknown", [])
        assert Alert.objects.filter(kind="sending_paused", key="stripe:401:STRIPE").exists()

    def test_credentials_that_do_not_open_are_told(
        self, unclear: Any, ask: Any, platform: Any
    ) -> None:
        row = unclear("transfer_drop")
        type(platform).objects.filter(pk=platform.pk).update(sealed_credentials="broken")

        row = ask(row)

        assert row.status == "unknown"
        assert Alert.objects.filter(kind="credentials_closed", key="STRIPE").exists()


class TestMoreThanOne:
    def test_it_is_paid_by_the_oldest_and_the_second_is_a_critical_alert(
        self, wire: Wire, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_lost")
        [first] = transfers(wire)
        second = made_by_hand(wire, row, at_s=first["created"] + 60)

        row = ask(row)

        assert (row.status, row.receipt) == ("completed", first["id"])
        alert = Alert.objects.get(kind="duplicate_transfer")
        assert (alert.key, alert.severity) == (second["id"], "critical")
        assert "reverse" in alert.text
        assert second["id"] in alert.text

    def test_one_of_its_group_without_its_id_is_for_a_person(
        self, wire: Wire, unclear: Any, ask: Any
    ) -> None:
        row = unclear("transfer_drop")
        other = made_by_hand(wire, row, at_s=int(row.created_at.timestamp()), metadata={})

        row = ask(row)

        assert (row.status, row.person_needed_at is not None) == ("unknown", True)
        assert Alert.objects.filter(kind="orphan_transfer", key=other["id"]).exists()
        assert len(transfers(wire)) == 1

    def test_what_a_person_must_settle_is_not_sent_again(
        self, wire: Wire, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_drop")
        DisbursementRequest.objects.filter(pk=row.pk).update(person_needed_at=moved())

        row = ask(row)

        assert (row.status, transfers(wire)) == ("unknown", [])


class TestCrashesAndRaces:
    def test_one_that_died_between_the_send_and_the_record_pays_once(
        self, wire: Wire, unclear: Any, ask: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = unclear("transfer_drop")

        def die(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as dying:
            dying.setattr("disbursements.operations.record_look_up.record", die)
            with pytest.raises(KeyboardInterrupt):
                ask(row)
        assert reread(row).status == "unknown"

        row = ask(row)

        assert (row.status, len(transfers(wire)), paid_twice(wire)) == ("completed", 1, [])

    def test_two_askers_pay_once(
        self, wire: Wire, unclear: Any, moved: MovedClock, together: Any
    ) -> None:
        row = unclear("transfer_drop")
        moved.moment = row.ask_at

        together(jobs.ask, jobs.ask)

        row = reread(row)
        assert (row.status, len(transfers(wire))) == ("completed", 1)

    def test_while_its_sender_lives_nobody_else_sends_it(
        self, wire: Wire, unclear: Any, ask: Any, together: Any
    ) -> None:
        row = unclear("transfer_drop")

        asked = held_by_another(row, lambda: ask(row), together)

        assert (asked.status, wire.paths) == ("unknown", [])
        assert StatusQuestion.objects.get().error == "somebody else is at it"


class TestSettledByHandMeanwhile:
    def test_nobody_settles_it_while_it_is_looked_up(
        self, unclear: Any, moved: MovedClock, together: Any
    ) -> None:
        row = unclear("transfer_drop")
        moved.forward(minutes=16)
        settlement = proposed(row, at=moved())

        def approve_while_looking() -> Any:
            return approve(
                settlement_id=settlement.pk, reason="seen the Dashboard", caller=BRIAN, at=moved()
            )

        asked = held_by_another(row, approve_while_looking, together)

        assert isinstance(asked, CannotSettle)
        assert "being looked up" in str(asked)
        assert approve_while_looking().status == "approved"

    def test_what_persons_settled_as_not_paid_is_not_sent_again(
        self, wire: Wire, unclear: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_drop")
        moved.forward(minutes=16)
        settlement = proposed(row, at=moved())
        approve(settlement_id=settlement.pk, reason="seen the Dashboard", caller=BRIAN, at=moved())

        wire.run()

        assert (reread(row).status, transfers(wire)) == ("failed", [])
