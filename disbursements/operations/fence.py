"""Whether the database session that holds a sender's fences still lives.

A session that ends frees its fences, and another worker may then take its attempts over: nothing
more may leave. A process that was stopped for a while cannot know, so it looks before it calls.
"""

from threading import Event

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from core import clock

LOOK_AGE_S_MAX = 5.0
LOOK_AGAIN_S = 0.1


class Fence:
    """Made and looked after in the session's own thread; `holds` is for the calling threads."""

    def __init__(self) -> None:
        """Remember this thread's database session."""
        self.lost = Event()
        self._session = _session()
        self._looked_s = clock.stopwatch_s()

    def look(self) -> None:
        """See whether it is still the same session; once it is not, nothing more may leave."""
        try:
            same = _session() == self._session
        except DatabaseError:
            same = False
            close_old_connections()
        if same:
            self._looked_s = clock.stopwatch_s()
        else:
            self.lost.set()

    def holds(self) -> bool:
        """Whether a call may leave now; waits where the last look is too old to tell."""
        while not self.lost.is_set():
            if clock.stopwatch_s() - self._looked_s <= LOOK_AGE_S_MAX:
                return True
            clock.wait(seconds=LOOK_AGAIN_S, unless=self.lost)
        return False


def _session() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
