#!/usr/bin/env python3
"""Payment Vault on one machine.

python3 run.py               start everything: database, provider simulator, worker, web server
python3 run.py test …        lint, types, import contracts and tests; arguments go to pytest
python3 run.py manage …      manage.py with the same environment
python3 run.py bench …       the benchmarks
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - older ones start this file too, and must be told
    major, minor = sys.version_info[:2]
    sys.exit(f"Payment Vault needs Python 3.11 or newer; this is {major}.{minor}.")
if os.name != "posix":
    sys.exit("Payment Vault runs on Linux and macOS; on Windows use WSL.")

import fcntl
import hashlib
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from config import dependencies, embedded_postgres
from config.embedded_postgres import Cluster, data_folder
from config.parts import SIGNAL_EXIT, PartEndedError, Parts, attached
from config.postgres_programs import EmbeddedPostgresError
from config.surroundings import (
    DEMO,
    ROOT,
    CannotStartError,
    Ports,
    address_and_login,
    choose_ports,
    environment,
    ports_of_the_running_start,
    write_down,
)

PYTHON = str(ROOT / ".venv/bin/python")
MANAGE = (PYTHON, "manage.py")
ANSWER_LIMIT_S = 60
LOOK_S = 0.25
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXPLAINED = (
    CannotStartError,
    dependencies.DependenciesError,
    EmbeddedPostgresError,
    PartEndedError,
)
CHECKS = {
    "ruff check": (PYTHON, "-m", "ruff", "check", "."),
    "ruff format": (PYTHON, "-m", "ruff", "format", "--check", "."),
    "mypy": (PYTHON, "-m", "mypy"),
    "lint-imports": (PYTHON, "-c", "from importlinter.cli import lint_imports_command as c; c()"),
    "makemigrations": (*MANAGE, "makemigrations", "--check", "--dry-run"),
}


def say(step: str, text: str) -> None:
    with suppress(OSError):  # the terminal may be closed; the parts still have to be ended
        print(f"{step:<15}{text}", flush=True)


def answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def digest(*parts: str, files: tuple[Path, ...] = ()) -> str:
    """One mark for texts and files; another when any of them changes."""
    whole = hashlib.sha256("\0".join(parts).encode())
    for file in files:
        whole.update(f"\0{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return whole.hexdigest()


def has_stamp(path: Path, mark: str) -> bool:
    return path.exists() and path.read_text() == mark


@contextmanager
def only_start(folder: Path) -> Iterator[None]:
    """One plain start at a time in a checkout."""
    with (folder / "run.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            address = f"http://127.0.0.1:{ports_of_the_running_start(folder).web}"
            raise CannotStartError(f"Payment Vault already runs here: {address}") from None
        try:
            yield
        finally:
            (folder / "ports.json").unlink(missing_ok=True)


@contextmanager
def database() -> Iterator[Cluster | None]:
    """The embedded cluster while it is needed; None when DATABASE_URL names another one."""
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    cluster = embedded_postgres.start(ROOT)
    try:
        yield cluster
    finally:
        cluster.stop_if_last()


def install(kind: str, folder: Path) -> None:
    begun = time.monotonic()
    if not dependencies.is_satisfied(kind, checkout=ROOT):
        print("Installing the locked packages into .venv …", file=sys.stderr, flush=True)
        dependencies.install(kind, checkout=ROOT, folder=folder)
        print(f"Installed in {time.monotonic() - begun:.0f} s.", file=sys.stderr, flush=True)


def start_everything(folder: Path) -> int:
    with only_start(folder):
        parts = Parts(ROOT, folder)
        if left := parts.end_leftovers():
            say("leftovers", f"ended {', '.join(left)} of an earlier start")
        install("base", folder)
        say("dependencies", "the locked packages are in .venv")
        with database() as cluster:
            say("database", "PostgreSQL in .vault" if cluster else "as DATABASE_URL says")
            try:
                run_parts(parts, cluster)
            finally:
                try:
                    ignore_signals()
                    say("end", "ending every part …")
                finally:  # also when the first signal arrives just above
                    parts.end()
                say("end", "every part has ended")
    return 0


def run_parts(parts: Parts, cluster: Cluster | None) -> None:
    """Everything but the packages and the database; comes back by an exception only."""
    ports = choose_ports(os.environ)
    write_down(ports, folder=parts.folder)
    url = cluster.url if cluster else os.environ["DATABASE_URL"]
    env = environment("start", given=os.environ, database_url=url, ports=ports)
    demo = env["DJANGO_SETTINGS_MODULE"] == DEMO
    simulated = demo and not os.environ.get("DARAJA_BASE_URL")
    identity = cluster.identity if cluster else url
    prepare(parts, env, "prepare" if demo else "migrate", identity)
    # The page first: on a small machine the parts would keep each other from starting.
    parts.start("web", *MANAGE, "serve", "--port", str(ports.web), environment=env)
    if simulated:
        start_simulator(parts, env, ports)
    parts.wait_for(
        lambda: answers(ports.web, "/health/live"), limit_s=ANSWER_LIMIT_S, what="An answer"
    )
    say("web", address_and_login(ports.web, parts.folder))
    parts.start("worker", *MANAGE, "qcluster", environment=env)
    say("worker", "sends, asks and retries")
    if simulated:
        show_demo(parts, env, ports, digest(identity))
    keep_running(parts, cluster)


def start_simulator(parts: Parts, env: Mapping[str, str], ports: Ports) -> None:
    """Its book is kept over restarts, as a real provider's is."""
    book = parts.folder / "simulator" / "book.jsonl"
    book.parent.mkdir(exist_ok=True)
    command = (PYTHON, "-m", "gateways.simulator", "--port", str(ports.simulator))
    parts.start("simulator", *command, "--state", str(book), environment=env)
    say("simulator", f"{env['DARAJA_BASE_URL']} speaks for the provider, with play money")


