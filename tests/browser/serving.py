"""`manage.py serve` as a process of its own: pages and the socket on one port, by one database."""

import os
import signal
import subprocess
import sys
from http.client import HTTPConnection

from config.processes import wait_until
from tests.chaos.conftest import ROOT, database_url

START_LIMIT_S = 120
LIMIT_S = 90


class Served:
    """One server on this port, which can be ended and begun again."""

    def __init__(self, port: int, *command: str, **environment: str) -> None:
        self.port = port
        self.command = command or ("serve",)
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Served":
        self.begin()
        return self

    def __exit__(self, *failure: object) -> None:
        if self.process is not None and not any(failure):
            self.end()
        if self.process is not None:
            self.kill()

    def begin(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", *self.command, "--port", str(self.port),
             "--workers", "1"],
            cwd=ROOT, env=os.environ | {"DATABASE_URL": database_url()} | self.environment,
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if not wait_until(self.answers, limit_s=START_LIMIT_S):
            self.kill()
            raise AssertionError(f"nothing answers on port {self.port}")

    def end(self) -> None:
        """SIGTERM; it has to leave by itself."""
        if self.process is None:
            return
        self.process.terminate()
        code, self.process = self.process.wait(LIMIT_S), None
        if code:
            raise AssertionError(f"the server ended with {code}")

    def kill(self) -> None:
        """SIGKILL for all of it."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def answers(self) -> bool:
        """Whether it is up."""
        asked = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            asked.request("GET", "/health/live")
            return asked.getresponse().status == 200
        except OSError:
            return False
        finally:
            asked.close()
