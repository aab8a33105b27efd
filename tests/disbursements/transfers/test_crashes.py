"""The process ends at every write and around every call: afterwards each winner is paid once.

Each round has a winner of its own and ends one write later than the one before, until a round is
over before its write comes; then everything runs on, and the simulated Stripe's book is the judge.
"""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from config.deliveries import deliver_due
from disbursements import jobs
from disbursements.models import DisbursementRequest, PayoutJob, PayoutTransfer, TransferReversal
from disbursements.operations.reversals import approve_reversal, propose_reversal
from tests.contests import settle
from tests.disbursements.transfers.conftest import Won
from tests.disbursements.transfers.test_proposing_reversals import AMINA, BRIAN, REASON
from tests.journeys.killing import Killed, in_a_fixed_order, killed_at_write, survives
from tests.striping import open_account, register_webhooks, script, transfers
from tests.transfer_oracle import wrong
from tests.winners import a_payout_job, account_of, an_account, payout
from tests.wire import Wire
from vault.models import Partner, Shortcode

SWEPT = ("accounts", "payouts", "reversals")
CREATE = "/v1/transfers"
ROUNDS_MAX = 60


@pytest.fixture(autouse=True)
def one_after_the_other() -> Iterator[None]:
    """In one thread, so that the writes have an order."""
    with in_a_fixed_order():
        yield


def at_every_write(begin: Callable[[str], object], work: Callable[[], object]) -> int:
    """For a new winner each, end the work one write later, and do it again; how many died."""
    for number in count(1):
        assert number < ROUNDS_MAX
        begin(f"user-{number}")
        with killed_at_write(number):
            if survives(work):
                return number - 1
        work()
    raise AssertionError


def ended(wire: Wire) -> dict[str, int]:
    """Run on to the end and judge; how many ended how."""
    wire.run(also=SWEPT, step_minutes=20)
    assert wrong(wire) == []
    statuses = list(DisbursementRequest.objects.values_list("status", flat=True))
    assert len(transfers(wire)) == statuses.count("completed") + statuses.count("returned")
    return {status: statuses.count(status) for status in set(statuses)}


class TestScheduling:
    def test_handed_in_again_there_is_one_job_with_every_winner(
        self, wire: Wire, platform: Shortcode
    ) -> None:
        def begin(user_id: str) -> None:
            for number in range(3):
                name = f"{user_id}-{number}"
                open_account(wire, account_of(name))
                an_account(platform.partner, name)

        def hand_in(number: int) -> None:
            wins = {f"user-{number}-{place}": "10.00" for place in range(3)}
            name = f"SET-{number}"
            settle(platform.partner, wins, settlement_id=name, contest_id=name)

        died = at_every_write(begin, lambda: hand_in(PayoutJob.objects.count() + 1))

        assert died >= 3
        assert PayoutJob.objects.count() == died + 1
        assert PayoutTransfer.objects.count() == 3 * (died + 1)
        assert ended(wire) == {"completed": 3 * (died + 1)}


class TestSending:
    @pytest.mark.parametrize("fault", ["", "transfer_lost", "transfer_error_paid",
                                       "transfer_too_many", "transfer_conflict"])  # fmt: skip
    def test_each_winner_is_paid_once(self, wire: Wire, won: Won, fault: str) -> None:
        def begin(user_id: str) -> None:
            won({user_id: 1000})
            if fault:
                script(wire, account_of(user_id), fault)

        died = at_every_write(begin, jobs.send)

        assert died >= 8
        assert ended(wire) == {"completed": died + 1}

    @pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
    def test_around_the_call_too(self, wire: Wire, won: Won, answered: bool) -> None:
        job = won()

        assert dies_at_call(wire, jobs.send, answered=answered)

        assert payout(job).status == "sending"
        assert ended(wire) == {"completed": 1}

    def test_of_who_cannot_receive_nothing_is_lost(self, wire: Wire, platform: Shortcode) -> None:
        register_webhooks(wire, subject="STRIPE")

        def begin(user_id: str) -> None:
            open_account(wire, account_of(user_id), transfers="inactive")
            an_account(platform.partner, user_id, transfers="inactive")
            a_payout_job(platform.partner, {user_id: 1000})

        died = at_every_write(begin, jobs.send)

        assert died >= 3
        for number in range(1, died + 2):
            open_account(wire, account_of(f"user-{number}"), transfers="active")
        assert ended(wire) == {"completed": died + 1}


