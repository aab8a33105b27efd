"""Our row against our own ledger."""

from collections.abc import Iterator

from core import money
from reconciliation.rules.amounts import PAID_OUT
from reconciliation.rules.sides import Book, Difference, Record, Side, Standing
from reconciliation.rules.standings import PAID

LEDGER = "our ledger"
MOVED = "paid"
PROBLEM_CHARACTERS_MAX = 90


def differences(record: Record) -> Iterator[Difference]:
    """ledger_mismatch: what the row's source found, and amounts that do not fit the row."""
    if record.book is None:
        return
    for problem in record.book.problems:
        yield _difference(record, problem[:PROBLEM_CHARACTERS_MAX], problem, {}, {})
    for about, row_minor, book_minor in _amounts(record.row, record.book):
        if row_minor is not None and row_minor != book_minor:
            yield _amount(record, about, row_minor, book_minor)


def _amounts(row: Side, book: Book) -> Iterator[tuple[str, int | None, int]]:
    """Facts with what the row and the ledger say of each."""
    if row.standing in PAID:
        yield MOVED, row.amount_minor, book.paid_minor
        yield "held", 0, book.held_minor
    elif row.standing == Standing.NOT_PAID:
        yield MOVED, 0, book.paid_minor
        yield "held", 0, book.held_minor
    elif row.standing == Standing.OPEN:
        yield MOVED, 0, book.paid_minor
    yield "came back", row.returned_minor, book.returned_minor


def _amount(record: Record, about: str, row_minor: int, book_minor: int) -> Difference:
    currency = record.row.currency
    here, there = money.shown(row_minor, currency), money.shown(book_minor, currency)
    return _difference(
        record, about, f"{about.capitalize()}: our row says {here}, our ledger {there}",
        {about: here}, {about: there}, stake_minor=abs(row_minor - book_minor),
        is_loss=about == MOVED and record.kind in PAID_OUT and book_minor > row_minor,
    )  # fmt: skip


def _difference(
    record: Record,
    about: str,
    text: str,
    here: dict[str, str],
    there: dict[str, str],
    *,
    stake_minor: int | None = None,
    is_loss: bool = False,
) -> Difference:
    return Difference(
        kind="ledger_mismatch", about=about, text=text, here=here, there=there,
        there_name=LEDGER, currency=record.row.currency, is_loss=is_loss,
        stake_minor=record.row.amount_minor if stake_minor is None else stake_minor,
    )  # fmt: skip
