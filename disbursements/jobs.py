"""What a worker does when it is woken: each job finds its own work and says how much it did."""

from core import clock
from disbursements.operations.accounts import wake_all
from disbursements.operations.ask import ask_due
from disbursements.operations.bulk_work import work_alone
from disbursements.operations.follow_jobs import follow_jobs
from disbursements.operations.recover import recover_expired
from disbursements.operations.refresh_accounts import refresh_accounts
from disbursements.operations.resume_funded import resume_funded
from disbursements.operations.send import send_due
from disbursements.operations.send_reversals import send_reversals
from disbursements.operations.tallies import fold
from disbursements.states import DisbursementStatus


def send() -> int:
    """Send what is queued and due."""
    return send_due(status=DisbursementStatus.QUEUED)


def retry() -> int:
    """Send again what is proven not paid and due."""
    return send_due(status=DisbursementStatus.RETRYING)


def ask() -> int:
    """Ask about what has no clear outcome."""
    return ask_due()


def recover() -> int:
    """Find what a dead worker left in the middle."""
    return recover_expired()


def resume() -> int:
    """Resume what an empty wallet stopped."""
    return resume_funded()


def bulk() -> int:
    """Work off what persons asked to be done to many."""
    return work_alone()


def reversals() -> int:
    """Take back what two persons agreed on, and find out about what is open."""
    return send_reversals()


def tally() -> int:
    """Put the counts together that payouts have left behind."""
    return fold()


def payouts() -> int:
    """Wake winners whose account may receive now, and bring jobs up to their winners."""
    return wake_all(at=clock.database_now()) + follow_jobs()


def accounts() -> int:
    """Ask Stripe how connected accounts stand, and wake who waited for theirs."""
    return refresh_accounts(at=clock.database_now())
