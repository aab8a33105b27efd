"""Ways to have a winner paid twice, or money shown that is not there: each of them fails."""

from typing import Any

import pytest

from config.deliveries import deliver_due
from disbursements.operations.accounts import save_account
from disbursements.operations.decide_settlement import approve
from disbursements.operations.propose_settlement import CannotSettle
from disbursements.operations.refresh_accounts import refresh_accounts
from disbursements.queries import selection
from gateways import inbox
from gateways.interface import NothingForUs, TransferChanged
from gateways.models import Callback
from gateways.stripe import callbacks
from tests.disbursements.persons import BRIAN, proposed
from tests.disbursements.transfers.at_stripe import heard, held_by_another, outcomes
from tests.disbursements.transfers.conftest import Won, reread
from tests.striping import (
    open_account,
    paid_twice,
    register_webhooks,
    script,
    top_up,
    transfers,
)
from tests.winners import account_of
from tests.wire import MovedClock, Wire
from vault.models import BalanceReading, Shortcode

SEEN = "seen the Dashboard"


class TestPersonsSayNotPaidWhileALookUpMaySendAgain:
    """Evidence is older than what is sent after it was looked at."""

    def test_while_a_proposal_waits_nothing_is_sent_again(
        self, wire: Wire, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_drop")
        moved.forward(minutes=16)
        settlement = proposed(row, at=moved())
        script(wire, account_of("user-1"), "transfer_lost")

        row = ask(row)

        assert (row.status, transfers(wire)) == ("unknown", [])
        approve(settlement_id=settlement.pk, reason=SEEN, caller=BRIAN, at=moved())
        assert (reread(row).status, transfers(wire)) == ("failed", [])

    def test_right_after_it_was_sent_again_nobody_can_say_so(
        self, wire: Wire, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_drop")
        script(wire, account_of("user-1"), "transfer_lost")
        row = ask(row)

        with pytest.raises(CannotSettle, match="look at the Stripe Dashboard from"):
            proposed(row, at=moved())

        wire.run()
        assert (reread(row).status, paid_twice(wire)) == ("completed", [])

    def test_nobody_proposes_anything_while_it_is_looked_up(
        self, unclear: Any, moved: MovedClock, together: Any
    ) -> None:
        row = unclear("transfer_drop")
        moved.forward(minutes=16)

        asked = held_by_another(row, lambda: _refusal(row, moved), together)

        assert "being looked up" in asked


class TestAnotherAccountWhileTheOutcomeIsUnknown:
    def test_what_never_arrived_is_not_sent_to_the_account_that_was_replaced(
        self, wire: Wire, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_drop")
        open_account(wire, "acct_theNewOne")
        save_account(
            partner_id=row.partner_id, user_id="user-1", account_id="acct_theNewOne",
            actor="amina", at=moved(), reason="the old one was taken over by a stranger",
        )  # fmt: skip

        refresh_accounts(at=moved())

        looked_up = ask(row)
        at_once = transfers(wire)
        wire.run(hours=30)

        assert (looked_up.status, at_once) == ("unknown", [])
        assert reread(row).status == "completed"
        assert [each["destination"] for each in transfers(wire)] == ["acct_theNewOne"]


class TestNoticesThatTellOfOtherMoney:
    def test_a_transfer_that_a_winner_made_on_their_own_account_pays_nobody(
        self, wire: Wire, unclear: Any
    ) -> None:
        unclear("transfer_lost")
        [made] = transfers(wire)
        notice = {
            "id": "evt_1", "object": "event", "type": "transfer.created",
            "data": {"object": made},
        }  # fmt: skip

        ours = callbacks.read_event(notice)
        theirs = callbacks.read_event(notice | {"account": account_of("user-1")})

        assert isinstance(ours, TransferChanged)
        assert theirs == NothingForUs(event_id="evt_1", kind="transfer.created")

    def test_a_balance_that_is_read_again_later_is_as_old_as_it_was(
        self, wire: Wire, platform: Shortcode, moved: MovedClock
    ) -> None:
        register_webhooks(wire, subject="STRIPE")
        top_up(wire, 5_000)
        heard(wire)
        notice = Callback.objects.get()

        moved.forward(hours=5)
        inbox.replay(callback_id=notice.pk)
        deliver_due()

        assert outcomes() == ["applied"]
        moments = BalanceReading.objects.values_list("read_at", flat=True)
        assert set(moments) == {notice.received_at}


class TestFiltersByAmount:
    """What is selected by amount is retried, cancelled and taken away as one."""

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"amount_from": "5,000"}, {"yen"}),
            ({"amount_from": "5,000.01"}, set()),
            ({"amount_to": "50"}, {"dollars", "dinars"}),
            ({"amount_from": "50.01", "amount_to": "5000"}, {"yen"}),
            ({"amount_to": "49.99"}, {"dinars"}),
            ({"amount_from": "4.99", "amount_to": "5"}, {"dinars"}),
            ({"search": "5,000"}, {"yen"}),
            ({"search": "50.00"}, {"dollars"}),
            ({"search": "0.01"}, set()),
        ],
    )
    def test_units_are_each_currencys_own(
        self, won: Won, query: dict[str, str], expected: set[str]
    ) -> None:
        won({"dollars": 5_000})
        won({"yen": 5_000}, currency="JPY")
        won({"dinars": 5_000}, currency="KWD")

        rows = selection.rows(query, partners=None, may_see_phones=False)

        assert {row.payee_user for row in rows} == expected


def _refusal(row: Any, moved: MovedClock) -> str:
    try:
        proposed(row, at=moved())
    except CannotSettle as error:
        return str(error)
    return ""
