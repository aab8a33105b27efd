"""What a worker does when it is woken: each job finds its own work and says how much it did."""

import os
import socket

from core import clock, jobs
from core.locks import free_session_locks, try_session_locks
from reconciliation.operations.check_many import check_due
from reconciliation.operations.digest import make_digest
from reconciliation.operations.escalate import escalate as escalate_alerts
from reconciliation.operations.periodic import check_stuck as ask_for_stuck
from reconciliation.operations.prune import prune as prune_old
from reconciliation.operations.read_strangers import read_strangers
from reconciliation.operations.read_trail import read_trail
from reconciliation.operations.request_check import JOB
from reconciliation.operations.route_alerts import route_alerts
from reconciliation.operations.send_alert_messages import send_alert_messages
from reconciliation.queries.moments import next_check

BUDGET_S = 40.0
# After so many batches of checks it is looked anew what else has changed.
BATCHES = 10


def reconcile() -> int:
    """Read the trail and what nobody knows, and make the checks that are due.

    By one of a cluster's workers at a time, however much there is: the others send, ask and read
    callbacks meanwhile. What came in its last moment is looked for once more.
    """
    did = _if_nobody_else_does()
    at = clock.database_now()
    next_at = next_check(at=at)
    return did + (_if_nobody_else_does() if next_at and next_at <= at else 0)


def line_of_this_cluster() -> str:
    """The name of the lock that whoever compares holds: workers of a cluster have one parent."""
    return f"reconcile:{socket.gethostname()}:{os.getppid()}"


def _if_nobody_else_does() -> int:
    held = try_session_locks([line_of_this_cluster()])
    try:
        return _compare() if held else 0
    finally:
        free_session_locks(held)


def _compare() -> int:
    """How many checks were asked for or made, within BUDGET_S; what is left goes to the back of
    the workers' line."""
    ends_s, done = clock.stopwatch_s() + BUDGET_S, 0
    while clock.stopwatch_s() < ends_s:
        at = clock.database_now()
        asked = read_trail(at=at) + read_strangers(at=at)
        did = max(asked, check_due(batches_max=BATCHES))
        if not did:
            return done
        done += did
    jobs.after_commit(JOB)
    return done


def alerts() -> int:
    """Write down who is to be told of which alert, and tell what is due."""
    at = clock.database_now()
    return route_alerts(at=at) + escalate_alerts(at=at) + send_alert_messages(at=at)


def digest() -> int:
    """Write the daily digest down, once a day; it is sent with the alerts."""
    return make_digest(at=clock.database_now())


def check_stuck() -> int:
    """Ask for checks of what has been under way for too long."""
    return ask_for_stuck(at=clock.database_now())


def prune() -> int:
    """Delete old checks."""
    return prune_old(at=clock.database_now())
