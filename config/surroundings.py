"""What run.py gives the parts: ports and environment. Standard library only."""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO, TEST = "config.settings.demo", "config.settings.test"
DEMO_TIME_SCALE = "60"
WEB_PORT, SIMULATOR_PORT, PORTS_TRIED = 8000, 8100, 100
PORTS_END = 65_400


class CannotStartError(Exception):
    """What stands in the way, in a sentence."""


@dataclass(frozen=True)
class Ports:
    """Where the web server and the provider simulator listen on 127.0.0.1."""

    web: int = WEB_PORT
    simulator: int = SIMULATOR_PORT


def environment(
    verb: str, *, given: Mapping[str, str], database_url: str, ports: Ports
) -> dict[str, str]:
    """What children see: what was given, and our values for what was not."""
    given = {name: value for name, value in given.items() if value}
    settings = TEST if verb == "test" else given.get("DJANGO_SETTINGS_MODULE", DEMO)
    ours = {
        "DATABASE_URL": database_url,
        "VAULT_DATA_DIR": str(ROOT / ".vault"),
        "VAULT_PUBLIC_URL": f"http://127.0.0.1:{ports.web}",
        "PYTHONUNBUFFERED": "1",
    }
    if settings == DEMO:
        ours["DARAJA_BASE_URL"] = f"http://127.0.0.1:{ports.simulator}"
        ours["AFRICASTALKING_BASE_URL"] = ours["DARAJA_BASE_URL"]
        ours["STRIPE_API_BASE"] = ours["DARAJA_BASE_URL"]
        ours["STRIPE_WEBHOOK_SECRETS"] = "whsec_demo_connect,whsec_demo_platform"
        ours["VAULT_TIME_SCALE"] = DEMO_TIME_SCALE
    path = f"{ROOT / '.venv/bin'}{os.pathsep}{given.get('PATH', os.defpath)}"
    return {**ours, **given, "DJANGO_SETTINGS_MODULE": settings, "PATH": path}


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(first: int) -> int:
    """The first free port from `first` on."""
    for port in range(first, first + PORTS_TRIED):
        if is_free(port):
            return port
    raise CannotStartError(f"No port from {first} to {first + PORTS_TRIED - 1} is free.")


def choose_ports(given: Mapping[str, str]) -> Ports:
    """VAULT_PORT or the next free one from 8000; the simulator's is free and 100 above or more."""
    asked = given.get("VAULT_PORT", "")
    if not asked:
        return Ports(free_port(WEB_PORT), free_port(SIMULATOR_PORT))
    if not asked.isdecimal() or not 1 <= int(asked) <= 65535:
        raise CannotStartError(f"VAULT_PORT is {asked!r}: give a port number, for example 8000.")
    if not is_free(int(asked)):
        raise CannotStartError(f"VAULT_PORT is {asked}, and another program uses that port.")
    above = int(asked) + SIMULATOR_PORT - WEB_PORT
    return Ports(int(asked), free_port(above if above < PORTS_END else SIMULATOR_PORT))


def write_down(ports: Ports, *, folder: Path) -> None:
    """For `run.py manage`, which talks to the same simulator while it runs."""
    (folder / "ports.json").write_text(json.dumps(asdict(ports)))


def ports_of_the_running_start(folder: Path) -> Ports:
    """Those of the start that runs, else the usual ones."""
    try:
        return Ports(**json.loads((folder / "ports.json").read_text()))
    except (OSError, ValueError, TypeError):
        return Ports()


def address_and_login(port: int, folder: Path) -> str:
    """Where the pages are, and how to get in where this is the demo."""
    text = f"http://127.0.0.1:{port}/"
    try:
        login = json.loads((folder / "demo_login.json").read_text())
        return f"{text}  login {login['username']}, password {login['password']}"
    except (OSError, ValueError, KeyError):
        return text
