"""What people type to find a thing, as our rows spell it."""

from collections.abc import Callable, Sequence

from core.ids import as_uuid


def by_term(texts: Sequence[str], *, spelled: Callable[[str], str] = str) -> dict[str, list[str]]:
    """The texts by the id that each is, or else by how such names are `spelled`."""
    found: dict[str, list[str]] = {}
    for text in texts:
        term = text.strip()
        named = as_uuid(term)
        found.setdefault(str(named) if named else spelled(term), []).append(text)
    return found
