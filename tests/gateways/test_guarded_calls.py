"""Calls to an address that a person typed in: no way inside, a pool for each owner (attack 38)."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network
from threading import Event, Lock
from typing import Any

import pytest

from gateways.errors import Unreachable
from gateways.http import (
    GUARDED,
    LIMITS,
    Guard,
    Limits,
    Network,
    get,
    post_json,
)
from gateways.http import guarded as guarded_module

HERE = (IPv4Network("127.0.0.1/32"),)
Resolver = Callable[[dict[str, list[list[str]]]], list[str]]


def guard(*networks: Network, owner: str = "umoja", ca_bundle: str = "") -> Guard:
    return Guard(owner=owner, ca_bundle=ca_bundle, networks=networks)


@pytest.fixture
def resolving(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    """Names resolve as told, one answer after the other; returns the names that were asked."""
    real = socket.getaddrinfo

    def told(answers: dict[str, list[list[str]]]) -> list[str]:
        asked: list[str] = []

        def fake(host: str, port: Any, *args: Any, **options: Any) -> Any:
            if host not in answers:
                return real(host, port, *args, **options)
            asked.append(host)
            rows = answers[host].pop(0)
            return [row for text in rows for row in real(text, port, type=socket.SOCK_STREAM)]

        monkeypatch.setattr(socket, "getaddrinfo", fake)
        return asked

    return told


def whole(connection: socket.socket, _stop: Event) -> None:
    """It says that it closes: a connection kept and closed at once would break the next call."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")


class TestWhatItResolvesTo:
    @pytest.mark.parametrize(
        "answer", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"]
    )
    def test_a_name_that_leads_inside_is_not_called(
        self, resolving: Resolver, answer: str
    ) -> None:
        resolving({"mifos.example.org": [[answer]]})

        with pytest.raises(Unreachable) as caught:
            get(url="https://mifos.example.org", headers={}, guard=guard())

        assert caught.value.code == GUARDED
        assert caught.value.exchange is not None
        assert "mifos.example.org is " in caught.value.text

    def test_one_address_inside_is_enough(self, hostile: Any, resolving: Resolver) -> None:
        resolving({"mifos.example.org": [["127.0.0.1", "10.0.0.1"]]})
        url = f"http://mifos.example.org:{hostile.port}/"

        with pytest.raises(Unreachable) as caught:
            get(url=url, headers={}, guard=guard(*HERE))

        assert caught.value.code == GUARDED
        assert not hostile.requests

    def test_what_was_judged_is_what_is_connected_to(
        self, hostile: Any, resolving: Resolver
    ) -> None:
        hostile.behaviour = whole
        asked = resolving({"mifos.example.org": [["127.0.0.1"], ["127.0.0.2"]]})
        url = f"http://mifos.example.org:{hostile.port}/"

        answer = get(url=url, headers={}, guard=guard(*HERE))

        assert (answer.status, asked) == (200, ["mifos.example.org"])
        assert b"Host: mifos.example.org:" in hostile.requests[0]

    def test_without_tls_only_named_networks_are_called(self, resolving: Resolver) -> None:
        resolving({"mifos.example.org": [["41.90.4.4"]]})

        with pytest.raises(Unreachable, match="only https"):
            get(url="http://mifos.example.org:8080", headers={}, guard=guard(*HERE))

    def test_a_name_that_is_not_there_is_unreachable(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def nobody(*args: Any, **options: Any) -> Any:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", nobody)

        with pytest.raises(Unreachable) as caught:
            get(url="https://nobody.example.org", headers={}, guard=guard())

        assert caught.value.code == ""

    def test_without_a_guard_nothing_is_judged(self, hostile: Any) -> None:
        hostile.behaviour = whole

        assert get(url=hostile.url, headers={}).status == 200

    def test_a_redirect_to_the_inside_is_not_followed(self, hostile: Any) -> None:
        def redirect(connection: socket.socket, _stop: Event) -> None:
            connection.sendall(
                b"HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\n"
                b"Location: http://169.254.169.254/latest/meta-data\r\n\r\n"
            )

        hostile.behaviour = redirect

        answer = post_json(
            url=hostile.url, body={}, headers={"Authorization": "Basic eA=="}, guard=guard(*HERE)
        )

        assert (answer.status, len(hostile.requests)) == (307, 1)


class TestPools:
    def test_each_owner_has_four_connections_of_its_own(self, hostile: Any) -> None:
        counting, full, more, at_once, most = Lock(), Event(), Event(), [0], [0]

        def slow(connection: socket.socket, stop: Event) -> None:
            with counting:
                at_once[0] += 1
                most[0] = max(most[0], at_once[0])
                if at_once[0] == 4:
                    full.set()
            full.wait(10)
            more.wait(0.2)
            with counting:
                at_once[0] -= 1
            whole(connection, stop)

        hostile.behaviour = slow

        def call(owner: str) -> int:
            return get(url=hostile.url, headers={}, guard=guard(*HERE, owner=owner)).status

        with ThreadPoolExecutor(8) as threads:
            statuses = list(threads.map(call, ["first"] * 8))

        assert (statuses, most[0]) == ([200] * 8, 4)

    def test_who_waits_too_long_for_one_has_sent_nothing(self, hostile: Any) -> None:
        release = Event()
        hostile.behaviour = lambda connection, stop: (release.wait(10), whole(connection, stop))
        short = Limits(deadline_s=0.3)

        def call(limits: Limits) -> Any:
            try:
                return get(url=hostile.url, headers={}, limits=limits, guard=guard(*HERE)).status
            except Unreachable as error:
                release.set()
                return error.code

        with ThreadPoolExecutor(5) as threads:
            holding = [threads.submit(call, LIMITS) for _ in range(4)]
            while len(hostile.requests) < 4:
                release.wait(0.01)
            late = call(short)
            answers = [each.result() for each in holding]

        assert (late, answers) == ("", [200] * 4)
        assert len(hostile.requests) == 4

    def test_another_address_or_certificate_is_another_pool(self) -> None:
        first = guarded_module._pools.adapter(guard(owner="one"), "a.example:8443")
        again = guarded_module._pools.adapter(guard(owner="one"), "a.example:8443")
        elsewhere = guarded_module._pools.adapter(guard(owner="one"), "b.example:8443")
        other = guarded_module._pools.adapter(guard(owner="two"), "b.example:8443")

        assert first is again
        assert len({id(first), id(elsewhere), id(other)}) == 3
