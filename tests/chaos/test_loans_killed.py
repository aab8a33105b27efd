"""SIGKILL in the middle of a sync, two syncs at once: each loan is paid and booked once."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import StringIO
from ipaddress import ip_network
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.schedules import SWEEPS
from gateways.http import connections
from loans.models import LoanBooking, LoanTracking
from tests.chaos.provider import PAYMENT, Provider
from tests.lending import a_connection, a_product, a_tenant, an_approved_loan, lent
from tests.loan_oracle import moves_of_loans, wrong
from tests.wire import Wire
from vault.models import Partner, Shortcode

Start = Callable[..., Any]
API = "/fineract-provider/api/v1"
LOANS = 12
MONEY_OUT = ("deliver", "recover", "send", "retry", "ask", "resume")
ALL = (*MONEY_OUT, "loans", "sync_loans")


@pytest.fixture
def approved(
    wire: Wire, provider: Provider, a_partner: Partner, a_shortcode: Shortcode, settings: Any
) -> Iterator[Wire]:
    """A lender with a dozen approved loans, whose Mifos X both this and other processes reach."""
    settings.VAULT_MIFOS_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    connections.session().mount(provider.address, wire)
    tenant = a_tenant(wire)
    a_connection(a_partner, tenant, host=provider.address, requests_per_minute=1_200)
    a_product(a_partner)
    for number in range(1, LOANS + 1):
        an_approved_loan(wire, tenant, number, phone=f"0700 1{number:05}", clientName=f"{number}")
    yield wire
    connections.session().adapters.pop(provider.address)


def ended(wire: Wire) -> list[str]:
    """Everything runs on; what does not fit, and whose loan was not paid and booked once."""
    wire.clock.moment = max(wire.clock(), datetime.now(UTC))
    for _ in range(30):
        wire.deliver()
        while sum(SWEEPS[name].run() for name in ALL[:-1]) + SWEEPS["sync_loans"].run():
            wire.deliver()
        wire.clock.forward(minutes=5)
    once = all(len(made) == 1 for made in moves_of_loans(wire).values())
    counts = (len(moves_of_loans(wire)), lent(wire)["count"], once)
    return [*wrong(wire), *([] if counts == (LOANS, LOANS, True) else [str(counts)])]


def money_out(wire: Wire) -> None:
    """M-Pesa pays, and tells; nobody speaks to Mifos X."""
    wire.clock.moment = max(wire.clock(), datetime.now(UTC))
    for _ in range(3):
        wire.deliver()
        while sum(SWEEPS[name].run() for name in MONEY_OUT):
            wire.deliver()
        wire.clock.forward(seconds=20)


class TestSync:
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_it_is_killed_at_the_last_look_and_started_again(
        self, start: Start, provider: Provider, approved: Wire, when: str
    ) -> None:
        gate = provider.hold(f"{API}/clients/5", when, free=1)
        killed = start("sync_loans")
        provider.wait_held(gate)

        killed.kill()
        provider.open(gate)
        again = start("sync_loans")

        assert again.ended() == 0, again.output
        assert LoanTracking.objects.filter(status="processing_disbursement").count() == LOANS
        assert ended(approved) == []

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_it_is_killed_while_it_books_and_started_again(
        self, start: Start, provider: Provider, approved: Wire, when: str
    ) -> None:
        assert start("sync_loans").ended() == 0
        money_out(approved)
        gate = provider.hold(f"{API}/loans/3?command=disburse", when)
        killed = start("sync_loans")
        provider.wait_held(gate)

        killed.kill()
        left = LoanBooking.objects.get(loan__loan_id=3).status
        provider.open(gate)
        again = start("sync_loans")

        assert (left, again.ended()) == ("sending", 0), again.output
        assert LoanBooking.objects.get(loan__loan_id=3).status == "booked"
        assert ended(approved) == []

    def test_two_at_once_do_not_meet(
        self, start: Start, provider: Provider, approved: Wire
    ) -> None:
        gate = provider.hold(f"{API}/clients/5", "before")
        first = start("sync_loans")
        provider.wait_held(gate)

        second = StringIO()
        with pytest.raises(CommandError) as refused:
            call_command("sync_loans", stdout=second)

        assert refused.value.returncode == 1
        assert "is being spoken with already" in second.getvalue()
        provider.open(gate)
        assert first.ended() == 0, first.output
        assert provider.calls[PAYMENT] == 0
        assert ended(approved) == []
