"""What the commands about connected accounts share."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from core.callers import Caller
from core.command import an_id
from core.refusals import Refused
from disbursements.models import ConnectedAccount
from disbursements.queries.account_selection import RECEIVES, state_of
from disbursements.rules.receiving import SAID


def add_partner(parser: CommandParser, *, required: bool) -> None:
    """--partner ID."""
    parser.add_argument("--partner", metavar="ID", type=an_id, required=required)


def partner_of(caller: Caller, named: UUID | None) -> UUID | None:
    """The named partner, or the caller's only one; None: all. Raises Refused."""
    if named is not None and not caller.may_touch(named):
        raise Refused(f"there is no partner {named} for {caller.actor}", field="partner")
    if named is None and caller.partners is not None:
        return next(iter(caller.partners), None)
    return named


def as_json(row: ConnectedAccount) -> dict[str, Any]:
    """One account for scripts."""
    state = state_of(row)
    return {
        "userId": row.user_id, "accountId": row.account_id, "partner": str(row.partner_id),
        "state": str(state), "mayReceive": state == RECEIVES, "why": SAID.get(state, ""),
        "country": row.country, "currency": row.currency, "currentlyDue": row.currently_due,
        "pastDue": row.past_due, "disabledReason": row.disabled_reason,
        "bankFailure": row.bank_failure, "checkError": row.refresh_error,
        "checkedAt": row.standing_at.isoformat() if row.standing_at else None,
    }  # fmt: skip


def in_words(row: ConnectedAccount) -> str:
    """One account in a line."""
    said = SAID.get(state_of(row), "may receive")
    trouble = f"; the latest question failed: {row.refresh_error}" if row.refresh_error else ""
    bank = f"; the user's bank sent money back: {row.bank_failure}" if row.bank_failure else ""
    return f"{row.user_id} {row.account_id}: {said}{bank}{trouble}"
