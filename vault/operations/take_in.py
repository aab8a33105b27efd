"""Take in: what C2B or Pull told becomes a payment, finds its prompt, and whose rent it is."""

from datetime import datetime

from vault.operations.allocate import (
    allocate_automatically,
    allocate_where_fit,
    allocation_entries,
)
from vault.operations.join_prompts import join, tenant_of
from vault.operations.receive import Heard, Received, receive
from vault.states import PaymentStatus

BECAUSE = "the prompt that it answers"


def take_in(*, heard: Heard, at: datetime, trusted: bool = True) -> Received:
    """The payment, allocated where that is certain. Inside the caller's transaction.

    Not `trusted`: it is written down, and waits until somebody else tells of it or a person
    allocates it.
    """
    received = receive(heard=heard, at=at)
    payment = received.payment
    waits = payment.status == PaymentStatus.UNALLOCATED and not allocation_entries(payment)
    if received.contradiction or not trusted or not waits:
        return received
    prompt = join(payment, at=at)
    if prompt is None:
        allocate_automatically(payment, at=at)
    else:
        allocate_where_fit(
            payment, property=prompt.property, tenant=tenant_of(prompt), because=BECAUSE, at=at
        )
    return received
