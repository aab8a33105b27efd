"""A private PostgreSQL for one checkout, without TCP (platform.md 2).

Standard library only. `start(checkout)` gives a Cluster; every user of it holds a shared lock,
and the last one to leave stops the server. Also: `python -m config.embedded_postgres status`.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config import postgres_server
from config.postgres_programs import (
    Account,
    EmbeddedPostgresError,
    Programs,
    account_for_root,
    as_account,
    find,
)
from config.postgres_server import DATABASE, LOG_LINES_SHOWN, Server, own_folder, running_server

LOG_BYTES_MAX = 5_000_000
VERBS = ("status", "start", "stop")


@dataclass
class Cluster:
    """A running database that this process uses until it leaves."""

    checkout: Path
    data: Path
    url: str
    identity: str
    users: IO[bytes]

    def is_running(self) -> bool:
        return running_server(self.data) is not None

    def start_again(self) -> None:
        """Start a server that was killed; the users' lock is kept."""
        with _locked(self.checkout) as folder:
            self.url = _started(self.checkout, folder, self.users).url

    def stop_if_last(self) -> bool:
        """Leave, and stop the server when nobody else uses it; whether it was stopped."""
        with _locked(self.checkout), self.users:
            return _stop_if_unused(self.data, self.users)


def start(checkout: Path) -> Cluster:
    """Join the running server, or start it; makes the database the first time.

    Raises EmbeddedPostgresError with a sentence for people.
    """
    checkout = checkout.resolve()
    try:
        with _locked(checkout) as folder:
            users = (folder / "postgres.users").open("ab")
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                return _started(checkout, folder, users)
            except BaseException:
                users.close()
                raise
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"{error.filename} belongs to another user: start as the user who made it, "
            "or set DATABASE_URL."
        ) from error


def stop(checkout: Path) -> bool:
    """Stop the server unless somebody uses it; whether it is stopped now."""
    place = _known_place(checkout / ".vault")
    if place is None:
        return True
    with _locked(checkout) as folder, (folder / "postgres.users").open("ab") as users:
        return _stop_if_unused(place / "data", users)


def status(checkout: Path) -> Server | None:
    """The running server of a checkout. Changes nothing."""
    place = _known_place(checkout / ".vault")
    return running_server(place / "data") if place else None


def data_folder(checkout: Path) -> Path:
    """`.vault`, made when it is missing; passable for the account that replaces root."""
    folder = checkout / ".vault"
    if not folder.exists():
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


@contextmanager
def _locked(checkout: Path) -> Iterator[Path]:
    folder = data_folder(checkout)
    with (folder / "postgres.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _started(checkout: Path, folder: Path, users: IO[bytes]) -> Cluster:
    place = _known_place(folder)
    account = _account(place)
    if place is None:
        place = _new_place(folder, account)
    data = place / "data"
    server = postgres_server.settled(data)
    if server is None:
        major = int((data / "PG_VERSION").read_text()) if data.exists() else None
        programs = find(checkout=checkout, account=account, copies=place, major=major)
        if major is None:
            _make(data, programs, account)
        server = postgres_server.launch(data, programs, account, log=_log(folder))
    identity = (data / "global/pg_control").read_bytes()[:8].hex()
    return Cluster(checkout, data, server.url, identity, users)


def _known_place(folder: Path) -> Path | None:
    """Where the cluster of this checkout lies: `.vault/postgres`, or the place written down."""
    record, home = folder / "postgres.place", folder / "postgres"
    if not record.exists():
        return home if (home / "data").exists() else None
    place, owner = map(Path, record.read_text().splitlines())
    if owner != folder.resolve() and (owner / record.name).exists():
        return None  # this checkout is a copy: the place belongs to the original
    if not place.is_dir():
        raise EmbeddedPostgresError(
            f"The database of this checkout was kept in {place}, which is gone: "
            f"delete {record} to begin with an empty database."
        )
    return place


def _account(place: Path | None) -> Account | None:
    """Who runs the server: whoever owns the data; nobody else than us unless we are root."""
    owner = (place / "data").stat() if place and (place / "data").exists() else None
    if os.geteuid() == 0:
        return Account(owner.st_uid, owner.st_gid) if owner else account_for_root()
    if owner and owner.st_uid != os.geteuid():
        raise EmbeddedPostgresError(
            f"{place} belongs to another user (id {owner.st_uid}): start as that user or as "
            "root, or set DATABASE_URL."
        )
    return None


def _new_place(folder: Path, account: Account | None) -> Path:
    home = folder / "postgres"
    home.mkdir(mode=0o700, exist_ok=True)
    if account is None:
        return home
    os.chown(home, account.uid, account.gid)
    command = ["/bin/sh", "-c", 'cd "$0"', str(home)]
    reached = subprocess.run(command, capture_output=True, check=False, **as_account(account))
    if reached.returncode == 0:
        return home
    home.rmdir()
    place = own_folder("/var/tmp", "payment-vault-", account)  # noqa: S108 - mkdtemp, 0700
    (folder / "postgres.place").write_text(f"{place}\n{folder.resolve()}\n")
    return place


def _make(data: Path, programs: Programs, account: Account | None) -> None:
    """initdb and the database, beside the final place: it is there whole or not at all."""
    draft = data.with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    options = ("-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
    _run((programs.folder / "initdb", "-D", draft, *options), account)
    single = (programs.folder / "postgres", "--single", "-D", draft, "postgres")
    _run(single, account, text=f"CREATE DATABASE {DATABASE}\n")
    draft.rename(data)


def _run(command: Sequence[Path | str], account: Account | None, text: str = "") -> None:
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, **as_account(account)
    )
    if done.returncode != 0:
        last = "\n".join(done.stderr.splitlines()[-LOG_LINES_SHOWN:])
        raise EmbeddedPostgresError(f"{command[0]} could not make the database:\n{last}")


def _log(folder: Path) -> Path:
    log = folder / "logs/postgres.log"
    log.parent.mkdir(exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))
    return log


def _stop_if_unused(data: Path, users: IO[bytes]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return postgres_server.stop(data)


def main(verb: str, checkout: Path) -> int:
    """The command line: `status` (exit 1 when stopped), `start`, `stop` (exit 1 when in use)."""
    if verb == "start":
        print(start(checkout).url)
        return 0
    if verb == "stop":
        stopped = stop(checkout)
        print("stopped" if stopped else "in use: end `run.py` first")
        return 0 if stopped else 1
    server = status(checkout)
    print(f"running as process {server.pid}: {server.url}" if server else "stopped")
    return 0 if server else 1


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in VERBS:
        sys.exit(f"usage: python -m config.embedded_postgres {'|'.join(VERBS)}")
    try:
        sys.exit(main(sys.argv[1], Path(__file__).resolve().parent.parent))
    except (EmbeddedPostgresError, PermissionError) as problem:
        sys.exit(f"{problem}")
