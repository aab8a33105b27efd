"""deploy/: what its files start exists, with these options, and nothing they log is secret."""

import os
import re
import shutil
import subprocess
from argparse import ArgumentParser
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from django.urls import resolve

from config import live_server, serving
from config.environment import Environment
from reconciliation.consumers import PATH
from reconciliation.operations.live_hub import CLIENTS_MAX, CLIENTS_OF_ONE_USER_MAX

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SERVERS = {"serve": serving.add_arguments, "live": live_server.add_arguments}
VARIABLES = {name.upper() for name in Environment.model_fields} | {"DJANGO_SETTINGS_MODULE"}
SECRET = re.compile(r"KEY|SECRET|PASSWORD|TOKEN|URL|PHONE|EMAIL|USER")
HARDENED = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
    "PrivateTmp": "yes", "PrivateDevices": "yes", "CapabilityBoundingSet": "",
    "RestrictNamespaces": "yes", "SystemCallFilter": "@system-service",
}  # fmt: skip
MIB = 1_048_576


def checked(command: list[str]) -> None:
    """That `manage.py` takes this; raises SystemExit or AssertionError."""
    name, *arguments = command
    app = get_commands().get(name)
    assert app is not None, name
    if name in SERVERS:
        parser = ArgumentParser()
        SERVERS[name](parser)
        parser.parse_args(arguments)
    else:
        load_command_class(app, name).create_parser("manage.py", name).parse_args(arguments)


class TestUnits:
    @pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
    def test_it_starts_what_there_is(self, path: Path) -> None:
        service = read_unit(path)["Service"]

        program, *command = service["ExecStart"].split()

        assert program == "/opt/payment-vault/.venv/bin/python"
        assert command[0] == "manage.py"
        checked([each.replace("%i", "8000") for each in command[1:]])
        assert service["EnvironmentFile"] == "/etc/payment-vault/vault.env"
        assert {name: service[name] for name in HARDENED} == HARDENED
        assert service["User"] == "payment-vault"
        assert (service["StateDirectoryMode"], service["UMask"]) == ("0750", "0027")

    def test_they_are_those_of_the_guide(self) -> None:
        names = {path.stem.rstrip("@") for path in UNITS}

        guide = (ROOT / "docs/production.md").read_text()

        assert names == {f"payment-vault-{name}" for name in ("web", "live", "worker", "migrate")}
        assert all(name in guide for name in names)

    @pytest.mark.parametrize("name", ["web", "live", "worker"])
    def test_what_runs_on_is_told_to_end_as_the_guide_says(self, name: str) -> None:
        unit = read_unit(DEPLOY / f"systemd/payment-vault-{name}@.service")

        service = unit["Service"]

        assert (service["KillMode"], service["Restart"]) == ("mixed", "always")
        if name in ("web", "live"):
            assert int(service["LimitNOFILE"]) >= serving.FILES_MAX > serving.CONNECTIONS_MAX
        assert int(service["TimeoutStopSec"]) > serving.STOP_LIMIT_S
        assert unit["Unit"]["PartOf"] == unit["Install"]["WantedBy"] == "payment-vault.target"

    @pytest.mark.skipif(
        not shutil.which("systemd-analyze") and os.environ.get("CI") != "true",
        reason="no systemd here: `apt-get install systemd` lets its units be checked",
    )
    def test_systemd_understands_them(self) -> None:
        command = [
            "systemd-analyze",
            "verify",
            "--man=no",
            *sorted((DEPLOY / "systemd").iterdir()),
        ]

        said = subprocess.run(command, capture_output=True, text=True, check=False).stderr

        wrong = [line for line in said.splitlines() if "is not executable" not in line]
        assert not [line for line in wrong if "payment-vault" in line]


class TestCompose:
    @pytest.fixture
    def services(self) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
        return found

    def test_its_commands_exist(self, services: dict[str, Any]) -> None:
        ours = {name: each for name, each in services.items() if "payment-vault" in each["image"]}

        for each in ours.values():
            checked(list(each["command"]))

        assert set(ours) == {"migrate", "web", "live", "worker"}
        assert all(each["read_only"] and each["cap_drop"] == ["ALL"] for each in ours.values())
        assert all(each["ulimits"]["nofile"] >= serving.FILES_MAX for each in ours.values())

    def test_its_checks_ask_for_pages_that_there_are(self, services: dict[str, Any]) -> None:
        asked = {name: each["healthcheck"]["test"][-1] for name, each in services.items()
                 if name in ("web", "live")}  # fmt: skip

        for name, code in asked.items():
            port, page = re.findall(r"127\.0\.0\.1:(\d+)(/[a-z/]+)", code)[0]
            assert resolve(page)
            assert port in services[name]["command"]
            compile(code, name, "exec")

    def test_the_image_has_every_folder_that_runs(self) -> None:
        image = (DEPLOY / "Dockerfile").read_text()

        copied = set(re.findall(r"^COPY (\w+) \w+$", image, re.MULTILINE))

        packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
        assert copied == packages | {"templates"}

    def test_no_secret_goes_into_the_image(self) -> None:
        ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()

        assert {"deploy/*.env", "deploy/certificates", ".vault"} <= set(ignored)

    def test_no_secret_stands_in_it(self) -> None:
        text = (DEPLOY / "compose.yaml").read_text()

        assert "environment:" not in text
        assert not re.search(r"(?i)password:\s*\S", text)


