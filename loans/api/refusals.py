"""Refusals of operations on loans, in the API's words."""

from http import HTTPStatus

from django.http import Http404

from core import clock
from core.callers import NotAllowed
from core.refusals import Refused
from loans.operations import book_again, by_hand, pay_again, proposals, reach
from loans.operations.reach_mifos import AlreadyRunning, NotNow
from loans.operations.sync import CannotSync
from vault.api.errors import ApiError, bad_fields, not_allowed

RUNNING_WAIT_S = 30
OF_BODY = ("reason", "kind", "partner")
NOT_THERE = (
    by_hand.NoSuchLoan, reach.NoSuchLoan, reach.NoSuchBooking, proposals.NoSuchProposal,
)  # fmt: skip
# The first that fits; what a program may branch on.
CODES: tuple[tuple[type[Refused], str], ...] = (
    (AlreadyRunning, "already_running"),
    (NotNow, "left_alone"),
    (CannotSync, "cannot_sync"),
    (by_hand.ChangedAgain, "changed_again"),
    (by_hand.CannotHold, "cannot_hold"),
    (by_hand.CannotRelease, "cannot_release"),
    (by_hand.CannotLook, "cannot_look"),
    (by_hand.CannotRetry, "cannot_retry"),
    (book_again.CannotBook, "cannot_book"),
    (proposals.CannotPropose, "cannot_propose"),
    (pay_again.CannotPayAgain, "cannot_pay_again"),
    (proposals.NotWaiting, "not_waiting"),
)


def refused(error: Refused, *, code: str = "refused") -> Exception:
    """What to raise instead: 403, 404, 400 for a field of the body, else 409 and its code."""
    if isinstance(error, NotAllowed):
        return not_allowed(error)
    if isinstance(error, NOT_THERE):
        return Http404()
    if error.field in OF_BODY and code_of(error, "") == "":
        return bad_fields({error.field: [f"{error.message}."]})
    return ApiError(
        status=HTTPStatus.CONFLICT,
        code=code_of(error, code),
        sentence=f"{error.message}.",
        wait_s=_wait_s(error),
    )


def code_of(error: Refused, otherwise: str) -> str:
    """The code of this refusal."""
    return next((code for kind, code in CODES if isinstance(error, kind)), otherwise)


def _wait_s(error: Refused) -> int | None:
    if isinstance(error, AlreadyRunning):
        return RUNNING_WAIT_S
    if isinstance(error, NotNow):
        return max(1, int((error.until - clock.now()).total_seconds()))
    return None
