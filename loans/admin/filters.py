"""How the list of loans is narrowed: each filter means what queries/selection says of it."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from core.admin.filters import MomentFilter
from core.admin.scope import of_partners, partners_of
from disbursements.admin import filters as payouts
from disbursements.admin.narrowing import Narrowing
from loans.admin.words import BOOKING_WORDS
from loans.models import LoanProductAutoDisbursalConfig
from loans.queries import selection
from loans.rules.holds import HOLDS
from loans.states import LoanStatus


class LoanNarrowing(Narrowing):
    """A value means what loans/queries/selection.py says."""

    condition: Callable[[str, str], Q] = staticmethod(selection.condition)


class StatusFilter(LoanNarrowing):
    """One status or several."""

    template = "disbursements/filter_several.html"
    title = "status"
    parameter_name = "status"
    several = True
    values = tuple((each.value, each.value.replace("_", " ").capitalize()) for each in LoanStatus)


class HeldFilter(LoanNarrowing):
    """Why it is held."""

    template = "disbursements/filter_several.html"
    title = "held because"
    parameter_name = "held"
    several = True
    values = tuple((code, hold.text.rstrip(".")) for code, hold in HOLDS.items())


class BookingFilter(LoanNarrowing):
    """Whether Mifos X knows of the money."""

    template = "disbursements/filter_several.html"
    title = "booking in Mifos X"
    parameter_name = "booking"
    several = True
    values = tuple((str(name), text) for name, text in BOOKING_WORDS.items())


class PartnerFilter(LoanNarrowing, payouts.PartnerFilter):
    """One partner of those that the person may see."""


class ProductFilter(LoanNarrowing):
    """One product of those that are set up, by its number in Mifos X."""

    title = "product"
    parameter_name = "product"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Products by name; the number tells those of one name apart."""
        rows = LoanProductAutoDisbursalConfig.objects.order_by("product_name", "product_id")
        mine = of_partners(rows, partners_of(request), path="partner")
        found = mine.values_list("product_id", "product_name")[: payouts.NAMED_MAX]
        return [(str(number), f"{name or 'Product'} ({number})") for number, name in found]


class ClientFilter(LoanNarrowing):
    """One client, as a loan's page leads here."""

    template = "disbursements/filter_given.html"
    title = "client number"
    parameter_name = "client"


class TrackedFilter(LoanNarrowing, payouts.InstructedFilter):
    """When it was first seen approved."""

    title = "day first seen"


class ExpectedFilter(LoanNarrowing, payouts.InstructedFilter):
    """The day it is expected to be disbursed on."""

    title = "expected day"
    parameter_name = "expected"
    names = ("expected_from", "expected_to")

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        MomentFilter.__init__(self, request, params, model, model_admin)
        self.has_default = False


class PaidFilter(LoanNarrowing, payouts.PaidFilter):
    """When M-Pesa paid it."""


class UnchangedFilter(LoanNarrowing):
    """Those that stand as they do since a day or longer."""

    template = "disbursements/filter_text.html"
    title = "in its status since"
    parameter_name = "unchanged_since"
    placeholder = "2026-11-21"


class ProposalFilter(LoanNarrowing):
    """What one person proposed of it, for another to decide."""

    template = "disbursements/filter_several.html"
    title = "proposal"
    parameter_name = "proposal"
    several = True
    values = (
        ("proposed", "Waits for a second person"), ("approved", "Approved"),
        ("rejected", "Rejected"), ("overtaken", "Overtaken"),
    )  # fmt: skip


class AgainFilter(LoanNarrowing):
    """Those in a later cycle than their first."""

    title = "approved or paid once more"
    parameter_name = "again"
    values = (("yes", "Yes"), ("no", "No"))


class ReleasedFilter(LoanNarrowing):
    """Those that a person released, and nothing has changed since."""

    title = "released by a person"
    parameter_name = "released"
    values = (("yes", "Yes"), ("no", "No"))


class AmountFromFilter(LoanNarrowing, payouts.AmountFromFilter):
    """The smallest amount to the client."""


class AmountToFilter(LoanNarrowing, payouts.AmountToFilter):
    """The largest amount to the client."""


FILTERS = (
    StatusFilter, HeldFilter, BookingFilter, PartnerFilter, ProductFilter, ClientFilter,
    TrackedFilter, ExpectedFilter, PaidFilter, UnchangedFilter, AmountFromFilter, AmountToFilter,
    ProposalFilter, AgainFilter, ReleasedFilter,
)  # fmt: skip
