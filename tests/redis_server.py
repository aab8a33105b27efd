"""A Redis of a test's own: Debian's redis-server on a free port, without persistence."""

import shutil
import subprocess
from contextlib import suppress
from types import TracebackType
from typing import Any

import pytest
import redis

from config.processes import wait_until
from tests.sockets import free_port

PROGRAM = "redis-server"
LIMIT_S = 60
# What a busy machine holds up is not down.
PATIENT = "socket_timeout=30&socket_connect_timeout=30"
needs_redis = pytest.mark.skipif(
    shutil.which(PROGRAM) is None, reason=f"{PROGRAM} is not installed (Debian: redis-server)"
)


class RedisServer:
    """Runs inside the `with`; may be killed and started again meanwhile."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0?{PATIENT}"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Until it answers."""
        self.process = subprocess.Popen(
            [PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert wait_until(self.answers, limit_s=LIMIT_S)

    def kill(self) -> None:
        """With all that was in it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(LIMIT_S)
            self.process = None

    def client(self) -> Any:
        """To look into it."""
        return redis.Redis.from_url(self.url)

    def answers(self) -> bool:
        """Whether it is up."""
        with suppress(redis.RedisError, OSError):
            return bool(self.client().ping())
        return False
