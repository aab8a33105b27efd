"""How the list of payments is narrowed: each filter means what queries/selection says of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Model, Q
from django.http import HttpRequest

from core.admin.scope import of_partners, partners_of
from disbursements.admin import filters as payouts
from disbursements.admin.narrowing import Narrowing
from rents.admin.words import LEG_WORDS
from rents.queries import selection
from vault.models import Method, Owner, Property, Tenant
from vault.states import PaymentStatus

NAMED_MAX = payouts.NAMED_MAX


class RentNarrowing(Narrowing):
    """A value means what rents/queries/selection.py says."""

    condition: Callable[[str, str], Q] = staticmethod(selection.condition)


class StatusFilter(RentNarrowing):
    """The state of the money received."""

    template = "disbursements/filter_several.html"
    title = "money in"
    parameter_name = "status"
    several = True
    values = tuple((each.value, each.value.capitalize()) for each in PaymentStatus)


class LegFilter(RentNarrowing):
    """How the way to the owner stands."""

    template = "disbursements/filter_several.html"
    title = "money out"
    parameter_name = "leg"
    several = True
    values = tuple((str(name), text) for name, text in LEG_WORDS.items())


class MethodFilter(RentNarrowing):
    """M-Pesa or cash."""

    title = "method"
    parameter_name = "method"
    values = tuple((value, str(label)) for value, label in Method.choices)


class AmountFromFilter(RentNarrowing, payouts.AmountFromFilter):
    """The smallest amount."""


class AmountToFilter(RentNarrowing, payouts.AmountToFilter):
    """The largest amount."""


class PartnerFilter(RentNarrowing, payouts.PartnerFilter):
    """One partner of those that the person may see."""


class ShortcodeFilter(RentNarrowing, payouts.ShortcodeFilter):
    """One shortcode of those partners."""


class ReceivedFilter(RentNarrowing, payouts.InstructedFilter):
    """When we heard of it."""

    title = "day received"


class NamedFilter(RentNarrowing):
    """One row of a table, chosen by name among those that the person may see."""

    model: type[Model]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The first NAMED_MAX by name; one that is chosen already is always named."""
        rows = of_partners(self.rows(), partners_of(request), path=self.partner_path)
        found = {str(pk): name for pk, name in rows[:NAMED_MAX]}
        chosen = _id(self.value())
        if chosen and str(chosen) not in found:
            found |= {str(pk): name for pk, name in rows.filter(pk=chosen)}
        return list(found.items())

    partner_path = "partner"

    def rows(self) -> Any:
        """Ids and names, by name."""
        return self.model._default_manager.order_by("name").values_list("pk", "name")


class OwnerFilter(NamedFilter):
    """One owner."""

    title = "owner"
    parameter_name = "owner"
    model = Owner


class PropertyFilter(NamedFilter):
    """One property."""

    title = "property"
    parameter_name = "property"
    model = Property


class TenantFilter(NamedFilter):
    """One tenant, as their page leads here: there are too many to choose from."""

    template = "disbursements/filter_given.html"
    title = "tenant"
    parameter_name = "tenant"
    model = Tenant
    partner_path = "property__partner"

    def rows(self) -> Any:
        """The one that is chosen."""
        return super().rows().filter(pk=_id(self.value()))


FILTERS = (
    StatusFilter, LegFilter, MethodFilter, PartnerFilter, ShortcodeFilter, OwnerFilter,
    PropertyFilter, TenantFilter, ReceivedFilter, AmountFromFilter, AmountToFilter,
)  # fmt: skip


def _id(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
