"""Find whom a person means: a tenant or a property, by name, account, unit or phone."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from disbursements.queries.search import msisdn_in
from vault.models import AccountReference, Property, Tenant
from vault.rules.accounts import account_key

FOUND_MAX = 20
WORDS_MAX = 6


@dataclass(frozen=True, kw_only=True)
class Whom:
    """A tenant and the place they rent, or a property alone; relations are at hand."""

    place: Property
    tenant: Tenant | None = None

    @property
    def name(self) -> str:
        """`Amina Example, Sunset House A3`."""
        if self.tenant is None:
            return self.place.name
        unit = f" {self.tenant.unit}" if self.tenant.unit else ""
        return f"{self.tenant.name}, {self.place.name}{unit}"

    @property
    def rent_minor(self) -> int:
        """The tenant's rent, or the property's where they have none of their own."""
        own = self.tenant.rent_minor if self.tenant else None
        return self.place.rent_minor if own is None else own

    @property
    def account(self) -> str:
        """What they are to type as account."""
        own = self.tenant.account_reference if self.tenant else ""
        return own or self.place.account_reference


def whom(
    *, property_id: UUID | None, tenant_id: UUID | None, partners: Collection[UUID] | None
) -> Whom | None:
    """The one with these ids, as far as it is within reach; the property of the tenant if none."""
    if tenant_id is not None:
        found = found_tenants(Q(pk=tenant_id), partners=partners)
        fitting = [each for each in found if property_id in (None, each.place.pk)]
        return fitting[0] if fitting else None
    if property_id is None:
        return None
    rows = _properties(partners).filter(pk=property_id)
    return next((Whom(place=row) for row in rows), None)


def found(text: str, *, partners: Collection[UUID] | None, may_see_phones: bool) -> list[Whom]:
    """Active tenants, then active properties, that the text names; FOUND_MAX at the most.

    Phones are searched only for those who may see them.
    """
    term = text.strip()
    if not term:
        return []
    tenants = _worded("name", term) | Q(unit__iexact=term) | _accounted(term, "tenant")
    msisdn = msisdn_in(term)
    if msisdn and may_see_phones:
        tenants |= Q(phones__msisdn=msisdn)
    properties = _worded("name", term) | _accounted(term, "property")
    active = Q(is_active=True, property__is_active=True)
    some = found_tenants(Q(tenants) & active, partners=partners)
    rows = _properties(partners).filter(properties, is_active=True)[:FOUND_MAX]
    return [*some, *(Whom(place=row) for row in rows)][:FOUND_MAX]


def found_tenants(condition: Q, *, partners: Collection[UUID] | None) -> list[Whom]:
    """Tenants by name, with property and owner."""
    ids = Tenant.objects.filter(condition).values("pk")
    rows = Tenant.objects.filter(pk__in=ids).select_related(
        "property__owner", "property__shortcode", "property__partner"
    )
    if partners is not None:
        rows = rows.filter(property__partner_id__in=partners)
    return [Whom(place=row.property, tenant=row) for row in rows[:FOUND_MAX]]


def _properties(partners: Collection[UUID] | None) -> QuerySet[Property]:
    rows = Property.objects.select_related("owner", "shortcode", "partner")
    return rows if partners is None else rows.filter(partner_id__in=partners)


def _worded(column: str, term: str) -> Q:
    condition = Q()
    for word in term.split()[:WORDS_MAX]:
        condition &= Q(**{f"{column}__icontains": word})
    return condition


def _accounted(term: str, path: str) -> Q:
    """Whose account it is in its forgiving form."""
    key = account_key(term)
    if not key:
        return Q(pk__in=[])
    named = AccountReference.objects.filter(key=key, **{f"{path}__isnull": False})
    return Q(pk__in=named.values(path))
