"""Payouts by transfers of Stripe's: what it answered, what look-ups found, what its notices say.

Read anew from the kept calls and the signed notices. A transfer has no status: that it exists
means that it paid.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from core import clock
from disbursements.models import DisbursementRetryLog
from disbursements.rules.transfer_keys import SETTLING
from gateways import kept_answers
from gateways.interface import Rail, Transfer, TransferChanged
from gateways.models import Call
from reconciliation.models import SubjectKind
from reconciliation.rules.sides import Difference, Side, Standing
from reconciliation.rules.standings import PAID
from reconciliation.sources import told
from reconciliation.sources.payout_callbacks import Words
from reconciliation.sources.payout_rows import Payout, about
from reconciliation.sources.payouts import PayoutSource

LOOK_UP = "status"
KINDS = ("transfer", LOOK_UP, "reversal")
CALLS_MAX = 20


class TransferSource(PayoutSource):
    """The subjects of kind `payout_transfer`."""

    kind = SubjectKind.PAYOUT_TRANSFER
    rails = (Rail.STRIPE_TRANSFER,)
    can_come_back = True

    def _words(self, payouts: Mapping[str, Payout]) -> dict[str, Words]:
        calls = _calls(payouts)
        notices = told.told_of(list(payouts), events=(TransferChanged,))
        return {
            subject_id: _of_payout(payout, calls.get(subject_id, []), notices.get(subject_id, []))
            for subject_id, payout in payouts.items()
        }


def _calls(payouts: Iterable[str]) -> dict[str, list[Call]]:
    """Those that were answered, oldest first, the newest CALLS_MAX of each payout."""
    place = Window(RowNumber(), partition_by=F("subject_id"), order_by=F("id").desc())
    rows = Call.objects.filter(subject_id__in=list(payouts), kind__in=KINDS, http_status=200)
    found: dict[str, list[Call]] = {}
    for call in rows.annotate(place=place).filter(place__lte=CALLS_MAX).order_by("id"):
        found.setdefault(call.subject_id, []).append(call)
    return found


def _of_payout(payout: Payout, calls: Sequence[Call], notices: Sequence[told.Told]) -> Words:
    """One side for each transfer and each who tells of it, as it was told last."""
    words = Words()
    latest: dict[tuple[str, str], Side] = {}
    for transfer, side in _told(payout, calls, notices):
        before = latest.get((side.source, side.receipt))
        if before is None or (side.returned_minor or 0) >= (before.returned_minor or 0):
            latest[side.source, side.receipt] = side
        words.problems.extend(_another_account(payout, transfer, side))
    words.sides.extend(latest.values())
    missing = _not_found(payout, calls)
    if missing is not None:
        # Found nothing before anything was paid is older than every word that it was.
        is_paid = payout.row.completed_at is not None
        words.sides.insert(len(words.sides) if is_paid else 0, missing)
    return words


def _told(
    payout: Payout, calls: Sequence[Call], notices: Sequence[told.Told]
) -> Iterator[tuple[Transfer, Side]]:
    for call in calls:
        for transfer in kept_answers.transfers(call) or ():
            if _is_of(payout, transfer):
                source = LOOK_UP if call.kind == LOOK_UP else "answer"
                name = f"Stripe's {'look-up' if call.kind == LOOK_UP else 'answer'}, call"
                yield (
                    transfer,
                    _side(payout, transfer, f"{name} {call.pk}", source, call.started_at),
                )
    for notice in notices:
        transfer = notice.event.transfer
        name = f"Stripe's notice {notice.callback_id}"
        yield transfer, _side(payout, transfer, name, "callback", notice.at)


def _is_of(payout: Payout, transfer: Transfer) -> bool:
    """Named by it, or under its receipt: what went along can be edited."""
    return transfer.transfer_id == payout.id or transfer.provider_id == payout.row.receipt


def _side(payout: Payout, transfer: Transfer, name: str, source: str, at: datetime) -> Side:
    back = transfer.reversed_minor == transfer.amount_minor
    attempt = _attempt_of(payout, transfer)
    return Side(
        name=name, source=source, standing=Standing.RETURNED if back else Standing.PAID,
        amount_minor=transfer.amount_minor, currency=transfer.currency,
        returned_minor=transfer.reversed_minor, receipt=transfer.provider_id,
        about=about(attempt) if attempt else "", is_final=True, at=at,
    )  # fmt: skip


def _attempt_of(payout: Payout, transfer: Transfer) -> DisbursementRetryLog | None:
    """It names no attempt: the one that paid if it is its receipt, else the latest that fits."""
    if payout.row.receipt == transfer.provider_id and payout.paid_attempt:
        return payout.paid_attempt
    fitting = [each for each in payout.attempts if each.destination == transfer.destination]
    return next(iter((fitting or list(payout.attempts))[-1:]), None)


def _not_found(payout: Payout, calls: Sequence[Call]) -> Side | None:
    """The latest look-up found nothing, well after it would have been found."""
    asked = [call for call in calls if call.kind == LOOK_UP]
    if not asked or not payout.attempts or kept_answers.transfers(asked[-1]) != ():
        return None
    call, row = asked[-1], payout.row
    begun_at = row.completed_at or payout.attempts[-1].retry_timestamp
    is_known = call.started_at >= begun_at + clock.scaled(SETTLING)
    return Side(
        name=f"Stripe's look-up, call {call.pk}", source=LOOK_UP,
        standing=Standing.UNKNOWN_THERE if is_known else Standing.OPEN,
        about=about(payout.paid_attempt or payout.attempts[-1]), at=call.started_at,
    )  # fmt: skip


def _another_account(payout: Payout, transfer: Transfer, side: Side) -> Iterator[Difference]:
    """Another account was paid than the attempt had."""
    meant = {each.destination for each in payout.attempts}
    if side.standing not in PAID or transfer.destination in meant:
        return
    here = ", ".join(sorted(meant))
    yield Difference(
        kind="wrong_beneficiary",
        about=f"account of {transfer.provider_id}",
        text=f"{side.name} says that {transfer.destination} was paid; meant was {here}",
        here={"account": here},
        there={"account": transfer.destination},
        there_name=side.name,
        stake_minor=transfer.amount_minor,
        currency=transfer.currency,
        is_loss=True,
    )
