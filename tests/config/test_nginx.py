"""deploy/nginx in front of the real servers in their production settings, over TLS.

Pages, API, callbacks, sockets; who the sender is; what is too much; and nobody there.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User

from config.processes import wait_until
from config.serving import THREADS
from core import clock
from gateways import inbox
from gateways.models import Callback
from reconciliation.consumers import PATH
from tests.browser.serving import Served
from tests.config.proxied import (
    HANDSHAKES_MAX,
    HERE,
    LIMIT_S,
    SILENCE_MAX_S,
    SOCKETS_MAX,
    Proxy,
    needs_nginx,
)
from tests.sockets import RealSocket, Refused, free_port, run_apart
from vault.operations import staff_tokens

pytestmark = needs_nginx
MIB = 1_048_576
PASSWORD = "a long enough word"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
BEAT_MS = 1_000
UPGRADE = {
    "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}  # fmt: skip
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "VAULT_PUBLIC_URL": "https://pay.example.co.ke", "VAULT_ALLOWED_HOSTS": HERE,
    "VAULT_TRUSTED_PROXIES": "1", "WS_HEARTBEAT_INTERVAL": f"{BEAT_MS}",
}  # fmt: skip
SLOW = (
    f"POST /admin/login/ HTTP/1.1\r\nHost: {HERE}\r\nContent-Length: 8000000\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n\r\nusername="
)


@pytest.fixture(scope="module")
def proxy(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """In front of a web server and a live server of this test database."""
    web = Served(free_port(), "serve", "--http-only", **PRODUCTION)
    live = Served(free_port(), "live", **PRODUCTION)
    folder = tmp_path_factory.mktemp("nginx")
    with web, live, Proxy(folder, web=web.port, live=live.port) as proxy:
        yield proxy


@pytest.fixture
def lonely(proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Another, with nobody behind it."""
    folder = tmp_path_factory.mktemp("lonely")
    with Proxy(folder, web=free_port(), live=free_port()) as lonely:
        yield lonely


