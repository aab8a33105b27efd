"""The log of what was exchanged with a provider about a payout."""

from disbursements.models import DisbursementRequest
from gateways import registry
from gateways.interface import Exchange, Rail
from gateways.models import Call


def call_of(row: DisbursementRequest, exchange: Exchange, *, kind: str) -> Call:
    """An unsaved row; `kind` is such as payout, transfer, status or reversal."""
    return Call.objects.from_exchange(
        exchange, provider=registry.provider_of(Rail(row.rail)), kind=kind,
        shortcode=row.shortcode.number, subject_id=str(row.pk),
    )  # fmt: skip
