"""The provider simulator under our real adapters, without sockets, on a clock that tests move.

M-Pesa, Stripe and Mifos X alike: calls to DARAJA_BASE_URL, to STRIPE_API_BASE and to MIFOS_HOST
reach one simulator, and `deliver` posts the callbacks of all with the headers that they carry. For
Stripe, tests/striping.py has what a test begins with: accounts, webhooks, balances, scripted
faults, the book of what was paid; for Mifos X it is tests/lending.py.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.test import Client
from requests.adapters import BaseAdapter

from config.schedules import SWEEPS
from core import clock
from gateways.daraja.client import forget_tokens
from gateways.http import connections
from gateways.http.calls import LIMITS
from gateways.simulator import NoAnswer, PendingCallback, Simulator

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LISTED = "127.0.0.1"
UNLISTED = "203.0.113.9"
MIFOS_HOST = "https://mifos.test"
WAITED_FOR = ("/v1/", "/fineract-provider/")


class MovedClock:
    """A moment that moves only when it is told to."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **span: float) -> datetime:
        """Move on by so many minutes, seconds, hours."""
        self.moment += timedelta(**span)
        return self.moment


class RunningClock(MovedClock):
    """Also a hair later at every reading, as real ones are: no two moments are the same."""

    def __call__(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment


class Wire(BaseAdapter):
    """Carries our requests to the simulator, and its callbacks back to our callback view.

    `before_call` runs before a request reaches the provider, `before_answer` after that.
    """

    def __init__(self, simulator: Simulator, moved: MovedClock) -> None:
        super().__init__()
        self.simulator = simulator
        self.clock = moved
        self.client = Client()
        self.before_call: Callable[[str], None] | None = None
        self.before_answer: Callable[[str], None] | None = None
        self.paths: list[str] = []
        self.posted = 0

    def attach(self) -> None:
        """Let the providers' addresses lead here, where no old token is known."""
        forget_tokens()
        for base_url in (settings.DARAJA_BASE_URL, settings.STRIPE_API_BASE, MIFOS_HOST):
            connections.session().mount(base_url, self)

    def detach(self) -> None:
        """Let them lead nowhere again."""
        for base_url in (settings.DARAJA_BASE_URL, settings.STRIPE_API_BASE, MIFOS_HOST):
            connections.session().adapters.pop(base_url, None)
        forget_tokens()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        body = request.body or b""
        path = urlsplit(request.url).path
        if self.before_call is not None:
            self.before_call(path)
        self.paths.append(path)
        answer = self.simulator.handle(
            request.method,
            request.path_url,
            dict(request.headers),
            body.encode() if isinstance(body, str) else body,
        )
        if isinstance(answer, NoAnswer):
            raise requests.ReadTimeout(f"no answer: {answer.reason}")
        if answer.callbacks_first:
            self.deliver()
        if self.before_answer is not None:
            self.before_answer(path)
        if _is_cut(answer) or (path.startswith(WAITED_FOR) and _is_late(answer)):
            raise requests.ReadTimeout("no whole answer in time")
        return _response(request, answer)

    def close(self) -> None:
        """Nothing is held open."""

    def deliver(self, times: int = 1) -> int:
        """Post every callback that is due, each so many times; returns how many there were."""
        due = self.simulator.due_callbacks(self.clock())
        for callback in due:
            for _ in range(times):
                self.post(callback)
        return len(due)

    def drop(self) -> int:
        """Lose every callback that is due."""
        return len(self.simulator.due_callbacks(self.clock()))

    def post(self, callback: PendingCallback, *, source: str = LISTED) -> int:
        """Post one callback to our view; returns the HTTP status."""
        answer = self._post(
            url=callback.url, body=callback.body, source=source, headers=callback.headers
        )
        status = answer.status_code
        self.simulator.delivered(callback.number, status=status, answer=answer.content)
        return status

    def post_body(self, *, url: str, body: bytes, source: str = LISTED) -> int:
        """Post anything, from any address; returns the HTTP status."""
        return self._post(url=url, body=body, source=source, headers={}).status_code

    def _post(self, *, url: str, body: bytes, source: str, headers: Mapping[str, str]) -> Any:
        self.posted += 1
        kind = headers.get("Content-Type", "application/json")
        return self.client.post(
            urlsplit(url).path, data=body, content_type=kind, headers=headers, REMOTE_ADDR=source
        )

    def run(self, *, hours: float = 60, step_minutes: float = 1, also: Sequence[str] = ()) -> None:
        """Sweep, deliver and move the clock until nothing is due without a person.

        `also`: sweeps beside those of payouts.
        """
        end = self.clock() + timedelta(hours=hours)
        names = ["deliver", "recover", "send", "retry", "ask", "resume", *also]
        while self.clock() <= end:
            self.deliver()
            while sum(SWEEPS[name].run() for name in names):
                self.deliver()
            moments = [SWEEPS[name].next_moment(at=self.clock()) for name in names]
            moments.append(self.simulator.next_moment())
            due = [moment for moment in moments if moment is not None]
            if not due:
                return
            self.clock.moment = max(min(due), self.clock() + timedelta(minutes=step_minutes))
        raise AssertionError(f"still not idle after {hours} hours")


def _is_late(answer: Any) -> bool:
    return bool(answer.delay_s > LIMITS.read_timeout_s)


def _is_cut(answer: Any) -> bool:
    return int(answer.headers.get("Content-Length", len(answer.body))) != len(answer.body)


def _response(request: requests.PreparedRequest, answer: Any) -> requests.Response:
    response = requests.Response()
    response.request = request
    response.url = request.url
    response.status_code = answer.status
    response.headers.update(answer.headers)
    response._content = answer.body
    response._content_consumed = True
    return response


__all__ = ["LISTED", "START", "UNLISTED", "MovedClock", "RunningClock", "Wire", "clock"]
