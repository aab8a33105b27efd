"""What the filters of lists share: a value means what queries/selection says."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from disbursements.queries import selection


class Narrowing(admin.SimpleListFilter):
    """What every filter here shares: a value that cannot be read shows no row, and says so."""

    template = "disbursements/filter_choice.html"
    parameter_name: str = ""
    several = False
    placeholder = ""
    values: tuple[tuple[str, str], ...] = ()
    condition: Callable[[str, str], Q] = staticmethod(selection.condition)

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        texts = [*params.get(self.parameter_name, [])]
        super().__init__(request, params, model, model_admin)
        if self.several and texts:
            self.used_parameters[self.parameter_name] = ",".join(filter(None, texts))

    def has_output(self) -> bool:
        """Always: a filter without choices must not turn into no filter."""
        return True

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The values and their words."""
        return list(self.values)

    def chosen(self) -> dict[str, str]:
        """What it means as a selection; empty when it is not used."""
        text = str(self.value() or "").strip()
        return {self.parameter_name: text} if text else {}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the selection would take."""
        try:
            for name, text in self.chosen().items():
                queryset = queryset.filter(self.condition(name, text))
        except selection.BadSelection as refused:
            messages.error(request, f"Filter by {self.title}: {refused}. No row is shown.")
            return queryset.none()
        return queryset

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """What is chosen, in words; and for the form, every choice with whether it is."""
        texts = [part for text in self.chosen().values() for part in self._parts(text)]
        self.options = [
            (value, words, value in texts) for value, words in map(_texts, self.lookup_choices)
        ]
        self.typed = ",".join(texts)
        words = dict(map(_texts, self.lookup_choices))
        for text in texts:
            yield {"selected": True, "query_string": "", "display": words.get(text, text)}

    def _parts(self, text: str) -> list[str]:
        return [part.strip() for part in text.split(",")] if self.several else [text]


def _texts(choice: Any) -> tuple[str, str]:
    value, words = choice
    return str(value), str(words)
