"""Add and change a property: what is let, the account under which its rent is paid."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from core import states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from vault.models import Owner, Property, Shortcode
from vault.operations import receiver_changes, references
from vault.operations.edits import Changed, demand_none, edit, facts_of, known, taken
from vault.operations.owners import locked_owner
from vault.operations.plans import held_property, locked_owners
from vault.queries.forwarding import plan_of
from vault.rules.rental_facts import PropertyFacts, check_property

ADD, CHANGE = "vault.add_property", "vault.change_property"
CURRENCY = "KES"


def add_property(
    *,
    owner_id: UUID,
    facts: PropertyFacts,
    caller: Caller,
    at: datetime,
    shortcode_number: str | None = None,
    reason: str = "",
) -> Property:
    """The new property, paid to that shortcode of its partner: the only one when not named.

    Raises NotAllowed, and Refused naming the field that is wrong.
    """
    caller.demand(ADD)
    facts, problems = check_property(facts, currency=CURRENCY)
    demand_none(problems)
    try:
        with transaction.atomic():
            owner = locked_owner(owner_id, caller)
            row = Property(
                partner_id=owner.partner_id,
                owner=owner,
                shortcode=_collecting(owner, shortcode_number),
                currency=CURRENCY,
                created_at=at,
                **asdict(facts),
            )
            _demand_no_circle(row)
            because = f"added: {reason}" if reason else "added"
            states.begin([row], at=at, because=because, actor=caller.actor)
            references.give(
                written=row.account_reference, property=row, tenant=None,
                actor=caller.actor, at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise _taken(error, facts.name) from error
    return row


def change_property(
    *, property_id: UUID, changes: Mapping[str, Any], reason: str, caller: Caller, at: datetime
) -> Changed:
    """Change what differs of PropertyFacts, or `owner_id`; its shortcode stays.

    Another owner: rents allocated before stay the former one's. A former account is still
    understood. Rent that is not forwarded yet follows another plan. Raises NotAllowed, Refused.
    """
    caller.demand(CHANGE)
    said, wanted = checked_reason(reason), known(changes, PropertyFacts, "owner_id")
    try:
        with transaction.atomic():
            return _change(property_id, wanted, said, caller, at)
    except IntegrityError as error:
        raise _taken(error, str(wanted.get("name", ""))) from error


def _change(
    property_id: UUID, wanted: dict[str, Any], reason: str, caller: Caller, at: datetime
) -> Changed:
    row = _locked(property_id, wanted.get("owner_id"), caller)
    was_owner, owner_id = row.owner_id, wanted.pop("owner_id", row.owner_id)
    old, was = facts_of(row, PropertyFacts), receiver_changes.effective(row)
    new, problems = check_property(replace(old, **wanted), currency=row.currency)
    demand_none(problems)
    columns = {**asdict(new), "owner_id": owner_id}
    names = edit(row, columns, because=reason, actor=caller.actor, at=at)
    row.owner = Owner.objects.get(pk=row.owner_id)
    _demand_no_circle(row)
    if "account_reference" in names:
        references.keep_as_learned(written=old.account_reference, property=row)
        references.give(
            written=row.account_reference, property=row, tenant=None, actor=caller.actor, at=at
        )
    concerned = Q(property=row, owner_id__in={was_owner, row.owner_id})
    return receiver_changes.followed(row, names, concerned, was=was, caller=caller, at=at)


def _locked(property_id: UUID, new_owner_id: UUID | None, caller: Caller) -> Property:
    """The property, its owner and the new one locked. Raises Refused."""
    found = Property.objects.filter(pk=property_id).first()
    if found is None or not caller.may_touch(found.partner_id):
        raise Refused(
            f"there is no property {property_id}: add_property prints the id", field="property"
        )
    if new_owner_id is not None:
        owners = locked_owners({found.owner_id, new_owner_id})
        new = owners.get(new_owner_id)
        if new is None or new.partner_id != found.partner_id:
            raise Refused(
                f"there is no owner {new_owner_id} of this partner: add_owner prints the id",
                field="owner",
            )
    return held_property(property_id)


def _collecting(owner: Owner, number: str | None) -> Shortcode:
    """Where rent is paid to. Raises Refused when it cannot be told."""
    rows = Shortcode.objects.of_mpesa().filter(partner_id=owner.partner_id, is_active=True)
    found = list(rows.filter(number=number) if number else rows)
    if len(found) == 1:
        return found[0]
    known_numbers = ", ".join(rows.values_list("number", flat=True)) or "none yet"
    raise Refused(
        f"name the shortcode that rent is paid to; the partner's are: {known_numbers}",
        field="shortcode",
    )


def _demand_no_circle(row: Property) -> None:
    """Rent that is forwarded to the paybill it was paid to would come in as rent again."""
    if plan_of(row).receiver.receiver_number == row.shortcode.number:
        raise Refused(
            f"{row.shortcode.number} is where its rent is paid to: give the owner's own number",
            field="receiver_number",
        )


def _taken(error: IntegrityError, name: str) -> Exception:
    return taken(error, constraint="one_property_per_name", name=name, what="a property")
