"""Take in a file of tenants: all of it, or, where any row is wrong, nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import money
from core.callers import Caller
from core.refusals import Refused
from vault.models import Partner, Property, Tenant
from vault.operations.edits import demand_none, facts_of
from vault.operations.tenants import ADD, insert_tenant, phones_of
from vault.rules.rental_facts import TenantFacts, check_tenant
from vault.rules.tenant_file import SHOWN_MAX, BadRow, TenantRow, phones_in, read_rows

COLUMNS_OF_FIELDS = {"account_reference": "account", "name": "tenant"}
COMPARED = ("account_reference", "rent_minor", "phones")


@dataclass(frozen=True, kw_only=True)
class TenantImport:
    """What was done, or would be: rows read, tenants added, those there already, and problems."""

    rows: int
    added: int
    already: int
    problems: Sequence[BadRow]
    dry_run: bool


def import_tenants(
    *, data: bytes, partner_id: UUID, caller: Caller, at: datetime, dry_run: bool = False
) -> TenantImport:
    """Add the tenants of a CSV file to this partner's properties.

    The same tenant (property, name, unit) again adds nothing; with other facts it is a problem.
    Raises BadFile, NotAllowed, and Refused for a partner out of the caller's reach.
    """
    caller.demand(ADD)
    if not caller.may_touch(partner_id) or not Partner.objects.filter(pk=partner_id).exists():
        raise Refused(
            f"there is no partner {partner_id}: add_partner prints the id", field="partner"
        )
    problems: list[BadRow] = []
    added = already = rows = 0
    with transaction.atomic():
        properties = _by_name(partner_id)
        for row in read_rows(data):
            rows += 1
            if isinstance(row, BadRow):
                problems.append(row)
                continue
            try:
                is_new = _take_in(row, properties, actor=caller.actor, at=at)
            except (Refused, money.BadAmount) as error:
                problems.append(_problem(row, error))
                continue
            added, already = added + is_new, already + (not is_new)
        if problems or dry_run:
            transaction.set_rollback(True)
    return TenantImport(
        rows=rows, added=0 if problems else added, already=already, problems=problems,
        dry_run=dry_run,
    )  # fmt: skip


def _take_in(row: TenantRow, properties: dict[str, Property], *, actor: str, at: datetime) -> bool:
    """Add the tenant; False when they are there already. Raises Refused and BadAmount."""
    found = properties.get(row.of.casefold())
    if found is None:
        raise Refused("is no property of this partner: write its name", field="property")
    rent_minor = (
        money.parse_amount(row.rent, currency=found.currency, thousands=True) if row.rent else None
    )
    facts, problems = check_tenant(
        TenantFacts(
            name=row.tenant, unit=row.unit, account_reference=row.account,
            phones=phones_in(row.phones), rent_minor=rent_minor,
        ),
        currency=found.currency,
    )  # fmt: skip
    demand_none(problems)
    there = Tenant.objects.filter(
        property=found, name=facts.name, unit=facts.unit, is_active=True
    ).first()
    if there is None:
        with transaction.atomic():
            insert_tenant(found, facts, because="added from a file", actor=actor, at=at)
        return True
    _demand_same(there, facts)
    return False


def _demand_same(there: Tenant, facts: TenantFacts) -> None:
    """Raises Refused naming the first fact that differs: a file does not change anybody."""
    known = facts_of(there, TenantFacts, phones=phones_of(there))
    for name in COMPARED:
        old, new = getattr(known, name), getattr(facts, name)
        if name == "phones":
            old, new = set(old), set(new)
        if old != new:
            raise Refused(
                f"{there.name} is there already with another value: change it on their page",
                field=name.removesuffix("_minor"),
            )


def _problem(row: TenantRow, error: Refused | money.BadAmount) -> BadRow:
    field = error.field if isinstance(error, Refused) else "rent"
    column = COLUMNS_OF_FIELDS.get(field, field)
    value = getattr(row, "of" if column == "property" else column, "")
    message = error.message if isinstance(error, Refused) else str(error)
    return BadRow(
        line=row.line, column=column, value=value[:SHOWN_MAX], problem=message, what_to_do=""
    )


def _by_name(partner_id: UUID) -> dict[str, Property]:
    """Active properties by name, and by account where that is no property's name."""
    rows = list(Property.objects.filter(partner_id=partner_id, is_active=True))
    by_account = {row.account_reference.casefold(): row for row in rows}
    return by_account | {row.name.casefold(): row for row in rows}
