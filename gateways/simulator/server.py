"""The simulator behind HTTP/1.1: a thread for each connection, and callbacks when due."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType

from gateways.simulator.delivery import Deliverer
from gateways.simulator.simulator import Simulator
from gateways.simulator.wire import NoAnswer, Reply, Response

BODY_BYTES_MAX = 1_000_000
IDLE_S = 75.0
BACKLOG = 256


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = BACKLOG

    def __init__(
        self, address: tuple[str, int], simulator: Simulator, deliverer: Deliverer
    ) -> None:
        self.simulator = simulator
        self.deliverer = deliverer
        self.stopping = Event()
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hangs up early is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_S
    server: _Listener

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer()

    def do_PUT(self) -> None:
        """Answer a PUT, which nothing here takes."""
        self._answer()

    def do_DELETE(self) -> None:
        """Answer a DELETE, which nothing here takes."""
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing of single requests: paths and times are in the caller's own log."""

    def _answer(self) -> None:
        body = self._read_body()
        if body is None:
            self._send(Response(status=413, body=b""))
            self.close_connection = True
            return
        headers = dict(self.headers.items())
        self._give(self.server.simulator.handle(self.command, self.path, headers, body))

    def _give(self, reply: Reply) -> None:
        if isinstance(reply, Response) and reply.callbacks_first:
            self.server.deliverer.deliver_due()
        if reply.delay_s:
            self.server.stopping.wait(reply.delay_s)
        if isinstance(reply, NoAnswer):
            self._hang_up()
        else:
            self._send(reply)

    def _read_body(self) -> bytes | None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            return None
        if not 0 <= length <= BODY_BYTES_MAX:
            return None
        return self.rfile.read(length)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in response.headers:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class SimulatorServer:
    """A running simulator: `with SimulatorServer(simulator) as server: server.address`."""

    def __init__(self, simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.simulator = simulator
        self.deliverer = Deliverer(simulator)
        self._listener = _Listener((host, port), simulator, self.deliverer)
        self._thread = Thread(target=self._listener.serve_forever, args=(0.1,), daemon=True)

    @property
    def port(self) -> int:
        """The port that was asked for, or the free one that was found."""
        return self._listener.server_address[1]

    @property
    def address(self) -> str:
        """`http://host:port`, without a slash at the end."""
        return f"http://{self._listener.server_address[0]!s}:{self.port}"

    def start(self) -> None:
        """Answer requests and deliver callbacks."""
        self._thread.start()
        self.deliverer.start()

    def stop(self) -> None:
        """End slow answers, close the port and the state file."""
        self._listener.stopping.set()
        self._listener.shutdown()
        self._listener.server_close()
        self.deliverer.stop()
        self.simulator.close()

    def __enter__(self) -> "SimulatorServer":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
