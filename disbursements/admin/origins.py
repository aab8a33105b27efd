"""What a payout was instructed for, told by whoever instructed it: filled by the apps above."""

from collections.abc import Callable

from disbursements.models import DisbursementRequest

Fact = tuple[str, object]

# By the payout's origin: lines for its page, such as a link to the loan that it pays.
ORIGINS: dict[str, Callable[[DisbursementRequest], list[Fact]]] = {}


def facts(row: DisbursementRequest) -> list[Fact]:
    """What it pays; nothing where nobody above knows."""
    told = ORIGINS.get(row.origin)
    return told(row) if told else []
