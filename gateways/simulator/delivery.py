"""Delivers callbacks by HTTP when they are due: once, without retries (daraja.md 7)."""

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Lock, Thread
from urllib.parse import urlsplit

from gateways.simulator.agenda import PendingCallback
from gateways.simulator.money_in.payments import VALIDATION, VALIDATION_WAIT_S
from gateways.simulator.simulator import Simulator

logger = logging.getLogger(__name__)

TIMEOUT_S = 3.0
ANSWER_BYTES_MAX = 10_000
LOOK_EVERY_S = 0.02
POSTERS = 8
USER_AGENT = "payment-simulator"
NONE: Mapping[str, str] = {}


class Deliverer:
    """A thread that looks for due callbacks, and a few that post them."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._stopping = Event()
        self._lock = Lock()
        self._under_way: set[Future[None]] = set()
        self._posters = ThreadPoolExecutor(POSTERS, thread_name_prefix="callback")
        self._looker = Thread(target=self._look, name="callbacks", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._looker.start()

    def stop(self) -> None:
        """Stop looking; callbacks not begun are not delivered."""
        self._stopping.set()
        self._looker.join(TIMEOUT_S)
        self._posters.shutdown(wait=True, cancel_futures=True)

    def deliver_due(self) -> None:
        """Deliver what is due now and return when it has been tried."""
        wait(self._hand_out())

    def _hand_out(self) -> set[Future[None]]:
        with self._lock:
            self._under_way = {future for future in self._under_way if not future.done()}
            for pending in self.simulator.due_callbacks():
                self._under_way.add(self._posters.submit(self._post, pending))
            return set(self._under_way)

    def _look(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            self._hand_out()

    def _post(self, pending: PendingCallback) -> None:
        try:
            status, answer = post(
                pending.url, pending.body, timeout_s=_timeout_s(pending), headers=pending.headers
            )
        except (OSError, HTTPException, ValueError) as problem:
            logger.warning("callback %d was not delivered: %s", pending.number, problem)
            self.simulator.delivered(pending.number, status=None, problem=str(problem))
            return
        if not 200 <= status < 300:
            logger.warning("callback %d was answered with %d", pending.number, status)
        self.simulator.delivered(pending.number, status=status, answer=answer)


def _timeout_s(pending: PendingCallback) -> float:
    return VALIDATION_WAIT_S if pending.kind == VALIDATION else TIMEOUT_S


def post(
    url: str, body: bytes, *, timeout_s: float = TIMEOUT_S, headers: Mapping[str, str] = NONE
) -> tuple[int, bytes]:
    """POST once, JSON unless the headers say otherwise; the status and the start of the answer.

    Raises OSError, HTTPException or ValueError.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        usual = {"Content-Type": "application/json", "User-Agent": USER_AGENT}
        connection.request("POST", target, body=body, headers={**usual, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read(ANSWER_BYTES_MAX)
    finally:
        connection.close()
