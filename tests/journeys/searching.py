"""Run the search: how many examples, from which seed, and what was met on the way."""

import os
import secrets
from collections import Counter
from typing import ClassVar

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import get_state_machine_test

from gateways.simulator import KeyPair
from tests.journeys.trouble import Machine

STEPS = 40
EXAMPLES = 25
NIGHTLY_EXAMPLES = 50_000


SEED_IN_CI = 20_261_121


def examples() -> int:
    """How many examples: VAULT_SEARCH=nightly or a number, or what a commit can afford."""
    wanted = os.environ.get("VAULT_SEARCH", "")
    return NIGHTLY_EXAMPLES if wanted == "nightly" else int(wanted or EXAMPLES)


def drawn_seed() -> int:
    """VAULT_SEARCH_SEED, to repeat a run; the same for every run of CI; otherwise chance."""
    wanted = os.environ.get("VAULT_SEARCH_SEED", "")
    if not wanted and os.environ.get("CI"):
        return SEED_IN_CI
    return int(wanted or secrets.randbelow(2**32))


def search(
    *, key_pair: KeyPair, examples_max: int, from_seed: int, refuse_duplicates: bool | None = None
) -> type[Machine]:
    """Search; the machine that did, with its counts. Raises what the search has found."""

    class Search(Machine):
        events: ClassVar[Counter[str]] = Counter()
        broken_in = 0

    Search.key_pair = key_pair
    Search.refuse_duplicates = refuse_duplicates
    chosen = settings(
        max_examples=examples_max,
        stateful_step_count=STEPS,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.normal,
        print_blob=False,
    )
    test = get_state_machine_test(Search, settings=chosen)
    seed(from_seed)(test)
    try:
        test()
    except BaseException as error:
        error.add_note(
            f"VAULT_SEARCH_SEED={from_seed}, example {Search.broken_in or Search.examples - 1}"
        )
        raise
    return Search
