"""Send what is due: claim and commit, call without the database, record and commit."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial

from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.db.models import Q

from core import clock, locks
from core.secrets import CannotOpen
from disbursements import queries
from disbursements.operations import record
from disbursements.operations.claim import Claimed, claim
from disbursements.operations.fence import Fence
from disbursements.operations.turnstile import turnstile
from disbursements.states import DisbursementStatus
from gateways import registry
from gateways.errors import GatewayError, Unclear
from gateways.interface import (
    Acknowledgement,
    PlatformAccess,
    Rail,
    ShortcodeAccess,
    TransferOrder,
    Transferred,
)
from vault.models import Shortcode, ShortcodeKind
from vault.operations.account_alerts import tell_closed

logger = logging.getLogger(__name__)

THREADS = 32
REFILL_BELOW = 2 * THREADS
HEARTBEAT_S = 1.0
BUDGET_S = 40.0
RECORD_TRIES = 3

Answer = Acknowledgement | Transferred
Call = Callable[[], Answer]


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What came of one call; neither when the call was not made."""

    claimed: Claimed
    answer: Answer | None = None
    error: GatewayError | None = None

    @property
    def called(self) -> bool:
        """Whether anything left this process."""
        return self.answer is not None or self.error is not None


def send_due(*, status: str = DisbursementStatus.QUEUED, of: Q = queries.ANY) -> int:
    """Send all `of` this that is due in this status, within BUDGET_S; returns how many calls.

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
                    batch = _claim_some(status, of)
                    for claimed, call in batch:
                        under_way[threads.submit(_call, claimed, call, fence)] = claimed
                    sent += len(batch)
                    more = bool(batch) and clock.stopwatch_s() < ends_s
                if under_way:
                    _record_done(under_way, fence)
                    more = more and not fence.lost.is_set()
        finally:
            fence.lost.set()
            locks.free_session_locks(each.lock for each in under_way.values())
    return sent


def _claim_some(status: str, of: Q) -> list[tuple[Claimed, Call]]:
    """A batch of each shortcode that has something due and whose credentials open."""
    at = clock.database_now()
    batch = []
    for shortcode in queries.shortcodes_with_due(status=status, at=at, of=of):
        try:
            access = _access(shortcode)
        except CannotOpen as error:
            tell_closed(shortcode, error, at=at)
            continue
        claimed = claim(shortcode=shortcode, status=status, at=at, of=of)
        batch += _with_calls(claimed, access)
    return batch


def _access(shortcode: Shortcode) -> ShortcodeAccess | PlatformAccess:
    if shortcode.kind == ShortcodeKind.STRIPE:
        return shortcode.platform_access()
    return shortcode.access()


def _with_calls(
    claimed: Sequence[Claimed], access: ShortcodeAccess | PlatformAccess
) -> list[tuple[Claimed, Call]]:
    """Each with the call that pays it, by one adapter for each rail."""
    rails = {Rail(each.disbursement.rail) for each in claimed}
    if isinstance(access, PlatformAccess):
        transferrers = {rail: registry.transferrer(rail, access) for rail in rails}
        return [
            (each, partial(transferrers[Rail(each.disbursement.rail)].send, each.order))
            for each in claimed
            if isinstance(each.order, TransferOrder)
        ]
    disbursers = {rail: registry.disburser(rail, access) for rail in rails}
    return [
        (each, partial(disbursers[Rail(each.disbursement.rail)].send, each.order))
        for each in claimed
        if not isinstance(each.order, TransferOrder)
    ]


def _record_done(under_way: dict[Future[Answered], Claimed], fence: Fence) -> None:
    """Wait for answers, record them, and give their fences back."""
    done, _ = wait(under_way, HEARTBEAT_S, return_when=FIRST_COMPLETED)
    fence.look()
    if done:
        _record([future.result() for future in done])
        locks.free_session_locks(under_way.pop(future).lock for future in done)


def _call(claimed: Claimed, call: Call, fence: Fence) -> Answered:
    ahead_s = claimed.ready_s - clock.stopwatch_s()
    if ahead_s > 0:
        clock.wait(seconds=ahead_s, unless=fence.lost)
    account = claimed.disbursement.shortcode
    turnstile.pass_by(account.number, per_second=account.tps_limit, unless=fence.lost)
    if not fence.holds():
        return Answered(claimed=claimed)
    try:
        return Answered(claimed=claimed, answer=call())
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
            answers = [(each.claimed, each.answer) for each in called if each.answer is not None]
            record.record_accepted(
                [(one, said) for one, said in answers if isinstance(said, Acknowledgement)], at=at
            )
            record.record_transferred(
                [(one, said) for one, said in answers if isinstance(said, Transferred)], at=at
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
