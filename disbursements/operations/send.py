"""Send what is due: claim and commit, call without the database, record and commit."""

import logging
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from django.db import Error as DatabaseError
from django.db import close_old_connections

from core import clock, locks
from core.alerts import raise_alert
from core.models import AlertSeverity
from core.secrets import CannotOpen
from disbursements import queries
from disbursements.operations import record
from disbursements.operations.claim import Claimed, claim
from disbursements.operations.fence import Fence
from disbursements.states import DisbursementStatus
from gateways import registry
from gateways.errors import GatewayError, Unclear
from gateways.interface import Acknowledgement, Disburser, Rail, ShortcodeAccess
from vault.operations.balances import CREDENTIALS_CLOSED

logger = logging.getLogger(__name__)

THREADS = 32
REFILL_BELOW = 2 * THREADS
HEARTBEAT_S = 1.0
BUDGET_S = 40.0
RECORD_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What came of one call; neither when the call was not made."""

    claimed: Claimed
    acknowledgement: Acknowledgement | None = None
    error: GatewayError | None = None

    @property
    def called(self) -> bool:
        """Whether anything left this process."""
        return self.acknowledgement is not None or self.error is not None


def send_due(*, status: str = DisbursementStatus.QUEUED) -> int:
    """Send everything that is due in this status, within BUDGET_S; returns how many calls.

    One session claims, keeps the fences and records; threads only call. The next batch is
    claimed while the last one is still under way.
    """
    ends_s, sent, more = clock.stopwatch_s() + BUDGET_S, 0, True
    under_way: dict[Future[Answered], Claimed] = {}
    fence = Fence()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="send") as threads:
        try:
            while more or under_way:
                if more and len(under_way) < REFILL_BELOW:
                    batch = _claim_some(status)
                    for claimed, disburser in batch:
                        call = threads.submit(_call, claimed, disburser, fence)
                        under_way[call] = claimed
                    sent += len(batch)
                    more = bool(batch) and clock.stopwatch_s() < ends_s
                if under_way:
                    _record_done(under_way, fence)
                    more = more and not fence.lost.is_set()
        finally:
            fence.lost.set()
            locks.free_session_locks(each.lock for each in under_way.values())
    return sent


def _claim_some(status: str) -> list[tuple[Claimed, Disburser]]:
    """A batch of each shortcode that has something due and whose credentials open."""
    at = clock.database_now()
    batch = []
    for shortcode in queries.shortcodes_with_due(status=status, at=at):
        try:
            access = shortcode.access()
        except CannotOpen as error:
            raise_alert(
                kind=CREDENTIALS_CLOSED, key=shortcode.number, text=str(error), at=at,
                severity=AlertSeverity.CRITICAL,
            )  # fmt: skip
            continue
        claimed = claim(shortcode=shortcode, status=status, at=at)
        batch += _with_disbursers(claimed, access)
    return batch


def _with_disbursers(
    claimed: Sequence[Claimed], access: ShortcodeAccess
) -> list[tuple[Claimed, Disburser]]:
    rails = {Rail(each.disbursement.rail) for each in claimed}
    disbursers = {rail: registry.disburser(rail, access) for rail in rails}
    return [(each, disbursers[Rail(each.disbursement.rail)]) for each in claimed]


def _record_done(under_way: dict[Future[Answered], Claimed], fence: Fence) -> None:
    """Wait for answers, record them, and give their fences back."""
    done, _ = wait(under_way, HEARTBEAT_S, return_when=FIRST_COMPLETED)
    fence.look()
    if done:
        _record([future.result() for future in done])
        locks.free_session_locks(under_way.pop(future).lock for future in done)


def _call(claimed: Claimed, disburser: Disburser, fence: Fence) -> Answered:
    ahead_s = claimed.ready_s - clock.stopwatch_s()
    if ahead_s > 0:
        clock.wait(seconds=ahead_s, unless=fence.lost)
    if not fence.holds():
        return Answered(claimed=claimed)
    try:
        return Answered(claimed=claimed, acknowledgement=disburser.send(claimed.order))
    except GatewayError as error:
        return Answered(claimed=claimed, error=error)
    except Exception:
        logger.exception("The call of attempt %s broke off", claimed.attempt.pk)
        return Answered(claimed=claimed, error=Unclear("The call broke off on our side"))


def _record(answered: Sequence[Answered]) -> None:
    """Record what was called; what was not is found again by the recoverer."""
    called = [each for each in answered if each.called]
    for tries in range(1, RECORD_TRIES + 1):
        try:
            at = clock.database_now()
            record.record_accepted(
                [(each.claimed, each.acknowledgement) for each in called if each.acknowledgement],
                at=at,
            )
            for each in called:
                if each.error is not None:
                    record.record_error(claimed=each.claimed, error=each.error, at=at)
        except DatabaseError:
            if tries == RECORD_TRIES:
                raise
            close_old_connections()
        else:
            return
