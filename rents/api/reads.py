"""What a caller may read of rent: a partner's, an owner's or a tenant's own, or all.

The source document knows one kind of payment, pending until it is paid; here a prompt to pay and
the money that came in are two rows. Prompts without money and payments are listed as one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from core.callers import Caller
from disbursements.api.pages import before
from disbursements.api.paging import Position
from rents.operations import reach
from vault.models import Payment, Prompt
from vault.states import PROMPT_OPEN, PromptStatus

Row = Payment | Prompt
One = TypeVar("One", Payment, Row)


class Paid(StrEnum):
    """`status` of a payment as the source document names it."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"


# Known to be paid, and its money not told of yet: that comes by confirmation or Pull.
PENDING = Q(status__in=[*PROMPT_OPEN, PromptStatus.PAID])


def paid(row: Row) -> Paid:
    """The row's status in the source document's words."""
    if isinstance(row, Payment):
        return Paid.SUCCESS
    is_open = row.status in PROMPT_OPEN or row.status == PromptStatus.PAID
    return Paid.PENDING if is_open else Paid.FAILED


def payments_of(caller: Caller) -> QuerySet[Payment]:
    """Every payment that the caller may see."""
    return reach.visible(caller).select_related("partner", "property", "tenant", "owner")


def prompts_of(caller: Caller) -> QuerySet[Prompt]:
    """Every prompt without money that the caller may see."""
    rows = Prompt.objects.filter(payment=None).select_related(
        "partner", "property__owner", "tenant"
    )
    if caller.partners is None:
        return rows
    own = Q(partner_id__in=caller.partners)
    if caller.owner_id:
        own |= Q(property__owner_id=caller.owner_id)
    if caller.tenant_id:
        own |= Q(tenant_id=caller.tenant_id)
    return rows.filter(own)


def one(*, caller: Caller, payment_id: str) -> Row:
    """The payment of this id, or of the prompt of this id; the prompt, while it has none.

    Raises Http404 for another's, for none, and for what is no id.
    """
    try:
        row_id = UUID(payment_id)
    except ValueError:
        raise Http404 from None
    row = (
        payments_of(caller).filter(pk=row_id).first()
        or prompts_of(caller).filter(pk=row_id).first()
        or _payment_of_prompt(row_id, caller)
    )
    if row is None:
        raise Http404
    return row


def _payment_of_prompt(prompt_id: UUID, caller: Caller) -> Payment | None:
    prompted = Prompt.objects.filter(pk=prompt_id, payment__isnull=False)
    payment_id = prompted.values_list("payment_id", flat=True).first()
    return payments_of(caller).filter(pk=payment_id).first() if payment_id else None


def page_of_both(
    *,
    payments: QuerySet[Payment] | None,
    prompts: QuerySet[Prompt] | None,
    limit: int,
    after: Position | None,
) -> tuple[list[Row], Position | None]:
    """A page of both, newest first, and where the next one starts; None: none of that kind."""
    found: list[Row] = []
    if payments is not None:
        found += _newest(payments, "received_at", limit=limit, after=after)
    if prompts is not None:
        found += _newest(prompts, "created_at", limit=limit, after=after)
    found.sort(key=lambda row: (moment_of(row), row.pk), reverse=True)
    return _cut(found, limit=limit, moments=map(moment_of, found))


def page_by_payment(
    payments: QuerySet[Payment], *, limit: int, after: Position | None
) -> tuple[list[Payment], Position | None]:
    """A page of payments by the moment that they were paid, newest first."""
    found = _newest(payments, "paid_at", limit=limit, after=after)
    return _cut(found, limit=limit, moments=(row.paid_at for row in found))


def moment_of(row: Row) -> datetime:
    """When we heard of the money, or prompted for it."""
    return row.received_at if isinstance(row, Payment) else row.created_at


def prompts_behind(rows: Iterable[Row]) -> dict[UUID, Prompt]:
    """The prompt of each row that has one, by the row's id; one query."""
    ids = [row.pk for row in rows if isinstance(row, Payment)]
    answered = Prompt.objects.filter(payment__in=ids) if ids else []
    own = {row.pk: row for row in rows if isinstance(row, Prompt)}
    return own | {row.payment_id: row for row in answered if row.payment_id}


def _newest(rows: QuerySet[Any], moment: str, *, limit: int, after: Position | None) -> list[Any]:
    if after is not None:
        rows = rows.filter(before(after, moment_field=moment))
    return list(rows.order_by(f"-{moment}", "-id")[: limit + 1])


def _cut(
    found: Sequence[One], *, limit: int, moments: Iterable[datetime]
) -> tuple[list[One], Position | None]:
    shown = list(found[:limit])
    if len(found) <= limit:
        return shown, None
    last_at = next(islice(moments, limit - 1, None))
    return shown, Position(created_at=last_at, id=shown[-1].pk)
