"""One running PostgreSQL server: what its postmaster.pid says, how it starts and how it stops.

Standard library only; part of config/embedded_postgres.py (platform.md 2).
"""

import os
import re
import signal
import stat
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.postgres_programs import Account, EmbeddedPostgresError, Programs, as_account
from config.processes import birth_mark, wait_until

DATABASE = "vault"
START_LIMIT_S = 120
STOP_LIMIT_S = 20
STOP_HARD_LIMIT_S = 5
LOG_LINES_SHOWN = 8
SOCKET_PATH_BYTES_MAX = 100  # the system's limits are 107 (Linux) and 103
SOCKET_NAME = ".s.PGSQL.5432"
SERVER_OPTIONS = (
    *("-c", "listen_addresses=", "-p", "5432", "-c", "shared_buffers=256MB"),
    *("-c", "max_connections=200"),
)
STATUS_LINE = 7  # of postmaster.pid: pid, data, start, port, socket, address, memory, status


@dataclass(frozen=True)
class Server:
    """A running server, as its postmaster.pid describes it."""

    pid: int
    socket: Path
    status: str

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/{DATABASE}?host={quote(str(self.socket))}"


def _socket_folder(data: Path, account: Account | None) -> Path:
    """Beside the data; elsewhere when that path is too long or has signs that libpq splits at."""
    near = data.with_name("socket")
    fits = len(os.fsencode(near / SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX
    if fits and re.fullmatch(r"[A-Za-z0-9_./+~=-]+", str(near)):
        near.mkdir(mode=0o700, exist_ok=True)
        if account is not None:
            os.chown(near, account.uid, account.gid)
        return near
    uid = account.uid if account else os.geteuid()
    lines = _pid_file(data)
    if len(lines) >= STATUS_LINE and _is_private(Path(lines[4]), uid):
        return Path(lines[4])
    return own_folder("/tmp", "vault-socket-", account)  # noqa: S108 - mkdtemp, 0700


def _is_private(folder: Path, uid: int) -> bool:
    with suppress(OSError):
        seen = folder.lstat()
        return stat.S_ISDIR(seen.st_mode) and seen.st_uid == uid and not seen.st_mode & 0o077
    return False


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def running_server(data: Path) -> Server | None:
    """The server whose postmaster.pid lies in `data`, if it runs and is really that server."""
    lines = _pid_file(data)
    if len(lines) < 2 or not _serves(int(lines[0]), Path(lines[1]), data):
        return None
    if len(lines) <= STATUS_LINE:
        return Server(int(lines[0]), Path(), "starting")
    return Server(int(lines[0]), Path(lines[4]), lines[STATUS_LINE].strip())


def _serves(pid: int, named: Path, data: Path) -> bool:
    if birth_mark(pid) is None or (named.exists() and not named.samefile(data)):
        return False
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
        return Path(words[0]).name == "postgres" and str(named) in words
    except FileNotFoundError:
        ps = ["ps", "-p", str(pid), "-o", "command="]
        line = subprocess.run(ps, capture_output=True, text=True, check=False).stdout  # noqa: S603
        return "postgres" in line and str(named) in line


def _is_ready(data: Path) -> bool:
    server = running_server(data)
    return server is not None and server.status == "ready"


def settled(data: Path) -> Server | None:
    """The server once it is ready, or None once it is gone: it may be starting or stopping."""
    wait_until(lambda: running_server(data) is None or _is_ready(data), limit_s=START_LIMIT_S)
    return running_server(data)


def _forget_reused_pids(data: Path, socket: Path) -> None:
    """PostgreSQL takes any process with the id in its two lock files for another server.

    Called only when no server of `data` runs: the id is a zombie's or somebody else's.
    """
    for file in (data / "postmaster.pid", socket / f"{SOCKET_NAME}.lock"):
        first = file.read_text().partition("\n")[0].strip() if file.exists() else ""
        if first.isdigit() and _exists(int(first)):
            file.unlink()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def launch(data: Path, programs: Programs, account: Account | None, log: Path) -> Server:
    socket = _socket_folder(data, account)
    command = [str(programs.folder / "postgres"), "-D", str(data), "-k", str(socket)]
    found: list[Server] = []

    def ready() -> bool:
        _forget_reused_pids(data, socket)
        begin = log.stat().st_size if log.exists() else 0
        pid = _spawn([*command, *SERVER_OPTIONS], account, log)
        wait_until(lambda: birth_mark(pid) is None or _is_ready(data), limit_s=START_LIMIT_S)
        server = running_server(data)
        if server is not None and server.status == "ready":
            found.append(server)
            return True
        text = log.read_bytes()[begin:].decode(errors="replace")
        if "shared memory block" in text:  # processes of a killed server are still leaving
            return False
        last = "\n".join(text.splitlines()[-LOG_LINES_SHOWN:])
        raise EmbeddedPostgresError(f"PostgreSQL did not start ({log}):\n{last}")

    if not wait_until(ready, limit_s=STOP_LIMIT_S):
        raise EmbeddedPostgresError(f"An earlier PostgreSQL on {data} does not end: see {log}")
    return found[0]


def _spawn(command: list[str], account: Account | None, log: Path) -> int:
    """Start a server that is nobody's child, so that it outlives us and is never a zombie."""
    with log.open("ab") as sink:
        shell = subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
            check=True,
            start_new_session=True,
            **as_account(account),
        )
    return int(shell.stdout)


def own_folder(parent: str, prefix: str, account: Account | None) -> Path:
    """A new folder, 0700, of the account that the server runs as."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent)).resolve()
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def stop(data: Path) -> bool:
    """Fast shutdown, then the immediate one; whether the server is gone."""
    server = running_server(data)
    if server is None:
        return True
    for number, limit_s in ((signal.SIGINT, STOP_LIMIT_S), (signal.SIGQUIT, STOP_HARD_LIMIT_S)):
        with suppress(ProcessLookupError):
            os.kill(server.pid, number)
        if wait_until(lambda: running_server(data) is None, limit_s=limit_s):
            break
    if server.socket.parent != data.parent:
        with suppress(OSError):
            server.socket.rmdir()
    return running_server(data) is None
