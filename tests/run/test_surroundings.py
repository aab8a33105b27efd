"""Ports and environment of the parts."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.surroundings import (
    ROOT,
    CannotStartError,
    Ports,
    choose_ports,
    environment,
    free_port,
    ports_of_the_running_start,
    write_down,
)
from tests import sockets

URL = "postgresql://postgres@/vault?host=/somewhere"
PORTS = Ports(web=8003, simulator=8104)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class TestEnvironment:
    @pytest.mark.parametrize("verb", ["start", "manage", "bench"])
    def test_the_demo_gets_the_simulator_and_quick_time(self, verb: str) -> None:
        found = environment(verb, given={}, database_url=URL, ports=PORTS)

        assert found["DATABASE_URL"] == URL
        assert found["DJANGO_SETTINGS_MODULE"] == "config.settings.demo"
        assert found["DARAJA_BASE_URL"] == "http://127.0.0.1:8104"
        assert found["STRIPE_API_BASE"] == "http://127.0.0.1:8104"
        assert found["VAULT_PUBLIC_URL"] == "http://127.0.0.1:8003"
        assert found["VAULT_TIME_SCALE"] == "60"
        assert found["VAULT_DATA_DIR"] == str(ROOT / ".vault")

    def test_what_was_given_stays(self) -> None:
        given = {
            "DATABASE_URL": "postgresql://elsewhere/vault",
            "DARAJA_BASE_URL": "http://127.0.0.1:9",
            "VAULT_PUBLIC_URL": "https://vault.example",
            "VAULT_TIME_SCALE": "1",
            "VAULT_DATA_DIR": "/data",
        }

        found = environment("start", given=given, database_url=URL, ports=PORTS)

        assert {name: found[name] for name in given} == given

    def test_an_empty_variable_counts_as_not_given(self) -> None:
        found = environment(
            "manage", given={"VAULT_TIME_SCALE": ""}, database_url=URL, ports=PORTS
        )

        assert found["VAULT_TIME_SCALE"] == "60"

    def test_other_settings_get_no_simulator_and_no_quick_time(self) -> None:
        given = {"DJANGO_SETTINGS_MODULE": "config.settings.production"}

        found = environment("start", given=given, database_url=URL, ports=PORTS)

        assert found["DJANGO_SETTINGS_MODULE"] == "config.settings.production"
        assert "DARAJA_BASE_URL" not in found
        assert "VAULT_TIME_SCALE" not in found

    def test_tests_run_under_the_test_settings_whatever_was_given(self) -> None:
        given = {"DJANGO_SETTINGS_MODULE": "config.settings.production"}

        found = environment("test", given=given, database_url=URL, ports=PORTS)

        assert found["DJANGO_SETTINGS_MODULE"] == "config.settings.test"
        assert "DARAJA_BASE_URL" not in found

    def test_programs_of_the_virtual_environment_come_first(self) -> None:
        found = environment("start", given={"PATH": "/bin"}, database_url=URL, ports=PORTS)

        assert found["PATH"] == f"{ROOT}/.venv/bin:/bin"


class TestPorts:
    def test_a_taken_port_is_passed_over(self, taken_port: int) -> None:
        found = free_port(taken_port)

        assert taken_port < found < taken_port + 100

    def test_vault_port_is_taken_as_it_is(self) -> None:
        asked = sockets.free_port()

        found = choose_ports({"VAULT_PORT": str(asked)})

        assert found.web == asked
        assert found.simulator != asked

    @pytest.mark.parametrize("asked", ["web", "0", "65536", "-1", "80.5"])
    def test_a_vault_port_that_is_none_is_refused_with_an_example(self, asked: str) -> None:
        with pytest.raises(CannotStartError, match="give a port number, for example 8000"):
            choose_ports({"VAULT_PORT": asked})

    def test_a_vault_port_that_is_taken_is_refused(self, taken_port: int) -> None:
        with pytest.raises(CannotStartError, match="another program uses that port"):
            choose_ports({"VAULT_PORT": str(taken_port)})

    def test_commands_find_the_ports_of_the_running_start(self, tmp_path: Path) -> None:
        before = ports_of_the_running_start(tmp_path)

        write_down(PORTS, folder=tmp_path)

        assert before == Ports(web=8000, simulator=8100)
        assert ports_of_the_running_start(tmp_path) == PORTS

    def test_a_broken_file_of_ports_means_the_usual_ones(self, tmp_path: Path) -> None:
        (tmp_path / "ports.json").write_text("{")

        assert ports_of_the_running_start(tmp_path) == Ports()
