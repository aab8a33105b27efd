"""A server of sockets as a process of its own, with its log and what the kernel says of it."""

import os
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

from config.processes import wait_until
from tests.chaos.conftest import ROOT, database_url

START_LIMIT_S = 120
LIMIT_S = 120
BEAT_MS = 2_000
ESTABLISHED = "01"


class Server:
    """One process that serves; `log` is everything that it said."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self.log = log

    def begin(self) -> subprocess.Popen[bytes]:
        """Start it, and wait until it answers."""
        command = ("-m", "tests.reconciliation.live.impatient", "--port", str(self.port))
        settings = {
            "DATABASE_URL": database_url(), "WS_HEARTBEAT_INTERVAL": str(BEAT_MS),
            "DEBUG": "reconciliation:*",
        }  # fmt: skip
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=os.environ | settings,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        if not wait_until(lambda: self.asked("/health/live") == 200, limit_s=START_LIMIT_S):
            raise AssertionError(self.log.read_text())
        return process

    def asked(self, path: str) -> int:
        """The status of an ordinary request; 0: no answer."""
        asking = HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)
        try:
            asking.request("GET", path)
            return asking.getresponse().status
        except OSError:
            return 0
        finally:
            asking.close()

    def connections(self) -> int:
        """How many it holds, as the kernel counts them."""
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        here = f":{self.port:04X}"
        return sum(line[1].endswith(here) and line[3] == ESTABLISHED for line in lines)
