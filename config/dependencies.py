"""The checkout's `.venv` and the locked packages in it, for run.py. Standard library only."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LOCKS = ("base", "dev")
STAMP = "vault-stamp.json"
SYSTEM_PACKAGES = (  # (program, Debian package) that tests need
    ("hledger", "hledger"),
    ("chromium", "chromium"),
    ("node", "node-ws"),
    ("redis-server", "redis-server"),
    ("nginx", "nginx-light"),
    ("systemd-analyze", "systemd"),
)
WHAT_TO_INSTALL = (
    "No virtual environment could be made: install python3-venv (Debian, Ubuntu: "
    "`apt-get install python3-venv`), or pip, or uv, and start again."
)


class DependenciesError(Exception):
    """The packages cannot be installed; the text says why and what to do."""


def install(kind: str, *, checkout: Path, folder: Path) -> bool:
    """Have `.venv` hold what requirements/<kind>.lock names; whether anything was installed.

    `kind` is `base` or `dev`, and dev holds base. `folder` is for scratch and the lock that lets
    one start at a time install. Raises DependenciesError.
    """
    python = checkout / ".venv/bin/python"
    with (folder / "setup.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_satisfied(kind, checkout=checkout):
            return False
        if not _has_pip(python):
            _make_environment(checkout, folder)
        requirements = checkout / f"requirements/{kind}.lock"
        options = ("--require-hashes", "--disable-pip-version-check", "--quiet")
        command = [str(python), "-m", "pip", "install", *options, "-r", str(requirements)]
        if subprocess.run(command, check=False).returncode != 0:  # noqa: S603
            raise DependenciesError(f"{requirements} could not be installed: pip says why above.")
        (checkout / ".venv" / STAMP).write_text(json.dumps(stamp(kind, checkout=checkout)))
        return True


def stamp(kind: str, *, checkout: Path) -> dict[str, str]:
    """What `.venv` holds once `kind` is installed: a digest of each lock, and the Python."""
    held = LOCKS[: LOCKS.index(kind) + 1]
    digests = {
        name: hashlib.sha256((checkout / f"requirements/{name}.lock").read_bytes()).hexdigest()
        for name in held
    }
    return {"python": _python_of(checkout), **digests}


def is_satisfied(kind: str, *, checkout: Path) -> bool:
    """Whether the stamp in `.venv` names the present lock of `kind` and the present Python."""
    try:
        held = json.loads((checkout / ".venv" / STAMP).read_text())
    except (OSError, ValueError):
        return False
    wanted = stamp(kind, checkout=checkout)
    return all(held.get(name) == wanted[name] for name in ("python", kind))


def _python_of(checkout: Path) -> str:
    """The Python that `.venv` was made from; empty when that one is gone."""
    try:
        settings = (checkout / ".venv/pyvenv.cfg").read_text()
    except OSError:
        return ""
    return settings if (checkout / ".venv/bin/python").exists() else ""


def _has_pip(python: Path) -> bool:
    code = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return python.exists() and _succeeds([str(python), "-c", code])


def _make_environment(checkout: Path, folder: Path) -> None:
    for command, settings in _ways(checkout / ".venv", folder / "virtualenv"):
        made = _succeeds(command, settings)
        if made and _has_pip(checkout / ".venv/bin/python"):
            return
    raise DependenciesError(WHAT_TO_INSTALL)


def _ways(target: Path, scratch: Path) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Commands that make a virtual environment with pip, the plainest first."""
    yield [sys.executable, "-m", "venv", "--clear", str(target)], {}
    yield [sys.executable, "-m", "virtualenv", "--clear", str(target)], {}
    if virtualenv := shutil.which("virtualenv"):
        yield [virtualenv, "--clear", "--python", sys.executable, str(target)], {}
    if uv := shutil.which("uv"):
        yield [uv, "venv", "--clear", "--seed", "--python", sys.executable, str(target)], {}
    for pip in _pips():
        if _succeeds([*pip, "install", "--quiet", "--target", str(scratch), "virtualenv"]):
            found = {"PYTHONPATH": str(scratch)}
            yield [sys.executable, "-m", "virtualenv", "--clear", str(target)], found


def _pips() -> Iterator[list[str]]:
    yield [sys.executable, "-m", "pip"]
    for name in ("pip3", "pip"):
        if pip := shutil.which(name):
            yield [pip]


def _succeeds(command: list[str], settings: dict[str, str] | None = None) -> bool:
    environment = os.environ | (settings or {})
    try:
        done = subprocess.run(  # noqa: S603
            command, env=environment, capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def install_system_packages() -> list[str]:
    """In CI as root with apt-get: install missing programs. Returns those still missing."""
    missing = {package for program, package in SYSTEM_PACKAGES if not shutil.which(program)}
    apt_get = shutil.which("apt-get")
    if missing and os.environ.get("CI") == "true" and os.geteuid() == 0 and apt_get:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        _succeeds([apt_get, "update"], quiet)
        _succeeds([apt_get, "install", "-y", *sorted(missing)], quiet)
    return [program for program, _ in SYSTEM_PACKAGES if not shutil.which(program)]
