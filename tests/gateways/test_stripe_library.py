"""Stripe's own library in a process of ours: loaded late, silent, without traces, fork-safe."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import responses

from gateways.errors import Declined, Unclear, Unreachable
from gateways.interface import PlatformAccess, Rail
from gateways.registry import transferrer
from gateways.simulator import Simulator
from gateways.simulator.server import SimulatorServer
from gateways.stripe import client
from tests.gateways.stripe_answers import order, transfer

ROOT = Path(__file__).resolve().parents[2]
URL = "http://stripe.test/v1/transfers"
# A process that pays once, then forks; it tells what it loaded and when.
PROCESS = """
import json, os, sys
import django
django.setup()
from gateways.interface import PlatformAccess, Rail, TransferOrder
from gateways.registry import transferrer
from gateways.stripe import client
gateway = transferrer(Rail.STRIPE_TRANSFER, PlatformAccess(secret_key="sk_test_1"))
told = {"before": "stripe" in sys.modules}
paid = gateway.send(TransferOrder(
    key="payout:1", transfer_id="1", group="payout-1", destination="acct_1Example",
    amount_minor=1250, currency="USD",
))
told |= {"after": "stripe" in sys.modules, "amount_minor": paid.transfer.amount_minor}
told["available_minor"] = gateway.balance().available_minor
told["kept"] = client._library.cache_info().currsize
reading, writing = os.pipe()
child = os.fork()
if not child:
    os.write(writing, str(client._library.cache_info().currsize).encode())
    os._exit(0)
os.waitpid(child, 0)
told["kept_by_child"] = int(os.read(reading, 10))
print(json.dumps(told))
"""


@pytest.fixture
def server(key_pair: Any) -> Iterator[SimulatorServer]:
    simulator = Simulator(key_pair=key_pair)
    body = json.dumps({"id": "acct_1Example"}).encode()
    simulator.handle("POST", "/_simulator/stripe-account", {}, body)
    with SimulatorServer(simulator) as server:
        yield server


class TestAProcess:
    @pytest.fixture
    def ran(self, server: SimulatorServer, tmp_path: Path) -> subprocess.CompletedProcess[str]:
        home = tmp_path / "home"
        home.mkdir()
        surroundings = os.environ | {
            "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home),
            "STRIPE_API_BASE": server.address, "DJANGO_SETTINGS_MODULE": "config.settings.base",
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "-B", "-W", "error", "-c", PROCESS], env=surroundings,
            capture_output=True, text=True, timeout=180, check=False, cwd=ROOT,
        )  # fmt: skip

    def test_it_loads_the_library_at_the_first_call(
        self, ran: subprocess.CompletedProcess[str]
    ) -> None:
        told = json.loads(ran.stdout)

        assert (told["before"], told["after"], told["amount_minor"]) == (False, True, 1_250)

    def test_a_fork_begins_without_the_parents_client(
        self, ran: subprocess.CompletedProcess[str]
    ) -> None:
        told = json.loads(ran.stdout)

        assert (told["kept"], told["kept_by_child"]) == (1, 0)

    def test_it_says_nothing_and_leaves_nothing_at_home(
        self, ran: subprocess.CompletedProcess[str], tmp_path: Path
    ) -> None:
        assert (ran.returncode, ran.stderr) == (0, "")
        assert not list((tmp_path / "home").iterdir())


class TestTheAnswer:
    @pytest.mark.parametrize(
        "headers", [{"Stripe-Notice": "This will end"}, {"Content-Type": "text/html"}]
    )
    def test_nothing_beside_it_hides_that_money_moved(self, headers: dict[str, str]) -> None:
        with responses.RequestsMock() as border:
            border.post(URL, json=transfer(), headers=headers)

            paid = transferrer(Rail.STRIPE_TRANSFER, PlatformAccess(secret_key="sk_1"))

            assert paid.send(order()).transfer.provider_id == "tr_1Example"

    def test_the_library_reports_no_timings(self) -> None:
        with responses.RequestsMock() as border:
            border.post(URL, json=transfer(), headers={"Request-Id": "req_1"})
            gateway = transferrer(Rail.STRIPE_TRANSFER, PlatformAccess(secret_key="sk_1"))
            gateway.send(order())
            gateway.send(order())

            assert "X-Stripe-Client-Telemetry" not in border.calls[1].request.headers


class TestAccess:
    def test_few_platforms_are_kept(self) -> None:
        for number in range(client.PLATFORMS_KEPT_MAX + 5):
            client._library("http://stripe.test", f"sk_test_{number}")

        assert client._library.cache_info().currsize == client.PLATFORMS_KEPT_MAX

    def test_each_platform_has_its_own_key(self) -> None:
        with responses.RequestsMock() as border:
            border.get(
                "http://stripe.test/v1/balance", json={"object": "balance", "available": []}
            )
            for key in ("sk_1", "sk_2"):
                transferrer(Rail.STRIPE_TRANSFER, PlatformAccess(secret_key=key)).balance()

            sent = [call.request.headers["Authorization"] for call in border.calls]

        assert sent == ["Bearer sk_1", "Bearer sk_2"]

    @pytest.mark.parametrize("key", ["", "sk_test_1\nX-Header: 1", "sk test", "sk_tést"])
    def test_a_key_that_cannot_be_one_is_never_told(self, key: str) -> None:
        gateway = transferrer(Rail.STRIPE_TRANSFER, PlatformAccess(secret_key=key))

        with pytest.raises(Declined, match="401") as caught:
            gateway.balance()

        assert not key or key not in str(caught.value)

    def test_a_refused_connection_is_safe_to_try_again(self, settings: Any) -> None:
        settings.STRIPE_API_BASE = "http://127.0.0.1:1"
        gateway = transferrer(Rail.STRIPE_TRANSFER, PlatformAccess(secret_key="sk_1"))

        with pytest.raises(Unreachable):
            gateway.send(order())

    @pytest.mark.parametrize("key", ["sk_1", ""])
    def test_what_did_not_leave_settles_no_open_try(self, settings: Any, key: str) -> None:
        settings.STRIPE_API_BASE = "http://127.0.0.1:1"
        gateway = transferrer(Rail.STRIPE_TRANSFER, PlatformAccess(secret_key=key))

        with pytest.raises(Unclear):
            gateway.send(order(earlier_open=True))
