"""Filters of the lists about rent: in use, one partner, one owner, one property."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from core.admin import shown
from core.admin.filters import ChoiceFilter
from core.admin.scope import of_partners, partners_of
from core.ids import as_uuid
from vault.models import ForwardWhen, Owner, PaidTo, Partner, Property

NAMED_MAX = 200


class InUseFilter(ChoiceFilter):
    """In use or not."""

    title = "state"
    parameter_name = "active"
    column = "is_active"
    values = (("True", "In use"), ("False", "Not in use"))


class PaidToFilter(ChoiceFilter):
    """Where money goes."""

    title = "paid to"
    parameter_name = "paid_to"
    column = "paid_to"
    values = tuple((value, str(label)) for value, label in PaidTo.choices)


class WhenFilter(ChoiceFilter):
    """When it goes."""

    title = "forwarded"
    parameter_name = "when"
    column = "forward_when"
    values = tuple((value, str(label)) for value, label in ForwardWhen.choices)


class NamedFilter(admin.SimpleListFilter):
    """One row of another table, by name, among those that the person may see."""

    model: type[Model]
    column = ""
    partner_path = "partner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The first NAMED_MAX by name; one that is chosen already is always named."""
        everyone = self.model._default_manager.order_by("name")
        rows = of_partners(everyone, partners_of(request), path=self.partner_path)
        found = {str(pk): name for pk, name in rows.values_list("pk", "name")[:NAMED_MAX]}
        chosen = as_uuid(self.value())
        if chosen and str(chosen) not in found:
            found |= {str(row.pk): str(row) for row in rows.filter(pk=chosen)}
        return list(found.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the chosen one; no row for what is no id."""
        if not self.value():
            return queryset
        chosen = as_uuid(self.value())
        return queryset.filter(**{self.column: chosen}) if chosen else queryset.none()


class PartnerFilter(NamedFilter):
    """One partner."""

    title = "partner"
    parameter_name = "partner"
    model = Partner
    column = "partner"
    partner_path = "pk"


class TenantsPartnerFilter(PartnerFilter):
    """The partner of a tenant's property."""

    column = "property__partner"


class OwnerFilter(NamedFilter):
    """One owner."""

    title = "owner"
    parameter_name = "owner"
    model = Owner
    column = "owner"


class PropertyFilter(NamedFilter):
    """One property."""

    title = "property"
    parameter_name = "property"
    model = Property
    column = "property"


def in_use(*, is_active: bool) -> Any:
    """In use or not, as dot and word."""
    if is_active:
        return shown.status("In use", meaning="Rent is collected.", tone=shown.GOOD)
    return shown.status("Not in use", meaning="Nobody is prompted to pay.", tone=shown.MUTE)