def prepare(parts: Parts, env: Mapping[str, str], command: str, identity: str) -> None:
    """Migrate, and seed the demo once: skipped while nothing that matters has changed."""
    files = (*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "requirements/base.lock")
    mark, stamp = digest(identity, command, files=files), parts.folder / "prepared"
    if has_stamp(stamp, mark):
        say("migrations", "nothing new")
        return
    say("migrations", f"manage.py {command} …")
    parts.start("prepare", *MANAGE, command, environment=env)
    if code := parts.finish("prepare"):
        raise parts.explain("prepare", code)
    stamp.write_text(mark)


def show_demo(parts: Parts, env: Mapping[str, str], ports: Ports, mark: str) -> None:
    """The first time: the shipped payees, a month of rent and contests, with their tables."""
    stamp = parts.folder / "demo_shown"
    if has_stamp(stamp, mark):
        return
    parts.wait_for(
        lambda: answers(ports.simulator, "/_simulator/health"),
        limit_s=ANSWER_LIMIT_S,
        what="The simulator's answer",
    )
    say("demo", "500 payees, a month of rent, three contests, sixty loans: about six minutes …")
    parts.start("demo", *MANAGE, "demo", environment=env, console=True)
    if code := parts.finish("demo"):
        say("demo", f"failed with exit code {code}; the next start tries it again")
    else:
        stamp.write_text(mark)


def keep_running(parts: Parts, cluster: Cluster | None) -> None:
    """Until a part ends or we are told to. A database that was killed is started again."""
    say("ready", "Ctrl-C ends everything.")
    while True:
        parts.check()
        if cluster and not cluster.is_running():
            say("database", "was gone; starting it again")
            cluster.start_again()
        time.sleep(LOOK_S)


def ignore_signals() -> None:
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def end_once(_number: int, _frame: object) -> None:
    """The first signal ends us; those that follow must not disturb the ending."""
    ignore_signals()
    raise KeyboardInterrupt


def run_tests(arguments: list[str], folder: Path) -> int:
    """The whole test command: everything runs, then the exit code says whether all held."""
    install("dev", folder)
    for program in dependencies.install_system_packages():
        say("note", f"{program} is not installed; tests that need it say so")
    failed = []
    with database() as cluster:
        url = cluster.url if cluster else os.environ["DATABASE_URL"]
        env = environment("test", given=os.environ, database_url=url, ports=Ports())
        begun = time.monotonic()
        for name, command in {**CHECKS, "pytest": (PYTHON, "-m", "pytest", *arguments)}.items():
            started = time.monotonic()
            code, output = attached(
                command, checkout=ROOT, environment=env, captured=name != "pytest"
            )
            if code:
                failed.append(name)
                print(output, end="")
            say(name, f"{'FAILED' if code else 'ok'}, {time.monotonic() - started:.1f} s")
    took = f"{time.monotonic() - begun:.0f} s"
    say("all", f"FAILED: {', '.join(failed)} ({took})" if failed else f"ok ({took})")
    return 1 if failed else 0


def run_python(command: tuple[str, ...], folder: Path, *, packages: str) -> int:
    """A command of ours on this terminal, with the database and the environment of a start."""
    install(packages, folder)
    with database() as cluster:
        url = cluster.url if cluster else os.environ["DATABASE_URL"]
        ports = ports_of_the_running_start(folder)
        env = environment("manage", given=os.environ, database_url=url, ports=ports)
        return attached(command, checkout=ROOT, environment=env)[0]


def main(arguments: list[str]) -> int:
    verb = arguments[0] if arguments else ""
    if verb not in ("", "test", "manage", "bench"):
        print(__doc__, file=sys.stderr)
        return 0 if verb in ("-h", "--help") else 2
    for number in ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, end_once)
    try:
        folder = data_folder(ROOT)
        if verb == "test":
            return run_tests(arguments[1:], folder)
        if verb == "manage":
            return run_python((*MANAGE, *arguments[1:]), folder, packages="base")
        if verb == "bench":
            command = (PYTHON, "-m", "tests.bench", *arguments[1:])
            return run_python(command, folder, packages="dev")
        return start_everything(folder)
    except EXPLAINED as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return SIGNAL_EXIT + signal.SIGINT if verb else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
