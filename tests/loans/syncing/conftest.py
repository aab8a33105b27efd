"""A partner with a Mifos X that answers, and a product whose loans are paid by themselves."""

import pytest

from config.books import breaks
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
