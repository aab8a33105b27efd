"""What every Transferrer promises, whatever stands behind it (gateways/interface/transfers.py)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from core import clock
from gateways.errors import Declined, Unclear, Unreachable
from tests.contract.transferring import (
    READY,
    UNVERIFIED,
    Platform,
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


class TestPaying:
    def test_the_answer_says_that_it_is_paid(self, platform: Platform) -> None:
        order = an_order()

        paid = platform.gateway.send(order)

        transfer = paid.transfer
        assert (transfer.transfer_id, transfer.group) == (order.transfer_id, order.group)
        assert (transfer.amount_minor, transfer.currency) == (1_250, "USD")
        assert (transfer.destination, transfer.reversed_minor) == (READY, 0)
        assert (paid.replayed, transfer.created_at) == (False, clock.now())
        assert platform.moved_minor(order.transfer_id) == 1_250

    def test_within_a_day_one_key_pays_once(self, platform: Platform, moment: MovedClock) -> None:
        order = an_order()
        first = platform.gateway.send(order)
        moment.forward(hours=23)

        again = platform.gateway.send(order)

        assert (again.replayed, again.transfer) == (True, first.transfer)
        assert platform.moved_minor(order.transfer_id) == 1_250

    def test_after_a_day_it_pays_again(self, platform: Platform, moment: MovedClock) -> None:
        order = an_order()
        platform.gateway.send(order)
        moment.forward(hours=24)

        again = platform.gateway.send(order)

        assert not again.replayed
        assert platform.moved_minor(order.transfer_id) == 2_500

    @pytest.mark.parametrize(
        "change", [{"amount_minor": 1_300}, {"destination": UNVERIFIED}, {"description": "Won"}]
    )
    def test_the_key_is_bound_to_the_whole_order(
        self, platform: Platform, change: dict[str, Any]
    ) -> None:
        order = an_order()
        platform.gateway.send(order)

        error = failure_of(lambda: platform.gateway.send(replace(order, **change)))

        assert (type(error), error.code) == (Unclear, "idempotency_error")
        assert platform.moved_minor(order.transfer_id) == 1_250

    def test_many_threads_pay_each_order_once(self, platform: Platform) -> None:
        orders = [an_order() for _ in range(8)]

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(platform.gateway.send, orders * 2))

        assert {platform.moved_minor(order.transfer_id) for order in orders} == {1_250}

    @pytest.mark.parametrize(
        "change", [{"amount_minor": 0}, {"key": ""}, {"group": ""}, {"currency": "XXX"}]
    )
    def test_what_cannot_be_sent_is_refused_at_once(
        self, platform: Platform, change: dict[str, Any]
    ) -> None:
        error = failure_of(lambda: platform.gateway.send(an_order(**change)))

        assert (type(error), error.code) == (Declined, "bad_order")


class TestRefusals:
    def test_the_key_repeats_an_empty_balance_after_the_top_up(self, platform: Platform) -> None:
        order = an_order(amount_minor=60_000)
        first = failure_of(lambda: platform.gateway.send(order))
        platform.top_up(100_000)

        again = failure_of(lambda: platform.gateway.send(order))

        assert (type(first), first.code) == (Declined, "balance_insufficient")
        assert (type(again), again.code) == (Declined, "balance_insufficient")
        assert platform.gateway.send(replace(order, key=f"{order.key}:2")).transfer
        assert platform.moved_minor(order.transfer_id) == 60_000

    def test_an_account_that_may_not_receive_gets_nothing_until_it_may(
        self, platform: Platform
    ) -> None:
        order = an_order(destination=UNVERIFIED)
        error = failure_of(lambda: platform.gateway.send(order))
        platform.verify()

        platform.gateway.send(replace(order, key=f"{order.key}:2"))

        assert (type(error), error.code) == (
            Declined, "insufficient_capabilities_for_transfer",
        )  # fmt: skip
        assert platform.moved_minor(order.transfer_id) == 1_250

    @pytest.mark.parametrize("code", ["transfers_not_allowed", "account_invalid"])
    def test_what_the_provider_has_against_an_account_has_its_code(
        self, platform: Platform, code: str
    ) -> None:
        platform.refuse(code)

        error = failure_of(lambda: platform.gateway.send(an_order()))

        assert (type(error), error.code) == (Declined, code)

    def test_an_account_that_is_not_there(self, platform: Platform) -> None:
        error = failure_of(lambda: platform.gateway.send(an_order(destination="acct_1Nobody")))

        assert (type(error), error.code) == (Declined, "resource_missing")

    def test_a_wrong_key_moves_nothing_and_binds_nothing(self, platform: Platform) -> None:
        order = an_order()
        error = failure_of(lambda: platform.stranger.send(order))

        platform.gateway.send(order)

        assert (type(error), error.code) == (Declined, "401")
        assert platform.moved_minor(order.transfer_id) == 1_250

    @pytest.mark.parametrize(
        ("fault", "code"), [("rate_limited", "rate_limit"), ("locked", "lock_timeout")]
    )
    def test_throttled_is_safe_to_send_again(
        self, platform: Platform, fault: str, code: str
    ) -> None:
        order = an_order()
        platform.next_fault(fault)

        error = failure_of(lambda: platform.gateway.send(order))

        assert (type(error), error.code) == (Unreachable, code)
        assert not platform.gateway.send(order).replayed


class TestDoubts:
    def test_a_lost_answer_is_heard_again_under_the_key(self, platform: Platform) -> None:
        order = an_order()
        platform.next_fault("lost")
        error = failure_of(lambda: platform.gateway.send(order))

        paid = platform.gateway.send(replace(order, earlier_open=True))

        assert type(error) is Unclear
        assert paid.replayed
        assert platform.moved_minor(order.transfer_id) == 1_250

    def test_one_that_was_not_carried_out_is_paid_under_the_key(self, platform: Platform) -> None:
        order = an_order()
        platform.next_fault("lost_unpaid")
        error = failure_of(lambda: platform.gateway.send(order))

        paid = platform.gateway.send(replace(order, earlier_open=True))

        assert type(error) is Unclear
        assert not paid.replayed
        assert platform.moved_minor(order.transfer_id) == 1_250

    @pytest.mark.parametrize(("fault", "moved_minor"), [("error", 0), ("error_paid", 1_250)])
    def test_a_500_stays_whatever_happened(
        self, platform: Platform, fault: str, moved_minor: int
    ) -> None:
        order = an_order()
        platform.next_fault(fault)

        errors = [failure_of(lambda: platform.gateway.send(order)) for _ in range(2)]

        assert [(type(each), each.code) for each in errors] == [(Unclear, "500")] * 2
        assert platform.moved_minor(order.transfer_id) == moved_minor

    def test_a_fresh_refusal_does_not_settle_an_open_try(self, platform: Platform) -> None:
        order = an_order(earlier_open=True)

        errors = [
            failure_of(lambda: platform.stranger.send(order)),
            failure_of(lambda: platform.gateway.send(replace(order, destination=UNVERIFIED))),
            failure_of(lambda: platform.gateway.send(replace(order, amount_minor=0))),
        ]

        assert [type(each) for each in errors] == [Unclear] * 3

    def test_a_repeated_refusal_does(self, platform: Platform) -> None:
        order = an_order(destination=UNVERIFIED)
        failure_of(lambda: platform.gateway.send(order))

        error = failure_of(lambda: platform.gateway.send(replace(order, earlier_open=True)))

        assert type(error) is Declined


class TestLookingUp:
    def test_what_was_paid_is_found_by_its_group(self, platform: Platform) -> None:
        order = an_order()
        platform.next_fault("error_paid")
        failure_of(lambda: platform.gateway.send(order))

        found = platform.gateway.find(group=order.group, destination=READY)

        [transfer] = found.transfers
        assert (transfer.transfer_id, transfer.amount_minor) == (order.transfer_id, 1_250)
        assert platform.gateway.fetch(transfer.provider_id).transfer == transfer

    def test_all_of_it_newest_first(self, platform: Platform, moment: MovedClock) -> None:
        order = an_order()
        first = platform.gateway.send(order)
        moment.forward(minutes=1)
        second = platform.gateway.send(replace(order, key=f"{order.key}:2"))

        found = platform.gateway.find(group=order.group, destination=READY)

        assert found.transfers == (second.transfer, first.transfer)

    def test_nothing_of_another_group_or_account(self, platform: Platform) -> None:
        order = an_order()
        platform.gateway.send(order)

        others = [
            platform.gateway.find(group="payout-never", destination=READY),
            platform.gateway.find(group=order.group, destination=UNVERIFIED),
        ]

        assert [each.transfers for each in others] == [(), ()]

    def test_a_transfer_that_is_not_there(self, platform: Platform) -> None:
        error = failure_of(lambda: platform.gateway.fetch("tr_none"))

        assert (type(error), error.code) == (Declined, "resource_missing")
