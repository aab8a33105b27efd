"""The live server: sockets alone, beside web servers that run with --http-only."""

from argparse import ArgumentParser
from collections.abc import Sequence

from config.serving import serve_asgi

PORT = 8010
WORKERS = 1


def add_arguments(parser: ArgumentParser) -> None:
    """Where to listen, and with how many processes."""
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--workers", type=int, default=WORKERS)


def serve(*, host: str, port: int, workers: int) -> None:
    """Hold the live page's sockets until told to stop."""
    serve_asgi("config.asgi:live", host=host, port=port, workers=workers)


def main(arguments: Sequence[str]) -> None:
    """`manage.py live`, without what only other commands need."""
    parser = ArgumentParser(prog="manage.py live", description=serve.__doc__)
    add_arguments(parser)
    given = parser.parse_args(arguments)
    serve(host=given.host, port=given.port, workers=given.workers)
