"""Source: what gives all sides of one kind of subject, many at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.callers import Caller
from reconciliation.rules.sides import Record

# How many ids `read` is given at the most, and `since` gives at a time.
BATCH_MAX = 200
# (Step.subject_type, Step.subject_id), and (id of the subject, whose it is).
StepOf = tuple[str, str]
Owned = tuple[str, UUID | None]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A subject that a text fits. `title` is for people, without phones."""

    kind: str
    subject_id: str
    title: str
    partner_id: UUID | None


class Source(Protocol):
    """One kind of subject. Reads write and lock nothing."""

    @property
    def STEP_TYPES(self) -> frozenset[str]:  # noqa: N802 - a constant of each source
        """The subject_type of the Steps that `of_steps` knows."""
        ...

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """All sides by id, in a constant number of queries for up to BATCH_MAX ids.

        An id that is not found is missing.
        """
        ...

    def ask_afresh(self, ids: Collection[str], *, at: datetime) -> set[str]:
        """Let the ordinary machinery ask the provider about these now; which it will ask.

        Sends no money. Never twice about what is being asked already, nor where asking is paused.
        """
        ...

    def stuck(self, *, at: datetime, limit: int) -> list[str]:
        """Not final for too long and not checked lately, the oldest first."""
        ...

    def since(self, moment: datetime) -> Iterator[list[str]]:
        """What began or changed since then, in batches."""
        ...

    def find_many(self, texts: Sequence[str], *, caller: Caller) -> dict[str, list[Found]]:
        """What each text fits, by id, reference, receipt, or the provider's id, of what the
        caller may see; a text that fits nothing is missing."""
        ...

    def of_steps(self, ids_by_type: Mapping[str, Collection[str]]) -> dict[StepOf, Owned]:
        """Which subjects these steps are about; what is about none of this kind is missing."""
        ...
