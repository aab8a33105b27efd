"""Everything that loans need to be paid by themselves, and a day of it."""

import pytest

from config.books import breaks


@pytest.fixture
def lending(connection, product):
    """Everything that loans need to be paid by themselves."""
    return connection


@pytest.fixture
def settled(wire):
    """Let everything run that runs by itself, and prove the books."""

    def run():
        wire.run(also=["sync_loans", "loans"])
        assert list(breaks()) == []

    return run
