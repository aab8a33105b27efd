"""The simulated provider behind real HTTP, with gates: it stands still at a chosen moment."""

from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from typing import Any

from gateways.simulator import NoAnswer, Simulator

TOKEN = "/oauth/v1/generate"
PAYMENT = "/mpesa/b2c/v3/paymentrequest"
STATUS = "/mpesa/transactionstatus/v1/query"
PATIENCE_S = 120.0


class Gate:
    """Holds every call of `path` after the first `free` ones, before or after it is taken in.

    With a query in it, only calls with this very query.
    """

    def __init__(self, *, path: str, when: str, free: int) -> None:
        self.path = path
        self.when = when
        self.free = free
        self.opened = Event()
        self.held = 0


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


class Provider:
    """`with Provider(simulator) as provider: provider.address`."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.calls: Counter[str] = Counter()
        self._gates: list[Gate] = []
        self._changed = Condition()
        self._server = _Listener(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        """`http://127.0.0.1:port`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Provider":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for gate in self._gates:
            gate.opened.set()
        self._server.shutdown()
        self._server.server_close()

    def hold(self, path: str, when: str, *, free: int = 0) -> Gate:
        """Let `free` calls of this path pass, and hold every later one."""
        gate = Gate(path=path, when=when, free=free)
        self._gates.append(gate)
        return gate

    def open(self, gate: Gate) -> None:
        """Let what is held go on, and hold no more."""
        self._gates.remove(gate)
        gate.opened.set()

    def wait_for(self, reached: Callable[[], bool], what: str) -> None:
        """Wait until something that a call changes is so; AssertionError when it never is."""
        with self._changed:
            assert self._changed.wait_for(reached, PATIENCE_S), f"never happened: {what}"

    def wait_held(self, gate: Gate, count: int = 1) -> None:
        """Wait until the gate holds so many calls."""
        self.wait_for(lambda: gate.held >= count, f"{count} calls of {gate.path} held")

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Any:
        """One call, held where a gate says so."""
        places = {path, path.partition("?")[0]}
        with self._changed:
            self.calls.update(places)
            numbers = {place: self.calls[place] for place in places}
            self._changed.notify_all()
        for place, number in numbers.items():
            self._pass(place, "before", number)
        reply = self.simulator.handle(method, path, headers, body)
        for place, number in numbers.items():
            self._pass(place, "after", number)
        return reply

    def _pass(self, path: str, when: str, number: int) -> None:
        for gate in list(self._gates):
            if (gate.path, gate.when) == (path, when) and number > gate.free:
                with self._changed:
                    gate.held += 1
                    self._changed.notify_all()
                gate.opened.wait(PATIENCE_S)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def log_message(self, *_: object) -> None:
                """The tests look at the book instead."""

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                reply = provider.answer(self.command, self.path, dict(self.headers), body)
                if isinstance(reply, NoAnswer):
                    self.close_connection = True
                    return
                try:
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(reply.body)))
                    self.end_headers()
                    self.wfile.write(reply.body)
                except OSError:
                    self.close_connection = True

        return Handler
