"""Notices of what came back, notices that race with others, notices of nothing for us."""

from typing import Any

import pytest

from core.models import Alert
from disbursements import jobs
from disbursements.models import DisbursementRequest
from disbursements.operations.prove_books import breaks
from gateways import inbox
from gateways.models import Callback
from tests.disbursements.transfers.at_stripe import (
    heard,
    made_by_hand,
    outcomes,
    steps_to,
    taken_back,
    told,
)
from tests.disbursements.transfers.conftest import reread
from tests.striping import register_webhooks, transfers
from tests.wire import MovedClock, Wire


class TestReversed:
    def test_a_part_is_booked_and_it_stays_completed(
        self, wire: Wire, paid: DisbursementRequest
    ) -> None:
        register_webhooks(wire, subject="STRIPE")
        taken_back(wire, paid.receipt or "", 400)

        heard(wire)

        row = reread(paid)
        assert (row.status, row.returned_minor, outcomes()) == ("completed", 400, ["applied"])
        assert list(breaks()) == []

    def test_all_of_it_makes_it_returned(self, wire: Wire, paid: DisbursementRequest) -> None:
        register_webhooks(wire, subject="STRIPE")
        taken_back(wire, paid.receipt or "", 400)
        taken_back(wire, paid.receipt or "", 600)

        heard(wire)

        row = reread(paid)
        assert (row.status, row.returned_minor) == ("returned", 1000)
        assert list(breaks()) == []

    def test_an_older_notice_takes_nothing_back(
        self, wire: Wire, paid: DisbursementRequest
    ) -> None:
        older = dict(taken_back(wire, paid.receipt or "", 400))
        newer = taken_back(wire, paid.receipt or "", 100)
        told(wire, "transfer.reversed", newer)

        told(wire, "transfer.reversed", older)

        assert (reread(paid).returned_minor, outcomes()) == (500, ["applied", "duplicate"])

    def test_one_without_a_notice_of_its_making_is_enough(self, wire: Wire, unknown: Any) -> None:
        row = unknown("transfer_event_lost")
        [made] = transfers(wire)

        taken_back(wire, made["id"], made["amount"])
        heard(wire)

        assert reread(row).status == "returned"
        assert list(breaks()) == []

    def test_what_came_back_of_a_second_transfer_is_no_return_of_the_first(
        self, wire: Wire, paid: DisbursementRequest
    ) -> None:
        second = made_by_hand(wire, paid, at_s=int(paid.created_at.timestamp()))
        told(wire, "transfer.created", second)

        taken_back(wire, second["id"], 1000)
        heard(wire)

        row = reread(paid)
        assert (row.status, row.returned_minor) == ("completed", 0)
        assert outcomes() == ["contradictory", "applied"]
        assert Alert.objects.get(kind="duplicate_transfer").closed_at is not None


class TestRaces:
    def test_many_at_once_settle_it_once(
        self, wire: Wire, unknown: Any, together: Any, moved: MovedClock
    ) -> None:
        from config.deliveries import deliver_due

        row = unknown("transfer_event_again")
        moved.forward(minutes=1)
        wire.deliver(2)

        together(deliver_due, deliver_due, jobs.ask)

        row = reread(row)
        assert (row.status, steps_to(row, "completed")) == ("completed", 1)
        assert list(breaks()) == []

    def test_a_crash_in_the_middle_of_reading_repeats_nothing(
        self, wire: Wire, unknown: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = unknown("transfer_lost")

        with monkeypatch.context() as failing:
            failing.setattr("gateways.inbox.mark", _fail)
            with pytest.raises(KeyboardInterrupt):
                heard(wire)
        assert reread(row).status == "unknown"

        heard(wire)

        assert (reread(row).status, steps_to(row, "completed")) == ("completed", 1)

    def test_a_notice_that_is_replayed_by_hand_changes_nothing(
        self, wire: Wire, unknown: Any
    ) -> None:
        row = unknown("transfer_lost")
        heard(wire)

        inbox.replay(callback_id=Callback.objects.get().pk)
        heard(wire)

        assert (outcomes(), steps_to(row, "completed")) == (["duplicate"], 1)


class TestNothingForUs:
    def test_other_notices_are_ignored(self, wire: Wire, paid: DisbursementRequest) -> None:
        told(wire, "customer.created", {"id": "cus_1", "object": "customer"})

        assert outcomes() == ["ignored"]


def _fail(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt
