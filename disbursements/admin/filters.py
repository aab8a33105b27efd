"""How the list of payouts is narrowed."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.filters import ChoiceFilter, MomentFilter
from disbursements.models import DisbursementRequest
from disbursements.states import DisbursementStatus
from vault.models import Partner, Shortcode

NAMED_MAX = 500


class StatusFilter(ChoiceFilter):
    """One status."""

    title = "status"
    parameter_name = "status"
    column = "status"
    values = tuple((status.value, status.value.capitalize()) for status in DisbursementStatus)


class PartnerFilter(ChoiceFilter):
    """One partner."""

    title = "partner"
    parameter_name = "partner"
    column = "partner_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every partner by name."""
        return [
            (str(pk), name) for pk, name in Partner.objects.values_list("pk", "name")[:NAMED_MAX]
        ]


class ShortcodeFilter(ChoiceFilter):
    """One shortcode."""

    title = "shortcode"
    parameter_name = "shortcode"
    column = "shortcode_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every shortcode by number."""
        rows = Shortcode.objects.values_list("pk", "number")[:NAMED_MAX]
        return [(str(pk), number) for pk, number in rows]


class InstructedFilter(MomentFilter):
    """When it was instructed."""

    title = "day of instruction"


class PaidFilter(MomentFilter):
    """When it was paid."""

    title = "day of payment"
    parameter_name = "paid"
    column = "completed_at"


class PersonFilter(ChoiceFilter):
    """Those that need a person."""

    title = "needs a person"
    parameter_name = "person"
    values = (("yes", "Yes"),)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows that wait for a person."""
        return queryset.filter(person_needed_at__isnull=False) if self.value() else queryset


class CauseFilter(ChoiceFilter):
    """What parked ones wait for."""

    title = "cause"
    parameter_name = "cause"
    column = "parked_cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The causes that there are."""
        parked = DisbursementRequest.objects.filter(status=DisbursementStatus.PARKED)
        causes = parked.order_by("parked_cause").values_list("parked_cause", flat=True).distinct()
        return [(cause, cause) for cause in causes[:NAMED_MAX]]


class FileFilter(ChoiceFilter):
    """Those that came with one file, named by its SHA-256."""

    title = "file"
    parameter_name = "file"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Only the file that the URL names."""
        named = request.GET.get("file", "")
        return [(named, f"{named[:12]}…")] if named else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the file."""
        return queryset.filter(origin_id=self.value()) if self.value() else queryset
