"""Notices about accounts: none is believed, each has us ask."""

import pytest

from core.models import Alert, Step
from disbursements.jobs import accounts as ask_accounts
from disbursements.models import ConnectedAccount
from gateways.models import Callback
from tests.striping import open_account, register_webhooks, tell
from tests.winners import a_stripe_account
from tests.wire import Wire
from vault.operations.add_partner import add_partner

ACCOUNT = "acct_user1"


@pytest.fixture
def row(wire: Wire, save) -> ConnectedAccount:
    """An account that may receive, asked about."""
    open_account(wire, ACCOUNT)
    save()
    ask_accounts()
    wire.drop()
    return ConnectedAccount.objects.get()


def deliver(wire: Wire, times: int = 1) -> list[str]:
    """Post and read what is due; what became of each."""
    from config.deliveries import deliver_due

    wire.clock.forward(minutes=1)
    wire.deliver(times)
    deliver_due()
    return [
        str(each) for each in Callback.objects.order_by("id").values_list("outcome", flat=True)
    ]


def reread() -> ConnectedAccount:
    return ConnectedAccount.objects.get(account_id=ACCOUNT)


class TestWhatTheyDo:
    def test_a_change_is_not_believed_but_asked_about(self, wire: Wire, row) -> None:
        open_account(wire, ACCOUNT, transfers="inactive")

        outcomes = deliver(wire)
        before_asking = reread()
        ask_accounts()

        assert set(outcomes) == {"applied"}
        assert (before_asking.transfers, before_asking.refresh_at) == ("active", wire.clock())
        assert reread().transfers == "inactive"

    def test_notices_in_the_wrong_order_leave_the_truth(self, wire: Wire, row) -> None:
        open_account(wire, ACCOUNT, transfers="inactive")
        open_account(wire, ACCOUNT, transfers="active")
        wire.clock.forward(minutes=1)
        late_first = list(reversed(wire.simulator.due_callbacks(wire.clock())))

        for callback in late_first:
            wire.post(callback)
        deliver(wire)
        ask_accounts()

        assert len(late_first) == 4
        assert reread().transfers == "active"

    def test_twice_is_once(self, wire: Wire, row) -> None:
        open_account(wire, ACCOUNT, transfers="inactive")
        deliver(wire, times=2)

        answered = [ask_accounts(), ask_accounts()]

        assert answered == [1, 0]

    def test_one_who_took_our_access_back_is_asked_about(self, wire: Wire, row) -> None:
        tell(wire, "account.application.deauthorized", {"id": "ca_1"}, account=ACCOUNT)
        del wire.simulator.stripe.state.tables["account"][ACCOUNT]

        deliver(wire)
        ask_accounts()

        assert reread().left_at == wire.clock()

    def test_an_account_that_is_none_of_our_payees_is_ignored(self, wire: Wire, row) -> None:
        open_account(wire, "acct_stranger")
        open_account(wire, "acct_stranger", transfers="inactive")

        outcomes = deliver(wire)

        assert set(outcomes) == {"ignored"}
        assert not Alert.objects.exists()


class TestTheirBank:
    PAYOUT = {
        "id": "po_1", "object": "payout", "failure_code": "account_closed",
        "failure_message": "The bank account has been closed.",
    }  # fmt: skip

    def test_money_that_the_bank_sent_back_is_said_once(self, wire: Wire, row) -> None:
        tell(wire, "payout.failed", self.PAYOUT, account=ACCOUNT)

        outcomes = deliver(wire, times=2)

        assert outcomes == ["applied", "duplicate"]
        assert reread().bank_failure == ("po_1: account_closed The bank account has been closed.")
        said = Step.objects.filter(because__startswith="the user's bank sent money back")
        assert said.count() == 1

    def test_it_does_not_keep_anybody_from_being_paid(self, wire: Wire, row) -> None:
        tell(wire, "payout.failed", self.PAYOUT, account=ACCOUNT)

        deliver(wire)
        ask_accounts()

        assert reread().transfers == "active"


class TestPartnersApart:
    """One account id of one partner never touches another partner's rows."""

    def test_a_notice_concerns_the_partner_at_whose_address_it_came(
        self, wire: Wire, row, save
    ) -> None:
        other = add_partner(name="Jirani Example Ltd", actor="test", at=wire.clock())
        a_stripe_account(other, number="OTHER", secret_key="sk_test_other")
        save("user-7", ACCOUNT, partner_id=other.pk)
        ask_accounts()
        theirs = ConnectedAccount.objects.get(partner=other)
        tell(wire, "payout.failed", TestTheirBank.PAYOUT, account=ACCOUNT)
        open_account(wire, ACCOUNT, transfers="inactive")

        deliver(wire)

        mine, now = ConnectedAccount.objects.get(pk=row.pk), _again(theirs)
        assert mine.bank_failure.startswith("po_1")
        assert mine.refresh_at == wire.clock()
        assert (now.bank_failure, now.refresh_at) == ("", theirs.refresh_at)

    def test_a_notice_at_an_address_of_nobody_changes_nothing(self, wire: Wire, row) -> None:
        register_webhooks(wire, subject="NOBODY")
        wire.simulator.stripe.state.tables["endpoint"].pop(_first_endpoint(wire))
        wire.simulator.stripe.state.tables["endpoint"].pop(_first_endpoint(wire))
        open_account(wire, ACCOUNT, transfers="inactive")

        outcomes = deliver(wire)

        assert set(outcomes) == {"unmatched"}
        assert reread().refresh_at == row.refresh_at


def _again(row: ConnectedAccount) -> ConnectedAccount:
    return ConnectedAccount.objects.get(pk=row.pk)


def _first_endpoint(wire: Wire) -> str:
    return next(iter(wire.simulator.stripe.state.tables["endpoint"]))
