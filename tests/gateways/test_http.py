"""The HTTP client against a hostile server (platform.md 5; attack 39)."""

import gzip
import json
import socket
import time
from dataclasses import replace
from threading import Event

import pytest

from gateways.errors import Unclear, Unreachable
from gateways.http import Limits, get, post_json

AMPLE = Limits(body_bytes_max=65_536)
QUICK = replace(AMPLE, connect_timeout_s=1.0, read_timeout_s=0.3, deadline_s=0.6)
PATIENCE_S = 30.0
DRIP_S = 0.02


def answering(content: bytes):
    def behaviour(connection: socket.socket, stop: Event) -> None:
        connection.sendall(content)

    return behaviour


def dripping(start: bytes, drop: bytes):
    def behaviour(connection: socket.socket, stop: Event) -> None:
        connection.sendall(start)
        while not stop.wait(DRIP_S):
            connection.sendall(drop)

    return behaviour


def whole(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


class TestAWholeAnswer:
    def test_it_comes_back_with_status_headers_and_bytes(self, hostile):
        hostile.behaviour = answering(whole(b'{"ok": 1}', headers="X-Trace: 7\r\n"))

        answer = post_json(url=hostile.url, body={"a": "é"}, headers={}, limits=AMPLE)

        assert (answer.status, answer.body) == (200, b'{"ok": 1}')
        assert answer.headers["X-Trace"] == "7"
        assert json.loads(hostile.requests[0].partition(b"\r\n\r\n")[2]) == {"a": "é"}

    def test_an_error_status_is_an_answer_too(self, hostile):
        hostile.behaviour = answering(whole(b"no", status="503 Service Unavailable"))

        answer = get(url=hostile.url, headers={}, limits=AMPLE)

        assert (answer.status, answer.body) == (503, b"no")

    def test_a_redirect_is_not_followed(self, hostile):
        target = f"Location: http://127.0.0.1:{hostile.port}/elsewhere\r\n"
        hostile.behaviour = answering(whole(b"", status="307 Temporary Redirect", headers=target))

        answer = post_json(url=hostile.url, body={}, headers={}, limits=AMPLE)

        assert answer.status == 307
        assert len(hostile.requests) == 1

    def test_a_large_but_allowed_body_is_decompressed(self, hostile):
        content = gzip.compress(b"x" * 60_000)
        hostile.behaviour = answering(whole(content, headers="Content-Encoding: gzip\r\n"))

        answer = get(url=hostile.url, headers={}, limits=AMPLE)

        assert len(answer.body) == 60_000


class TestAnAnswerThatBreaksOff:
    @pytest.mark.parametrize(
        "behaviour",
        [
            pytest.param(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"),
                         id="body drip by drip"),
            pytest.param(dripping(b"HTTP/1.1 200 OK\r\nX-Long: ", b"y"), id="headers by drip"),
            pytest.param(dripping(b"", b""), id="silence"),
            pytest.param(answering(b""), id="hangs up"),
            pytest.param(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes!"),
                         id="truncated"),
            pytest.param(answering(b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
                         id="truncated chunk"),
            pytest.param(answering(b"not http at all\r\n\r\n"), id="not HTTP"),
            pytest.param(answering(whole(b"not gzip", headers="Content-Encoding: gzip\r\n")),
                         id="broken gzip"),
        ],
    )  # fmt: skip
    def test_it_is_unclear_and_ends_at_the_deadline(self, hostile, behaviour):
        hostile.behaviour = behaviour
        began = time.monotonic()

        with pytest.raises(Unclear) as caught:
            post_json(url=hostile.url, body={}, headers={}, limits=QUICK)

        assert time.monotonic() - began < PATIENCE_S
        assert caught.value.exchange.error
        assert hostile.asked.wait(10)
        assert len(hostile.requests) == 1

    def test_a_bomb_is_cut_at_the_cap_after_decompression(self, hostile):
        bomb = gzip.compress(b"\0" * 50_000_000)
        hostile.behaviour = answering(whole(bomb, headers="Content-Encoding: gzip\r\n"))

        with pytest.raises(Unclear, match="larger than 65536 bytes"):
            get(url=hostile.url, headers={}, limits=AMPLE)

    def test_an_endless_body_is_cut_at_the_cap(self, hostile):
        hostile.behaviour = dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"z" * 50_000)

        with pytest.raises(Unclear, match="larger than"):
            get(url=hostile.url, headers={}, limits=AMPLE)


class TestNothingLeft:
    def test_a_refused_connection_is_unreachable(self):
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"

            with pytest.raises(Unreachable) as caught:
                post_json(url=url, body={}, headers={}, limits=AMPLE)

        assert caught.value.exchange.http_status is None

    def test_a_name_that_does_not_exist_is_unreachable(self):
        with pytest.raises(Unreachable):
            get(url="http://nowhere.invalid/", headers={}, limits=AMPLE)

    def test_a_failed_tls_handshake_is_unreachable(self, hostile):
        hostile.behaviour = answering(b"this is not TLS\r\n\r\n" * 3)

        with pytest.raises(Unreachable):
            post_json(
                url=hostile.url.replace("http:", "https:"), body={}, headers={}, limits=QUICK
            )


class TestTheRecord:
    def test_secrets_are_removed_on_both_sides(self, hostile):
        hostile.behaviour = answering(whole(b'{"access_token": "tok-1", "a": "b"}'))
        body = {
            "SecurityCredential": "cred-1",
            "ResultURL": "https://vault.example/callbacks/daraja/payout/path-1/",
        }

        answer = post_json(
            url=hostile.url, body=body, headers={"Authorization": "Bearer tok-2"}, limits=AMPLE
        )

        record = repr(answer.exchange)
        assert not [word for word in ("cred-1", "path-1", "tok-1", "tok-2") if word in record]
        assert '"a": "b"' in answer.exchange.response_body

    def test_bodies_are_cut_and_free_of_nul(self, hostile):
        hostile.behaviour = answering(whole(b"\0" + b"w" * 10_000))

        exchange = get(url=hostile.url, headers={}, limits=AMPLE).exchange

        assert exchange.response_body == "w" * 4_000

    def test_what_arrived_before_it_broke_off_is_not_lost(self, hostile):
        hostile.behaviour = answering(b"HTTP/1.1 202 OK\r\nContent-Length: 100\r\n\r\n{}")

        with pytest.raises(Unclear) as caught:
            get(url=hostile.url, headers={}, limits=AMPLE)

        assert caught.value.exchange.http_status == 202
