"""The book's tests: a moment, the accounts of one shortcode, and callers that race."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ledger import chart
from ledger.lines import Credit, Debit, Side

PARTNER = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
NOON = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def holding() -> Callable[[int], list[Side]]:
    """The lines that hold an amount back."""
    return lambda amount_minor: [
        Debit(chart.reserved("600111", "KES"), amount_minor),
        Credit(chart.utility("600111", "KES"), amount_minor),
    ]


@pytest.fixture
def paying() -> Callable[[int], list[Side]]:
    """The lines of a payout that went through."""
    return lambda amount_minor: [
        Debit(chart.partner_payouts(PARTNER, "KES"), amount_minor),
        Credit(chart.utility("600111", "KES"), amount_minor),
    ]
