"""FilterTable: what narrows a list, for every door alike. BadSelection: what cannot be read."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from core.refusals import Refused

TEXT_LENGTH_MAX = 200
SEARCH = "search"
Row = TypeVar("Row", bound=Model)


class BadSelection(Refused):
    """A filter is not known or its value cannot be read; the message gives an example."""


@dataclass(frozen=True)
class FilterTable(Generic[Row]):
    """Name -> condition, and the search box. What is unknown or malformed is never ignored."""

    conditions: Mapping[str, Callable[[str], Q]]
    search: Callable[..., QuerySet[Row]]

    def narrowed(
        self,
        found: QuerySet[Row],
        selection: Mapping[str, str],
        *,
        partners: Collection[UUID] | None,
        may_see_phones: bool,
    ) -> QuerySet[Row]:
        """The rows of a selection. `partners` None: of all. Raises BadSelection."""
        if partners is not None:
            found = found.filter(partner_id__in=partners)
        for name, text in selection.items():
            if name not in self.conditions and name != SEARCH:
                known = ", ".join([*self.conditions, SEARCH])
                raise BadSelection(f"is not a filter. Filters are: {known}", field=name[:60])
            _demand_readable(name, text)
            if name != SEARCH:
                found = found.filter(self.condition(name, text))
        if selection.get(SEARCH):
            found = self.search(found, text=selection[SEARCH], may_see_phones=may_see_phones)
        return found

    def condition(self, name: str, text: str) -> Q:
        """One filter as a condition. Raises BadSelection naming it."""
        _demand_readable(name, text)
        try:
            return self.conditions[name](text.strip())
        except (ValueError, OverflowError) as error:
            raise BadSelection(str(error), field=name) from None

    def among(self, values: Mapping[str, Any]) -> dict[str, str]:
        """The filters among the values of a query string or of a command's options."""
        return {
            name: str(values[name])
            for name in [*self.conditions, SEARCH]
            if values.get(name) not in (None, "")
        }


def _demand_readable(name: str, text: str) -> None:
    if len(text) > TEXT_LENGTH_MAX:
        raise BadSelection(f"has more than {TEXT_LENGTH_MAX} characters", field=name)
    if "\x00" in text or text != text.encode(errors="replace").decode():
        raise BadSelection("has characters that nothing stored has", field=name)
