"""What an answer to a booking means for the next step (fineract.md 1.5, 3.5, 3.6, 4)."""

from enum import StrEnum

from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.interface import AccessRefused, AskAgain

WAITS_MINUTES = (1, 2, 5, 10, 20, 30)
# With these waits the last of them ends six hours after the first.
TRIES_MAX = 17
REFUSALS_FROM = 400
_TAKEN = frozenset({
    "error.msg.data.integrity.issue",
    "error.msg.persistence.error",
    "validation.msg.loan.transaction.externalId.value.must.be.unique",
})  # fmt: skip
_DONE = "error.msg.loan.disbursal.account.is.not.approve.not.disbursed.state"
_DUPLICATE = ".duplicate."


class Then(StrEnum):
    """What follows an answer that is no success."""

    STOP = "stop"
    LATER = "later"
    LATER_WITH_NEW_KEY = "later_with_new_key"
    LOOK = "look"
    REFUSED = "refused"


def after(error: GatewayError) -> Then:
    """STOP: nothing of this server works now, and nothing was booked.

    LOOK: only the loan itself can tell; LATER: surely not booked, the same again may work.
    """
    if isinstance(error, AskAgain):
        return Then.LATER_WITH_NEW_KEY if error.new_key else Then.LATER
    if isinstance(error, AccessRefused | Unreachable):
        return Then.STOP
    if isinstance(error, Declined) and not may_be_booked(error.code):
        return Then.REFUSED
    return Then.LOOK


def may_be_booked(code: str) -> bool:
    """Whether this refusal may mean that it was booked before: its cause is the same or another's.

    Which code comes differs by version and database, so the loan is looked at (fineract.md 3.5).
    """
    return code == _DONE or id_is_taken(code)


def id_is_taken(code: str) -> bool:
    """Whether this refusal may be because of the external id: an undone disbursal keeps it."""
    return code in _TAKEN or _DUPLICATE in code


def is_not_there(code: str) -> bool:
    """Whether the loan does not exist for our user."""
    return code in ("404", "error.msg.resource.not.found", "error.msg.loan.id.invalid")


def is_of_the_server(error: GatewayError) -> bool:
    """Whether the next loan would meet the same: refused access, or no answer at all."""
    if isinstance(error, AskAgain):
        return False
    if isinstance(error, AccessRefused | Unreachable):
        return True
    return isinstance(error, Unclear) and not http_status(error)


def http_status(error: GatewayError) -> int | None:
    """What the server answered with, if it answered."""
    return error.exchange.http_status if error.exchange is not None else None


def code_of(error: GatewayError) -> str:
    """Its own code, else the HTTP status of a refusal; empty where it said neither."""
    status = http_status(error) or 0
    return error.code or (str(status) if status >= REFUSALS_FROM else "")


def wait_minutes(tries: int) -> int:
    """How long to wait after so many tries (1 or more)."""
    return WAITS_MINUTES[min(tries, len(WAITS_MINUTES)) - 1]
