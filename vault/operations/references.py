"""The accounts that payers type: each means one property or tenant of a shortcode."""

from datetime import datetime

from django.db import IntegrityError, transaction

from core import states
from core.refusals import Refused
from vault.models import AccountReference, Property, Tenant
from vault.rules.accounts import account_key

GIVEN, LEARNED = AccountReference.Source.GIVEN, AccountReference.Source.LEARNED


def give(
    *,
    written: str,
    property: Property,  # noqa: A002 - the field's word
    tenant: Tenant | None,
    actor: str,
    at: datetime,
) -> AccountReference:
    """From now on the account means this. Inside the caller's transaction.

    A tenant who left gives up theirs. Raises Refused naming whose it is.
    """
    key = account_key(written)
    row = (
        AccountReference.objects.select_for_update()
        .filter(shortcode_id=property.shortcode_id, key=key)
        .first()
    )
    if row is None:
        row = AccountReference(shortcode_id=property.shortcode_id, key=key)
    else:
        _demand_free(row, property, tenant, actor=actor, at=at)
    row.written, row.source = written, GIVEN
    row.property, row.tenant = property, tenant
    row.created_by, row.created_at = actor, at
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(
            f"{written} was given to somebody else this moment: look again, and choose another",
            field="account_reference",
        ) from None
    return row


def keep_as_learned(*, written: str, property: Property) -> None:  # noqa: A002
    """An account that is theirs no more is still understood: payers type it for months."""
    AccountReference.objects.filter(
        shortcode_id=property.shortcode_id, key=account_key(written), property=property
    ).update(source=LEARNED)


def _demand_free(
    row: AccountReference,
    property: Property,  # noqa: A002
    tenant: Tenant | None,
    *,
    actor: str,
    at: datetime,
) -> None:
    same_property = row.property_id == property.pk
    if same_property and row.tenant_id == (tenant.pk if tenant else None):
        return
    if same_property and row.source == LEARNED and row.tenant_id is None:
        return
    if row.tenant is not None and not row.tenant.is_active:
        _give_up(row.tenant, row, actor=actor, at=at)
        return
    whose = row.tenant or row.property
    raise Refused(
        f"{row.written} is the account of {whose} already: each means one thing, so write "
        "another, such as PROP002",
        field="account_reference",
    )


def _give_up(tenant: Tenant, reference: AccountReference, *, actor: str, at: datetime) -> None:
    states.note(tenant, at=at, because=f"gave up the account {reference.written}", actor=actor)
    if account_key(tenant.account_reference) == reference.key:
        Tenant.objects.filter(pk=tenant.pk).update(account_reference="")
