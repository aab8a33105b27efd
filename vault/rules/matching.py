"""How alike an account or a name is to one that we know: for suggestions, never for booking."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from uuid import UUID

ALIKE_MIN = 0.6
SAME_ACCOUNT, SIMILAR_ACCOUNT = 100, 50
SAME_PHONE, MAYBE_PHONE = 60, 20
PAID_BEFORE, MAYBE_PAID_BEFORE = 45, 15
SAME_AMOUNT, SIMILAR_NAME = 15, 15

Whom = tuple[UUID, UUID | None]


@dataclass(frozen=True, kw_only=True)
class Clue:
    """One reason to think that a payment is somebody's. Of a kind only the strongest counts."""

    kind: str
    score: int
    why: str


def likeness(one: str, other: str) -> float:
    """0 for nothing in common, 1 for the same; below ALIKE_MIN it counts as 0."""
    if _likeness_max(one, other) < ALIKE_MIN:
        return 0.0
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return ratio if ratio >= ALIKE_MIN else 0.0


def _likeness_max(one: str, other: str) -> float:
    """A bound that costs little, so that thousands of accounts are told apart quickly."""
    shorter, both = min(len(one), len(other)), len(one) + len(other)
    if not shorter or 2 * shorter < ALIKE_MIN * both:
        return 0.0
    shared = min(sum(map(other.__contains__, one)), sum(map(one.__contains__, other)))
    return 2 * shared / both


def account_clue(typed_key: str, known_key: str, *, written: str) -> Clue | None:
    """The typed account against one that was given out, both in their one form."""
    alike = likeness(typed_key, known_key)
    if not alike:
        return None
    if alike == 1:
        return Clue(kind="account", score=SAME_ACCOUNT, why=f"the account is {written}")
    score = round(alike * SIMILAR_ACCOUNT)
    return Clue(kind="account", score=score, why=f"the account {written} is similar")


def name_clue(payer_name: str, name: str) -> Clue | None:
    """The payer's name, which may be cut to the first one (daraja.md 5.4)."""
    theirs, known = set(payer_name.casefold().split()), set(name.casefold().split())
    if not theirs & known:
        return None
    return Clue(kind="name", score=SIMILAR_NAME, why=f"the payer's name is like {name}")


class Clues:
    """What points to whom: a property, and maybe a tenant of it, by id."""

    def __init__(self) -> None:
        self._found: dict[Whom, dict[str, Clue]] = {}

    def add(self, whom: Whom, clue: Clue | None) -> None:
        """The strongest clue of each kind is kept."""
        if clue is None:
            return
        kept = self._found.setdefault(whom, {})
        if clue.kind not in kept or kept[clue.kind].score < clue.score:
            kept[clue.kind] = clue

    def __contains__(self, whom: Whom) -> bool:
        return whom in self._found

    def of(self, *whom: Whom) -> list[Clue]:
        """What points to the first, with what points to the others where it says nothing."""
        kept: dict[str, Clue] = {}
        for each in whom:
            kept = self._found.get(each, {}) | kept
        return sorted(kept.values(), key=lambda clue: -clue.score)

    def everybody(self) -> list[Whom]:
        """To whom anything points."""
        return list(self._found)
