"""The list of approved loans, page after page, each loan once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gateways.interface.loans import LOANS_PAGE_MAX, ListedLoan, LoanState
from loans.models import LoanSyncRun
from loans.operations import counting
from loans.operations.reach_mifos import Line

PAGES_MAX = 60
STEP = "fetch"


@dataclass
class Listing:
    """What was listed so far. `complete`: every row that the server counts was read."""

    seen: set[int] = field(default_factory=set)
    complete: bool = False


def pages(line: Line, run: LoanSyncRun, listing: Listing) -> Iterator[list[ListedLoan]]:
    """Approved loans of each page that no earlier page had. Raises what the LoanBook raises.

    Every row's state is looked at: a server may ignore the filter (fineract.md 2.1). What cannot
    be read is told in `run`.
    """
    read = 0
    for number in range(PAGES_MAX):
        page = line.book.approved(offset=number * LOANS_PAGE_MAX)
        read += len(page.rows) + len(page.unreadable)
        for loan_id in page.unreadable:
            counting.skip(run, "unreadable_row")
            counting.trouble(
                run, step=STEP, loan_id=loan_id or None, code="unreadable_row",
                text="Mifos X lists a loan that cannot be read: look at it there",
            )  # fmt: skip
        listing.seen.update(loan_id for loan_id in page.unreadable if loan_id)
        yield _fresh(page.rows, run, listing)
        if (number + 1) * LOANS_PAGE_MAX >= page.total or not (page.rows or page.unreadable):
            listing.complete = read >= page.total
            return
    counting.trouble(
        run, step=STEP, loan_id=None, code="too_many_pages",
        text=f"Mifos X lists more than {PAGES_MAX * LOANS_PAGE_MAX:,} loans, and the rest was not "
        "read. If most of them are not approved, it ignores our filter: set the version of the "
        "connection, such as 1.8.4",
    )  # fmt: skip


def _fresh(rows: Sequence[ListedLoan], run: LoanSyncRun, listing: Listing) -> list[ListedLoan]:
    found = []
    for row in rows:
        if row.state != LoanState.APPROVED:
            counting.skip(run, "not_approved_row")
        elif row.loan_id not in listing.seen:
            listing.seen.add(row.loan_id)
            found.append(row)
    return found
