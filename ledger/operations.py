"""Every way to write the book: post, hold, commit, void, reverse. Nothing changes what stands.

Each is safe to repeat: the same reference with the same lines answers with the entry that is
there, also when two callers race; other lines under it raise ConflictingReplay. They join the
caller's transaction. Moments are the caller's (`at`), amounts are minor units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.book import Draft, holds, lines_of, write
from ledger.errors import (
    AccountMismatch,
    AlreadySettled,
    CannotReverse,
    ConflictingReplay,
    NoSuchEntry,
    NoSuchHold,
)
from ledger.lines import Credit, Debit, Side, Unbalanced, check_balance, opposite, without
from ledger.models import Entry, EntryKind

__all__ = [
    "AccountMismatch",
    "AlreadySettled",
    "CannotReverse",
    "Commitment",
    "ConflictingReplay",
    "Credit",
    "Debit",
    "Holding",
    "NoSuchEntry",
    "NoSuchHold",
    "Unbalanced",
    "commit",
    "commit_many",
    "hold",
    "hold_many",
    "post",
    "reverse",
    "void",
]


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Money to hold back under a reference of its own."""

    lines: Sequence[Side]
    reference: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """What really moved when a hold came true."""

    hold_reference: str
    lines: Sequence[Side]
    description: str


def post(*, lines: Sequence[Side], reference: str, description: str, at: datetime) -> Entry:
    """Book lines at once. Raises Unbalanced, ConflictingReplay."""
    draft = Draft(
        kind=EntryKind.POSTING, lines=lines, reference=reference, description=description
    )
    return write([draft], at=at)[0]


def hold(*, lines: Sequence[Side], reference: str, description: str, at: datetime) -> Entry:
    """Hold money back until `commit` or `void`. Raises Unbalanced, ConflictingReplay."""
    holding = Holding(lines=lines, reference=reference, description=description)
    return hold_many(holdings=[holding], at=at)[0]


def hold_many(*, holdings: Sequence[Holding], at: datetime) -> list[Entry]:
    """Hold for many references in a handful of queries; all or none. Answers in their order."""
    return write(
        [
            Draft(
                kind=EntryKind.HOLD,
                lines=holding.lines,
                reference=holding.reference,
                description=holding.description,
            )
            for holding in holdings
        ],
        at=at,
    )


def commit(*, hold_reference: str, lines: Sequence[Side], description: str, at: datetime) -> Entry:
    """Give the hold back and book what really moved, in the one entry `<hold>:commit`.

    Raises NoSuchHold, AlreadySettled (it is void), Unbalanced, ConflictingReplay.
    """
    commitment = Commitment(hold_reference=hold_reference, lines=lines, description=description)
    return commit_many(commitments=[commitment], at=at)[0]


def commit_many(*, commitments: Sequence[Commitment], at: datetime) -> list[Entry]:
    """Commit many holds in a handful of queries; all or none. Answers in their order."""
    standing = holds([commitment.hold_reference for commitment in commitments])
    drafts = []
    for commitment in commitments:
        check_balance(commitment.lines, reference=f"{commitment.hold_reference}:commit")
        entry_id, held = standing[commitment.hold_reference]
        drafts.append(
            Draft(
                kind=EntryKind.COMMIT,
                lines=[*opposite(held), *commitment.lines],
                reference=f"{commitment.hold_reference}:commit",
                description=commitment.description,
                settles_id=entry_id,
            )
        )
    return write(drafts, at=at)


def void(*, hold_reference: str, because: str, at: datetime) -> Entry:
    """Give the hold back: nothing moved. Raises NoSuchHold, AlreadySettled (it is committed)."""
    entry_id, held = holds([hold_reference])[hold_reference]
    draft = Draft(
        kind=EntryKind.VOID,
        lines=opposite(held),
        reference=f"{hold_reference}:void",
        description=because,
        settles_id=entry_id,
    )
    return write([draft], at=at)[0]


def reverse(*, reference: str, because: str, at: datetime) -> Entry:
    """Book the opposite of a posting, or of what a commit really moved; the hold stays settled.

    Raises NoSuchEntry, CannotReverse.
    """
    entry = Entry.objects.select_related("settles").filter(reference=reference).first()
    if entry is None:
        raise NoSuchEntry(f"There is no entry {reference!r} in the book")
    if entry.kind not in (EntryKind.POSTING, EntryKind.COMMIT):
        raise CannotReverse(
            f"{reference} is a {entry.kind}: only a posting or a commit can be reversed"
        )
    lines = lines_of([entry.pk])[entry.pk]
    if entry.settles_id is not None:
        lines = without(lines, opposite(lines_of([entry.settles_id])[entry.settles_id]))
    draft = Draft(
        kind=EntryKind.REVERSAL,
        lines=opposite(lines),
        reference=f"{reference}:reversal",
        description=because,
        reverses_id=entry.pk,
    )
    return write([draft], at=at)[0]
