"""One port, many strangers: those who send slowly, or nothing, shut nobody out."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from config.serving import THREADS
from tests.browser.serving import Served
from tests.sockets import free_port

SILENT = 1_100
FILES = 4_000
HEAD = (
    "POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n"
    "Cookie: csrftoken=abcdefghijklmnopqrstuvwxyz012345\r\n"
    "Content-Type: multipart/form-data; boundary=edge\r\n\r\n"
    '--edge\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n'
)


@pytest.fixture(scope="module")
def served(django_db_setup: None) -> Iterator[Served]:
    """One for all of these; it needs no rows."""
    with Served(free_port()) as server:
        yield server


@pytest.fixture(autouse=True, scope="module")
def stranger(served: Served) -> Iterator[socket.socket]:
    """Says nothing from the beginning: the others crowd in while the server waits for a word."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=90) as silent:
        yield silent


def connected(kept: ExitStack, port: int) -> socket.socket:
    """A connection that the test closes at its end."""
    return kept.enter_context(socket.create_connection(("127.0.0.1", port), timeout=90))


@pytest.fixture
def many_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], FILES), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_files")
class TestCrowd:
    def test_those_who_send_slowly_hold_no_thread(self, served: Served) -> None:
        with ExitStack() as kept:
            for _ in range(2 * THREADS):
                connected(kept, served.port).sendall(HEAD.encode() + b"x" * 1_200_000)

            assert served.answers()

    def test_a_thousand_who_say_nothing_leave_room(self, served: Served) -> None:
        with ExitStack() as kept:
            for _ in range(SILENT):
                connected(kept, served.port)

            assert served.answers()

    def test_who_says_nothing_is_sent_away(self, stranger: socket.socket) -> None:
        assert stranger.recv(1) == b""
