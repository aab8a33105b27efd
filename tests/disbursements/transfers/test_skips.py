"""Who cannot receive is held back with the reason, and is paid once their account may."""

from typing import Any

import pytest

from core.models import Step
from disbursements.models import ConnectedAccount, PayoutTransfer
from disbursements.operations.accounts import wake_all
from disbursements.operations.pause import release
from disbursements.operations.prove_books import breaks
from disbursements.operations.send import send_due
from disbursements.rules.receiving import SAID, Skip
from gateways.errors import Unreachable
from tests.disbursements.transfers.conftest import Won, answering, reread
from tests.striping import open_account, transfers
from tests.winners import a_payout_job, an_account, attempts, payout, payouts
from tests.wire import START, MovedClock, Wire
from vault.models import Shortcode

ACCOUNTS: list[tuple[Skip, dict[str, Any] | None]] = [
    (Skip.NO_ACCOUNT, None),
    (Skip.NOT_CHECKED, {"checked": False}),
    (Skip.LEFT, {"left_at": START}),
    (Skip.REJECTED, {"disabled_reason": "rejected.fraud"}),
    (Skip.PENDING, {"transfers": "pending"}),
    (Skip.INACTIVE, {"transfers": "inactive"}),
    (Skip.UNREQUESTED, {"transfers": "unrequested"}),
]


def winner_of(row: Any) -> PayoutTransfer:
    return PayoutTransfer.objects.get(pk=row.pk)


class TestFirstTry:
    @pytest.mark.parametrize(("skip", "account"), ACCOUNTS)
    def test_it_is_held_and_says_why(
        self, wire: Wire, platform: Shortcode, moved: MovedClock, skip: Skip,
        account: dict[str, Any] | None,
    ) -> None:  # fmt: skip
        if account is not None:
            an_account(platform.partner, "user-1", **account)
        row = payout(a_payout_job(platform.partner))

        assert send_due() == 0

        winner = winner_of(row)
        assert (reread(row).status, attempts(row)) == ("held", [])
        assert (winner.skip_code, winner.skipped_at) == (skip, moved())
        assert SAID[skip] in Step.objects.filter(subject_id=str(row.pk)).latest("id").because
        assert not any("/v1/transfers" in path for path in wire.paths)
        assert list(breaks()) == []

    def test_the_others_are_paid(self, won: Won, wire: Wire, platform: Shortcode) -> None:
        job = won({"user-1": 100, "user-2": 200, "user-3": 300})
        ConnectedAccount.objects.filter(user_id="user-2").update(transfers="pending")

        assert send_due() == 2

        statuses = {user: row.status for user, row in payouts(job).items()}
        assert statuses == {"user-1": "completed", "user-2": "held", "user-3": "completed"}

    def test_any_number_of_them_do_not_stand_in_the_way(
        self, won: Won, platform: Shortcode, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("disbursements.operations.claim.BATCH_MAX", 5)
        waiting = a_payout_job(platform.partner, {f"none-{number}": 10 for number in range(12)})
        job = won()

        assert send_due() == 1

        assert payout(job).status == "completed"
        assert {row.status for row in payouts(waiting).values()} == {"held"}


class TestLaterTry:
    @pytest.fixture
    def left_meanwhile(self, won: Won, moved: MovedClock) -> Any:
        """A winner whose first try did not leave, and whose account is unverified since."""
        row = payout(won())
        with answering(Unreachable("No route")):
            send_due()
        ConnectedAccount.objects.update(transfers="inactive")
        moved.forward(hours=1)
        return row

    def test_it_is_parked_under_a_cause_of_its_own(self, left_meanwhile: Any) -> None:
        assert send_due(status="retrying") == 0

        row = reread(left_meanwhile)
        assert (row.status, row.parked_cause) == ("parked", "stripe:transfers_inactive")
        assert winner_of(row).skip_code == Skip.INACTIVE
        assert (len(attempts(row)), row.next_retry_at) == (1, None)
        assert list(breaks()) == []

    def test_released_by_hand_too_early_it_is_parked_again(
        self, left_meanwhile: Any, moved: MovedClock
    ) -> None:
        send_due(status="retrying")
        release(cause="stripe:transfers_inactive", reason="a try", actor="amina", at=moved())

        assert send_due(status="retrying") == 0

        assert reread(left_meanwhile).status == "parked"

    def test_released_by_hand_in_time_it_is_paid_and_waits_for_nothing(
        self, left_meanwhile: Any, moved: MovedClock
    ) -> None:
        send_due(status="retrying")
        ConnectedAccount.objects.update(transfers="active")
        release(cause="stripe:transfers_inactive", reason="verified", actor="amina", at=moved())

        assert send_due(status="retrying") == 1

        winner = winner_of(left_meanwhile)
        assert reread(left_meanwhile).status == "completed"
        assert (winner.skip_code, winner.skipped_at) == ("", None)


class TestWoken:
    def test_once_the_account_may_receive_it_is_paid(
        self, wire: Wire, platform: Shortcode, moved: MovedClock
    ) -> None:
        open_account(wire, "acct_user1")
        an_account(platform.partner, "user-1", transfers="pending")
        row = payout(a_payout_job(platform.partner))
        send_due()
        ConnectedAccount.objects.update(transfers="active")

        wake_all(at=moved())
        send_due()

        assert (reread(row).status, len(transfers(wire))) == ("completed", 1)
        assert winner_of(row).skip_code == ""

    def test_refused_for_its_account_it_goes_on_under_a_new_key(
        self, won: Won, wire: Wire, moved: MovedClock
    ) -> None:
        row = payout(won())
        open_account(wire, "acct_user1", transfers="inactive")
        send_due()
        open_account(wire, "acct_user1", transfers="active")
        ConnectedAccount.objects.update(transfers="active")

        wake_all(at=moved())
        send_due(status="retrying")

        assert reread(row).status == "completed"
        assert [attempt.key_generation for attempt in attempts(row)] == [1, 2]
