"""A partner with a Mifos X that answers, and a product whose loans are paid by themselves."""

import pytest

from loans.models import LoanSyncRun
from loans.operations.fetch import fetch
from loans.operations.reach_mifos import open_line
from tests.lending import a_connection, a_product, a_tenant


@pytest.fixture
def tenant(wire):
    return a_tenant(wire)


@pytest.fixture
def connection(a_partner, a_shortcode, tenant):
    return a_connection(a_partner, tenant)


@pytest.fixture
def product(a_partner):
    return a_product(a_partner)


@pytest.fixture
def fetched(connection, product, wire):
    """Fetch once, and tell what the run counted."""

    def once():
        at = wire.clock()
        run = LoanSyncRun(partner=connection.partner, trigger="test", actor="test", started_at=at)
        with open_line(connection, run=run, at=at) as line:
            fetch(line, run, at=at)
        return run

    return once
