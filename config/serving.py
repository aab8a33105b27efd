"""The web server: granian. Its parent needs no Django, and starts quickly.

By default pages and sockets on one port (ASGI); with --http-only pages alone (WSGI, faster), for
which `manage.py live` holds the sockets (docs/decisions/0022-one-port.md).
"""

import resource
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

PORT = 8000
WORKERS = 2
THREADS = 8
BACKLOG = 1024
STOP_LIMIT_S = 30
CONNECTIONS_MAX = 4_096  # of each process: the sockets that it may hold, and as many pages
FILES_MAX = 8_192
HEAD_LIMIT_MS = 15_000


def add_arguments(parser: ArgumentParser) -> None:
    """Where to listen, with how many processes, and whether sockets are held too."""
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument(
        "--http-only",
        action="store_true",
        help="no sockets: `manage.py live` holds them, on another port",
    )


def serve(*, host: str, port: int, workers: int, http_only: bool = False) -> None:
    """Serve pages, API, callbacks and the live page's socket until told to stop."""
    if not http_only:
        serve_asgi("config.asgi:application", host=host, port=port, workers=workers)
        return
    _serve(
        "config.wsgi:application", host=host, port=port, interface=Interfaces.WSGI,
        workers=workers, blocking_threads=THREADS,
    )  # fmt: skip


def serve_asgi(target: str, *, host: str, port: int, workers: int) -> None:
    """Pages and sockets, or sockets alone."""
    _serve(target, host=host, port=port, interface=Interfaces.ASGI, workers=workers)


def _serve(target: str, *, host: str, port: int, **options: Any) -> None:
    """No access log: its lines would hold tokens and tickets.

    Without HTTP/1 alone, and without a number of connections, granian waits for ever for senders
    who say nothing, and a thousand of them shut everybody out. Without a time to kill its workers
    it never ends when it is told to in the moment in which it starts them.
    """
    allow_files()
    Granian(
        target=target, address=host, port=port, backlog=BACKLOG, backpressure=CONNECTIONS_MAX,
        http=HTTPModes.http1, http1_settings=HTTP1Settings(header_read_timeout=HEAD_LIMIT_MS),
        log_access=False, workers_kill_timeout=STOP_LIMIT_S, **options,
    ).serve()  # fmt: skip


def allow_files() -> None:
    """As many as FILES_MAX for this process and its own, where the machine lets us: each
    connection is one."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_MAX if most == resource.RLIM_INFINITY else min(FILES_MAX, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def main(arguments: Sequence[str]) -> None:
    """`manage.py serve`, without what only other commands need."""
    parser = ArgumentParser(prog="manage.py serve", description=serve.__doc__)
    add_arguments(parser)
    given = parser.parse_args(arguments)
    serve(host=given.host, port=given.port, workers=given.workers, http_only=given.http_only)
