"""Events, and the signed webhooks that tell of them (stripe.md 5)."""

import copy
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime, timedelta

from gateways.simulator.agenda import CallbackRecord, PendingCallback
from gateways.simulator.stripe.refusals import Record
from gateways.simulator.stripe.state import State, seconds

KIND = "stripe"
API_VERSION = "2026-10-28.endive"
LATE_S = 600
DUMMY = "nobody signs with this"
# Gaps between the tries of a delivery that nobody took; three days in all.
RETRY_GAPS_S = (60, 300, 1800, 7200, 18_000, 36_000, 43_200, 43_200, 43_200, 43_200)


def tell(
    state: State, kind: str, subject: Record, *, at: datetime, account: str = "", fault: str = ""
) -> str:
    """Make an event of this kind and want it delivered; its id."""
    event = _event(state, kind, subject, at=at, account=account)
    if fault == "event_lost":
        return str(event["id"])
    due = at + _delay(state, event, fault)
    _deliver(state, event, due)
    if fault == "event_twice":
        _deliver(state, event, due + timedelta(seconds=1))
    if fault == "event_again":
        _deliver(state, _event(state, kind, subject, at=at, account=account), due)
    return str(event["id"])


def signed(state: State, pending: PendingCallback, at: datetime) -> PendingCallback:
    """An event with its Stripe-Signature of this moment; any other callback as it is.

    One `v1` for each secret of the endpoint, for it has two while it is being rolled, and the
    dummy `v0` that test mode sends along.
    """
    if pending.kind != KIND:
        return pending
    secrets = [
        secret
        for each in state.tables["endpoint"].values()
        if each["url"] == pending.url
        for secret in each["secrets"]
    ]
    moment = seconds(at)
    marks = [f"v1={signature(pending.body, secret, moment)}" for secret in secrets]
    marks.append(f"v0={signature(pending.body, DUMMY, moment)}")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": ",".join([f"t={moment}", *marks]),
    }
    return replace(pending, headers=headers)


def signature(body: bytes, secret: str, moment_s: int) -> str:
    """HMAC-SHA256 over `<t>.<raw body>`."""
    message = f"{moment_s}.".encode() + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def deliver_again(state: State, record: CallbackRecord, at: datetime) -> None:
    """After an event that nobody took: want it once more, until the gaps are used up."""
    event_id, url = record.originator_conversation_id, record.url
    event = state.tables["event"].get(event_id)
    state.tries[event_id, url] += 1
    tries = state.tries[event_id, url]
    if record.kind != KIND or event is None or tries > len(RETRY_GAPS_S):
        return
    state.world.agenda.call_back(
        at + state.world.wait(RETRY_GAPS_S[tries - 1]), kind=KIND, reference=event_id, url=url,
        body=json.dumps(event).encode(),
    )  # fmt: skip


def _event(state: State, kind: str, subject: Record, *, at: datetime, account: str) -> Record:
    event: Record = {
        "id": state.new_id("evt"), "object": "event", "type": kind, "created": seconds(at),
        "api_version": API_VERSION, "livemode": False, "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "data": {"object": copy.deepcopy(subject)},
    }  # fmt: skip
    if account:
        event["account"] = account
    state.put("event", event)
    return event


def _delay(state: State, event: Record, fault: str) -> timedelta:
    if fault == "event_early":
        return timedelta()
    if fault == "event_late":
        return state.world.wait(LATE_S)
    return state.world.result_delay(KIND, event["id"])


def _deliver(state: State, event: Record, due: datetime) -> None:
    body = json.dumps(event).encode()
    for endpoint in state.tables["endpoint"].values():
        if endpoint["connect"] == ("account" in event):
            state.world.agenda.call_back(
                due, kind=KIND, reference=event["id"], url=endpoint["url"], body=body
            )
