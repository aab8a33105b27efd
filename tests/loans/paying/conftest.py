"""A lender whose Mifos X and M-Pesa live in memory."""

from collections.abc import Iterator

import pytest

from gateways import registry
from gateways.interface import Rail
from gateways.memory import MemoryLoans, MemoryProvider, memory_loan_book, memory_loan_desk
from loans.models import LoanProductAutoDisbursalConfig, MifosConnection
from tests.lending import a_connection, a_product
from tests.loans.paying.house import House
from tests.wire import MovedClock
from vault.models import Partner, Shortcode


@pytest.fixture
def connection(a_partner: Partner, a_shortcode: Shortcode) -> MifosConnection:
    assert a_shortcode.partner_id == a_partner.pk
    return a_connection(a_partner)


@pytest.fixture
def product(a_partner: Partner) -> LoanProductAutoDisbursalConfig:
    return a_product(a_partner)


@pytest.fixture
def house(
    connection: MifosConnection, product: LoanProductAutoDisbursalConfig, moved: MovedClock
) -> Iterator[House]:
    """Loans of product 1 are paid by themselves."""
    mifos, mpesa = MemoryLoans(), MemoryProvider()
    with (
        registry.use_loan_book(memory_loan_book(mifos), memory_loan_desk(mifos)),
        registry.use_disburser(Rail.MPESA_B2C, mpesa.disburser),
    ):
        yield House(mifos, mpesa, connection, moved)
