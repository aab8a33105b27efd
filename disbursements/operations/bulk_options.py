"""What a bulk run is asked to do, checked: the verb, who may, the reason, the verb's options."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from core.callers import Caller
from core.refusals import Refused
from disbursements.models import BulkVerb

REASON_LENGTH_MIN = 8
REASON_LENGTH_MAX = 500
LIMIT = "max_retries"
MOMENT = "at"
VERB_PERMISSIONS: dict[str, str] = {
    verb: f"disbursements.{name}_disbursementrequest"
    for verb, name in {
        BulkVerb.RETRY: "retry", BulkVerb.FORCE: "force", BulkVerb.BRING_FORWARD: "retry",
        BulkVerb.STOP_RETRYING: "retry", BulkVerb.CANCEL: "cancel",
        BulkVerb.CHANGE_LIMIT: "retry", BulkVerb.ASK: "retry",
    }.items()
}  # fmt: skip


class BadOptions(Refused):
    """The verb is not known, or an option of it is missing or makes no sense."""


def checked_options(
    *, verb: str, options: Mapping[str, Any] | None, caller: Caller, at: datetime
) -> dict[str, Any]:
    """The options as they are kept. Raises BadOptions and NotAllowed."""
    if verb not in VERB_PERMISSIONS:
        raise BadOptions(f"use one of {', '.join(BulkVerb.values)}", field="verb")
    caller.demand(VERB_PERMISSIONS[verb])
    given = {name: value for name, value in (options or {}).items() if value is not None}
    known = {BulkVerb.CHANGE_LIMIT: {LIMIT}, BulkVerb.BRING_FORWARD: {MOMENT}}
    for name in given.keys() - known.get(BulkVerb(verb), set()):
        raise BadOptions(f"is not an option of {verb}", field=str(name)[:60])
    if verb == BulkVerb.CHANGE_LIMIT:
        return {LIMIT: _limit(given.get(LIMIT))}
    return {MOMENT: _moment(given[MOMENT], at).isoformat()} if MOMENT in given else {}


def checked_reason(reason: str) -> str:
    """Without blanks around it. Raises BadOptions."""
    said = reason.strip()
    if not REASON_LENGTH_MIN <= len(said) <= REASON_LENGTH_MAX or "\x00" in said:
        raise BadOptions(
            f"write {REASON_LENGTH_MIN} to {REASON_LENGTH_MAX} characters, such as "
            "'float was topped up at 14:30'",
            field="reason",
        )
    return said


def moment_in(options: Mapping[str, Any], *, at: datetime) -> datetime:
    """When a retry is to come: now, unless a later moment was named."""
    named = options.get(MOMENT)
    return max(at, datetime.fromisoformat(named)) if named else at


def limit_in(options: Mapping[str, Any]) -> int | None:
    """The limit to come, where the verb changes it."""
    return options.get(LIMIT)


def _limit(value: Any) -> int:
    highest = settings.VAULT_MAX_RETRIES_LIMIT
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= highest:
        raise BadOptions(f"write a number from 0 to {highest}, such as 3", field=LIMIT)
    return value


def _moment(value: Any, at: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadOptions("write a moment, such as 2026-11-21T14:30+03:00", field=MOMENT)
    if moment < at:
        raise BadOptions("is in the past: leave it away for now", field=MOMENT)
    return moment
