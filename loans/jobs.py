"""What a worker does when it is woken: each job finds its own work and says how much it did."""

from core import clock
from loans.operations.keep_up import keep_up
from loans.operations.sync_partners import sync_due


def sync_loans() -> int:
    """Fetch, pay and book the loans of every partner that is due."""
    return sync_due(at=clock.database_now())


def loans() -> int:
    """Take over what the payouts of loans came to, and book what was paid."""
    return keep_up(at=clock.database_now())
