"""`python -m tests.reconciliation.live.impatient --port PORT`: pages and sockets, as `manage.py
serve` holds them, with less patience than people need."""

from argparse import ArgumentParser

from config.serving import serve_asgi

SEND_LIMIT_S = 1.5


def __getattr__(name: str) -> object:
    """`application`: made in the worker, which has Django."""
    if name != "application":
        raise AttributeError(name)
    from config import asgi
    from reconciliation import consumers

    consumers.SEND_LIMIT_S = SEND_LIMIT_S
    return asgi.application


if __name__ == "__main__":
    parser = ArgumentParser()
    parser.add_argument("--port", type=int)
    target = "tests.reconciliation.live.impatient:application"
    serve_asgi(target, host="127.0.0.1", port=parser.parse_args().port, workers=1)
