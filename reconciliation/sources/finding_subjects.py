"""Which subject a person or a step of the trail means."""

from collections.abc import Collection, Sequence
from uuid import UUID

from core.callers import Caller
from reconciliation.sources.registry import SOURCES
from reconciliation.sources.source import Found, StepOf

# A reference may be known to several kinds, and to several partners.
FOUND_MAX = 50
Subject = tuple[str, str, UUID | None]


def find(text: str, *, caller: Caller) -> list[Found]:
    """Everything of the caller's that this text names: an id, a reference, a receipt."""
    return _found([text], caller).get(text, [])[:FOUND_MAX]


def find_many(texts: Sequence[str], *, caller: Caller) -> dict[str, Found]:
    """What each text names, where it names exactly one of the caller's subjects."""
    return {text: hits[0] for text, hits in _found(texts, caller).items() if len(hits) == 1}


def subjects_of(named: Collection[StepOf]) -> dict[StepOf, Subject]:
    """The kind, id and partner of what these steps are about; other steps are missing."""
    ids_by_type: dict[str, set[str]] = {}
    for subject_type, subject_id in named:
        ids_by_type.setdefault(subject_type, set()).add(subject_id)
    found: dict[StepOf, Subject] = {}
    for kind, source in SOURCES.items():
        known = {name: ids for name, ids in ids_by_type.items() if name in source.STEP_TYPES}
        if known:
            for step, (subject_id, partner_id) in source.of_steps(known).items():
                found[step] = (kind, subject_id, partner_id)
    return found


def subject_of(subject_type: str, subject_id: str) -> tuple[str, str] | None:
    """The kind and id of what one step is about; None when it is about no subject."""
    subject = subjects_of([(subject_type, subject_id)]).get((subject_type, subject_id))
    return subject[:2] if subject else None


def _found(texts: Sequence[str], caller: Caller) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = {}
    for source in SOURCES.values():
        for text, hits in source.find_many(texts, caller=caller).items():
            found.setdefault(text, []).extend(hits)
    return found
