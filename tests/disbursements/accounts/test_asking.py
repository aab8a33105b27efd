"""Asking Stripe how accounts stand: the one source of what we believe."""

from datetime import timedelta

import pytest

from core.models import Alert, Step
from disbursements.jobs import accounts as ask_accounts
from disbursements.jobs import send
from disbursements.models import ConnectedAccount, DisbursementRequest
from disbursements.operations import record_standing, refresh_accounts
from disbursements.operations.record_standing import Asked, Told
from disbursements.operations.refresh_accounts import refresh_accounts as refresh
from disbursements.states import DisbursementStatus
from gateways.errors import Unclear
from gateways.interface import AccountStanding, Capability
from gateways.models import Call
from tests.striping import believe_keys, limit_rate, open_account
from tests.winners import SECRET_KEY, a_payout_job
from tests.wire import Wire
from vault.models import Partner
from vault.operations.add_partner import add_partner


def the_account(user_id: str = "user-1") -> ConnectedAccount:
    return ConnectedAccount.objects.get(user_id=user_id)


def asked_paths(wire: Wire) -> list[str]:
    return [path for path in wire.paths if path.startswith("/v1/accounts")]


class TestWhatIsAsked:
    def test_a_new_account_is_asked_about_and_then_daily(self, wire: Wire, save) -> None:
        open_account(wire, "acct_user1", transfers="pending")
        save()

        answered = [ask_accounts(), ask_accounts()]
        wire.clock.forward(hours=25)
        answered.append(ask_accounts())

        row = the_account()
        assert answered == [1, 0, 1]
        assert (row.transfers, row.country, row.currency) == ("pending", "US", "USD")
        assert row.currently_due == ["individual.verification.document"]
        assert row.refresh_at == wire.clock() + timedelta(days=1)

    def test_one_that_a_winner_waits_for_is_asked_about_hourly(
        self, wire: Wire, save, a_partner: Partner
    ) -> None:
        open_account(wire, "acct_user1", transfers="pending")
        save()
        ask_accounts()
        a_payout_job(a_partner, {"user-1": 1000})
        send()

        wire.clock.forward(hours=1)
        open_account(wire, "acct_user1", transfers="active")
        answered = ask_accounts()

        assert answered
        assert the_account().transfers == "active"
        assert DisbursementRequest.objects.get().status == DisbursementStatus.QUEUED

    def test_what_changed_is_in_the_trail_and_what_did_not_is_not(self, wire, save) -> None:
        open_account(wire, "acct_user1")
        save()
        ask_accounts()
        wire.clock.forward(hours=25)
        ask_accounts()

        steps = Step.objects.filter(subject_type="ConnectedAccount").order_by("id")

        assert [step.because for step in steps] == ["added", "as Stripe told us when we asked"]
        assert steps[1].details["new"]["transfers"] == "active"

    def test_an_account_that_stripe_does_not_let_us_at_is_out_of_reach(self, wire, save) -> None:
        save("user-1", "acct_nobody")

        ask_accounts()

        row = the_account()
        assert row.left_at == wire.clock()
        assert row.refresh_error.startswith("resource_missing No such account")

    def test_one_that_is_let_at_again_is_within_reach_again(self, wire: Wire, save) -> None:
        save()
        ask_accounts()
        open_account(wire, "acct_user1")

        refresh(at=wire.clock(), user_id="user-1")

        row = the_account()
        assert (row.left_at, row.refresh_error, row.transfers) == (None, "", "active")

    def test_a_named_user_is_asked_about_before_they_are_due(self, wire: Wire, save) -> None:
        for user_id in ("user-1", "user-2"):
            save(user_id)
        open_account(wire, "acct_user1")
        ask_accounts()
        before = len(asked_paths(wire))

        answered = refresh(at=wire.clock(), user_id="user-1")

        assert answered == 1
        assert asked_paths(wire)[before:] == ["/v1/accounts/acct_user1"]

    def test_the_users_data_in_an_answer_is_not_kept(self, wire: Wire, save) -> None:
        open_account(wire, "acct_user1")
        save()

        ask_accounts()

        assert not Call.objects.filter(kind="account").exists()

    def test_two_at_once_ask_once(self, wire: Wire, save, together) -> None:
        for number in range(6):
            open_account(wire, f"acct_user{number}")
            save(f"user-{number}")

        answered = together(ask_accounts, ask_accounts)

        assert sum(answered) == 6
        assert len(asked_paths(wire)) == 6


