"""Ids in texts from outside."""

from collections.abc import Iterable
from uuid import UUID


def as_uuid(text: str | None) -> UUID | None:
    """The id that a text is; None for any other text."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def uuids_of(texts: Iterable[str]) -> list[UUID]:
    """Those of the texts that are ids."""
    return [found for found in map(as_uuid, texts) if found is not None]
