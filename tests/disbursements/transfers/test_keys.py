"""Which key each attempt goes out under, and that its order is frozen with it."""

import pytest

from disbursements.models import ConnectedAccount, DisbursementRequest
from disbursements.operations.pause import release
from disbursements.operations.send import send_due
from disbursements.operations.transfer_orders import first_sent_at, order_of
from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from tests.disbursements.transfers.conftest import Answering, Won, answering, reread
from tests.striping import open_account, paid_twice, transfers
from tests.winners import attempts, payout
from tests.wire import MovedClock, Wire

NEVER_LEFT = Unreachable("No route")
BUSY = Declined("Later", code="lock_timeout")


def sent_again(row: DisbursementRequest, moved: MovedClock, error: GatewayError) -> Answering:
    """The next attempt, an hour later, answered with this error."""
    moved.forward(hours=1)
    with answering(error) as double:
        assert send_due(status="retrying") == 1
    return double


class TestGenerations:
    def test_a_refusal_is_followed_by_a_new_key(self, won: Won, moved: MovedClock) -> None:
        row = payout(won())
        with answering(BUSY):
            send_due()

        second = sent_again(row, moved, BUSY)
        third = sent_again(row, moved, BUSY)

        assert [attempt.key for attempt in attempts(row)] == [
            f"payout:{row.pk}", f"payout:{row.pk}:2", f"payout:{row.pk}:3",
        ]  # fmt: skip
        assert [each.orders[0].key for each in (second, third)] == [
            f"payout:{row.pk}:2", f"payout:{row.pk}:3",
        ]  # fmt: skip

    def test_what_never_left_keeps_the_key_and_the_order(
        self, won: Won, moved: MovedClock
    ) -> None:
        row = payout(won())
        with answering(NEVER_LEFT) as first:
            send_due()

        second = sent_again(row, moved, NEVER_LEFT)

        assert first.orders == second.orders
        assert [attempt.key_generation for attempt in attempts(row)] == [1, 1]
        assert [attempt.provider_reference for attempt in attempts(row)] == [
            f"{row.pk.hex}:1", f"{row.pk.hex}:2",
        ]  # fmt: skip

    def test_a_key_is_not_used_again_after_23_hours(self, won: Won, moved: MovedClock) -> None:
        row = payout(won())
        with answering(NEVER_LEFT):
            send_due()
        moved.forward(hours=22)

        sent_again(row, moved, NEVER_LEFT)

        assert [attempt.key_generation for attempt in attempts(row)] == [1, 2]

    def test_another_account_of_the_user_needs_another_key(
        self, won: Won, moved: MovedClock
    ) -> None:
        row = payout(won())
        with answering(NEVER_LEFT):
            send_due()
        ConnectedAccount.objects.update(account_id="acct_Newer")

        double = sent_again(row, moved, NEVER_LEFT)

        [order] = double.orders
        assert (order.destination, order.key) == ("acct_Newer", f"payout:{row.pk}:2")
        assert [each.destination for each in attempts(row)] == ["acct_user1", "acct_Newer"]

    def test_the_order_has_nothing_of_the_attempt_but_its_key(self, won: Won) -> None:
        row = payout(won(contest_id="cup"))
        with answering(Unclear("Who knows")) as double:
            send_due()

        [attempt] = attempts(row)
        assert [order_of(reread(row), attempt)] == double.orders
        again = order_of(reread(row), attempt, earlier_open=True)
        assert (again.earlier_open, again.key) == (True, f"payout:{row.pk}")
        assert again.description == "Contest cup"

    def test_the_first_moment_of_a_key_is_that_of_its_first_attempt(
        self, won: Won, moved: MovedClock
    ) -> None:
        row, began = payout(won()), moved()
        with answering(NEVER_LEFT):
            send_due()
        sent_again(row, moved, BUSY)
        sent_again(row, moved, NEVER_LEFT)

        first, second, third = attempts(row)

        assert (first_sent_at(first), first_sent_at(second)) == (began, began)
        assert first_sent_at(third) == third.retry_timestamp


class TestAtStripe:
    def test_a_refused_key_is_poisoned_and_the_next_one_pays(
        self, won: Won, wire: Wire, moved: MovedClock
    ) -> None:
        row = payout(won())
        open_account(wire, "acct_user1", refusal="action_blocked")
        send_due()
        open_account(wire, "acct_user1", refusal="")
        release(cause="stripe:action_blocked", reason="Stripe let it go", actor="a", at=moved())

        send_due(status="retrying")

        assert reread(row).status == "completed"
        assert [attempt.key_generation for attempt in attempts(row)] == [1, 2]
        assert (len(transfers(wire)), paid_twice(wire)) == (1, [])

    def test_a_payout_days_later_is_still_paid_once(
        self, won: Won, wire: Wire, moved: MovedClock
    ) -> None:
        row = payout(won())
        with answering(NEVER_LEFT):
            send_due()
        moved.forward(hours=72)

        wire.run()

        assert (reread(row).status, len(transfers(wire))) == ("completed", 1)


@pytest.mark.parametrize("days", [0, 2])
def test_a_second_attempt_needs_the_proof_of_the_first(
    won: Won, wire: Wire, moved: MovedClock, days: int
) -> None:
    row = payout(won())
    with answering(Unclear("Who knows")):
        send_due()
    moved.forward(hours=24 * days)

    assert send_due() == send_due(status="retrying") == 0

    assert (len(attempts(row)), transfers(wire)) == (1, [])
