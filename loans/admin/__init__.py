"""Loans of Mifos X, seen by staff: loans, bookings, proposals, syncs, connections, products."""

from loans.admin import (
    bookings,
    connections,
    loans,
    of_payout,
    products,
    proposals,
    remedies,
    runs,
)

__all__ = [
    "bookings", "connections", "loans", "of_payout", "products", "proposals", "remedies", "runs",
]  # fmt: skip
