"""Signed notices of transfers: twice, early, late, of others, of what nobody here sent."""

from typing import Any

import pytest

from core.models import Alert
from disbursements import jobs
from disbursements.models import AttemptOutcome, DisbursementRequest
from disbursements.operations.prove_books import breaks
from tests.disbursements.transfers.at_stripe import (
    heard,
    made_by_hand,
    outcomes,
    steps_to,
    told,
)
from tests.disbursements.transfers.conftest import Won, reread
from tests.striping import paid_twice, register_webhooks, tell, transfers
from tests.winners import a_stripe_account, attempts, payout
from tests.wire import MovedClock, Wire
from vault.operations.add_partner import add_partner


class TestCreated:
    def test_it_settles_what_nobody_could_tell(self, wire: Wire, unknown: Any) -> None:
        row = unknown("transfer_lost")

        heard(wire)

        row, [made] = reread(row), transfers(wire)
        assert (row.status, row.receipt, row.ask_at) == ("completed", made["id"], None)
        assert (outcomes(), list(breaks())) == (["applied"], [])

    def test_one_that_comes_before_the_answer_pays_once(
        self, wire: Wire, unknown: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from config.deliveries import deliver_due

        wire.before_answer = lambda _: heard_now(wire, deliver_due)

        row = unknown("transfer_event_early")

        row = reread(row)
        assert (row.status, len(transfers(wire)), outcomes()) == ("completed", 1, ["applied"])
        assert attempts(row)[0].outcome == AttemptOutcome.PAID
        assert list(breaks()) == []

    def test_one_that_comes_twice_changes_nothing(self, wire: Wire, unknown: Any) -> None:
        row = unknown("transfer_lost")

        heard(wire, times=2)

        assert outcomes() == ["applied", "duplicate"]
        assert steps_to(row, "completed") == 1

    @pytest.mark.parametrize("fault", ["transfer_event_again", "transfer_event_twice"])
    def test_two_notices_of_one_change_are_one(
        self, wire: Wire, unknown: Any, moved: MovedClock, fault: str
    ) -> None:
        row = unknown(fault)
        moved.forward(minutes=1)

        heard(wire)

        assert (reread(row).status, set(outcomes())) == ("completed", {"duplicate"})
        assert (len(outcomes()), paid_twice(wire)) == (2, [])

    def test_one_that_is_late_does_no_harm(
        self, wire: Wire, unknown: Any, moved: MovedClock
    ) -> None:
        row = unknown("transfer_event_late")
        moved.forward(hours=3)

        heard(wire)

        assert (reread(row).status, outcomes()) == ("completed", ["duplicate"])

    def test_a_second_transfer_is_a_critical_alert_and_changes_nothing(
        self, wire: Wire, paid: DisbursementRequest
    ) -> None:
        second = made_by_hand(wire, paid, at_s=int(paid.created_at.timestamp()))

        told(wire, "transfer.created", second)

        assert reread(paid).receipt == paid.receipt
        assert outcomes() == ["contradictory"]
        assert Alert.objects.get(kind="duplicate_transfer").key == second["id"]

    def test_one_of_another_amount_settles_nothing_and_stops_it(
        self, wire: Wire, unknown: Any
    ) -> None:
        row = unknown("transfer_drop")
        odd = made_by_hand(wire, row, at_s=int(row.created_at.timestamp()), amount="999")

        told(wire, "transfer.created", odd)

        row = reread(row)
        assert (row.status, row.person_needed_at is not None) == ("unknown", True)
        assert Alert.objects.filter(kind="report_does_not_fit", key=str(row.pk)).exists()
        wire.run()
        assert [each["id"] for each in transfers(wire)] == [odd["id"]]

    def test_one_of_what_was_never_sent_keeps_it_from_being_sent(
        self, wire: Wire, won: Won
    ) -> None:
        row = payout(won())
        made = made_by_hand(wire, row, at_s=int(row.created_at.timestamp()))

        told(wire, "transfer.created", made)
        jobs.send()

        row = reread(row)
        assert (row.status, row.person_needed_at is not None) == ("queued", True)
        assert len(transfers(wire)) == 1


class TestWhoseItIs:
    def test_one_at_another_partners_address_settles_nothing(
        self, wire: Wire, unknown: Any, moved: MovedClock
    ) -> None:
        row = unknown("transfer_drop")
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())
        a_stripe_account(other, number="OTHER")
        made = made_by_hand(wire, row, at_s=int(row.created_at.timestamp()))
        wire.simulator.stripe.state.tables["endpoint"].clear()
        register_webhooks(wire, subject="OTHER")

        tell(wire, "transfer.created", made)
        heard(wire)

        assert (reread(row).status, outcomes()) == ("unknown", ["unmatched"])
        assert Alert.objects.filter(kind="report_does_not_fit", key=str(row.pk)).exists()

    def test_one_at_no_address_of_ours_is_unmatched(self, wire: Wire, unknown: Any) -> None:
        row = unknown("transfer_lost")
        wire.simulator.stripe.state.tables["endpoint"].clear()
        register_webhooks(wire, subject="GONE")

        tell(wire, "transfer.created", transfers(wire)[0])
        heard(wire)

        assert (reread(row).status, outcomes()[-1]) == ("unknown", "unmatched")

    def test_one_of_the_other_mode_is_ignored(self, wire: Wire, unknown: Any) -> None:
        row = unknown("transfer_drop")
        made = made_by_hand(wire, row, at_s=int(row.created_at.timestamp())) | {"livemode": True}

        told(wire, "transfer.created", made)

        assert (reread(row).status, outcomes()[-1]) == ("unknown", "ignored")

    @pytest.mark.parametrize("name", ["nobody", "3f1e6c1e-6f0e-4c0e-8f52-2c8f0a5f6f10"])
    def test_one_with_our_group_but_no_id_of_ours_is_an_orphan(
        self, wire: Wire, paid: DisbursementRequest, name: str
    ) -> None:
        orphan = made_by_hand(
            wire, paid, at_s=int(paid.created_at.timestamp()),
            metadata={"payout_transfer_id": name},
        )  # fmt: skip

        told(wire, "transfer.created", orphan)

        assert outcomes() == ["unmatched"]
        alert = Alert.objects.get(kind="orphan_transfer")
        assert (alert.key, alert.severity) == (orphan["id"], "critical")

    def test_one_that_is_nothing_of_ours_is_ignored(
        self, wire: Wire, paid: DisbursementRequest
    ) -> None:
        theirs = transfers(wire)[0] | {
            "id": "tr_theirs", "metadata": {}, "destination": "acct_theirs",
            "transfer_group": "ORDER-1",
        }  # fmt: skip

        told(wire, "transfer.created", theirs)

        assert outcomes() == ["ignored"]
        assert not Alert.objects.filter(kind="orphan_transfer").exists()

    def test_one_whose_metadata_was_edited_is_known_by_its_receipt(
        self, wire: Wire, paid: DisbursementRequest
    ) -> None:
        edited = transfers(wire)[0] | {"metadata": {"note": "seen"}}

        told(wire, "transfer.updated", edited)

        assert outcomes() == ["duplicate"]


def heard_now(wire: Wire, deliver_due: Any) -> None:
    """What arrived while the answer is on its way is read by another worker."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def read() -> None:
        try:
            deliver_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        other.submit(read).result()
