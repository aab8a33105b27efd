"""Tell of partners whose loans are to be paid by themselves, and are not even read."""

from datetime import datetime

from core import clock
from core.alerts import close_alerts, raise_alert
from core.models import Alert
from core.states import SYSTEM
from loans.queries import connection_facts, due

NOT_SYNCED_ALERT = "loans_not_synced"
NOT_READY_ALERT = "mifos_not_ready"
LATE_MINUTES = 60


def tell_not_synced(*, at: datetime) -> int:
    """One alert per partner, closed once its list is read again; returns how many are open."""
    late = list(due.not_synced_since(at - clock.minutes(LATE_MINUTES)))
    for row in late:
        moment = row.last_sync_at or row.confirmed_at
        since = f" since {moment.astimezone(clock.NAIROBI):%Y-%m-%d %H:%M}" if moment else ""
        raise_alert(
            kind=NOT_SYNCED_ALERT, key=str(row.partner_id), at=at,
            text=f"The approved loans of {row.partner} were not fetched{since}: see its loan "
            "syncs for the reason, and Test connection",
        )  # fmt: skip
    _close(NOT_SYNCED_ALERT, but={str(row.partner_id) for row in late}, at=at)
    return len(late)


def tell_not_ready(*, at: datetime) -> int:
    """One alert per connection that is switched on and was not tested well as it is set now.

    Closed once a test finds nothing missing, or it is switched off; returns how many are open.
    """
    found = list(due.not_ready())
    for row in found:
        raise_alert(
            kind=NOT_READY_ALERT, key=str(row.partner), at=at,
            text=f"{row} is switched on and not ready: {connection_facts.why_not_ready(row)} No "
            "loan of it is fetched, paid or booked until Test connection finds nothing missing",
        )  # fmt: skip
    _close(NOT_READY_ALERT, but={str(row.partner) for row in found}, at=at)
    return len(found)


def _close(kind: str, *, but: set[str], at: datetime) -> None:
    keys = Alert.objects.filter(kind=kind, closed_at=None).values_list("key", flat=True)
    for key in set(keys) - but:
        close_alerts(kind=kind, key=key, at=at, actor=SYSTEM)
