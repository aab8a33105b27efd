"""Forward collected rent: what is due by itself, and what a person asks for. Each once.

A transfer, its parts, its payout and its bookings are one transaction: a crash leaves all of it
or nothing.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core import clock, locks, money, states
from core.alerts import close_alerts, raise_alert
from core.callers import Caller
from core.models import AlertSeverity
from core.refusals import Refused, checked_reason
from disbursements.operations.instruct import BadInstruction
from rents.models import Forward, ForwardPart
from rents.operations import reach
from rents.operations.hand_over import PERHAPS_PAID, hand_over
from rents.operations.reach import CannotForward
from rents.operations.retry_forwards import retry_one
from rents.queries import due
from rents.queries.due import Group, Receiving
from rents.queries.legs import is_not_forwarded
from rents.queries.payouts import perhaps_paid
from rents.rules.parcels import packed
from vault.models import PaidTo, Payment
from vault.queries.forwarding import held_until
from vault.states import PaymentStatus

logger = logging.getLogger(__name__)

BUDGET_S = 40.0
PAYMENTS_MAX = 2_000
PARTS_MAX = 500
NOT_FORWARDED_ALERT = "rent_not_forwarded"
TOO_LARGE_ALERT = "rent_above_limit"
PERHAPS_PAID_ALERT = "rent_perhaps_paid"
DUE = "due by the owner's plan"


def forward_due(*, at: datetime) -> int:
    """Hand over what is due, one owner's receiver after the other; returns how many transfers.

    A group that cannot be forwarded is told of and stops no other. Raises the first unexpected
    error, at the end.
    """
    ends_s, made, unexpected = clock.stopwatch_s() + BUDGET_S, 0, None
    for group in due.groups_due(at=at):
        if group.waits_for_more:
            continue
        try:
            made += _forward_group(group.receiving, at)
        except BadInstruction as error:
            _wait_for_a_person(group, str(error), at)
        except Refused as error:
            _tell(group, str(error), at)
        except Exception as error:
            logger.exception("Rents of owner %s were not forwarded", group.receiving.owner_id)
            unexpected = unexpected or error
        if clock.stopwatch_s() > ends_s:
            break
    if unexpected is not None:
        raise unexpected
    return made


def forward_payment(
    *, payment_id: UUID, caller: Caller, at: datetime, reason: str = ""
) -> Forward:
    """Forward one payment now; of one whose transfer failed, try that transfer again.

    Owners may do it for their own once the hold period is over. Neither schedule nor minimum
    holds it back. Raises NoSuchPayment, NotAllowed, CannotForward, AlreadyForwarded.
    """
    said = checked_reason(reason or f"forwarded by {caller.actor}", example=reach.REASON_EXAMPLE)
    with transaction.atomic():
        payment = reach.locked(payment_id, caller)
        part = (
            ForwardPart.objects.select_related("forward")
            .filter(payment=payment, released_at=None)
            .first()
        )
        if part is None:
            _demand_forwardable(payment)
            _demand_hold_is_over(payment, caller, at)
            with _refusing():
                return hand_over([payment], because=said, actor=caller.actor, at=at)
    return retry_one(
        forward_id=part.forward_id, reason=said, actor=caller.actor, origin=caller.origin, at=at
    )


def forward_payments(
    *, payment_ids: Collection[UUID], caller: Caller, at: datetime, reason: str
) -> list[Forward]:
    """Forward these now, put together as `forward_due` does, below the minimum too.

    What is forwarded meanwhile or cannot be is left out. Raises NotAllowed, CannotForward.
    """
    said = checked_reason(reason, example=reach.REASON_EXAMPLE)
    theirs = reach.visible(caller)
    if caller.owner_id is None:
        caller.demand(reach.PERMISSION)
    elif not caller.may(reach.PERMISSION):
        theirs = theirs.filter(owner_id=caller.owner_id)
    ids = list(theirs.filter(pk__in=payment_ids).values_list("pk", flat=True))
    forwards: list[Forward] = []
    with transaction.atomic(), _refusing():
        for group in due.groups_of(ids):
            rows = Payment.objects.filter(due.FORWARDABLE, pk__in=ids)
            payments = _sure(_locked(due.in_group(group.receiving, rows)), at)
            forwards += _hand_over_all(payments, because=said, actor=caller.actor, at=at)
    return forwards


def _forward_group(receiving: Receiving, at: datetime) -> int:
    with transaction.atomic(durable=True):
        if not locks.try_transaction_lock(receiving.lock):
            return 0
        payments = _sure(_locked(due.payments_due(receiving, at=at)), at)
        if sum(payment.owed_minor or 0 for payment in payments) < receiving.least_minor:
            return 0
        made = _hand_over_all(payments, because=DUE, actor=states.SYSTEM, at=at)
        if made:
            close_alerts(kind=NOT_FORWARDED_ALERT, key=_key(receiving), at=at, actor=states.SYSTEM)
        return len(made)


def _locked(rows: QuerySet[Payment]) -> list[Payment]:
    """What nobody else holds: who holds one now may be taking its allocation back."""
    held = rows.select_for_update(of=("self",), skip_locked=True)
    return list(held.select_related("shortcode", "owner")[:PAYMENTS_MAX])


def _hand_over_all(
    payments: Sequence[Payment], *, because: str, actor: str, at: datetime
) -> list[Forward]:
    """In transfers that the provider takes; what is less than it takes waits."""
    if not payments:
        return []
    parcels, too_large = packed(
        [payment.owed_minor or 0 for payment in payments],
        limit_minor=due.LIMIT_MINOR, count_max=PARTS_MAX,
        least_minor=due.LEAST_MINOR[PaidTo(payments[0].paid_to)],
    )  # fmt: skip
    for place in too_large:
        _set_aside(payments[place], at)
    return [
        hand_over([payments[place] for place in parcel], because=because, actor=actor, at=at)
        for parcel in parcels
    ]


def _sure(payments: Sequence[Payment], at: datetime) -> list[Payment]:
    """Without those that may be paid already: they wait for a person, who is told."""
    doubtful = perhaps_paid([payment.pk for payment in payments])
    for payment in payments:
        if payment.pk in doubtful:
            Payment.objects.filter(pk=payment.pk).update(forward_due_at=None)
            states.note(payment, at=at, because=f"not forwarded: {PERHAPS_PAID}")
            raise_alert(
                kind=PERHAPS_PAID_ALERT, key=str(payment.pk), severity=AlertSeverity.CRITICAL,
                at=at, text=f"Payment {payment.receipt} is not forwarded: {PERHAPS_PAID}",
            )  # fmt: skip
    return [payment for payment in payments if payment.pk not in doubtful]


def _set_aside(payment: Payment, at: datetime) -> None:
    """No transfer takes it: a person must pay it in another way."""
    owed = money.shown(payment.owed_minor or 0, payment.currency)
    Payment.objects.filter(pk=payment.pk).update(forward_due_at=None)
    states.note(payment, at=at, because=f"not forwarded by itself: {owed} is above the limit")
    raise_alert(
        kind=TOO_LARGE_ALERT, key=str(payment.pk), severity=AlertSeverity.CRITICAL, at=at,
        text=f"{owed} of payment {payment.receipt} is more than one transfer may be: "
        "pay the owner in another way",
    )  # fmt: skip


def _demand_forwardable(payment: Payment) -> None:
    if payment.status == PaymentStatus.UNALLOCATED:
        raise CannotForward("it is not allocated yet: say first whose rent it is")
    if is_not_forwarded(payment):
        raise CannotForward("there is nothing to forward: it is paid out of this system, or 0")


def _demand_hold_is_over(payment: Payment, caller: Caller, at: datetime) -> None:
    """The hold is for disputes: an owner does not end it by themselves."""
    until = held_until(payment)
    if at < until and not caller.may(reach.PERMISSION):
        raise CannotForward(
            f"it is held until {until.astimezone(clock.NAIROBI):%d %b %Y, %H:%M} EAT, so that a "
            "mistake can still be put right"
        )


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except BadInstruction as error:
        raise CannotForward(f"the payouts refuse it: {error}") from None


def _wait_for_a_person(group: Group, why: str, at: datetime) -> None:
    """The same again would be refused again: a changed receiver or a person goes on."""
    with transaction.atomic(durable=True):
        payments = _locked(due.payments_due(group.receiving, at=at))
        ids = [payment.pk for payment in payments]
        Payment.objects.filter(pk__in=ids).update(forward_due_at=None)
        states.note_many(payments, at=at, because=f"not forwarded by itself: {why}")
        _tell(group, why, at)


def _tell(group: Group, why: str, at: datetime) -> None:
    raise_alert(
        kind=NOT_FORWARDED_ALERT, key=_key(group.receiving), at=at,
        text=f"{group.count} rents of {group.owner_name} "
        f"({money.shown(group.amount_minor, group.receiving.currency)}) are due and are not "
        f"forwarded: {why}",
    )  # fmt: skip


def _key(receiving: Receiving) -> str:
    return f"{receiving.owner_id}:{receiving.shortcode_id}"
