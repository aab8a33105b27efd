"""Refusals of the watchtower's operations, in the API's words."""

from http import HTTPStatus

from django.http import Http404

from core.alerts import NotOpen, StillOpen
from core.callers import NotAllowed
from core.refusals import Refused
from reconciliation.operations import bulk, check_now
from reconciliation.operations.dismiss import NoSuchFinding
from vault.api.errors import ApiError, bad_fields, not_allowed

# The names of operations, and those of the bodies.
OF_BODY = {
    "reason": "reason", "trigger": "trigger", "sessionIds": "sessionIds",
    "selection": "selection", "assigned to": "assignedTo",
}  # fmt: skip
SESSION_ID = "sessionId"
# The first that fits: what a program may branch on.
ANSWERS: tuple[tuple[type[Refused], HTTPStatus, str], ...] = (
    (check_now.NoSuchSubject, HTTPStatus.NOT_FOUND, "session_not_found"),
    (check_now.Ambiguous, HTTPStatus.CONFLICT, "ambiguous"),
    (check_now.Busy, HTTPStatus.CONFLICT, "busy"),
    (bulk.TooMany, HTTPStatus.BAD_REQUEST, "too_many"),
    (bulk.NothingSelected, HTTPStatus.BAD_REQUEST, "nothing_selected"),
    (NotOpen, HTTPStatus.CONFLICT, "not_open"),
    (StillOpen, HTTPStatus.CONFLICT, "still_open"),
)


def refused(error: Refused) -> Exception:
    """What to raise instead: 403, 404, 400 for a field of the body, else 409 and its code."""
    if isinstance(error, NotAllowed):
        return not_allowed(error)
    if isinstance(error, NoSuchFinding):
        return Http404()
    for kind, status, code in ANSWERS:
        if isinstance(error, kind):
            return _answer(error, status, code)
    if error.field in OF_BODY:
        return bad_fields({OF_BODY[error.field]: [f"{error.message}."]})
    if error.field == bulk.OF:
        return bad_fields({f"selection.{bulk.OF}": [f"{error.message}."]})
    return _answer(error, HTTPStatus.CONFLICT, "refused")


def _answer(error: Refused, status: HTTPStatus, code: str) -> ApiError:
    name = SESSION_ID if error.field == "id" else OF_BODY.get(error.field, "")
    return ApiError(
        status=status,
        code=code,
        sentence=f"{name}: {error.message}." if name else f"{error.message}.",
        fields={name: [f"{error.message}."]} if name else {},
        wait_s=check_now.BUSY_WAIT_S if isinstance(error, check_now.Busy) else None,
    )
