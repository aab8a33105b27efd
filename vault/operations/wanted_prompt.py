"""What is checked before anybody is prompted: whose rent, which phone, how much."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core import clock, money
from core.callers import Caller
from core.phones import BadPhone, normal_form
from core.refusals import Refused
from gateways.interface import PROMPT_SHILLINGS_MAX
from vault.models import Property, Tenant
from vault.queries.fees import terms_for
from vault.rules import fees, prompting

COLLECT = "vault.collect_payment"
EXAMPLE_ID = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A prompt that may be made. `amount_minor` is whole shillings."""

    property: Property
    tenant: Tenant | None
    msisdn: str
    amount_minor: int
    currency: str
    account: str
    description: str


def wanted(
    *,
    property_id: UUID,
    msisdn: str,
    amount: str | None,
    tenant_id: UUID | None = None,
    caller: Caller,
    at: datetime,
) -> Wanted:
    """The prompt that is asked for; `amount` None is the tenant's rent, else the property's.

    Raises NotAllowed, and Refused naming property, tenant, phone, amount, shortcode or account.
    Without `tenant_id` the tenant is the one active tenant of the property with this phone.
    """
    row, tenant = _whose(property_id, tenant_id, caller)
    _demand_active(row)
    phone = _phone(msisdn)
    tenant = tenant or _tenant_with(row, phone)
    amount_minor = _amount(amount, row, tenant)
    _demand_fee_fits(row, amount_minor, at)
    account = (tenant.account_reference if tenant else "") or row.account_reference
    return Wanted(
        property=row, tenant=tenant, msisdn=phone, amount_minor=amount_minor,
        currency=row.currency, account=account,
        description=_description(row, amount_minor, account, at),
    )  # fmt: skip


def _whose(
    property_id: UUID, tenant_id: UUID | None, caller: Caller
) -> tuple[Property, Tenant | None]:
    """The property and the named tenant, where the caller may prompt for them."""
    own = caller.tenant_id
    if own is None:
        caller.demand(COLLECT)
    elif tenant_id not in (None, own):
        raise _no_such_tenant(tenant_id)
    named = own or tenant_id
    tenant = Tenant.objects.filter(pk=named).first() if named else None
    row = (
        Property.objects.select_related("partner", "owner", "shortcode")
        .filter(pk=property_id)
        .first()
    )
    out_of_reach = (
        row is None
        or (own is None and not caller.may_touch(row.partner_id))
        or (own is not None and (tenant is None or tenant.property_id != row.pk))
    )
    if row is None or out_of_reach:
        raise Refused(
            f"there is no property {property_id}: give the id of one, such as {EXAMPLE_ID}",
            field="property",
        )
    wrong_tenant = tenant is None or tenant.property_id != row.pk or not tenant.is_active
    if named and wrong_tenant:
        raise _no_such_tenant(named)
    return row, tenant


def _no_such_tenant(tenant_id: UUID | None) -> Refused:
    return Refused(
        f"there is no tenant {tenant_id} in use of this property: give the id of one, such as "
        f"{EXAMPLE_ID}",
        field="tenant",
    )


def _tenant_with(row: Property, msisdn: str) -> Tenant | None:
    found = Tenant.objects.filter(property=row, is_active=True, phones__msisdn=msisdn)
    tenants = list(found[:2])
    return tenants[0] if len(tenants) == 1 else None


def _demand_active(row: Property) -> None:
    problems = {
        "the partner": row.partner.is_active,
        "its owner": row.owner.is_active,
        "the property": row.is_active,
    }
    for what, is_active in problems.items():
        if not is_active:
            raise Refused(
                f"nothing is collected for {row.name}: {what} is switched off; "
                "give another property, or have it switched on",
                field="property",
            )
    if not row.shortcode.is_active:
        raise Refused(
            f"{row.shortcode.number} is switched off: have it switched on, or let the property "
            "collect on another, such as 600000",
            field="shortcode",
        )


def _phone(text: str) -> str:
    try:
        return normal_form(text)
    except BadPhone as error:
        raise Refused(str(error), field="phone") from None


def _amount(text: str | None, row: Property, tenant: Tenant | None) -> int:
    """Minor units of whole shillings within what a prompt can ask for."""
    try:
        if text is None:
            amount_minor = (tenant.rent_minor if tenant else None) or row.rent_minor
        else:
            amount_minor = money.parse_amount(text, currency=row.currency)
        shillings = money.whole_units(amount_minor, row.currency)
    except money.BadAmount as error:
        raise Refused(str(error), field="amount") from None
    if not 1 <= shillings <= PROMPT_SHILLINGS_MAX:
        raise Refused(
            f"a prompt is for 1 to {PROMPT_SHILLINGS_MAX:,} shillings, such as 10000",
            field="amount",
        )
    return amount_minor


def _demand_fee_fits(row: Property, amount_minor: int, at: datetime) -> None:
    try:
        terms = terms_for(property=row, at=at).terms
        fees.split(amount_minor, terms, currency=row.currency)
    except fees.FeeTooLarge as error:
        raise Refused(str(error), field="amount") from None


def _description(row: Property, amount_minor: int, account: str, at: datetime) -> str:
    try:
        return prompting.description_that_fits(
            payee=row.partner.name,
            amount=money.shown(amount_minor, row.currency),
            account=account,
            description=prompting.description_of(at.astimezone(clock.NAIROBI).date()),
        )
    except ValueError as error:
        raise Refused(str(error), field="account") from None