@pytest.fixture
def empty(proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Another, before the same servers: nobody has a socket yet."""
    folder = tmp_path_factory.mktemp("empty")
    with Proxy(folder, web=proxy.web, live=proxy.live) as empty:
        yield empty


@pytest.fixture
def query(transactional_db: None) -> str:
    """The token of somebody who may watch."""
    user = User.objects.create_superuser("amina.example", password=PASSWORD)
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1_000)
    user.save()
    return f"?token={staff_tokens.issue(user=user, at=clock.now()).text}"


@pytest.mark.usefixtures("query")
class TestPages:
    def test_plain_http_is_sent_to_https(self, proxy: Proxy) -> None:
        asked = HTTPConnection(HERE, proxy.plain, timeout=LIMIT_S)

        asked.request("GET", "/admin/?q=1")

        answer = asked.getresponse()
        asked.close()
        assert answer.status == 301
        assert answer.headers["Location"] == f"https://{HERE}/admin/?q=1"

    def test_a_person_signs_in_and_sees_the_desk(self, proxy: Proxy) -> None:
        door, page = proxy.ask("/admin/login/", **BROWSER)
        given = cookies_of(door)["csrftoken"].value
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        form = {"username": "amina.example", "password": PASSWORD, "csrfmiddlewaretoken": token}

        came_in, _ = proxy.ask(
            "/admin/login/", method="POST", body=urlencode(form), **BROWSER,
            **{"Content-Type": "application/x-www-form-urlencoded",
               "Cookie": f"csrftoken={given}",
               "Origin": f"https://{HERE}:{proxy.port}"},
        )  # fmt: skip

        session = cookies_of(came_in)["sessionid"]
        desk, said = proxy.ask("/admin/", **BROWSER, Cookie=f"sessionid={session.value}")
        assert (came_in.status, desk.status) == (302, 200)
        assert session["secure"]
        assert "amina.example" in said
        assert "max-age" in desk.headers["Strict-Transport-Security"]
        assert f"wss://{HERE}:{proxy.port}" in desk.headers["Content-Security-Policy"]

    def test_what_a_page_loads_is_there(self, proxy: Proxy) -> None:
        _, page = proxy.ask("/admin/login/", **BROWSER)
        loaded = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))

        answers = {path: proxy.ask(path)[0].status for path in loaded}

        assert len(answers) > 5
        assert set(answers.values()) == {200}

    def test_the_api_answers_as_it_does_by_itself(self, proxy: Proxy, query: str) -> None:
        token = query.partition("=")[2]

        stranger, said = proxy.ask("/api/real-time-reconciliation/stats")
        known, figures = proxy.ask(
            "/api/real-time-reconciliation/stats", Authorization=f"Bearer {token}"
        )

        assert (stranger.status, json.loads(said)["code"]) == (401, "key_missing")
        assert (known.status, json.loads(figures)["success"]) == (200, True)

    def test_slow_senders_hold_no_thread(self, proxy: Proxy) -> None:
        with ExitStack() as kept:
            for _ in range(2 * THREADS):
                plain = kept.enter_context(proxy.connected())
                plain.sendall(SLOW.encode() + b"x" * 100_000)

            assert proxy.ask("/health/ready")[0].status == 200


@pytest.mark.usefixtures("transactional_db")
class TestCallbacks:
    def test_the_sender_is_who_sends_and_not_who_it_says(self, proxy: Proxy) -> None:
        path = f"/callbacks/daraja/payout/{inbox.new_secret(provider='daraja', kind='payout')}/"
        forged = {"X-Forwarded-For": "196.201.214.200", "X_Forwarded_For": "196.201.214.200"}

        answer, _ = proxy.ask(
            path, method="POST", body='{"Result": {}}', **{"Content-Type": "application/json"},
            **forged,
        )  # fmt: skip

        callback = Callback.objects.get()
        assert answer.status == 200
        assert (callback.source_address, callback.secret_ok) == (HERE, True)

    def test_no_secret_is_in_its_logs(self, proxy: Proxy, lonely: Proxy) -> None:
        for each in (proxy, lonely):
            each.ask("/callbacks/daraja/payout/a-secret/", method="POST", body="{}")
            each.ask("/r/a-secret")
            each.ask(f"{PATH}?token=a-secret", **UPGRADE)
            each.ask("/admin/?q=a-secret")
            assert wait_until(lambda each=each: "GET /admin/ " in each.logged(), limit_s=LIMIT_S)

        assert "a-secret" not in proxy.logged() + lonely.logged()


class TestSockets:
    def test_a_socket_is_opened_and_kept_by_its_heartbeat(self, proxy: Proxy, query: str) -> None:
        async def scene() -> list[bool]:
            client = await opened(proxy, query)
            client.say({"type": "ping"})
            return [await client.hear_until("pong") is not None for _ in range(pongs)]

        pongs = SILENCE_MAX_S * 1_000 // BEAT_MS + 2  # the first one is the answer
        heard = run_apart(scene())

        assert heard == [True] * pongs

    def test_a_page_of_this_host_may_open_it_and_no_other(self, proxy: Proxy, query: str) -> None:
        async def scene(origin: str) -> str:
            try:
                client = await opened(proxy, query, Origin=origin)
            except Refused as refused:
                return f"{refused}"
            return str((await client.hear() or {}).get("type"))

        assert run_apart(scene(f"https://{HERE}:{proxy.port}")) == "connected"
        assert "403" in run_apart(scene("https://elsewhere.example"))

    def test_a_request_that_is_no_handshake_is_told_so(self, proxy: Proxy) -> None:
        answer, said = proxy.ask(PATH)

        assert answer.status == 426
        assert json.loads(said)["error"] == "Sockets only."

    def test_one_address_holds_so_many(self, empty: Proxy, query: str) -> None:
        async def scene() -> str:
            kept = [await opened(empty, query) for _ in range(SOCKETS_MAX)]
            try:
                await opened(empty, query)
            except Refused as refused:
                return f"{refused}"
            finally:
                for client in kept:
                    client.leave()
            return "not refused"

        assert "429" in run_apart(scene())


class TestTooMuch:
    def test_a_body_that_is_too_large_is_refused_before_it_comes(self, proxy: Proxy) -> None:
        for path in ("/admin/login/", "/callbacks/daraja/payout/a-secret/"):
            answer, said = proxy.ask(path, method="POST", **{"Content-Length": f"{8 * MIB + 1}"})

            assert answer.status == 413
            assert json.loads(said)["code"] == "body_too_large"
        assert wait_until(lambda: "/callbacks/-" in proxy.logged(), limit_s=LIMIT_S)
        assert "a-secret" not in proxy.logged()

    def test_handshakes_are_counted(self, lonely: Proxy) -> None:
        answers = [lonely.ask(PATH) for _ in range(2 * HANDSHAKES_MAX)]

        refused = [(answer, said) for answer, said in answers if answer.status == 429]
        assert answers[0][0].status == 503
        assert 5 < len(refused) < HANDSHAKES_MAX
        assert json.loads(refused[0][1])["code"] == "too_many"
        assert refused[0][0].headers["Retry-After"] == "5"

    def test_figures_are_for_inside(self, proxy: Proxy) -> None:
        assert proxy.ask("/metrics")[0].status == 404  # as we do without a token: it came through


class TestNobodyThere:
    def test_a_person_reads_a_page_and_a_program_json(self, lonely: Proxy) -> None:
        page, said = lonely.ask("/admin/", **BROWSER)
        answer, told = lonely.ask("/api/stats")

        assert page.status == answer.status == 503
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "No server answers. Try again" in said
        assert json.loads(told)["code"] == "no_server"
        assert page.headers["Retry-After"] == answer.headers["Retry-After"] == "5"

    def test_without_a_live_server_the_pages_go_on(
        self, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("half")

        with Proxy(folder, web=proxy.web, live=free_port()) as half:
            socket, said = half.ask(PATH, **UPGRADE)
            page, _ = half.ask("/admin/login/", **BROWSER)

        assert (socket.status, page.status) == (503, 200)
        assert json.loads(said)["success"] is False


async def opened(proxy: Proxy, query: str, **headers: str) -> RealSocket:
    """A socket over TLS, through the proxy. Raises Refused."""
    async with asyncio.timeout(LIMIT_S):
        return await RealSocket.connect(proxy.port, f"{PATH}{query}", tls=proxy.tls, **headers)


def cookies_of(answer: HTTPResponse) -> SimpleCookie:
    """All that it sets."""
    return SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or []))
