"""The one writer of the book: what is new is written, what stands is compared.

Private to the ledger; everybody else calls ledger/operations.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from ledger.chart import AccountSpec
from ledger.errors import AccountMismatch, AlreadySettled, ConflictingReplay, NoSuchHold
from ledger.lines import Credit, Debit, Side, check_balance, same
from ledger.models import Account, AccountKind, Entry, EntryKind, Line


@dataclass(frozen=True, kw_only=True)
class Draft:
    kind: EntryKind
    lines: Sequence[Side]
    reference: str
    description: str
    settles_id: int | None = None
    reverses_id: int | None = None


def write(drafts: Sequence[Draft], *, at: datetime) -> list[Entry]:
    """Write those that are new, check those that are not; the entries in the drafts' order."""
    for draft in drafts:
        check_balance(draft.lines, reference=draft.reference)
    by_reference = _one_per_reference(drafts)
    with transaction.atomic():
        accounts = _accounts(line.account for draft in drafts for line in draft.lines)
        written = _insert_entries(by_reference, at)
        Line.objects.bulk_create(
            Line(
                entry_id=entry_id,
                account_id=accounts[line.account.code],
                currency=line.account.currency,
                debit_minor=line.amount_minor if isinstance(line, Debit) else 0,
                credit_minor=line.amount_minor if isinstance(line, Credit) else 0,
            )
            for reference, entry_id in written.items()
            for line in by_reference[reference].lines
        )
        _check_replays([d for d in by_reference.values() if d.reference not in written])
    entries = {
        entry.reference: entry for entry in Entry.objects.filter(reference__in=by_reference)
    }
    return [entries[draft.reference] for draft in drafts]


def _one_per_reference(drafts: Sequence[Draft]) -> dict[str, Draft]:
    found: dict[str, Draft] = {}
    for draft in sorted(drafts, key=lambda draft: draft.reference):
        first = found.setdefault(draft.reference, draft)
        if not same(first.lines, draft.lines):
            raise ConflictingReplay(f"{draft.reference} is asked for twice with other lines")
    return found


def _insert_entries(drafts: dict[str, Draft], at: datetime) -> dict[str, int]:
    """Insert what no unique constraint forbids; the ids of what was inserted.

    A racing writer's insert is waited for, so that afterwards its entry is there to compare.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_entry (kind, reference, description, at, settles_id, reverses_id)
            SELECT kind, reference, description, %s, settles_id, reverses_id
              FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])
                AS new (kind, reference, description, settles_id, reverses_id)
             ORDER BY reference
            ON CONFLICT DO NOTHING
            RETURNING reference, id
            """,
            [
                at,
                [str(draft.kind) for draft in drafts.values()],
                list(drafts),
                [draft.description for draft in drafts.values()],
                [draft.settles_id for draft in drafts.values()],
                [draft.reverses_id for draft in drafts.values()],
            ],
        )
        return dict(cursor.fetchall())


def _check_replays(drafts: Sequence[Draft]) -> None:
    """Each is in the book already with the same lines, or the constraint gets its name."""
    if not drafts:
        return
    standing = Entry.objects.in_bulk([draft.reference for draft in drafts], field_name="reference")
    lines = lines_of([entry.pk for entry in standing.values()])
    for draft in drafts:
        entry = standing.get(draft.reference)
        if entry is None:
            raise AlreadySettled(f"{draft.reference}: its hold has been settled otherwise")
        if entry.kind != draft.kind or not same(lines[entry.pk], draft.lines):
            raise ConflictingReplay(
                f"{draft.reference} stands in the book as a {entry.kind} with other lines: "
                "a new booking needs a new reference"
            )


def holds(references: Iterable[str]) -> dict[str, tuple[int, list[Side]]]:
    """Id and lines of each hold; raises NoSuchHold for the first that is missing."""
    wanted = set(references)
    found = dict(
        Entry.objects.filter(reference__in=wanted, kind=EntryKind.HOLD).values_list(
            "reference", "pk"
        )
    )
    for reference in sorted(wanted - found.keys()):
        raise NoSuchHold(f"There is no hold {reference!r} in the book")
    lines = lines_of(found.values())
    return {reference: (pk, lines[pk]) for reference, pk in found.items()}


def lines_of(entry_ids: Iterable[int]) -> dict[int, list[Side]]:
    """The lines of entries as they were handed in, in their order."""
    found: dict[int, list[Side]] = defaultdict(list)
    for line in Line.objects.filter(entry__in=entry_ids).select_related("account").order_by("pk"):
        spec = AccountSpec(
            line.account.code, AccountKind(line.account.kind), line.account.currency
        )
        side = Debit if line.debit_minor else Credit
        found[line.entry_id].append(side(spec, line.debit_minor or line.credit_minor))
    return found


def _accounts(specs: Iterable[AccountSpec]) -> dict[str, int]:
    """The row ids by code; rows that are missing are made, by whichever racer comes first."""
    wanted = set(specs)
    rows = _account_rows(wanted)
    missing = sorted((spec for spec in wanted if spec.code not in rows), key=lambda s: s.code)
    if missing:
        Account.objects.bulk_create(
            [Account(code=s.code, kind=s.kind, currency=s.currency) for s in missing],
            ignore_conflicts=True,
        )
        rows = _account_rows(wanted)
    for spec in wanted:
        row = rows[spec.code]
        if (row.kind, row.currency) != (spec.kind, spec.currency):
            raise AccountMismatch(
                f"{spec.code} is a {row.kind} account in {row.currency}, "
                f"not a {spec.kind} account in {spec.currency}"
            )
    return {code: row.pk for code, row in rows.items()}


def _account_rows(specs: Iterable[AccountSpec]) -> dict[str, Account]:
    return Account.objects.in_bulk({spec.code for spec in specs}, field_name="code")
