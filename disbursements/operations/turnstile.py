"""No more calls of this process in a second than the account takes, at the moment they leave.

Slots (pace.py) say when a call may leave at the earliest. On a busy machine calls come late, and
what is late would leave all at once.
"""

import os
from collections import defaultdict, deque
from threading import Event, Lock

from core import clock

# A little more than a second: what leaves evenly arrives a little closer together.
WINDOW_S = 1.15


class Turnstile:
    """Of each name, lets through `per_second` calls in any WINDOW_S, one after the other."""

    def __init__(self) -> None:
        """Nothing has left yet."""
        self.forget()

    def pass_by(self, name: str, *, per_second: int, unless: Event | None = None) -> None:
        """Come back when the call may leave, or at once when `unless` is set."""
        with self._locks[name]:
            left = self._left.get(name)
            if left is None or left.maxlen != per_second:
                left = self._left[name] = deque(left or (), maxlen=per_second)
            if len(left) == per_second:
                ahead_s = left[0] + WINDOW_S - clock.stopwatch_s()
                if ahead_s > 0:
                    clock.wait(seconds=ahead_s, unless=unless)
            left.append(clock.stopwatch_s())

    def forget(self) -> None:
        """As new: a forked process has sent nothing yet, and its locks may be taken for ever."""
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        self._left: dict[str, deque[float]] = {}


turnstile = Turnstile()
os.register_at_fork(after_in_child=turnstile.forget)
