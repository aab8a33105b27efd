"""Who waits for their account, and what wakes them."""

from itertools import product

import pytest
from django.db import transaction

from core import clock
from disbursements.jobs import accounts as ask_accounts
from disbursements.models import ConnectedAccount, PayoutTransfer
from disbursements.operations.accounts import refused, wake, wake_all
from disbursements.operations.pause import release_many
from disbursements.queries import accounts
from disbursements.queries.account_selection import ACCOUNTS, RECEIVES, STATES, state_of
from disbursements.rules.receiving import skip_of
from gateways.interface import Capability
from tests.striping import open_account, paid_twice, set_balance, transfers
from tests.winners import a_payout_job, a_stripe_account, an_account, attempts, payout, payouts
from tests.wire import Wire
from vault.models import Partner
from vault.operations.add_partner import add_partner

WHY = "the user opened a new account"


@pytest.fixture(autouse=True)
def funded(wire: Wire, platform) -> None:
    set_balance(wire, 100_000_000)


def skip_code(job) -> str:
    return PayoutTransfer.objects.get(job=job).skip_code


class TestHeldBack:
    def test_who_has_no_account_is_paid_as_soon_as_there_is_one(
        self, wire: Wire, a_partner: Partner, save
    ) -> None:
        job = a_payout_job(a_partner)
        wire.run(also=["accounts"])
        held, why = payout(job).status, skip_code(job)
        open_account(wire, "acct_user1")

        save()
        said_then = skip_code(job)
        wire.run(also=["accounts"])

        assert (held, why) == ("held", "no_account")
        assert said_then == "account_not_checked"
        assert payout(job).status == "completed"
        assert skip_code(job) == ""

    def test_who_becomes_able_is_woken_by_the_notice(
        self, wire: Wire, a_partner: Partner, save
    ) -> None:
        open_account(wire, "acct_user1", transfers="inactive")
        save()
        job = a_payout_job(a_partner)
        wire.run(also=["accounts"])
        held = (payout(job).status, skip_code(job))

        open_account(wire, "acct_user1", transfers="active")
        wire.run(also=["accounts"])

        assert held == ("held", "transfers_inactive")
        assert payout(job).status == "completed"

    def test_why_they_wait_follows_how_the_account_stands(
        self, wire: Wire, a_partner: Partner, save
    ) -> None:
        open_account(wire, "acct_user1", transfers="inactive")
        save()
        job = a_payout_job(a_partner)
        wire.run(also=["accounts"])

        open_account(wire, "acct_user1", transfers="pending")
        wire.run(also=["accounts"])

        assert (payout(job).status, skip_code(job)) == ("held", "transfers_pending")

    def test_nobody_is_woken_twice_nor_for_another_user(
        self, wire: Wire, a_partner: Partner
    ) -> None:
        job = a_payout_job(a_partner, {"user-1": 1000, "user-2": 2000})
        wire.run()
        an_account(a_partner, "user-1")

        woken = [
            wake(partner_id=a_partner.pk, user_id="user-2", at=wire.clock()),
            wake(partner_id=a_partner.pk, user_id="user-1", at=wire.clock()),
            wake(partner_id=a_partner.pk, user_id="user-1", at=wire.clock()),
        ]

        assert woken == [0, 1, 0]
        assert {user: row.status for user, row in payouts(job).items()} == {
            "user-1": "queued", "user-2": "held",
        }  # fmt: skip

    def test_another_partners_account_of_the_same_user_wakes_nobody(
        self, wire: Wire, a_partner: Partner
    ) -> None:
        other = add_partner(name="Jirani Example Ltd", actor="test", at=wire.clock())
        job = a_payout_job(a_partner)
        wire.run()
        an_account(other, "user-1")

        woken = wake_all(at=wire.clock())

        assert (woken, payout(job).status) == (0, "held")

    def test_the_sweep_finds_who_was_held_back_while_the_account_became_able(
        self, wire: Wire, a_partner: Partner
    ) -> None:
        account = an_account(a_partner, "user-1", transfers="pending")
        job = a_payout_job(a_partner)
        wire.run()
        # As if the claim had read the account a moment before this, and held back after it.
        ConnectedAccount.objects.filter(pk=account.pk).update(transfers="active")

        woken = [wake_all(at=wire.clock()), wake_all(at=wire.clock())]

        assert woken == [1, 0]
        assert payout(job).status == "queued"

    def test_many_are_woken_in_batches(
        self, wire: Wire, a_partner: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("disbursements.operations.accounts.WAKE_BATCH", 2)
        job = a_payout_job(a_partner, {f"user-{number}": 1000 for number in range(5)})
        wire.run()
        for number in range(5):
            an_account(a_partner, f"user-{number}")

        woken = wake_all(at=wire.clock())

        assert woken == 5
        assert {row.status for row in payouts(job).values()} == {"queued"}


class TestRefused:
    @pytest.fixture
    def job(self, wire: Wire, a_partner: Partner, save):
        """A winner whose account was able when we asked, and is not when we pay."""
        open_account(wire, "acct_user1")
        save()
        ask_accounts()
        open_account(wire, "acct_user1", transfers="inactive")
        wire.drop()
        job = a_payout_job(a_partner)
        wire.run()
        return job

    def test_it_waits_and_the_account_is_known_to_be_unable(self, job) -> None:
        row, account = payout(job), ConnectedAccount.objects.get()

        assert row.status == "parked"
        assert row.parked_cause == "stripe:insufficient_capabilities_for_transfer"
        assert account.transfers == "inactive"
        assert wake_all(at=clock.now()) == 0

    def test_it_is_paid_once_when_the_account_is_able_again(self, wire: Wire, job) -> None:
        open_account(wire, "acct_user1", transfers="active")

        wire.run(also=["accounts"])

        assert payout(job).status == "completed"
        assert len(transfers(wire)) == 1
        assert paid_twice(wire) == []

    def test_an_able_account_that_is_refused_all_the_same_is_tried_once_an_hour(
        self, wire: Wire, a_partner: Partner, save, job
    ) -> None:
        open_account(wire, "acct_user1", refusal="account_invalid")
        wire.drop()
        tries = [len(attempts(payout(job)))]
        for _ in range(3):
            for _ in range(12):
                wire.clock.forward(minutes=5)
                wire.run(also=["accounts"], hours=0.01)
            tries.append(len(attempts(payout(job))))

        assert tries == [1, 2, 3, 4]

    def test_another_account_is_paid_although_the_former_was_refused(
        self, wire: Wire, save, job
    ) -> None:
        open_account(wire, "acct_other")

        save("user-1", "acct_other", reason=WHY)
        wire.run(also=["accounts"])

        assert payout(job).status == "completed"
        assert [each["destination"] for each in transfers(wire)] == ["acct_other"]

    def test_a_refusal_of_the_former_account_says_nothing_of_the_new_one(
        self, wire: Wire, save, job
    ) -> None:
        open_account(wire, "acct_other")
        save("user-1", "acct_other", reason=WHY)
        ask_accounts()

        with transaction.atomic():
            refused(payout(job), code="insufficient_capabilities_for_transfer", at=wire.clock())

        assert ConnectedAccount.objects.get().transfers == "active"

    def test_one_that_stripe_does_not_let_us_at_is_out_of_reach(self, wire: Wire, job) -> None:
        with transaction.atomic():
            refused(payout(job), code="account_invalid", at=wire.clock())

        assert ConnectedAccount.objects.get().left_at == wire.clock()

    def test_what_a_person_must_settle_first_is_not_woken(self, wire: Wire, job) -> None:
        row = payout(job)
        row.person_needed_at = wire.clock()
        row.save(update_fields=["person_needed_at"])
        ConnectedAccount.objects.update(transfers="active")

        assert wake_all(at=wire.clock()) == 0

    def test_one_released_by_hand_is_held_back_again(self, wire: Wire, job) -> None:
        release_many(
            disbursement_ids=[payout(job).pk], reason="let us see", actor="test", at=wire.clock()
        )

        wire.run()

        assert payout(job).status == "parked"
        assert len(attempts(payout(job))) == 1


class TestWords:
    def test_the_database_and_the_rules_say_the_same_of_every_account(
        self, a_partner: Partner
    ) -> None:
        at = clock.now()
        kinds = product(Capability, (True, False), (None, at), ("", "under_review", "rejected.x"))
        for number, (capability, checked, left_at, disabled) in enumerate(kinds):
            an_account(
                a_partner, f"user-{number}", transfers=capability.value, checked=checked,
                left_at=left_at, disabled_reason=disabled,
            )  # fmt: skip

        rows = list(ConnectedAccount.objects.all())
        able = set(ConnectedAccount.objects.filter(accounts.RECEIVES))
        by_state = {
            state: set(ConnectedAccount.objects.filter(ACCOUNTS.condition("state", state)))
            for state in STATES
        }

        assert able == {row for row in rows if skip_of(accounts.standing(row)) is None}
        assert able == by_state[RECEIVES]
        assert all(row in by_state[state_of(row)] for row in rows)
        assert sum(len(found) for found in by_state.values()) == len(rows)


def test_a_second_stripe_account_of_the_partner_is_asked_too(
    wire: Wire, a_partner: Partner, save
) -> None:
    a_stripe_account(a_partner, number="STRIPE2", secret_key="sk_test_2")
    save("user-1", "acct_nobody")

    ask_accounts()

    asked = [path for path in wire.paths if path.endswith("acct_nobody")]
    assert len(asked) == 2
