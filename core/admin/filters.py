"""Filters that live in the URL. Only these parameters are accepted: no other lookup is."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_date

from core import clock

ENDS = ("from", "to")


class ChoiceFilter(admin.SimpleListFilter):
    """One column, a fixed list of values."""

    column = ""
    values: tuple[tuple[str, str], ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The values and their words."""
        return list(self.values)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows with the chosen value; an unknown value is no filter."""
        if self.value() in dict(self.lookup_choices):
            return queryset.filter(**{self.column: self.value()})
        return queryset


class MomentFilter(admin.SimpleListFilter):
    """Today, yesterday, 7 days, this month, or two dates; days are Nairobi's."""

    template = "core/filter_moment.html"
    title = "date"
    parameter_name = "when"
    column = "created_at"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        for end in ENDS:
            name = f"{self.parameter_name}_{end}"
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]

    def expected_parameters(self) -> list[str | None]:
        """The preset and the two dates."""
        return list(parameters_of(type(self)))

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The presets."""
        return [
            ("today", "Today"),
            ("yesterday", "Yesterday"),
            ("7days", "Last 7 days"),
            ("month", "This month"),
        ]

    def day(self, end: str) -> Any:
        """The date typed as `from` or `to`, or nothing."""
        try:
            return parse_date(self.used_parameters.get(f"{self.parameter_name}_{end}") or "")
        except ValueError:
            return None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the chosen days, both included."""
        first, last = self._days()
        if first:
            queryset = queryset.filter(**{f"{self.column}__gte": _midnight(first)})
        if last and last < date.max:
            end = _midnight(last + timedelta(days=1))
            queryset = queryset.filter(**{f"{self.column}__lt": end})
        return queryset

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """The presets; a typed range counts as one more, already chosen."""
        typed = self.day("from") or self.day("to")
        names = [name for name in self.expected_parameters() if name != self.parameter_name]
        for choice in super().choices(changelist):
            yield {**choice, "selected": choice["selected"] and not typed}
        if typed:
            text = f"{self.day('from') or '…'} to {self.day('to') or 'now'}"
            yield {
                "selected": True,
                "query_string": changelist.get_query_string(remove=[]),
                "display": text,
            }
        self.first_day, self.last_day = (
            day.isoformat() if day else "" for day in (self.day("from"), self.day("to"))
        )
        self.hidden = [
            (name, value)
            for name, values in changelist.filter_params.items()
            for value in values
            if name not in [*names, self.parameter_name]
        ]

    def _days(self) -> tuple[Any, Any]:
        today = clock.now().astimezone(clock.NAIROBI).date()
        presets = {
            "today": (today, today),
            "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
            "7days": (today - timedelta(days=6), today),
            "month": (today.replace(day=1), today),
        }
        typed = (self.day("from"), self.day("to"))
        return typed if any(typed) else presets.get(str(self.value()), (None, None))


def parameters_of(part: Any) -> list[str]:
    """The names by which a filter reads the URL; none for what is no filter of ours."""
    name = getattr(part, "parameter_name", None)
    if not name:
        return []
    ends = [f"{name}_{end}" for end in ENDS] if issubclass(part, MomentFilter) else []
    return [name, *ends]


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.NAIROBI)
