"""One verb, done to one payout or to many: the operation's call and its answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.callers import NotAllowed
from core.refusals import Refused
from disbursements.api.bulk_answers import skipped, waiting, whole
from disbursements.models import BulkRun, BulkVerb
from disbursements.operations import bulk
from disbursements.queries.selection import BadSelection
from disbursements.states import BulkRunStatus
from vault.api.authentication import caller_from, demand
from vault.api.errors import ApiError, bad_fields, not_allowed

DONE = {
    BulkVerb.RETRY: "queued to be sent again",
    BulkVerb.FORCE: "queued to be sent again",
    BulkVerb.BRING_FORWARD: "brought forward",
    BulkVerb.STOP_RETRYING: "no longer retried",
    BulkVerb.CANCEL: "cancelled",
    BulkVerb.CHANGE_LIMIT: "given the new limit",
    BulkVerb.ASK: "asked about",
}
NAMES = {"max_retries": "maxRetries", "at": "at", "ids": "disbursementId"}


def act(
    request: Request,
    *,
    verb: BulkVerb,
    reason: str,
    chosen: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
    dry_run: bool = False,
) -> Response:
    """Do the verb, or tell what it would do. `chosen` is `ids` or `selection`.

    202 when it goes on in the background. Raises ApiError, PermissionDenied.
    """
    demand(request, bulk.VERB_PERMISSIONS[verb])
    common: dict[str, Any] = {
        "verb": verb, "caller": caller_from(request), "at": clock.database_now(),
        "options": dict(options or {}), **chosen,
    }  # fmt: skip
    try:
        if dry_run:
            return _previewed(verb, bulk.preview(**common), _only(chosen))
        return answer(bulk.start(reason=reason, **common), only=_only(chosen))
    except bulk.NothingSelected:
        return nothing(dry_run=dry_run)
    except Refused as error:
        raise refused(error) from None


def answer(run: BulkRun, *, only: UUID | None = None) -> Response:
    """What a run did, or has begun to do: small ones are done before the answer, 202 otherwise."""
    return _started(BulkVerb(run.verb), _done(run), only)


def refused(error: Refused) -> ApiError | PermissionDenied:
    """A refusal of an operation in the API's form."""
    if isinstance(error, NotAllowed):
        return not_allowed(error)
    if isinstance(error, BadSelection | bulk.BadOptions) and error.field:
        return bad_fields({NAMES.get(error.field, error.field): [f"{error.message}."]})
    code = "too_many" if isinstance(error, bulk.TooMany) else "refused"
    return ApiError(status=HTTPStatus.CONFLICT, code=code, sentence=f"{error}.")


def _done(run: BulkRun) -> BulkRun:
    """Small runs are done before the answer."""
    if run.status == BulkRunStatus.RUNNING and run.total <= bulk.INLINE_MAX:
        bulk.work(run_id=run.pk)
        run.refresh_from_db()
    return run


def _only(chosen: Mapping[str, Any]) -> UUID | None:
    """The payout, where only one is meant."""
    ids = chosen.get("ids") or ()
    return next(iter(ids)) if len(ids) == 1 else None


def _started(verb: BulkVerb, run: BulkRun, only: UUID | None) -> Response:
    left_out = bulk.skips(run)
    is_running = run.status == BulkRunStatus.RUNNING
    return Response(
        {
            "success": True,
            "message": _message(run.done, DONE[verb], left_out, waiting(run)),
            "bulkRun": str(run.pk),
            "queued": run.done,
            "waiting": waiting(run),
            "skipped": skipped(left_out, disbursement_id=only),
            "totals": whole(run.totals if is_running else bulk.done_totals(run)),
            "dryRun": False,
        },
        status=HTTPStatus.ACCEPTED if is_running else HTTPStatus.OK,
    )


def _previewed(verb: BulkVerb, seen: bulk.Preview, only: UUID | None) -> Response:
    return Response(
        {
            "success": True,
            "message": _message(seen.count, f"would be {DONE[verb]}", seen.skipped, 0),
            "bulkRun": None,
            "queued": seen.count,
            "waiting": 0,
            "skipped": skipped(seen.skipped, disbursement_id=only),
            "totals": whole(seen.totals),
            "dryRun": True,
        }
    )


def nothing(*, dry_run: bool = False) -> Response:
    """What is said when no payout is meant."""
    return Response(
        {
            "success": True, "message": "No payout matches: nothing was done.", "bulkRun": None,
            "queued": 0, "waiting": 0, "skipped": [], "totals": {}, "dryRun": dry_run,
        }
    )  # fmt: skip


def _message(count: int, words: str, left_out: Mapping[str, int], waits: int) -> str:
    parts = [f"{count:,} {words}"]
    parts += [f"{number:,} skipped: {reason}" for reason, number in left_out.items()]
    if waits:
        parts.append(f"{waits:,} wait for a worker")
    return "; ".join(parts) + "."