class TestEnvironment:
    @pytest.fixture
    def values(self) -> dict[str, str]:
        lines = (DEPLOY / "vault.env.example").read_text().splitlines()
        pairs = [line.split("=", 1) for line in lines if line and not line.startswith("#")]
        return dict(pairs)

    def test_every_variable_is_known(self, values: dict[str, str]) -> None:
        assert set(values) <= VARIABLES

    def test_no_secret_stands_in_it(self, values: dict[str, str]) -> None:
        public = {"VAULT_PUBLIC_URL", "DARAJA_BASE_URL"}

        filled = {name for name, value in values.items() if value and SECRET.search(name)}

        assert filled == public

    def test_what_must_be_set_is_asked_for(self, values: dict[str, str]) -> None:
        needed = {
            name.upper() for name, field in Environment.model_fields.items() if field.is_required()
        }

        assert needed <= set(values)


class TestNginx:
    @pytest.fixture
    def server(self) -> dict[str, list[str]]:
        """The second server's directives by location, with the server's own under ''."""
        text = (DEPLOY / "nginx/payment-vault.conf").read_text()
        return read_server(text.split("server {")[2])

    def test_sockets_go_to_the_live_servers(self, server: dict[str, list[str]]) -> None:
        found = server["/ws/"]

        assert PATH.startswith("/ws/")
        assert "proxy_pass http://payment_vault_live" in found
        assert "proxy_set_header Upgrade $http_upgrade" in found
        assert 'proxy_set_header Connection "upgrade"' in found
        assert "proxy_pass http://payment_vault_web" in server["/"]

    def test_an_office_has_room_and_no_address_takes_it_all(
        self, server: dict[str, list[str]]
    ) -> None:
        sockets = int(server["/ws/"][2].split()[-1])
        (at_once,) = re.findall(r"burst=(\d+) nodelay", " ".join(server["/ws/"]))

        assert server["/ws/"][2].startswith("limit_conn payment_vault_sockets ")
        assert CLIENTS_OF_ONE_USER_MAX < sockets <= CLIENTS_MAX // 10
        assert int(at_once) >= sockets

    def test_upstreams_are_where_the_programs_listen(self) -> None:
        files = {path.name: path.read_text() for path in (DEPLOY / "nginx").glob("upstreams*")}

        ports = {name: re.findall(r"server [\w.]+:(\d+)", text) for name, text in files.items()}

        assert ports["upstreams.conf"] == ["8000", "8001", "8010", "8011"]
        assert ports["upstreams.compose.conf"] == ["8000", str(live_server.PORT)]
        assert all(text.count("upstream payment_vault_") == 2 for text in files.values())

    def test_nothing_logs_a_secret(self, server: dict[str, list[str]]) -> None:
        text = (DEPLOY / "nginx/payment-vault.conf").read_text()
        log_format = re.findall(r"log_format[^;]+;", text)[0]

        logged = re.findall(r"\$\w+", log_format)

        assert not {"$request", "$request_uri", "$args", "$query_string", "$http_referer",
                    "$uri"} & set(logged)  # fmt: skip
        assert "error_log /var/log/nginx/error.log crit" in server[""]
        for secret in ("/callbacks/", "/r/", "/ws/"):
            assert {"access_log off", "error_log /dev/null crit"} <= set(server[secret])
            assert resolve(f"{secret}x/y/z/") if secret == "/callbacks/" else True

    def test_a_whole_request_is_read_first(self, server: dict[str, list[str]]) -> None:
        found = dict(each.split(maxsplit=1) for each in server[""])

        assert found["proxy_request_buffering"] == "on"
        assert int(found["client_max_body_size"].removesuffix("m")) * MIB >= 8 * MIB
        assert found["client_body_timeout"] == "30s"
        told = {each.split()[1] for each in server[""] if each.startswith("proxy_set_header")}
        assert {"Host", "X-Forwarded-For", "X-Forwarded-Proto"} <= told

    def test_strangers_see_no_figures(self, server: dict[str, list[str]]) -> None:
        assert server["= /metrics"][-2] == "deny all"


def read_unit(path: Path) -> ConfigParser:
    parser = ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text())
    return parser


def read_server(text: str) -> dict[str, list[str]]:
    """Raises AssertionError where the braces do not fit; texts in single quotes are left out."""
    plain = re.sub(r"'[^']*'", "''", re.sub(r"#.*", "", text))
    found: dict[str, list[str]] = {"": []}
    place = ""
    for part in re.findall(r"[^;{}]+|[;{}]", plain):
        words = " ".join(part.split())
        if words == "}":
            if not place:
                return found
            place = ""
        elif words.startswith("location "):
            assert not place
            place = words.removeprefix("location ")
            found[place] = []
        elif words and words not in ";{":
            found[place].append(words)
    raise AssertionError("a brace is missing")
