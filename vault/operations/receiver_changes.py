"""What follows another receiver or plan: the money that waits, and an alert that tells of it."""

from datetime import datetime

from django.db.models import Q

from core import alerts, money
from core.callers import Caller
from vault.models import Owner, Property
from vault.operations.edits import Changed
from vault.operations.plans import replan, waiting
from vault.queries.forwarding import owner_plan, plan_of
from vault.rules import receivers
from vault.rules.receivers import Receiver

ALERT_KIND = "receiver_changed"
PLAN_COLUMNS = frozenset(
    {
        "paid_to", "receiver_number", "receiver_account", "receiver_msisdn", "forward_when",
        "forward_time", "forward_weekday", "forward_monthday", "hold_hours", "is_active",
        "owner_id",
    }
)  # fmt: skip


def followed(
    row: Owner | Property,
    names: tuple[str, ...],
    whose: Q,
    *,
    was: Receiver,
    caller: Caller,
    at: datetime,
) -> Changed:
    """Take the payments `whose` that wait along, where the plan is otherwise than before.

    `was`: whom its rent went to before, be it its own receiver or its owner's.
    """
    payments = waiting(whose) if PLAN_COLUMNS.intersection(names) else []
    moved = replan(payments=payments, at=at)
    changed = Changed(
        row=row, names=names, payments=len(moved),
        amount_minor=sum(each.owed_minor or 0 for each in moved),
    )  # fmt: skip
    now = effective(row)
    if was != now:
        _alert(changed, was, now, caller=caller, at=at)
    return changed


def effective(row: Owner | Property) -> Receiver:
    """Whom its rent goes to."""
    plan = plan_of(row) if isinstance(row, Property) else owner_plan(row)
    return plan.receiver


def _alert(
    changed: Changed, was: Receiver, now: Receiver, *, caller: Caller, at: datetime
) -> None:
    row = changed.row
    total = money.shown(changed.amount_minor, getattr(row, "currency", "KES"))
    noun = "payment that waits follows" if changed.payments == 1 else "payments that wait follow"
    follows = f"{changed.payments} {noun} ({total})" if changed.payments else "no payment waits"
    alerts.raise_alert(
        kind=ALERT_KIND,
        key=f"{type(row).__name__.lower()}:{row.pk}:{at:%Y%m%d%H%M%S}",
        text=(
            f"{caller.actor} changed where the rent of {row} goes, from "
            f"{receivers.in_words(was)} to {receivers.in_words(now)}; {follows}. "
            "Ask the owner by another way whether that is right"
        ),
        at=at,
        details={
            "old": was.columns(), "new": now.columns(), "payments": changed.payments,
            "partner": str(row.partner_id),
        },
    )  # fmt: skip
