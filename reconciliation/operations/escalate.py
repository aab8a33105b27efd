"""Escalate: nobody acknowledged an alert for a while, so the next step's people are told."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from core import clock
from core.locks import try_transaction_lock
from reconciliation.operations.route_alerts import LOCK, tell
from reconciliation.queries import untold
from reconciliation.queries.alert_targets import targets


def escalate(*, at: datetime) -> int:
    """Tell step 1 after VAULT_ALERT_ESCALATE_MINUTES, step 2 after twice that, and so on.

    How many messages were written down.
    """
    after = clock.minutes(settings.VAULT_ALERT_ESCALATE_MINUTES)
    with transaction.atomic():
        if not try_transaction_lock(LOCK):
            return 0
        later = [target for target in targets(at=at) if target.step]
        return sum(
            tell(target, untold.to_escalate(target, at=at, after=after), at=at) for target in later
        )
