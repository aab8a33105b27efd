"""What a worker does when it is woken: each job finds its own work and says how much it did."""

from core import clock
from rents.operations.follow import follow as follow_payouts
from rents.operations.forward import forward_due
from rents.operations.notices import notice_forwards
from vault.operations.notices import notice_payments
from vault.operations.send_notices import send_notices


def forward() -> int:
    """Forward collected rent that is due."""
    return forward_due(at=clock.database_now())


def follow() -> int:
    """Take over what the payouts of transfers came to."""
    return follow_payouts(at=clock.database_now())


def notices() -> int:
    """Write down what owners and tenants are to be told, and tell what is due."""
    at = clock.database_now()
    return notice_payments(at=at) + notice_forwards(at=at) + send_notices(at=at)
