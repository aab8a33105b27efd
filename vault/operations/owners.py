"""Add and change an owner. Another receiver is what a thief would want: somebody is told."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from core import states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from vault.models import Owner, Partner, Property
from vault.operations import receiver_changes
from vault.operations.edits import Changed, demand_none, edit, facts_of, known, taken
from vault.rules.forward_schedule import AT_ONCE, BY_HAND
from vault.rules.rental_facts import OwnerFacts, check_owner

ADD, CHANGE = "vault.add_owner", "vault.change_owner"


def add_owner(
    *, partner_id: UUID, facts: OwnerFacts, caller: Caller, at: datetime, reason: str = ""
) -> Owner:
    """The new owner. Without `forward_when`: at once, or by hand where AUTO_DISBURSEMENT is off.

    Raises NotAllowed, and Refused naming the field that is wrong.
    """
    caller.demand(ADD)
    if (
        not caller.may_touch(partner_id)
        or not Partner.objects.filter(pk=partner_id, is_active=True).exists()
    ):
        raise Refused(
            f"there is no active partner {partner_id}: add_partner prints the id", field="partner"
        )
    usual = AT_ONCE if settings.VAULT_AUTO_DISBURSEMENT else BY_HAND
    facts, problems = check_owner(replace(facts, forward_when=facts.forward_when or usual))
    demand_none(problems)
    row = Owner(partner_id=partner_id, created_at=at, **asdict(facts))
    try:
        with transaction.atomic():
            because = f"added: {reason}" if reason else "added"
            states.begin([row], at=at, because=because, actor=caller.actor)
    except IntegrityError as error:
        raise _taken(error, facts.name) from error
    return row


def change_owner(
    *, owner_id: UUID, changes: Mapping[str, Any], reason: str, caller: Caller, at: datetime
) -> Changed:
    """Change what differs of OwnerFacts, with one Step that says old and new.

    Rent that is not forwarded yet follows another receiver or another plan, in the same
    transaction; another receiver raises an alert. Raises NotAllowed and Refused.
    """
    caller.demand(CHANGE)
    said, wanted = checked_reason(reason), known(changes, OwnerFacts)
    try:
        with transaction.atomic():
            row = locked_owner(owner_id, caller)
            old = facts_of(row, OwnerFacts)
            new, problems = check_owner(replace(old, **wanted))
            demand_none(problems)
            names = edit(row, asdict(new), because=said, actor=caller.actor, at=at)
            _demand_no_circle(row)
            return receiver_changes.followed(
                row, names, Q(owner=row), was=old.receiver, caller=caller, at=at
            )
    except IntegrityError as error:
        raise _taken(error, str(wanted.get("name", ""))) from error


def locked_owner(owner_id: UUID, caller: Caller) -> Owner:
    """The owner's row, locked. Raises Refused for one that is not within the caller's reach."""
    row = Owner.objects.select_for_update(no_key=True).filter(pk=owner_id).first()
    if row is None or not caller.may_touch(row.partner_id):
        raise Refused(f"there is no owner {owner_id}: add_owner prints the id", field="owner")
    return row


def _demand_no_circle(row: Owner) -> None:
    """Rent that is forwarded to the paybill it was paid to would come in as rent again."""
    own = Property.objects.filter(
        owner=row, paid_to="", shortcode__number=row.receiver_number
    ).first()
    if own is not None:
        raise Refused(
            f"{row.receiver_number} is where the rent of {own} is paid to: give the owner's own",
            field="receiver_number",
        )


def _taken(error: IntegrityError, name: str) -> Exception:
    return taken(error, constraint="one_owner_per_name", name=name, what="an owner")
