"""Why a verb of staff cannot be done for a payout, in plain words."""

from collections.abc import Callable
from dataclasses import dataclass

from disbursements.states import FINAL, DisbursementStatus

S = DisbursementStatus

STATUSES: dict[str, frozenset[str]] = {
    "retry": frozenset({S.RETRYING, S.PARKED, S.FAILED}),
    "force": frozenset({S.FAILED}),
    "bring_forward": frozenset({S.RETRYING}),
    "stop_retrying": frozenset({S.RETRYING, S.PARKED}),
    "cancel": frozenset({S.HELD, S.QUEUED}),
    "change_limit": frozenset(set(S) - FINAL | {S.FAILED}),
    "ask": frozenset({S.ACCEPTED, S.UNKNOWN, S.RETRYING}),
}
STANDS: dict[str, str] = {
    S.HELD: "it was not sent yet",
    S.QUEUED: "it was not sent yet",
    S.SENDING: "it is under way",
    S.ACCEPTED: "it is under way: the provider has it",
    S.UNKNOWN: "its outcome is still unknown: ask what became of it",
    S.RETRYING: "it will be tried again by itself",
    S.PARKED: "it is parked",
    S.COMPLETED: "it is paid",
    S.FAILED: "it has failed",
    S.CANCELLED: "it was cancelled",
    S.RETURNED: "it was paid, and the money came back",
}
NOT_FOUND = "not found"
UNPROVEN = "it is not proven yet that it was not paid"
PERSON = "a person must settle first whether it was paid"
SETTLEMENT = "a proposal to settle it waits for a second person"
CORRECTED = "it was corrected: another payout replaces it"
REPLACES_DOUBTFUL = "it replaces a payout that may have been paid after all"
PAUSED = "a pause covers it: put its cause right and resume that"
PERMANENT = "its code is permanent: the same again would fail again"
USED_UP = "its retries are used up"
DUE = "it is due at that time or before"
SAME_LIMIT = "it has this limit already"
PROVEN = "there is nothing to ask: its outcome is proven"
ASKED = "what became of it is being asked already"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What there is to know of one payout, or of many that are alike.

    `comes_later` and `ask_is_due` are as of the moment that was asked for. `retries_used` is
    without its latest attempt.
    """

    status: str
    unproven: bool = False
    said_to_be_paid: bool = False
    person_needed: bool = False
    settlement_open: bool = False
    corrected: bool = False
    replaces_doubtful: bool = False
    paused: bool = False
    permanent: bool = False
    askable: bool = False
    ask_is_due: bool = False
    comes_later: bool = False
    retries_used: int = 0
    max_retries: int = 0


Check = Callable[[Standing], str]


def why_not(verb: str, standing: Standing, *, max_retries: int | None = None) -> str:
    """Why the verb cannot be done; empty when it can. `max_retries`: the limit to come."""
    if standing.status not in STATUSES[verb]:
        return STANDS[standing.status]
    if verb == "change_limit":
        return SAME_LIMIT if standing.max_retries == max_retries else ""
    return next(filter(None, (check(standing) for check in CHECKS[verb])), "")


def _may_be_paid(standing: Standing) -> str:
    if standing.settlement_open:
        return SETTLEMENT
    return PERSON if standing.said_to_be_paid or standing.person_needed else ""


def _replaced(standing: Standing) -> str:
    if standing.corrected:
        return CORRECTED
    return REPLACES_DOUBTFUL if standing.replaces_doubtful else ""


def _unproven(standing: Standing) -> str:
    return UNPROVEN if standing.unproven else ""


def _due(standing: Standing) -> str:
    """A retry that waits for its proof may come earlier too: the sender demands the proof."""
    if standing.status != S.RETRYING:
        return _unproven(standing)
    return "" if standing.comes_later else DUE


def _held_by_a_pause(standing: Standing) -> str:
    return PAUSED if standing.status == S.PARKED and standing.paused else ""


def _given_up(standing: Standing) -> str:
    if standing.status != S.FAILED:
        return ""
    if standing.permanent:
        return PERMANENT
    return USED_UP if standing.retries_used >= standing.max_retries else ""


def _nothing_to_ask(standing: Standing) -> str:
    if not standing.askable:
        return PROVEN
    return ASKED if standing.ask_is_due else ""


CHECKS: dict[str, tuple[Check, ...]] = {
    "retry": (_may_be_paid, _replaced, _due, _held_by_a_pause, _given_up),
    "force": (_may_be_paid, _replaced, _unproven),
    "bring_forward": (_may_be_paid, _replaced, _due),
    "stop_retrying": (_may_be_paid, _unproven),
    "cancel": (),
    "ask": (_nothing_to_ask,),
}
