"""The web hook of a Mifos X: it wakes the sync of the partner whose address it came to."""

import json
from datetime import timedelta
from typing import Any

import pytest

from gateways.models import Callback
from loans.models import LoanTracking, MifosConnection
from loans.queries.connections import hook_url
from tests.lending import a_connection
from tests.wire import MovedClock, Wire
from vault.models import Partner
from vault.operations.add_partner import add_partner

APPROVED = {
    "entityName": "LOAN", "actionName": "APPROVE", "createdByName": "amina",
    "request": {"approvedOnDate": "2026-11-21"},
    "response": {"loanId": 7, "resourceId": 7, "changes": {}},
}  # fmt: skip
FAILED = {"entityName": "LOAN", "actionName": "DISBURSE", "request": {}}


@pytest.fixture
def asleep(a_partner: Partner, moved: MovedClock) -> MifosConnection:
    """Its next sync is five minutes off."""
    return a_connection(a_partner, next_sync_at=moved.moment.replace(minute=5))


def post(wire: Wire, row: MifosConnection, body: dict[str, Any]) -> int:
    status = wire.post_body(url=hook_url(row), body=json.dumps(body).encode())
    wire.run(hours=0)
    row.refresh_from_db()
    return status


class TestWake:
    def test_an_approval_has_the_partner_synced_at_once(
        self, wire: Wire, asleep: MifosConnection, moved: MovedClock
    ) -> None:
        assert post(wire, asleep, APPROVED) == 200

        assert asleep.next_sync_at == moved()
        assert Callback.objects.get().outcome == "applied"

    def test_nothing_of_it_is_believed(self, wire: Wire, asleep: MifosConnection) -> None:
        post(wire, asleep, APPROVED)

        assert not LoanTracking.objects.exists()

    def test_that_of_a_failed_command_does_nothing(
        self, wire: Wire, asleep: MifosConnection
    ) -> None:
        before = asleep.next_sync_at

        assert post(wire, asleep, FAILED) == 200

        assert asleep.next_sync_at == before
        assert Callback.objects.get().outcome == "ignored"

    def test_a_second_one_changes_nothing_more(
        self, wire: Wire, asleep: MifosConnection, moved: MovedClock
    ) -> None:
        post(wire, asleep, APPROVED)
        first = asleep.next_sync_at
        moved.forward(minutes=1)

        post(wire, asleep, APPROVED)

        assert asleep.next_sync_at == first

    def test_a_flood_has_it_synced_once_in_a_while(
        self, wire: Wire, asleep: MifosConnection, moved: MovedClock
    ) -> None:
        synced = moved() - timedelta(seconds=5)
        MifosConnection.objects.filter(pk=asleep.pk).update(last_sync_at=synced)

        post(wire, asleep, APPROVED)
        post(wire, asleep, APPROVED)

        assert asleep.next_sync_at == synced + timedelta(seconds=30)

    def test_it_waits_for_requests_to_be_left(
        self, wire: Wire, asleep: MifosConnection, moved: MovedClock
    ) -> None:
        minute = moved().replace(second=0, microsecond=0)
        MifosConnection.objects.filter(pk=asleep.pk).update(
            minute_at=minute, minute_requests=asleep.requests_per_minute
        )

        post(wire, asleep, APPROVED)

        assert asleep.next_sync_at == minute + timedelta(minutes=1)

    def test_another_partner_sleeps_on(
        self, wire: Wire, asleep: MifosConnection, moved: MovedClock
    ) -> None:
        other = a_connection(
            add_partner(name="Baraka Example Ltd", actor="test", at=moved()), "baraka",
            next_sync_at=asleep.next_sync_at,
        )  # fmt: skip

        post(wire, asleep, APPROVED)

        other.refresh_from_db()
        assert other.next_sync_at > moved()

    def test_a_server_that_is_left_alone_stays_so(
        self, wire: Wire, asleep: MifosConnection, moved: MovedClock
    ) -> None:
        until = moved.moment.replace(minute=20)
        MifosConnection.objects.filter(pk=asleep.pk).update(not_before=until, failures=5)

        post(wire, asleep, APPROVED)

        assert (asleep.not_before, asleep.failures) == (until, 5)

    def test_an_address_that_is_nobodys_wakes_nobody(
        self, wire: Wire, asleep: MifosConnection, a_partner: Partner
    ) -> None:
        url = hook_url(MifosConnection(partner_id="00000000-0000-0000-0000-000000000001"))

        wire.post_body(url=url, body=json.dumps(APPROVED).encode())
        wire.run(hours=0)

        before = asleep.next_sync_at
        asleep.refresh_from_db()
        assert asleep.next_sync_at == before
        assert Callback.objects.get().outcome == "unmatched"
