"""A partner with a Mifos X that answers, and a product whose loans are paid by themselves."""

import pytest

from loans.models import LoanProductAutoDisbursalConfig, MifosConnection
from tests.lending import Tenant, a_connection, a_product, a_tenant
from tests.wire import Wire
from vault.models import Partner, Shortcode


@pytest.fixture
def tenant(wire: Wire) -> Tenant:
    return a_tenant(wire)


@pytest.fixture
def connection(a_partner: Partner, a_shortcode: Shortcode, tenant: Tenant) -> MifosConnection:
    return a_connection(a_partner, tenant)


@pytest.fixture
def product(a_partner: Partner) -> LoanProductAutoDisbursalConfig:
    return a_product(a_partner)
