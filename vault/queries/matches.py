"""Reads: whose payment this is, where that is certain enough to book it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from core import phones
from gateways.interface import PayerPhone, PhoneForm
from vault.models import AccountReference, Payment, Property, Tenant

LEARNED = AccountReference.Source.LEARNED


@dataclass(frozen=True, kw_only=True)
class Match:
    """Whose rent a payment is, and what tells so."""

    property: Property
    tenant: Tenant | None
    because: str


def payer_of(payment: Payment) -> PayerPhone:
    """The payer's number as far as it was told."""
    form = PhoneForm(payment.payer_form or PhoneForm.ABSENT)
    return PayerPhone(form=form, text=payment.payer_phone)


def match_of(payment: Payment) -> Match | None:
    """Whose rent the payment is; None: it cannot be told."""
    return find(
        shortcode_id=payment.shortcode_id, typed=payment.account_typed, key=payment.account_key,
        payer=payer_of(payment),
    )  # fmt: skip


def find(*, shortcode_id: UUID, typed: str, key: str, payer: PayerPhone) -> Match | None:
    """By the account; by a tenant's phone typed as account; without any, by the payer's phone.

    A masked or hashed phone never decides: it names the tenant only where the account has named
    the property, and only one tenant there can be meant.
    """
    if key:
        return _by_account(shortcode_id, key, payer) or _by_typed_phone(shortcode_id, typed)
    if payer.form is not PhoneForm.FULL:
        return None
    because = "no account was typed; the payer is known"
    return _by_phone(shortcode_id, payer.text, because=because)


def _by_account(shortcode_id: UUID, key: str, payer: PayerPhone) -> Match | None:
    reference = (
        AccountReference.objects.select_related("property__owner", "tenant")
        .filter(shortcode_id=shortcode_id, key=key)
        .first()
    )
    if reference is None:
        return None
    because = f"account {reference.written}"
    if reference.source == LEARNED:
        because += ", as a person said before"
    if reference.tenant is not None:
        return Match(property=reference.property, tenant=reference.tenant, because=because)
    tenant = tenant_paying(reference.property, payer)
    if tenant is not None:
        because += " and the payer's phone"
    return Match(property=reference.property, tenant=tenant, because=because)


def _by_typed_phone(shortcode_id: UUID, typed: str) -> Match | None:
    try:
        msisdn = phones.normal_form(typed)
    except phones.BadPhone:
        return None
    return _by_phone(shortcode_id, msisdn, because="a tenant's phone was typed as account")


def _by_phone(shortcode_id: UUID, msisdn: str, *, because: str) -> Match | None:
    tenants = Tenant.objects.select_related("property__owner").filter(
        is_active=True, property__is_active=True, property__shortcode_id=shortcode_id,
        phones__msisdn=msisdn,
    )  # fmt: skip
    tenant = _only(tenants.order_by("pk")[:2])
    if tenant is None:
        return None
    return Match(property=tenant.property, tenant=tenant, because=because)


def tenant_paying(of: Property, payer: PayerPhone) -> Tenant | None:
    """The only tenant of a property who can be this payer; None: nobody, or more than one."""
    tenants = Tenant.objects.filter(property=of, is_active=True)
    if payer.form is PhoneForm.FULL:
        return _only(tenants.filter(phones__msisdn=payer.text)[:2])
    return _only(
        tenant
        for tenant in tenants.prefetch_related("phones")
        if any(payer.may_be(phone.msisdn) for phone in tenant.phones.all())
    )


def _only(tenants: Iterable[Tenant]) -> Tenant | None:
    found = list(tenants)
    return found[0] if len(found) == 1 else None