class TestWhatGoesWrong:
    def test_a_refused_key_stops_at_once_tells_staff_and_is_forgiven(self, wire, save) -> None:
        for number in range(100):
            save(f"user-{number}")
            open_account(wire, f"acct_user{number}")
        believe_keys(wire, "sk_test_another")

        answered = ask_accounts()
        told = Alert.objects.get(kind="accounts_not_answered")
        asked = len(asked_paths(wire))
        believe_keys(wire, SECRET_KEY)
        wire.clock.forward(minutes=6)
        again = ask_accounts()

        assert (answered, asked) == (0, refresh_accounts.BATCH)
        assert "STRIPE" in told.text
        assert again == 100
        assert Alert.objects.get(pk=told.pk).closed_at is not None

    def test_no_answer_leaves_the_account_as_it_stood(self, wire: Wire, save) -> None:
        open_account(wire, "acct_user1")
        save()
        ask_accounts()
        wire.clock.forward(hours=25)
        limit_rate(wire, 1)
        refresh(at=wire.clock(), user_id="user-1")
        before = the_account()
        refresh(at=wire.clock(), user_id="user-1")

        row = the_account()
        assert (row.transfers, row.standing_at) == ("active", before.standing_at)
        assert "rate_limit" in row.refresh_error
        assert row.refresh_at == wire.clock() + record_standing.AGAIN
        assert Call.objects.filter(kind="account", subject_id="acct_user1").count() == 1

    def test_a_worker_that_died_is_followed_when_its_lease_is_over(self, wire, save) -> None:
        open_account(wire, "acct_user1")
        save()
        refresh_accounts._claim({}, refresh_accounts._Run())

        at_once = ask_accounts()
        wire.clock.forward(minutes=11)
        later = ask_accounts()

        assert (at_once, later) == (0, 1)

    def test_a_partner_without_a_stripe_account_is_said_so_and_stops_nobody(
        self, wire: Wire, save
    ) -> None:
        other = add_partner(name="Jirani Example Ltd", actor="test", at=wire.clock())
        open_account(wire, "acct_user1")
        save("user-9", partner_id=other.pk)
        save("user-1")

        answered = ask_accounts()

        assert answered == 1
        assert the_account("user-9").refresh_error == record_standing.NO_PLATFORM


class TestAnswersInAnyOrder:
    """An answer counts from the moment of its question."""

    @pytest.fixture
    def row(self, wire: Wire, save) -> ConnectedAccount:
        open_account(wire, "acct_user1")
        save()
        ask_accounts()
        return the_account()

    def test_the_answer_to_an_earlier_question_changes_nothing(self, wire, row) -> None:
        earlier = _asked(row, at=row.standing_at - timedelta(seconds=1))
        told = Told(asked=earlier, standing=_standing(row, Capability.INACTIVE))

        record_standing.record(told, at=wire.clock())

        assert the_account().transfers == "active"

    def test_an_answer_about_the_former_account_changes_nothing(self, wire, row, save) -> None:
        later = _asked(row, at=wire.clock.forward(minutes=1))
        save("user-1", "acct_other", reason="the user opened a new account")

        said = record_standing.record(
            Told(asked=later, standing=_standing(row, Capability.ACTIVE)), at=wire.clock()
        )

        now = the_account()
        assert (said, now.account_id, now.standing_at) == (False, "acct_other", None)

    def test_a_notice_during_the_question_has_it_asked_again(self, wire: Wire, row) -> None:
        (asked,) = _due_and_claimed(row, wire)
        ConnectedAccount.objects.update(refresh_at=wire.clock())  # what a notice does

        record_standing.record(
            Told(asked=asked, standing=_standing(row, Capability.ACTIVE)), at=wire.clock()
        )

        assert the_account().refresh_at == wire.clock()

    def test_an_error_after_a_later_answer_is_not_shown(self, wire: Wire, row) -> None:
        earlier = _asked(row, at=row.standing_at - timedelta(seconds=1))

        record_standing.record(Told(asked=earlier, error=Unclear("slow")), at=wire.clock())

        assert the_account().refresh_error == ""


def _asked(row: ConnectedAccount, *, at) -> Asked:
    return Asked(
        row_id=row.pk, partner_id=row.partner_id, user_id=row.user_id, account_id=row.account_id,
        at=at, lease_until=at + refresh_accounts.LEASE, platforms=(),
    )  # fmt: skip


def _due_and_claimed(row: ConnectedAccount, wire: Wire) -> list[Asked]:
    wire.clock.forward(hours=25)
    return refresh_accounts._claim({}, refresh_accounts._Run())


def _standing(row: ConnectedAccount, transfers: Capability) -> AccountStanding:
    return AccountStanding(
        account_id=row.account_id, country="US", currency="USD", transfers=transfers,
        payouts_enabled=True,
    )  # fmt: skip
