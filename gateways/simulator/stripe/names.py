"""The names of everything that can go wrong with a transfer, and what each means."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Mishap:
    """`executed`: whether money moves (None: half of the time); `later`: a minute afterwards.
    `saves_error`: the key keeps a 500 whatever happened. `busy_s`: how long the key is in use.
    """

    executed: bool | None
    later: bool = False
    saves_error: bool = False
    busy_s: int = 0


MISHAPS = {
    "transfer_drop": Mishap(executed=False),
    "transfer_too_many": Mishap(executed=False),
    "transfer_too_many_retry": Mishap(executed=False),
    "transfer_locked": Mishap(executed=False),
    "transfer_conflict": Mishap(executed=False),
    "transfer_lost": Mishap(executed=True),
    "transfer_hang": Mishap(executed=True, busy_s=120),
    "transfer_slow": Mishap(executed=True, busy_s=30),
    "transfer_cut": Mishap(executed=True),
    "transfer_html_200": Mishap(executed=None),
    "transfer_html_502": Mishap(executed=None),
    "transfer_dependency": Mishap(executed=None),
    "transfer_error": Mishap(executed=False, saves_error=True),
    "transfer_error_paid": Mishap(executed=True, saves_error=True),
    "transfer_error_later": Mishap(executed=False, later=True, saves_error=True),
}
EVENTS = {
    "transfer_event_lost": "event_lost",
    "transfer_event_twice": "event_twice",
    "transfer_event_again": "event_again",
    "transfer_event_early": "event_early",
    "transfer_event_late": "event_late",
}
READS = ("transfer_read_error", "transfer_list_lag")
STRIPE_FAULTS = (*MISHAPS, *EVENTS, *READS)
