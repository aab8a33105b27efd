"""A loan as staff name it on the command line: by our id, or by its number in Mifos X."""

from uuid import UUID

from core.callers import Caller
from core.refusals import Refused
from loans.models import LoanTracking
from loans.operations.reach import NoSuchLoan

NAMED_MAX = 5
NUMBER_DIGITS_MAX = 18


def tracked(text: str, *, caller: Caller) -> LoanTracking:
    """The loan; a number must belong to one loan of the caller's. Raises NoSuchLoan, Refused."""
    rows = LoanTracking.objects.select_related("partner").order_by("partner__name")
    if caller.partners is not None:
        rows = rows.filter(partner_id__in=caller.partners)
    try:
        found = list(rows.filter(pk=UUID(text)))
    except ValueError:
        is_number = text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX
        found = list(rows.filter(loan_id=int(text))[:NAMED_MAX]) if is_number else []
    if len(found) == 1:
        return found[0]
    if not found:
        raise NoSuchLoan(
            f"{text[:60]!r} is neither our id nor the number of a loan that we track: an example "
            "is 4711",
            field="loan",
        )
    named = ", ".join(f"{row.pk} of {row.partner}" for row in found)
    raise Refused(f"{text[:60]!r} is a loan of several partners: {named}", field="loan")
