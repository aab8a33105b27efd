"""Trap 11: web hooks are unsigned, sent once, and sent for commands that failed, too."""

from datetime import timedelta

import pytest

from config.deliveries import deliver_due
from gateways.models import Callback
from loans.models import LoanTracking, MifosConnection
from loans.queries.connections import hook_url
from tests import lending
from tests.loans.traps.conftest import Lender


@pytest.fixture
def hooked(lender: Lender) -> Lender:
    """Its events come to us, and its next sync is five minutes off."""
    row = MifosConnection.objects.get()
    lending.register_hook(lender.wire, lender.tenant, hook_url(row))
    row.next_sync_at = lender.wire.clock.moment.replace(minute=5)
    row.save()
    return lender


def woken(lender: Lender) -> bool:
    """Whether a hook that arrived had the partner synced at once."""
    lender.wire.clock.forward(seconds=2)
    lender.wire.deliver()
    deliver_due()
    return MifosConnection.objects.get().next_sync_at <= lender.wire.clock()


class TestHooks:
    def test_an_approval_wakes_the_sync_and_pays_nobody(self, hooked: Lender) -> None:
        hooked.approves(7, hook=True)

        assert woken(hooked)
        assert not LoanTracking.objects.exists()

    @pytest.mark.parametrize("fault", ["book_403_rule", "book_checker"])
    def test_that_of_a_command_that_failed_or_waits_does_nothing(
        self, hooked: Lender, fault: str
    ) -> None:
        hooked.approves(7)
        hooked.goes_wrong(fault)
        hooked.pays()
        Callback.objects.filter(processed_at=None).update(processed_at=hooked.wire.clock())
        later = hooked.wire.clock() + timedelta(hours=1)
        MifosConnection.objects.update(next_sync_at=later)

        hooked.books()

        assert not woken(hooked)
        assert MifosConnection.objects.get().next_sync_at == later
        assert Callback.objects.latest("id").outcome == "ignored"

    def test_a_lost_one_costs_only_time(self, hooked: Lender) -> None:
        hooked.approves(7, hook=True)
        hooked.wire.clock.forward(seconds=2)
        hooked.wire.drop()
        assert not woken(hooked)

        hooked.pays()

        assert hooked.loan().status in ("processing_disbursement", "disbursed")
