"""Query strings of lists: filters of a FilterTable under the API's names, limit and cursor."""

from collections.abc import Callable, Mapping
from typing import Any

from disbursements.api.paging import read_cursor, read_limit
from disbursements.queries.filter_table import SEARCH, BadSelection, FilterTable
from vault.api.bodies import shown_name
from vault.api.errors import bad_fields

Readers = Mapping[str, tuple[str, Callable[[str], Any]]]
SELECTION = "selection"
PAGING: Readers = {"limit": ("limit", read_limit), "cursor": ("after", read_cursor)}


def read(query: Mapping[str, str], readers: Readers) -> dict[str, Any]:
    """Values by field; filters gather under `selection`. Raises ApiError (400) naming each
    parameter that is wrong.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for name, text in query.items():
        if name not in readers:
            known = f"is not a parameter. Parameters are: {', '.join(readers)}."
            wrong[shown_name(name)] = [known]
            continue
        key, reader = readers[name]
        try:
            value = reader(text)
        except BadSelection as error:
            wrong[name] = [f"{error.message.removesuffix('.')}."]
        except (ValueError, OverflowError) as error:
            wrong[name] = [f"{str(error).removesuffix('.')}."]
        else:
            values[key] = values.get(key, {}) | value if key == SELECTION else value
    if wrong:
        raise bad_fields(wrong)
    return values


def filter_readers(table: FilterTable[Any], names: Mapping[str, str]) -> Readers:
    """A reader for each filter that answers it as a part of a selection."""

    def reader(ours: str) -> Callable[[str], dict[str, str]]:
        def read(text: str) -> dict[str, str]:
            if ours != SEARCH:
                table.condition(ours, text)
            return {ours: text}

        return not_empty(read)

    return {
        theirs: (SELECTION, reader(ours)) for theirs, ours in {**names, SEARCH: SEARCH}.items()
    }


def not_empty(reader: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same reader, which refuses an empty text."""

    def read(text: str) -> Any:
        if not text.strip():
            raise ValueError("is empty: leave it out instead")
        return reader(text)

    return read
