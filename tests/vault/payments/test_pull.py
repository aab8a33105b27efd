"""Payments that nobody told of are pulled, once, behind a watermark."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from core import locks
from core.models import Alert
from gateways import registry
from gateways.errors import Unreachable
from gateways.interface import PulledPage, PullRegistration, PullWindow
from gateways.memory.collect import MemoryCollections, MemoryCollector
from gateways.models import Call
from ledger.queries import trial_balance
from tests.money_in import make_collection
from tests.vault.payments.conftest import PHONE_1, PHONE_2, book, confirm
from tests.wire import START, MovedClock
from vault.models import Collection, Payment, Property, Shortcode, Tenant
from vault.operations.pull import pull_due
from vault.queries.collecting import access_of


@pytest.fixture
def provider(paybill: Shortcode) -> Iterator[MemoryCollections]:
    """It allows Pull for the paybill, and tells of nothing by itself."""
    provider = MemoryCollections()
    registration = PullRegistration(nominated_msisdn=PHONE_1, url="https://vault.example/")
    provider.collector(access_of(paybill)).register_pull(registration)
    with registry.use_collector(provider.collector):
        yield provider


@pytest.fixture
def pulling(paybill: Shortcode, provider: MemoryCollections) -> Collection:
    return make_collection(paybill, pull_registered_at=START)


def pay(provider: MemoryCollections, *, account: str = "A-007", phone: str = PHONE_1) -> str:
    """Money that only the provider knows of."""
    return provider.pay(shortcode="600000", msisdn=phone, amount_minor=1_000_000, account=account)


class TestPulling:
    def test_a_payment_is_taken_in_and_allocated(
        self, provider: MemoryCollections, pulling: Collection, tenant: Tenant
    ) -> None:
        receipt = pay(provider)

        new = pull_due(at=START)

        payment = Payment.objects.get()
        pulling.refresh_from_db()
        assert (new, payment.receipt, payment.tenant) == (1, receipt, tenant)
        assert (payment.pulled_at, payment.confirmed_at) == (START, None)
        assert (pulling.pulled_until, pulling.pull_tried_at) == (START, START)
        assert Call.objects.filter(kind="pull", shortcode="600000").exists()

    def test_what_was_pulled_before_is_left_alone(
        self, provider: MemoryCollections, pulling: Collection, moved: MovedClock
    ) -> None:
        pay(provider)
        pull_due(at=START)

        new = pull_due(at=moved.forward(minutes=30))

        pulling.refresh_from_db()
        assert (new, Payment.objects.count()) == (0, 1)
        assert pulling.pulled_until == moved()

    def test_what_appears_late_is_found_by_the_overlap(
        self, provider: MemoryCollections, pulling: Collection, moved: MovedClock
    ) -> None:
        pull_due(at=moved.forward(hours=5))
        moved.moment -= timedelta(hours=3)
        pay(provider)
        moved.forward(hours=4)

        assert pull_due(at=moved()) == 1

    def test_many_pages_are_all_taken(
        self, provider: MemoryCollections, pulling: Collection, house: Property
    ) -> None:
        for _ in range(205):
            pay(provider, account="ROSE", phone=PHONE_2)

        assert pull_due(at=START) == 205
        assert book()["owner:owed"] == 205 * 950_000
        assert trial_balance().is_balanced

    def test_one_of_two_workers_pulls(
        self, provider: MemoryCollections, pulling: Collection, together: Any
    ) -> None:
        pay(provider)

        new = together(*[lambda: pull_due(at=START)] * 4)

        assert sorted(new) == [0, 0, 0, 1]
        assert book()["float:600000:working"] == 1_000_000

    def test_while_another_session_pulls_nothing_is_asked(
        self, provider: MemoryCollections, pulling: Collection, together: Any
    ) -> None:
        locks.try_session_locks(["pull:600000"])

        (new,) = together(lambda: pull_due(at=START))

        locks.free_session_locks(["pull:600000"])
        pulling.refresh_from_db()
        assert (new, pulling.pull_tried_at) == (0, None)

    def test_no_call_is_made_in_a_transaction(
        self, provider: MemoryCollections, pulling: Collection, monkeypatch: Any
    ) -> None:
        inside = []
        pull = MemoryCollector.pull
        monkeypatch.setattr(
            MemoryCollector, "pull",
            lambda self, window: inside.append(connection.in_atomic_block) or pull(self, window),
        )  # fmt: skip

        pull_due(at=START)

        assert inside
        assert not any(inside)

    def test_another_amount_than_confirmed_changes_nothing(
        self, provider: MemoryCollections, pulling: Collection, paybill: Shortcode
    ) -> None:
        receipt = pay(provider)
        confirm(paybill, receipt=receipt, amount_minor=500_000)

        pull_due(at=START)

        assert Payment.objects.get().amount_minor == 500_000
        assert Alert.objects.filter(kind="receipt_contradicted", key=receipt).exists()


class Broken(MemoryCollector):
    """Fails at the second page."""

    def pull(self, window: PullWindow) -> PulledPage:
        if window.offset:
            raise Unreachable("nobody answers")
        return super().pull(window)


class Repeating(MemoryCollector):
    """Knows no offset."""

    def pull(self, window: PullWindow) -> PulledPage:
        return super().pull(PullWindow(since=window.since, until=window.until))


class Garbled(MemoryCollector):
    """Knows no offset, and no row of it can be read."""

    def pull(self, window: PullWindow) -> PulledPage:
        page = super().pull(PullWindow(since=window.since, until=window.until))
        return PulledPage(
            payments=(), next_offset=window.offset + 1, exchange=page.exchange,
            unreadable=(f"row {window.offset + 1}: transactionId is not a receipt",),
        )  # fmt: skip


class TestWhatGoesWrong:
    def test_a_crash_between_pages_leaves_the_watermark_and_loses_nothing(
        self, provider: MemoryCollections, pulling: Collection
    ) -> None:
        for _ in range(150):
            pay(provider)
        with registry.use_collector(lambda access: Broken(provider=provider, access=access)):
            pull_due(at=START)
        pulling.refresh_from_db()
        before = (Payment.objects.count(), pulling.pulled_until, pulling.pull_problem)

        pull_due(at=START)

        pulling.refresh_from_db()
        assert before[0] == 100
        assert before[1] < START - timedelta(hours=5)
        assert before[2] == "Unreachable: nobody answers"
        assert (Payment.objects.count(), pulling.pulled_until) == (150, START)
        assert pulling.pull_problem == ""

    def test_pages_that_repeat_are_a_problem_and_no_end(
        self, provider: MemoryCollections, pulling: Collection
    ) -> None:
        pay(provider)
        with registry.use_collector(lambda access: Repeating(provider=provider, access=access)):
            pull_due(at=START)

        pulling.refresh_from_db()
        assert pulling.pull_problem.startswith("PagesRepeat")
        assert pulling.pulled_until is None or pulling.pulled_until < START

    def test_bad_rows_without_end_come_to_an_end(
        self, provider: MemoryCollections, pulling: Collection
    ) -> None:
        with registry.use_collector(lambda access: Garbled(provider=provider, access=access)):
            pull_due(at=START)

        pulling.refresh_from_db()
        assert "no end of rows that cannot be read" in pulling.pull_problem
        assert pulling.pulled_until is None
        assert Alert.objects.filter(kind="pull_unreadable").exists()

    @pytest.mark.parametrize(
        ("hours", "kinds"),
        [
            (24, set()),
            (25, {"pull_behind"}),
            (36, {"pull_behind"}),
            (37, {"pull_behind", "pull_far_behind"}),
        ],
    )
    def test_falling_behind_is_told_amber_and_red(
        self, provider: MemoryCollections, pulling: Collection, moved: MovedClock, hours: int,
        kinds: set[str],
    ) -> None:  # fmt: skip
        pull_due(at=START)
        provider._pulling.clear()

        pull_due(at=moved.forward(hours=hours))

        assert set(Alert.objects.values_list("kind", flat=True)) == kinds

    def test_catching_up_closes_the_alerts(
        self, provider: MemoryCollections, pulling: Collection, moved: MovedClock
    ) -> None:
        pull_due(at=START)
        provider._pulling.clear()
        pull_due(at=moved.forward(hours=40))
        provider._pulling.add("600000")

        pull_due(at=moved.forward(hours=1))

        assert not Alert.objects.filter(closed_at=None).exists()
        pulling.refresh_from_db()
        assert pulling.pulled_until == moved()

    def test_what_is_out_of_reach_is_told_with_its_bounds(
        self, provider: MemoryCollections, pulling: Collection, moved: MovedClock
    ) -> None:
        pull_due(at=START)
        moved.forward(hours=60)

        pull_due(at=moved())

        alert = Alert.objects.get(kind="pull_gap")
        assert alert.severity == "critical"
        assert "from 2026-11-21 11:00 to 2026-11-21 23:00 (Nairobi)" in alert.text
        pulling.refresh_from_db()
        assert pulling.pulled_until == moved()

    def test_a_row_that_cannot_be_read_is_told(
        self, provider: MemoryCollections, pulling: Collection, monkeypatch: Any
    ) -> None:
        pull = MemoryCollector.pull

        def with_a_bad_row(self: MemoryCollector, window: PullWindow) -> PulledPage:
            page = pull(self, window)
            return PulledPage(
                payments=page.payments, next_offset=page.next_offset, exchange=page.exchange,
                unreadable=("row 1: amount is missing or not above 0",),
            )  # fmt: skip

        monkeypatch.setattr(MemoryCollector, "pull", with_a_bad_row)

        pull_due(at=START)

        assert "row 1: amount is missing" in Alert.objects.get(kind="pull_unreadable").text
