"""Hand collected rents over to the payouts: one transfer, its parts, its payout, its bookings."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import ledger.operations as books
from core import money, states
from core.refusals import Refused
from disbursements.operations.instruct import instruct
from disbursements.rules.business_intake import BusinessInstruction
from disbursements.rules.intake import Instruction
from ledger import chart
from rents.models import Forward, ForwardPart
from rents.operations.reach import CannotForward
from rents.queries.due import receiving_of
from rents.queries.legs import ORIGIN
from rents.queries.payouts import perhaps_paid
from rents.states import ForwardStatus
from vault.models import PaidTo, Payment
from vault.rules.receivers import Receiver

PERHAPS_PAID = "it may have been paid by a transfer that was taken back: settle that payout first"


class NotOneTransfer(Refused):
    """The payments do not go to one receiver from one shortcode; nothing was changed."""


def hand_over(payments: Sequence[Payment], *, because: str, actor: str, at: datetime) -> Forward:
    """One transfer of all that is owed of these. Inside a transaction, on locked payments.

    They are forwardable (queries/due.py) and alike in receiver, shortcode and currency. Raises
    NotOneTransfer, CannotForward, BadInstruction, NoShortcode.
    """
    if perhaps_paid([payment.pk for payment in payments]):
        raise CannotForward(PERHAPS_PAID)
    first, owner = payments[0], payments[0].owner
    if owner is None or len({receiving_of(payment) for payment in payments}) != 1:
        raise NotOneTransfer("these rents go to several receivers")
    forward = Forward(
        pk=uuid4(), partner_id=first.partner_id, owner=owner,
        status=ForwardStatus.PROCESSING, status_at=at,
        amount_minor=sum(payment.owed_minor or 0 for payment in payments),
        currency=first.currency, created_by=actor, created_because=because, created_at=at,
    )  # fmt: skip
    forward.disbursement = instruct(
        partner_id=first.partner_id,
        instruction=instruction_to(
            receiver=receiver_of(first), forward=forward, payee_name=owner.name,
            parts=len(payments),
        ),
        origin=ORIGIN, origin_id=str(forward.pk), actor=actor, at=at,
        shortcode_number=first.shortcode.number,
    ).disbursement  # fmt: skip
    states.begin([forward], at=at, because=because, actor=actor)
    _take(payments, forward, because=because, actor=actor, at=at)
    books.post(
        lines=[
            books.Debit(chart.owed(forward.owner_id, forward.currency), forward.amount_minor),
            books.Credit(
                chart.forwarding(forward.owner_id, forward.currency), forward.amount_minor
            ),
        ],
        reference=made_reference(forward.pk),
        description=f"{len(payments)} rents on their way to {owner.name}",
        at=at,
    )
    return forward


def instruction_to(
    *, receiver: Receiver, forward: Forward, payee_name: str, parts: int
) -> Instruction | BusinessInstruction:
    """What is asked of the payouts."""
    reference = f"RENT-{forward.pk.hex.upper()}"
    amount = money.plain(forward.amount_minor, forward.currency)
    remarks = "Rent" if parts == 1 else f"Rent, {parts} payments"
    if receiver.paid_to == PaidTo.PHONE:
        return Instruction(
            client_reference=reference, msisdn=receiver.receiver_msisdn, amount=amount,
            currency=forward.currency, remarks=remarks, payee_name=payee_name,
        )  # fmt: skip
    return BusinessInstruction(
        client_reference=reference, receiver_number=receiver.receiver_number,
        receiver_kind=receiver.paid_to, account_reference=receiver.receiver_account,
        amount=amount, currency=forward.currency, remarks=remarks, payee_name=payee_name,
    )  # fmt: skip


def receiver_of(payment: Payment) -> Receiver:
    """Where the payment's owner is paid, as the payment keeps it."""
    return Receiver(
        paid_to=payment.paid_to, receiver_number=payment.receiver_number,
        receiver_account=payment.receiver_account, receiver_msisdn=payment.receiver_msisdn,
    )  # fmt: skip


def made_reference(forward_id: UUID) -> str:
    """The ledger's reference of the hand-over."""
    return f"forward:{forward_id}:made"


def paid_reference(forward_id: UUID) -> str:
    """The ledger's reference of the arrival."""
    return f"forward:{forward_id}:paid"


def _take(
    payments: Sequence[Payment], forward: Forward, *, because: str, actor: str, at: datetime
) -> None:
    ForwardPart.objects.bulk_create(
        ForwardPart(forward=forward, payment=payment, amount_minor=payment.owed_minor or 0)
        for payment in payments
    )
    taken = Payment.objects.filter(
        pk__in=[payment.pk for payment in payments], forwarded_at=None
    ).update(forwarded_at=at)
    if taken != len(payments):
        raise states.StaleRow(f"{len(payments) - taken} payments were forwarded meanwhile")
    for payment in payments:
        payment.forwarded_at = at
    states.note_many(
        payments, at=at, because=f"forwarded: {because}", actor=actor,
        details={"forward": str(forward.pk)},
    )  # fmt: skip
