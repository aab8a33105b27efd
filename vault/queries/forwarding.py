"""Reads: where and when a property's rent is forwarded; blank parts are its owner's."""

from datetime import datetime, timedelta
from typing import Any

from core import clock
from vault.models import Owner, Payment, Property
from vault.rules import forward_schedule
from vault.rules.forward_schedule import TIME_DEFAULT, Plan
from vault.rules.receivers import Receiver


def plan_of(property: Property) -> Plan:  # noqa: A002 - the field's word
    """The effective plan: what the property says, and where it says nothing, its owner."""
    return _plan(property, property.owner)


def owner_plan(owner: Owner) -> Plan:
    """What holds for the owner's properties that say nothing else."""
    return _plan(owner)


def receiver_of(row: Owner | Property) -> Receiver:
    """What the row itself says; blank on a property that is paid as its owner."""
    return Receiver(
        paid_to=row.paid_to,
        receiver_number=row.receiver_number,
        receiver_account=row.receiver_account,
        receiver_msisdn=row.receiver_msisdn,
    )


def due_at(plan: Plan, *, paid_at: datetime, since: datetime | None = None) -> datetime | None:
    """When what was paid then is due to be forwarded: Payment.forward_due_at. None: by hand.

    Not before `since`, the moment from which the plan holds for it.
    """
    ready_at = paid_at + clock.scaled(timedelta(hours=plan.hold_hours))
    return forward_schedule.next_moment(plan, ready_at=max(ready_at, since or ready_at))


def held_until(payment: Payment) -> datetime:
    """The end of an allocated payment's hold period, by its property's plan as it stands now."""
    hold_hours = plan_of(payment.property).hold_hours if payment.property else 0
    return payment.paid_at + clock.scaled(timedelta(hours=hold_hours))


def _plan(*rows: Owner | Property) -> Plan:
    """The first row that says a part decides that part."""

    def said(name: str) -> Any:
        return next((value for row in rows if (value := getattr(row, name)) is not None), None)

    receiving = next((row for row in rows if row.paid_to), rows[-1])
    scheduled = next((row for row in rows if row.forward_when), rows[-1])
    return Plan(
        receiver=receiver_of(receiving),
        when=scheduled.forward_when,
        at_time=said("forward_time") or TIME_DEFAULT,
        weekday=scheduled.forward_weekday,
        monthday=scheduled.forward_monthday,
        minimum_minor=said("forward_minimum_minor") or 0,
        hold_hours=said("hold_hours") or 0,
    )
