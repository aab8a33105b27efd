"""The web server: granian with WSGI workers. Its parent needs no Django, and starts quickly."""

from argparse import ArgumentParser
from collections.abc import Sequence

from granian import Granian
from granian.constants import Interfaces

PORT = 8000
WORKERS = 2
THREADS = 8
BACKLOG = 1024


def add_arguments(parser: ArgumentParser) -> None:
    """Where to listen, and with how many processes."""
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--workers", type=int, default=WORKERS)


def serve(*, host: str, port: int, workers: int) -> None:
    """Serve pages, API and callbacks until told to stop."""
    Granian(
        target="config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        log_access=False,
    ).serve()


def main(arguments: Sequence[str]) -> None:
    """`manage.py serve`, without what only other commands need."""
    parser = ArgumentParser(prog="manage.py serve", description=serve.__doc__)
    add_arguments(parser)
    given = parser.parse_args(arguments)
    serve(host=given.host, port=given.port, workers=given.workers)
