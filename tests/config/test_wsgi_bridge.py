"""HTTP through the one port: what WSGI saw is what a request was."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from config import wsgi_bridge
from config.wsgi_bridge import BODY_BYTES_MAX, IN_MEMORY_BYTES_MAX, WsgiBridge
from tests.sockets import run_apart

Answer = Callable[[dict[str, Any]], Iterator[bytes]]
HEAD = [("Content-Type", "text/plain")]


def scope(**changes: Any) -> dict[str, Any]:
    known = {
        "type": "http", "method": "POST", "path": "/caf\u00e9/", "query_string": b"q=\xc3\xa9",
        "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 8000),
        "client": ("10.0.0.9", 5000), "headers": [],
    }  # fmt: skip
    return known | changes


def at_once(answer: Any) -> Awaitable[Any]:
    """Awaitable and no coroutine, as the server's own are."""
    future = asyncio.get_running_loop().create_future()
    future.set_result(answer)
    return future


def asked(
    answer: Answer,
    *,
    pieces: list[bytes] | None = None,
    hangs_up: bool = False,
    reads_no_more: bool = False,
    stalls: bool = False,
    takes_nothing: bool = False,
    **changes: Any,
) -> list[dict[str, Any]]:
    """What the bridge sends for one request whose body comes in these pieces."""
    said: list[dict[str, Any]] = []
    coming = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces or []]
    if not stalls:
        coming.append({"type": "http.disconnect"} if hangs_up else {"type": "http.request"})
    coming.extend([{"type": "http.disconnect"}] if reads_no_more else [])

    def receive() -> Awaitable[dict[str, Any]]:
        if coming:
            return at_once(coming.pop(0))
        return asyncio.get_running_loop().create_future()

    def send(message: Any) -> Awaitable[None]:
        if takes_nothing and message["type"] == "http.response.body":
            return asyncio.get_running_loop().create_future()
        return at_once(said.append(message))

    def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", HEAD)
        return answer(environ)

    run_apart(WsgiBridge(application, threads=2)(scope(**changes), receive, send))
    return said


def body_of(said: list[dict[str, Any]]) -> bytes:
    return b"".join(message.get("body", b"") for message in said)


class TestRequest:
    def test_address_and_headers_are_what_wsgi_wants(self) -> None:
        seen: dict[str, Any] = {}

        def look(environ: dict[str, Any]) -> Iterator[bytes]:
            seen.update(environ)
            yield b"ok"

        asked(look, headers=[
            (b"host", b"vault.example"), (b"content-type", b"text/csv"), (b"cookie", b"a=1"),
            (b"cookie", b"b=2"), (b"x-forwarded-for", b"1.1.1.1"),
            (b"x_forwarded_for", b"6.6.6.6"),
        ])  # fmt: skip

        assert seen["PATH_INFO"].encode("latin-1").decode() == "/caf\u00e9/"
        assert seen["QUERY_STRING"].encode("latin-1") == b"q=\xc3\xa9"
        assert (seen["REMOTE_ADDR"], seen["HTTP_HOST"]) == ("10.0.0.9", "vault.example")
        assert (seen["CONTENT_TYPE"], seen["HTTP_COOKIE"]) == ("text/csv", "a=1; b=2")
        assert seen["HTTP_X_FORWARDED_FOR"] == "1.1.1.1"

    @pytest.mark.parametrize("size", [0, 10, IN_MEMORY_BYTES_MAX, BODY_BYTES_MAX])
    def test_a_body_of_any_size_arrives_whole(self, size: int) -> None:
        pieces = [bytes([number % 251]) * 1_024 for number in range(size // 1_024)]
        pieces.append(b"x" * (size % 1_024))

        said = asked(lambda environ: iter([environ["wsgi.input"].read()]), pieces=pieces)

        assert body_of(said) == b"".join(pieces)

    @pytest.mark.parametrize("size", [4, 3 * IN_MEMORY_BYTES_MAX])
    def test_one_in_chunks_has_a_length_by_then(self, size: int) -> None:
        headers = [(b"transfer-encoding", b"chunked"), (b"content-length", b"2")]

        said = asked(
            lambda environ: iter([environ["CONTENT_LENGTH"].encode()]),
            pieces=[b"x" * (size - 1), b"x"], headers=headers,
        )  # fmt: skip

        assert int(body_of(said)) == size

    @pytest.mark.parametrize("size", [4, 3 * IN_MEMORY_BYTES_MAX])
    def test_one_that_is_broken_off_never_takes_a_thread(self, size: int) -> None:
        called: list[int] = []

        said = asked(
            lambda environ: called.append(1) or iter([]), pieces=[b"x" * size], hangs_up=True
        )

        assert (said, called) == ([], [])

    @pytest.mark.parametrize("announced", [True, False])
    def test_one_that_is_too_long_is_refused_before_a_thread_is_taken(
        self, announced: bool
    ) -> None:
        called: list[int] = []
        headers = [(b"content-length", str(BODY_BYTES_MAX + 1).encode())] if announced else []
        pieces = [] if announced else [b"x" * (BODY_BYTES_MAX // 8)] * 9

        said = asked(lambda environ: called.append(1) or iter([]), pieces=pieces, headers=headers)

        assert (said[0]["status"], called) == (413, [])
        assert json.loads(body_of(said))["error"] == "The body has more than 8388608 bytes."

    @pytest.mark.parametrize("size", [4, 3 * IN_MEMORY_BYTES_MAX])
    def test_one_that_never_ends_is_given_up(
        self, monkeypatch: pytest.MonkeyPatch, size: int
    ) -> None:
        monkeypatch.setattr(wsgi_bridge, "BODY_LIMIT_S", 0.05)
        called: list[int] = []

        said = asked(
            lambda environ: called.append(1) or iter([]), pieces=[b"x" * size], stalls=True
        )

        assert (said[0]["status"], called) == (408, [])


class TestAnswer:
    def test_nothing_more_is_made_for_somebody_who_hung_up(self) -> None:
        made: list[int] = []

        def answer(environ: dict[str, Any]) -> Iterator[bytes]:
            for number in range(1_000):
                made.append(number)
                yield b"x" * 70_000

        asked(answer, reads_no_more=True)

        assert len(made) < 10

    def test_nothing_more_is_made_for_somebody_who_takes_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wsgi_bridge, "SENT_LIMIT_S", 0.05)
        made: list[int] = []

        def answer(environ: dict[str, Any]) -> Iterator[bytes]:
            for number in range(1_000):
                made.append(number)
                yield b"x" * 70_000

        asked(answer, takes_nothing=True)

        assert len(made) < 10

    def test_one_piece_goes_at_once(self) -> None:
        said = asked(lambda environ: iter([b"whole"]))

        assert said == [
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/plain")],
            },
            {"type": "http.response.body", "body": b"whole", "more_body": False},
        ]

    def test_many_small_pieces_are_gathered(self) -> None:
        said = asked(lambda environ: iter([b"x" * 100] * 10_000))

        assert len(body_of(said)) == 1_000_000
        assert len(said) < 25

    def test_it_is_closed_in_the_thread_that_made_it(self) -> None:
        where: list[int] = []

        class Pieces(list[bytes]):
            def close(self) -> None:
                where.append(threading.get_ident())

        def answer(environ: dict[str, Any]) -> Any:
            where.append(threading.get_ident())
            return Pieces([b"a", b"b", b"c"])

        asked(answer)

        assert len(where) == 2
        assert len(set(where)) == 1
