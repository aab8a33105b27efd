"""POST /v1/transfers with its mishaps: what is done, what the key keeps, what is said of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from gateways.simulator.stripe import transfers
from gateways.simulator.stripe.mishaps import drawn
from gateways.simulator.stripe.names import MISHAPS
from gateways.simulator.stripe.refusals import Refusal, internal_error, too_many
from gateways.simulator.wire import NoAnswer, Reply, Response, html_response

if TYPE_CHECKING:
    from gateways.simulator.stripe.service import Request, Stripe

LATER_S = 60
PAGE = "<html><body><h1>Please wait.</h1></body></html>"


def pay(stripe: "Stripe", request: "Request") -> Reply:
    """Execute a transfer that was checked, or not, and answer as the mishap wants it."""
    values = request.values
    reference = request.key or stripe.state.new_id("key")
    name, executed, event_fault = drawn(stripe.state, values["destination"], reference)
    mishap = MISHAPS.get(name)
    desk = partial(transfers.create, stripe.state, event_fault=event_fault)
    if mishap is None:
        answer = stripe.execute(request, desk)
        first = event_fault == "event_early"
        return replace(stripe.said(*answer), callbacks_first=first)
    busy = stripe.state.world.wait(mishap.busy_s)
    answer = (0, "")
    if executed:
        answer = stripe.execute(request, desk, busy=busy, broken=mishap.saves_error)
    elif mishap.saves_error:
        stripe.keep(request, (500, internal_error().body()))
    if mishap.later:
        _pay_later(stripe, request)
    return _said(stripe, name, answer, busy)


def _pay_later(stripe: "Stripe", request: "Request") -> None:
    def act(at: datetime) -> None:
        try:
            transfers.create(stripe.state, request.values, at)
        except Refusal:
            return

    world = stripe.state.world
    world.agenda.at(request.at + world.wait(LATER_S), act)


def _said(stripe: "Stripe", name: str, answer: tuple[int, str], busy: timedelta) -> Reply:
    executed = bool(answer[0])
    if name in ("transfer_drop", "transfer_lost"):
        return NoAnswer(reason="dropped", accepted=executed)
    if name == "transfer_hang":
        return NoAnswer(reason="hang", accepted=executed, delay_s=busy.total_seconds())
    if name == "transfer_slow":
        return replace(stripe.said(*answer), delay_s=busy.total_seconds())
    if name == "transfer_cut":
        return _cut(stripe.said(*answer))
    if name in ("transfer_html_200", "transfer_html_502"):
        return html_response(int(name[-3:]), PAGE)
    return _refused(stripe, name)


def _cut(whole: Response) -> Response:
    headers = whole.headers | {"Content-Length": str(len(whole.body)), "Connection": "close"}
    return replace(whole, body=whole.body[: len(whole.body) // 2], headers=headers)


def _refused(stripe: "Stripe", name: str) -> Response:
    if name in ("transfer_too_many", "transfer_too_many_retry", "transfer_locked"):
        refusal = too_many("lock_timeout" if name == "transfer_locked" else "rate_limit")
        more = {"Stripe_Rate_Limited_Reason": refusal.reason}
        if name == "transfer_too_many_retry":
            more["Stripe_Should_Retry"] = "true"
        return stripe.said(429, refusal.body(), **more)
    if name == "transfer_conflict":
        return stripe.said(409, Refusal(status_code=409, message="Conflict. Try again.").body())
    if name == "transfer_dependency":
        refusal = Refusal(status_code=424, type="api_error", message="A dependency failed.")
        return stripe.said(424, refusal.body())
    return stripe.said(500, internal_error().body(), Stripe_Should_Retry="false")
