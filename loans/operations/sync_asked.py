"""Sync because a program or a person asked for it: one partner, or all of theirs at once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from loans.models import MifosConnection
from loans.operations.sync_now import EXAMPLE, PERMISSION
from loans.operations.sync_partners import PARTNERS_MAX, Answered, sync_partners


class NoSuchPartner(Refused):
    """There is no such partner, or it is not theirs."""


def sync_asked(
    *, partner_id: UUID | None, steps: Sequence[str], reason: str = "", caller: Caller,
    at: datetime,
) -> list[Answered]:  # fmt: skip
    """What became of each partner, by its name; `partner_id` None: of all of the caller's.

    A reason is kept with each run. Raises NotAllowed, NoSuchPartner, Refused for the reason.
    """
    caller.demand(PERMISSION)
    said = checked_reason(reason, example=EXAMPLE) if reason.strip() else ""
    if partner_id is not None and not caller.may_touch(partner_id):
        raise NoSuchPartner("is no partner of yours", field="partner")
    answers = sync_partners(
        partner_ids=_partners(caller) if partner_id is None else [partner_id],
        steps=steps, trigger=caller.origin, actor=caller.actor, at=at,
    )  # fmt: skip
    runs = [answer.run for answer in answers if answer.run is not None]
    if said:
        with transaction.atomic():
            states.note_many(runs, at=at, because=f"sync asked for: {said}", actor=caller.actor)
    return answers


def _partners(caller: Caller) -> list[UUID]:
    """Those with a Mifos X, whatever keeps it from being asked: that is told of each."""
    rows = MifosConnection.objects.filter(partner__is_active=True)
    if caller.partners is not None:
        rows = rows.filter(partner__in=caller.partners)
    return list(rows.order_by("partner__name").values_list("partner_id", flat=True)[:PARTNERS_MAX])
