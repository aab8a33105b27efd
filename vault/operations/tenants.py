"""Add and change a tenant: who pays, from which phones, under which account, how much."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core import states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from vault.models import Property, Tenant, TenantPhone
from vault.operations import references
from vault.operations.edits import Changed, demand_none, edit, facts_of, known
from vault.rules.rental_facts import TenantFacts, check_tenant

ADD, CHANGE = "vault.add_tenant", "vault.change_tenant"


def add_tenant(
    *, property_id: UUID, facts: TenantFacts, caller: Caller, at: datetime, reason: str = ""
) -> Tenant:
    """The new tenant. Raises NotAllowed, and Refused naming the field that is wrong."""
    caller.demand(ADD)
    property_ = Property.objects.filter(pk=property_id).first()
    if property_ is None or not caller.may_touch(property_.partner_id):
        raise Refused(
            f"there is no property {property_id}: add_property prints the id", field="property"
        )
    checked, problems = check_tenant(facts, currency=property_.currency)
    demand_none(problems)
    with transaction.atomic():
        return insert_tenant(
            property_, checked, because=f"added: {reason}" if reason else "added",
            actor=caller.actor, at=at,
        )  # fmt: skip


def insert_tenant(
    property_: Property, facts: TenantFacts, *, because: str, actor: str, at: datetime
) -> Tenant:
    """A tenant whose facts are checked. Inside the caller's transaction. Raises Refused."""
    row = Tenant(property=property_, created_at=at, **_columns(facts))
    states.begin([row], at=at, because=because, actor=actor)
    _set_phones(row, facts.phones, at=at)
    if row.account_reference:
        references.give(
            written=row.account_reference, property=property_, tenant=row, actor=actor, at=at
        )
    return row


def change_tenant(
    *, tenant_id: UUID, changes: Mapping[str, Any], reason: str, caller: Caller, at: datetime
) -> Changed:
    """Change what differs of TenantFacts; `phones` are replaced as a whole.

    A former account is still understood as theirs. Raises NotAllowed and Refused.
    """
    caller.demand(CHANGE)
    said, wanted = checked_reason(reason), known(changes, TenantFacts)
    with transaction.atomic():
        row = locked_tenant(tenant_id, caller)
        phones = phones_of(row)
        old = facts_of(row, TenantFacts, phones=phones)
        new, problems = check_tenant(replace(old, **wanted), currency=row.property.currency)
        demand_none(problems)
        names = edit(row, _columns(new), because=said, actor=caller.actor, at=at)
        if "account_reference" in names:
            _move_account(row, old.account_reference, actor=caller.actor, at=at)
        elif "is_active" in names and row.is_active and row.account_reference:
            references.give(
                written=row.account_reference, property=row.property, tenant=row,
                actor=caller.actor, at=at,
            )  # fmt: skip
        if set(new.phones) != set(phones):
            _set_phones(row, new.phones, at=at)
            _note_phones(row, phones, new.phones, reason=said, actor=caller.actor, at=at)
            names = (*names, "phones")
    return Changed(row=row, names=names)


def locked_tenant(tenant_id: UUID, caller: Caller) -> Tenant:
    """The tenant's row, locked. Raises Refused for one that is not within the caller's reach."""
    row = (
        Tenant.objects.select_for_update(of=("self",), no_key=True)
        .select_related("property")
        .filter(pk=tenant_id)
        .first()
    )
    if row is None or not caller.may_touch(row.property.partner_id):
        raise Refused(f"there is no tenant {tenant_id}: add_tenant prints the id", field="tenant")
    return row


def phones_of(row: Tenant) -> tuple[str, ...]:
    """The phones they pay from, in the order in which they were given."""
    return tuple(TenantPhone.objects.filter(tenant=row).values_list("msisdn", flat=True))


def _columns(facts: TenantFacts) -> dict[str, Any]:
    return {name: value for name, value in asdict(facts).items() if name != "phones"}


def _set_phones(row: Tenant, phones: tuple[str, ...], *, at: datetime) -> None:
    TenantPhone.objects.filter(tenant=row).exclude(msisdn__in=phones).delete()
    TenantPhone.objects.bulk_create(
        (TenantPhone(tenant=row, msisdn=msisdn, created_at=at) for msisdn in phones),
        ignore_conflicts=True,
    )


def _note_phones(
    row: Tenant, old: tuple[str, ...], new: tuple[str, ...], *, reason: str, actor: str,
    at: datetime,
) -> None:  # fmt: skip
    details = {"old": {"phones": ", ".join(old)}, "new": {"phones": ", ".join(new)}}
    states.note(row, at=at, because=f"changed: {reason}", actor=actor, details=details)


def _move_account(row: Tenant, former: str, *, actor: str, at: datetime) -> None:
    if former:
        references.keep_as_learned(written=former, property=row.property)
    if row.account_reference:
        references.give(
            written=row.account_reference, property=row.property, tenant=row, actor=actor, at=at
        )