class TestWaking:
    def test_who_was_woken_is_paid_once(
        self, wire: Wire, platform: Shortcode, a_partner: Partner
    ) -> None:
        def begin(user_id: str) -> None:
            a_payout_job(platform.partner, {user_id: 1000})
            jobs.send()
            open_account(wire, account_of(user_id))
            an_account(a_partner, user_id)

        died = at_every_write(begin, jobs.payouts)

        assert died >= 3
        assert ended(wire) == {"completed": died + 1}


class TestLookUp:
    @pytest.mark.parametrize("fault", ["transfer_lost", "transfer_drop", "transfer_error",
                                       "transfer_error_paid"])  # fmt: skip
    def test_what_it_found_counts_once(self, wire: Wire, won: Won, fault: str) -> None:
        def begin(user_id: str) -> None:
            won({user_id: 1000})
            script(wire, account_of(user_id), fault)
            jobs.send()
            wire.clock.forward(minutes=3)

        died = at_every_write(begin, jobs.ask)

        assert died >= 3
        assert ended(wire) == {"completed": died + 1}

    def test_around_its_second_send_too(self, wire: Wire, won: Won) -> None:
        for number, answered in enumerate((False, True)):
            user_id = f"user-{number}"
            won({user_id: 1000})
            script(wire, account_of(user_id), "transfer_drop")
            jobs.send()
            wire.clock.forward(minutes=3)

            assert dies_at_call(wire, jobs.ask, answered=answered, past=1)

        assert ended(wire) == {"completed": 2}


class TestNotice:
    def test_read_again_it_counts_once(self, wire: Wire, won: Won) -> None:
        register_webhooks(wire, subject="STRIPE")

        def begin(user_id: str) -> None:
            won({user_id: 1000})
            script(wire, account_of(user_id), "transfer_lost")
            jobs.send()
            wire.clock.forward(seconds=10)
            assert wire.deliver()

        died = at_every_write(begin, deliver_due)

        assert died >= 5
        assert ended(wire) == {"completed": died + 1}


class TestReversal:
    def agreed(self, wire: Wire, won: Won, user_id: str) -> None:
        job = won({user_id: 1000})
        jobs.send()
        wish = propose_reversal(
            disbursement_id=payout(job).pk, amount_minor=400, reason=REASON, caller=AMINA,
            at=wire.clock(),
        )  # fmt: skip
        approve_reversal(reversal_id=wish.pk, reason=REASON, caller=BRIAN, at=wire.clock())

    def returned(self, wire: Wire) -> set[int]:
        """What came back of each winner's money, by our book; it must be Stripe's."""
        ended(wire)
        rows = DisbursementRequest.objects.values_list("returned_minor", flat=True)
        assert {each["amount_reversed"] for each in transfers(wire)} == set(rows)
        return set(rows)

    def test_the_money_comes_back_once(self, wire: Wire, won: Won) -> None:
        died = at_every_write(lambda user_id: self.agreed(wire, won, user_id), jobs.reversals)

        assert died >= 3
        assert self.returned(wire) == {400}
        assert set(TransferReversal.objects.values_list("status", flat=True)) == {"done"}

    @pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
    def test_around_the_call_too(self, wire: Wire, won: Won, answered: bool) -> None:
        self.agreed(wire, won, "user-1")

        assert dies_at_call(wire, jobs.reversals, answered=answered, path="/reversals")

        assert self.returned(wire) == {400}


def dies_at_call(
    wire: Wire, work: Callable[[], object], *, answered: bool, path: str = CREATE, past: int = 0
) -> bool:
    """Whether the process ended just before a call, or when Stripe had carried it out.

    `past`: so many calls of this path come first, such as a look-up's list.
    """
    calls = count()

    def end(called: str) -> None:
        if called.endswith(path) and next(calls) == past:
            wire.before_call = wire.before_answer = None
            raise Killed

    if answered:
        wire.before_answer = end
    else:
        wire.before_call = end
    try:
        return not survives(work)
    finally:
        wire.before_call = wire.before_answer = None
