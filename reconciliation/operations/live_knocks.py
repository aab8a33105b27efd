"""Those who knock: so many are looked at at once, and so many of one address.

Before anybody knows who they are, so that a flood of handshakes shuts nobody else out.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from reconciliation.operations.live_hub import Full

AT_ONCE_MAX = 100
OF_ONE_ADDRESS_MAX = 40


class Knocks:
    """Who stands at the door of this process, by address."""

    def __init__(self) -> None:
        self.of: Counter[str] = Counter()

    @contextmanager
    def one_more(self, address: str) -> Iterator[None]:
        """While somebody is looked at. Raises Full."""
        if self.of.total() >= AT_ONCE_MAX or self.of[address] >= OF_ONE_ADDRESS_MAX:
            raise Full("too many knock at once; try again in a few seconds")
        self.of[address] += 1
        try:
            yield
        finally:
            self.of[address] -= 1
            if not self.of[address]:
                del self.of[address]
