"""Look up at Stripe what became of transfers; the answer comes at once (stripe.md 2.4).

Where nothing is found and the key still means the same request, it is sent again under it: that
answers with what the first send did. Later only look-ups are made, and two that find nothing are
proof. Whoever looks keeps the attempt's fence, as its sender does: nobody else settles it as not
paid while something of it may still leave.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db.models import OuterRef, Subquery

from core import clock, locks
from core.secrets import CannotOpen
from disbursements import queries
from disbursements.models import (
    AttemptOutcome,
    ConnectedAccount,
    DisbursementRequest,
    DisbursementRetryLog,
    StatusQuestion,
)
from disbursements.operations import record_look_up
from disbursements.operations.claim import attempt_lock
from disbursements.operations.fence import Fence
from disbursements.operations.record_look_up import Looked
from disbursements.operations.transfer_orders import first_sent_at, order_of
from disbursements.operations.turnstile import turnstile
from disbursements.queries.settlements import OPEN_SETTLEMENT
from disbursements.rules.transfer_keys import repeatable
from gateways import registry
from gateways.errors import GatewayError, Unclear
from gateways.interface import Rail, TransferOrder, Transferrer
from vault.models import Shortcode
from vault.operations.account_alerts import tell_closed

logger = logging.getLogger(__name__)

HEARTBEAT_S = 1.0
HELD_ELSEWHERE = "somebody else is at it"


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One question that is written down, to be put at `ready_s` of clock.stopwatch_s().

    `may_repeat`: nothing forbids to send the order again while its key is good. `begun_at` and
    `begun_s` are the machine's clock and stopwatch at `question.asked_at`, or a little later.
    """

    question: StatusQuestion
    order: TransferOrder
    first_sent_at: datetime
    may_repeat: bool
    ready_s: float
    begun_at: datetime
    begun_s: float

    def is_repeatable(self) -> bool:
        """Whether it may be sent again at this very moment, by whichever clock ran further."""
        by_stopwatch = timedelta(seconds=clock.stopwatch_s() - self.begun_s)
        at = self.question.asked_at + max(by_stopwatch, clock.now() - self.begun_at)
        return self.may_repeat and repeatable(first_sent_at=self.first_sent_at, at=at)


def look_up(
    shortcode: Shortcode,
    questions: Sequence[tuple[StatusQuestion, float]],
    threads: ThreadPoolExecutor,
) -> None:
    """Put these questions, each when its moment has come, and record what came of them.

    This session keeps the fences and records; the threads only call.
    """
    try:
        access = shortcode.platform_access()
    except CannotOpen as error:
        tell_closed(shortcode, error, at=questions[0][0].asked_at)
        return
    transferrer = registry.transferrer(Rail.STRIPE_TRANSFER, access)
    fence = Fence()
    turn = partial(
        turnstile.pass_by, shortcode.number, per_second=shortcode.tps_limit, unless=fence.lost
    )
    held = locks.try_session_locks(attempt_lock(each.attempt) for each, _ in questions)
    under_way: dict[Future[Looked], Errand] = {}
    try:
        for errand in _errands(questions, held):
            looking = threads.submit(
                _look, errand, transferrer, fence, is_live=access.is_live, turn=turn
            )
            under_way[looking] = errand
        while under_way:
            _record_done(under_way, fence)
    finally:
        fence.lost.set()
        wait(under_way)  # what is under way keeps its fence to its end
        locks.free_session_locks(held)


def _errands(
    questions: Sequence[tuple[StatusQuestion, float]], held: Collection[str]
) -> Iterator[Errand]:
    """What is asked about, read once more now that its fence is ours."""
    begun_at, begun_s = clock.now(), clock.stopwatch_s()
    attempts = DisbursementRetryLog.objects.select_related("disbursement").in_bulk(
        [each.attempt_id for each, _ in questions]
    )
    sendable = _sendable(attempts.values())
    for question, ready_s in questions:
        attempt = attempts[question.attempt_id]
        if attempt_lock(attempt) not in held:
            StatusQuestion.objects.filter(pk=question.pk).update(error=HELD_ELSEWHERE)
            continue
        yield Errand(
            question=question, ready_s=ready_s, begun_at=begun_at, begun_s=begun_s,
            order=order_of(attempt.disbursement, attempt, earlier_open=True),
            first_sent_at=first_sent_at(attempt),
            may_repeat=attempt.disbursement_id in sendable and _is_silent(attempt),
        )  # fmt: skip


def _sendable(attempts: Collection[DisbursementRetryLog]) -> set[UUID]:
    """Those of their payouts that nothing keeps from leaving: a repeat may pay, too.

    Whoever says how one ended looked before that: until it is decided nothing more leaves. Nor
    does anything for an account that its user has no more.
    """
    destinations = {each.disbursement_id: each.destination for each in attempts}
    rows = DisbursementRequest.objects.filter(
        ~OPEN_SETTLEMENT, pk__in={each.disbursement_id for each in attempts},
        person_needed_at=None,
        partner__is_active=True, shortcode__is_active=True,
    )  # fmt: skip
    account = ConnectedAccount.objects.filter(
        partner_id=OuterRef("partner_id"), user_id=OuterRef("payee_user")
    )
    now = queries.not_paused(rows).values_list("pk", Subquery(account.values("account_id")[:1]))
    return {pk for pk, account_id in now if account_id == destinations[pk]}


def _is_silent(attempt: DisbursementRetryLog) -> bool:
    """Nobody has said anything of it yet."""
    return attempt.outcome == AttemptOutcome.OPEN and attempt.success_reported_at is None


def _look(
    errand: Errand, transferrer: Transferrer, fence: Fence, *, is_live: bool,
    turn: Callable[[], None],
) -> Looked:  # fmt: skip
    """By its group alone: that finds what went to an earlier account of the payee as well."""
    ahead_s = errand.ready_s - clock.stopwatch_s()
    if ahead_s > 0:
        clock.wait(seconds=ahead_s, unless=fence.lost)
    turn()
    try:
        found = transferrer.find(group=errand.order.group, destination="")
        ours = tuple(each for each in found.transfers if each.live == is_live)
        found = replace(found, transfers=ours)
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing was learnt
        return Looked(error=_in_our_words(error, errand))
    if found.transfers or not errand.is_repeatable():
        return Looked(found=found)
    turn()
    if not fence.holds() or not errand.is_repeatable():
        return Looked(found=found)
    try:
        return Looked(found=found, sent=transferrer.send(errand.order))
    except Exception as error:  # noqa: BLE001 - it may have been sent
        return Looked(found=found, refused=_in_our_words(error, errand))


def _in_our_words(error: Exception, errand: Errand) -> GatewayError:
    if isinstance(error, GatewayError):
        return error
    number = errand.question.attempt_id
    logger.error("The look-up of attempt %s broke off", number, exc_info=error)
    return Unclear("The look-up broke off on our side")


def _record_done(under_way: dict[Future[Looked], Errand], fence: Fence) -> None:
    """Wait for answers and record them."""
    done, _ = wait(under_way, HEARTBEAT_S, return_when=FIRST_COMPLETED)
    fence.look()
    for future in done:
        errand = under_way[future]
        record_look_up.record(errand.question, future.result(), at=clock.database_now())
        del under_way[future]
