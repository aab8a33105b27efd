"""How the list of payouts is narrowed: each filter means what queries/selection says of it."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest

from core.admin.filters import MomentFilter
from core.admin.scope import partners_of
from disbursements.admin.narrowing import Narrowing
from disbursements.queries.tallied import parked_causes
from disbursements.rules.reason_classes import REASON_CLASSES
from disbursements.states import DisbursementStatus
from vault.models import Partner, Shortcode

NAMED_MAX = 500
DEFAULT_RANGE = "7days"
ANY_DAY = "any"


def filters_of(changelist: ChangeList) -> dict[str, str]:
    """The whole filter of a list as a selection: its filters, implied days, its search."""
    chosen: dict[str, str] = {}
    specs: list[Any] = changelist.filter_specs
    for spec in specs:
        chosen |= spec.chosen()
    if changelist.query:
        chosen["search"] = changelist.query
    return chosen


class StatusFilter(Narrowing):
    """One status or several."""

    template = "disbursements/filter_several.html"
    title = "status"
    parameter_name = "status"
    several = True
    values = tuple((status.value, status.value.capitalize()) for status in DisbursementStatus)


class ReasonFilter(Narrowing):
    """What the result-code table does with the code."""

    template = "disbursements/filter_several.html"
    title = "kind of reason"
    parameter_name = "reason"
    several = True
    values = tuple(REASON_CLASSES.items())


class CodeFilter(Narrowing):
    """Result codes."""

    template = "disbursements/filter_text.html"
    title = "result code"
    parameter_name = "code"
    several = True
    placeholder = "2006"


class AmountFromFilter(Narrowing):
    """The smallest amount."""

    template = "disbursements/filter_text.html"
    title = "amount from"
    parameter_name = "amount_from"
    placeholder = "50,000"


class AmountToFilter(Narrowing):
    """The largest amount."""

    template = "disbursements/filter_text.html"
    title = "amount to"
    parameter_name = "amount_to"
    placeholder = "250,000"


class RetriesFilter(Narrowing):
    """How many retries were used."""

    title = "retries used"
    parameter_name = "retries"
    values = (("0", "None"), ("1+", "1 or more"), ("2+", "2 or more"), ("3+", "3 or more"))


class AttemptsFilter(Narrowing):
    """How often it was sent."""

    title = "sent"
    parameter_name = "attempts"
    values = (("0", "Never"), ("1", "Once"), ("2+", "More than once"))


class PersonFilter(Narrowing):
    """Those that need a person."""

    title = "needs a person"
    parameter_name = "person"
    values = (("yes", "Yes"), ("no", "No"))


class RetryableFilter(Narrowing):
    """Those that a retry could do something for."""

    title = "can be retried"
    parameter_name = "retryable"
    values = (("yes", "Yes"), ("no", "No"))


class CorrectedFilter(Narrowing):
    """Those that another payout replaces."""

    title = "replaced by a correction"
    parameter_name = "corrected"
    values = (("no", "No"), ("yes", "Yes"))


class UnknownForFilter(Narrowing):
    """Outcomes that have been unknown for long."""

    title = "unknown for more than"
    parameter_name = "unknown_for"
    values = (("30", "30 minutes"), ("60", "1 hour"), ("1440", "1 day"))


class PartnerFilter(Narrowing):
    """One partner of those that the person may see."""

    title = "partner"
    parameter_name = "partner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Partners by name."""
        rows = Partner.objects.order_by("name").values_list("pk", "name")
        partners = partners_of(request)
        mine = rows if partners is None else rows.filter(pk__in=partners)
        return [(str(pk), name) for pk, name in mine[:NAMED_MAX]]


class ShortcodeFilter(Narrowing):
    """One shortcode of those partners."""

    title = "shortcode"
    parameter_name = "shortcode"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Shortcodes by number."""
        rows = Shortcode.objects.order_by("number").values_list("pk", "number")
        partners = partners_of(request)
        mine = rows if partners is None else rows.filter(partner__in=partners)
        return [(str(pk), number) for pk, number in mine[:NAMED_MAX]]


class CauseFilter(Narrowing):
    """What parked ones wait for."""

    title = "cause"
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The causes that there are."""
        causes = parked_causes(partners_of(request))
        return [(cause, cause) for cause in causes[:NAMED_MAX]]


class FileFilter(Narrowing):
    """Those that came with one file, named by its SHA-256."""

    template = "disbursements/filter_given.html"
    title = "file"
    parameter_name = "file"


class JobFilter(Narrowing):
    """Those of one payout job, named by its id."""

    template = "disbursements/filter_given.html"
    title = "payout job"
    parameter_name = "job"


class RunFilter(Narrowing):
    """Those of one bulk run."""

    template = "disbursements/filter_given.html"
    title = "bulk run"
    parameter_name = "run"


class InstructedFilter(Narrowing, MomentFilter):
    """When it was instructed; at the desk the last 7 days, unless something is searched for."""

    template = "disbursements/filter_days.html"
    title = "day of instruction"
    parameter_name = "when"
    names = ("from", "to")

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.has_default = bool(getattr(request, "is_desk", False) and not request.GET.get("q"))
        if self.has_default and not any(self.used_parameters.values()):
            self.used_parameters[self.parameter_name] = DEFAULT_RANGE

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The presets, and none of them."""
        return [*MomentFilter.lookups(self, request, model_admin), (ANY_DAY, "Any day")]

    def chosen(self) -> dict[str, str]:
        """The first and the last day, both included; what was typed goes before a preset."""
        ends = ("from", "to")
        typed = {
            name: str(self.used_parameters.get(f"{self.parameter_name}_{end}") or "").strip()
            for name, end in zip(self.names, ends, strict=True)
        }
        if any(typed.values()):
            return {name: text for name, text in typed.items() if text}
        preset = self.value()
        if preset in (None, "", ANY_DAY):
            return {}
        days = self._days()
        if None in days:
            return {self.names[0]: str(preset)}
        return {name: day.isoformat() for name, day in zip(self.names, days, strict=True)}

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """The preset or the days that were typed, in words."""
        days = {f"{self.parameter_name}_{end}": self.day(end) for end in ("from", "to")}
        self.first_day, self.last_day = (day.isoformat() if day else "" for day in days.values())
        typed = any(days.values())
        self.options = [
            (str(value), str(words), value == self.value() and not typed)
            for value, words in self.lookup_choices
        ]
        self.typed = f"{self.first_day or '…'} to {self.last_day or 'now'}" if typed else ""
        for words in [self.typed] if typed else [text for _, text, is_on in self.options if is_on]:
            yield {"selected": True, "query_string": "", "display": words}


class PaidFilter(InstructedFilter):
    """When it was paid."""

    title = "day of payment"
    parameter_name = "paid"
    names = ("paid_from", "paid_to")

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        MomentFilter.__init__(self, request, params, model, model_admin)
        self.has_default = False


FILTERS = (
    StatusFilter, ReasonFilter, CodeFilter, PersonFilter, UnknownForFilter, RetryableFilter,
    CorrectedFilter, CauseFilter, PartnerFilter, ShortcodeFilter, InstructedFilter, PaidFilter,
    AmountFromFilter, AmountToFilter, RetriesFilter, AttemptsFilter, FileFilter, JobFilter,
    RunFilter,
)  # fmt: skip
