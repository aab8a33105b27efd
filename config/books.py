"""What is proven about the books, of payouts, of rent and of loans."""

from collections.abc import Iterator

from disbursements.operations import prove_books
from loans.operations import prove_loans
from rents.operations import prove_rents


def breaks() -> Iterator[str]:
    """One sentence for each thing that does not fit; nothing when the books are proven."""
    yield from prove_books.breaks()
    yield from prove_rents.breaks()
    yield from prove_loans.breaks()
