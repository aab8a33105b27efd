"""What every Transferrer promises of reversals, accounts, the balance, and notices."""

from dataclasses import replace

import pytest

from gateways.errors import Declined, Unclear
from gateways.interface import (
    AccountChanged,
    BalanceAvailable,
    Capability,
    CapabilityChanged,
    TakenBack,
    TransferChange,
    TransferChanged,
)
from tests.contract.transferring import (
    CENTS,
    READY,
    UNVERIFIED,
    Platform,
    a_reversal,
    an_order,
    failure_of,
    in_memory,
    in_process,
    moment,
    over_http,
    platform,
)
from tests.wire import MovedClock

__all__ = ["in_memory", "in_process", "moment", "over_http", "platform"]


class TestReversals:
    def test_parts_come_back_until_nothing_is_left(self, platform: Platform) -> None:
        transfer_id = platform.gateway.send(an_order()).transfer.provider_id
        back = platform.gateway.reverse(a_reversal(transfer_id))
        platform.gateway.reverse(a_reversal(transfer_id, amount_minor=1_000))

        error = failure_of(lambda: platform.gateway.reverse(a_reversal(transfer_id)))

        assert (back.amount_minor, back.currency, back.replayed) == (250, "USD", False)
        assert platform.gateway.fetch(transfer_id).transfer.reversed_minor == 1_250
        assert type(error) is Declined
        assert "already fully reversed" in error.text

    def test_one_key_takes_back_once(self, platform: Platform) -> None:
        transfer_id = platform.gateway.send(an_order()).transfer.provider_id
        order = a_reversal(transfer_id)
        first = platform.gateway.reverse(order)

        again = platform.gateway.reverse(replace(order, earlier_open=True))

        assert (again.provider_id, again.replayed) == (first.provider_id, True)
        assert platform.gateway.fetch(transfer_id).transfer.reversed_minor == 250

    def test_a_saved_answer_is_a_snapshot(self, platform: Platform) -> None:
        order = an_order()
        paid = platform.gateway.send(order)
        platform.gateway.reverse(a_reversal(paid.transfer.provider_id))

        again = platform.gateway.send(order)

        assert again.transfer.reversed_minor == 0

    def test_the_key_of_the_transfer_is_not_good_for_it(self, platform: Platform) -> None:
        order = an_order()
        transfer_id = platform.gateway.send(order).transfer.provider_id

        error = failure_of(
            lambda: platform.gateway.reverse(a_reversal(transfer_id, key=order.key))
        )

        assert (type(error), error.code) == (Unclear, "idempotency_error")
        assert platform.gateway.fetch(transfer_id).transfer.reversed_minor == 0

    @pytest.mark.parametrize(
        ("amount_minor", "code"), [(1_251, "parameter_invalid_integer"), (0, "bad_order")]
    )
    def test_not_more_than_was_paid(
        self, platform: Platform, amount_minor: int, code: str
    ) -> None:
        transfer_id = platform.gateway.send(an_order()).transfer.provider_id

        error = failure_of(
            lambda: platform.gateway.reverse(a_reversal(transfer_id, amount_minor=amount_minor))
        )

        assert (type(error), error.code) == (Declined, code)


class TestAccounts:
    def test_how_they_stand(self, platform: Platform) -> None:
        ready = platform.gateway.account(READY).standing
        unverified = platform.gateway.account(UNVERIFIED).standing

        assert (ready.account_id, ready.country, ready.currency) == (READY, "US", "USD")
        assert (ready.transfers, ready.receives) == (Capability.ACTIVE, True)
        assert (unverified.transfers, unverified.receives) == (Capability.INACTIVE, False)

    def test_one_that_is_not_there(self, platform: Platform) -> None:
        error = failure_of(lambda: platform.gateway.account("acct_1Nobody"))

        assert (type(error), error.code) == (Declined, "resource_missing")


class TestTheBalance:
    def test_it_falls_and_rises(self, platform: Platform) -> None:
        transfer_id = platform.gateway.send(an_order()).transfer.provider_id
        after = platform.gateway.balance().available_minor["USD"]
        platform.gateway.reverse(a_reversal(transfer_id))
        platform.top_up(1_000)

        later = platform.gateway.balance().available_minor["USD"]

        assert (after, later) == (CENTS - 1_250, CENTS - 1_250 + 250 + 1_000)

    def test_a_wrong_key_does_not_see_it(self, platform: Platform) -> None:
        error = failure_of(platform.stranger.balance)

        assert (type(error), error.code) == (Declined, "401")


class TestNotices:
    def test_of_a_transfer_and_its_reversal(self, platform: Platform, moment: MovedClock) -> None:
        paid = platform.gateway.send(an_order())
        order = a_reversal(paid.transfer.provider_id)
        back = platform.gateway.reverse(order)
        moment.forward(hours=1)

        told = [each for each in platform.events() if isinstance(each, TransferChanged)]

        facts = {each.change: each.transfer for each in told}
        assert facts[TransferChange.CREATED] == paid.transfer
        assert facts[TransferChange.REVERSED] == replace(
            paid.transfer, reversed_minor=250,
            taken_back=(
                TakenBack(
                    provider_id=back.provider_id, reversal_id=order.reversal_id, amount_minor=250
                ),
            ),
        )  # fmt: skip
        assert len({each.event_id for each in told}) == 2

    def test_of_an_account_that_may_receive_now(
        self, platform: Platform, moment: MovedClock
    ) -> None:
        platform.verify()
        moment.forward(hours=1)

        told = platform.events()

        [capability] = [each for each in told if isinstance(each, CapabilityChanged)]
        [account] = [each for each in told if isinstance(each, AccountChanged)]
        assert (capability.account_id, capability.transfers) == (UNVERIFIED, Capability.ACTIVE)
        assert account.standing == platform.gateway.account(UNVERIFIED).standing

    def test_of_money_that_became_available(self, platform: Platform, moment: MovedClock) -> None:
        platform.top_up(1_000)
        moment.forward(hours=1)

        [told] = [each for each in platform.events() if isinstance(each, BalanceAvailable)]

        assert told.available_minor["USD"] == CENTS + 1_000
