"""A payout as staff name it on the command line: by our id, or by the partner's reference."""

from uuid import UUID

from core.callers import Caller
from core.refusals import Refused
from disbursements.models import DisbursementRequest

NAMED_MAX = 5


def payout_id(text: str, *, caller: Caller) -> UUID:
    """The id; a reference must belong to one payout of the caller's. Raises Refused."""
    try:
        return UUID(text)
    except ValueError:
        pass
    rows = DisbursementRequest.objects.select_related("partner").filter(client_reference=text)
    if caller.partners is not None:
        rows = rows.filter(partner_id__in=caller.partners)
    found = list(rows[:NAMED_MAX])
    if len(found) == 1:
        return found[0].pk
    if not found:
        raise Refused(
            f"{text[:60]!r} is neither an id nor a reference: an example is SAL-2026-11-0001",
            field="id",
        )
    named = ", ".join(f"{row.pk} of {row.partner}" for row in found)
    raise Refused(f"{text[:60]!r} is a reference of several partners: {named}", field="id")
