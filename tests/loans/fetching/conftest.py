"""Fetching once."""

import pytest

from loans.models import LoanSyncRun
from loans.operations.fetch import fetch
from loans.operations.reach_mifos import open_line


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
