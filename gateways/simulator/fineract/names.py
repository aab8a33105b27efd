"""The names of everything that can go wrong at the simulated Mifos X, and what each means."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Mishap:
    """What befalls a booking. `executed`: whether the loan is disbursed (None: half of the time).
    `later_s`: so long after the caller got no answer. `stuck`: its key answers 425 for ever.
    """

    executed: bool | None
    later_s: int = 0
    stuck: bool = False


BOOKINGS = {
    "book_drop": Mishap(executed=False),
    "book_lost": Mishap(executed=True),
    "book_slow": Mishap(executed=True),
    "book_cut": Mishap(executed=True),
    "book_late": Mishap(executed=False, later_s=30),
    "book_stuck": Mishap(executed=True, stuck=True),
    "book_500_done": Mishap(executed=True),
    "book_500_not_done": Mishap(executed=False),
    "book_html_502": Mishap(executed=None),
    "book_html_200": Mishap(executed=False),
    "book_empty_200": Mishap(executed=True),
    "book_401": Mishap(executed=False),
    "book_403_rule": Mishap(executed=False),
    "book_403_integrity": Mishap(executed=False),
    "book_403_permission": Mishap(executed=False),
    "book_409_locked": Mishap(executed=False),
    "book_409_conflict": Mishap(executed=False),
    "book_425": Mishap(executed=False),
    "book_503": Mishap(executed=False),
    "book_checker": Mishap(executed=False, later_s=600),
    "book_checker_rejected": Mishap(executed=False),
}
LISTS = (
    "loan_list_500", "loan_list_401", "loan_list_drop", "loan_list_slow", "loan_list_cut",
    "loan_list_partial", "loan_list_duplicate", "loan_list_everything", "loan_list_unreadable",
)  # fmt: skip
READS = ("loan_read_500", "loan_read_401", "loan_read_drop", "loan_read_slow", "loan_read_cut")
HOOKS = ("loan_hook_lost",)
LOAN_FAULTS = (*BOOKINGS, *LISTS, *READS, *HOOKS)
