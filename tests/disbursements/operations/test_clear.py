"""What an origin looks at before it leaves: sent while it is cleared, and never afterwards."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.schedules import SWEEPS
from disbursements import queries
from disbursements.admin import words
from disbursements.models import DisbursementRequest
from disbursements.operations.clear import clear, take_back
from disbursements.operations.instruct import instruct
from disbursements.operations.send import send_due
from disbursements.rules.intake import Instruction
from gateways.interface import PaymentState, PayoutOrder
from gateways.memory import MemoryProvider
from tests.disbursements.acting import Hand
from tests.wire import MovedClock
from vault.models import Shortcode

TWO_MINUTES = timedelta(minutes=2)
Make = Callable[..., DisbursementRequest]


@pytest.fixture
def looked_at(memory: MemoryProvider, a_shortcode: Shortcode, moved: MovedClock) -> Make:
    """A payout of a loan, cleared for two minutes unless told otherwise."""

    def make(reference: str = "LOAN-1", until: datetime | None = None) -> DisbursementRequest:
        return instruct(
            partner_id=a_shortcode.partner_id, origin="loan", origin_id=reference, actor="test",
            instruction=Instruction(
                client_reference=reference, msisdn="254700100001", amount="100"
            ),
            cleared_until=until or moved() + TWO_MINUTES, at=moved(),
        ).disbursement  # fmt: skip

    return make


def status_of(row: DisbursementRequest) -> str:
    row.refresh_from_db()
    return row.status


def sends(memory: MemoryProvider) -> int:
    return sum(1 for each in memory.calls if isinstance(each, PayoutOrder))


class TestSendingWhatIsCleared:
    def test_it_leaves_while_it_is_cleared(
        self, looked_at: Make, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        row = looked_at()

        moved.forward(seconds=119)
        send_due()

        assert (status_of(row), sends(memory)) == ("accepted", 1)

    def test_it_does_not_leave_once_that_is_over(
        self, looked_at: Make, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        row = looked_at()

        moved.forward(minutes=2)
        send_due()

        assert (status_of(row), sends(memory)) == ("queued", 0)
        assert list(queries.to_clear(status="queued", at=moved())) == [row]

    def test_it_leaves_once_it_is_cleared_anew(
        self, looked_at: Make, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        row = looked_at()
        moved.forward(hours=1)

        count = clear(payout_ids=[row.pk], until=moved() + TWO_MINUTES, at=moved())
        send_due()

        assert (count, status_of(row), sends(memory)) == (1, "accepted", 1)

    def test_one_that_waits_keeps_nobody_else_back(
        self, looked_at: Make, pay: Any, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        looked_at()
        moved.forward(minutes=3)
        other = pay("00002")

        send_due()

        assert status_of(other) == "accepted"

    def test_a_retry_leaves_only_after_a_new_look(
        self, looked_at: Make, reports: Any, memory: MemoryProvider, moved: MovedClock, hand: Hand
    ) -> None:
        row = looked_at()
        send_due()
        proven_not_paid(row, reports, moved)
        moved.forward(hours=1)

        send_due(status="retrying")
        before = sends(memory)
        clear(payout_ids=[row.pk], until=moved() + TWO_MINUTES, at=moved())
        send_due(status="retrying")

        assert (before, sends(memory)) == (1, 2)

    def test_a_forced_retry_waits_for_a_look_too(
        self, looked_at: Make, reports: Any, memory: MemoryProvider, moved: MovedClock, hand: Hand
    ) -> None:
        row = looked_at()
        send_due()
        proven_not_paid(row, reports, moved, code="2040")
        moved.forward(minutes=5)

        hand.does("force", row)
        send_due(status="retrying")

        assert (status_of(row), sends(memory)) == ("retrying", 1)


class TestClearing:
    def test_what_its_origin_does_not_look_at_stays_as_it_is(
        self, pay: Any, moved: MovedClock
    ) -> None:
        row = pay()

        count = clear(payout_ids=[row.pk], until=moved() + TWO_MINUTES, at=moved())

        row.refresh_from_db()
        assert (count, row.cleared_until) == (0, None)

    def test_what_is_no_longer_waiting_stays_as_it_is(
        self, looked_at: Make, moved: MovedClock
    ) -> None:
        row = looked_at()
        was = row.cleared_until
        send_due()

        count = clear(payout_ids=[row.pk], until=moved() + 2 * TWO_MINUTES, at=moved())

        row.refresh_from_db()
        assert (count, row.cleared_until) == (0, was)

    def test_until_must_be_to_come(self, looked_at: Make, moved: MovedClock) -> None:
        row = looked_at()

        with pytest.raises(ValueError, match="until"):
            clear(payout_ids=[row.pk], until=moved(), at=moved())

    def test_taken_back_it_does_not_leave(
        self, looked_at: Make, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        row = looked_at()

        count = take_back(payout_ids=[row.pk], at=moved())
        send_due()

        assert (count, status_of(row), sends(memory)) == (1, "queued", 0)


class TestSaying:
    def test_what_waits_for_a_look_is_due_at_no_moment_of_the_sender(
        self, looked_at: Make, moved: MovedClock
    ) -> None:
        looked_at()

        cleared_at = SWEEPS["send"].next_moment(at=moved())
        moved.forward(minutes=2)

        assert cleared_at is not None
        assert SWEEPS["send"].next_moment(at=moved()) is None

    def test_the_page_says_that_it_waits(self, looked_at: Make, moved: MovedClock) -> None:
        row = looked_at()

        said_before = words.reason(row)
        moved.forward(minutes=2)

        assert said_before == ""
        assert words.reason(row) == "waits for a look at Mifos X"
        assert "Mifos X" in words.next_step(row, pause=None)


def proven_not_paid(
    row: DisbursementRequest, reports: Any, moved: MovedClock, code: str = "7777"
) -> None:
    row.refresh_from_db()
    reports.failed(row, code)
    DisbursementRequest.objects.filter(pk=row.pk).update(ask_at=moved())
    reports.asked(row)
    reports.answered(row, PaymentState.NOT_PAID)
