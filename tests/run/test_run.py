"""run.py as a person starts it, with a small manage.py and another database's address."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import dependencies
from config.processes import Group, birth_mark, wait_until
from config.surroundings import ROOT, free_port

MANAGE = Path(__file__).with_name("small_manage.py")
WAIT_S = 120
# Others for each process that tests, and below those that Linux gives to whoever connects.
FIRST_PORT = 10_000 + os.getpid() % 50 * 200


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """run.py and its modules, installed as far as the stamp says."""
    for file in ("run.py", *(path.relative_to(ROOT) for path in ROOT.glob("config/*.py"))):
        target = tmp_path / file
        target.parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, target)
    shutil.copy(MANAGE, tmp_path / "manage.py")
    for module, function in {"gateways/simulator": "listen", "tests/bench": "show"}.items():
        (tmp_path / module).mkdir(parents=True)
        (tmp_path / module / "__main__.py").write_text(f"import manage\n\nmanage.{function}()\n")
    (tmp_path / "core/migrations").mkdir(parents=True)
    (tmp_path / "core/migrations/0001_initial.py").write_text("")
    (tmp_path / "requirements").mkdir()
    for lock in dependencies.LOCKS:
        (tmp_path / f"requirements/{lock}.lock").write_text("")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    (tmp_path / ".venv/pyvenv.cfg").write_text("version = 3.11\n")
    text = json.dumps(dependencies.stamp("dev", checkout=tmp_path))
    (tmp_path / ".venv" / dependencies.STAMP).write_text(text)
    return tmp_path


class Start:
    """A running `python3 run.py`."""

    def __init__(self, checkout: Path, **extra: str) -> None:
        self.checkout = checkout
        self.port = free_port(FIRST_PORT)
        self.output = checkout / f"output-{len(list(checkout.glob('output-*')))}"
        settings = {"DATABASE_URL": "postgresql://elsewhere/vault", "VAULT_PORT": str(self.port)}
        clean = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
        with self.output.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "run.py"],
                cwd=checkout,
                env=clean | settings | extra,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )

    @property
    def text(self) -> str:
        return self.output.read_text()

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            assert self.process.poll() is None, self.text
            works = (self.checkout / ".vault/worker_child").exists()
            return works and "Ctrl-C ends everything." in self.text

        assert wait_until(ready, limit_s=WAIT_S), self.text

    def groups(self) -> dict[str, Group]:
        entries = json.loads((self.checkout / ".vault/groups.json").read_text())
        return {entry["part"]: Group(**entry) for entry in entries}

    def worker_child(self) -> int:
        return int((self.checkout / ".vault/worker_child").read_text())


LEFT_OUT = (
    *("DJANGO_SETTINGS_MODULE", "DARAJA_BASE_URL", "VAULT_PUBLIC_URL", "VAULT_TIME_SCALE"),
    *("VAULT_DATA_DIR", "DATABASE_URL", "VAULT_PORT", "CI"),
)


@contextmanager
def run(checkout: Path, **extra: str) -> Iterator[Start]:
    start = Start(checkout, **extra)
    try:
        yield start
    finally:
        start.process.terminate()
        start.process.wait()


def answer_of(
    command: list[str], folder: Path, settings: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=settings, capture_output=True, text=True, check=False
    )


def is_gone(pid: int) -> bool:
    return wait_until(lambda: birth_mark(pid) is None, limit_s=WAIT_S)


class TestPlainStart:
    def test_it_starts_every_part_and_prints_address_and_login(self, checkout: Path) -> None:
        with run(checkout) as start:
            start.wait_until_ready()
            groups = start.groups()
            alive = {part for part, group in groups.items() if birth_mark(group.leader)}

        assert alive == {"simulator", "worker", "web"}
        assert "the table of the demo" in start.text
        assert f"http://127.0.0.1:{start.port}/  login demo, password open" in start.text

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_ending_it_ends_everything_it_started(
        self, checkout: Path, number: signal.Signals
    ) -> None:
        with run(checkout) as start:
            start.wait_until_ready()
            groups, child = start.groups(), start.worker_child()
            start.process.send_signal(number)
            exit_code = start.process.wait()

        assert exit_code == 0
        assert all(is_gone(group.leader) for group in groups.values())
        assert is_gone(child)
        assert start.groups() == {}

    def test_more_signals_do_not_disturb_the_ending(self, checkout: Path) -> None:
        with run(checkout) as start:
            start.wait_until_ready()
            groups, child = start.groups(), start.worker_child()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                start.process.send_signal(number)
            exit_code = start.process.wait()

        assert exit_code == 0
        assert all(is_gone(group.leader) for group in groups.values())
        assert is_gone(child)

    def test_the_second_start_prepares_and_shows_nothing_again(self, checkout: Path) -> None:
        with run(checkout) as first:
            first.wait_until_ready()

        with run(checkout) as second:
            second.wait_until_ready()

        assert "manage.py prepare" in first.text
        assert "nothing new" in second.text
        assert "the table of the demo" not in second.text

    def test_a_new_migration_is_prepared(self, checkout: Path) -> None:
        with run(checkout) as first:
            first.wait_until_ready()
        (checkout / "core/migrations/0002_more.py").write_text("")

        with run(checkout) as second:
            second.wait_until_ready()

        assert "manage.py prepare" in second.text
        assert "the table of the demo" not in second.text

    def test_a_part_that_dies_is_named_and_ends_all(self, checkout: Path) -> None:
        with run(checkout) as start:
            start.wait_until_ready()
            groups = start.groups()
            os.kill(groups["worker"].leader, signal.SIGKILL)
            exit_code = start.process.wait()

        assert exit_code == 1
        assert "The part `worker` ended" in start.text
        assert "the worker's last words" in start.text
        assert all(is_gone(group.leader) for group in groups.values())
        assert is_gone(start.worker_child())

    def test_a_failing_preparation_ends_with_its_last_lines(self, checkout: Path) -> None:
        with run(checkout, SMALL_MANAGE_FAILS="prepare") as start:
            exit_code = start.process.wait()

        assert exit_code == 1
        assert "The part `prepare` ended (exit code 3)" in start.text
        assert "prepare was told to fail" in start.text

    def test_a_failing_demo_is_said_and_tried_again(self, checkout: Path) -> None:
        with run(checkout, SMALL_MANAGE_FAILS="demo") as first:
            first.wait_until_ready()

        with run(checkout) as second:
            second.wait_until_ready()

        assert "failed with exit code 3" in first.text
        assert "the table of the demo" in second.text

    def test_after_kill_9_the_next_start_ends_what_was_left(self, checkout: Path) -> None:
        with run(checkout) as first:
            first.wait_until_ready()
            child = first.worker_child()
            first.process.kill()
            first.process.wait()

        with run(checkout) as second:
            second.wait_until_ready()
            gone = is_gone(child)

        assert gone
        assert "of an earlier start" in second.text

    def test_a_second_one_at_the_same_time_says_where_the_first_is(self, checkout: Path) -> None:
        with run(checkout) as first, run(checkout) as second:
            first_or_second = [first, second]
            assert wait_until(
                lambda: any(one.process.poll() is not None for one in first_or_second),
                limit_s=WAIT_S,
            )
            refused = next(one for one in first_or_second if one.process.poll() is not None)
            other = next(one for one in first_or_second if one is not refused)
            other.wait_until_ready()

        assert refused.process.returncode == 1
        assert "already runs here: http://127.0.0.1:" in refused.text

    def test_a_given_provider_address_means_no_simulator_and_no_demo(self, checkout: Path) -> None:
        with run(checkout, DARAJA_BASE_URL="http://127.0.0.1:9") as start:
            start.wait_until_ready()
            parts = set(start.groups())

        assert parts == {"prepare", "worker", "web"}


class TestOtherCommands:
    def test_manage_passes_arguments_environment_and_exit_code_on(self, checkout: Path) -> None:
        command = [sys.executable, "run.py", "manage", "show", "--json", "two words"]
        settings = os.environ | {"DATABASE_URL": "postgresql://elsewhere/vault"}

        done = answer_of(command, checkout, settings)

        shown = json.loads(done.stdout)
        assert done.returncode == 7
        assert shown["arguments"] == ["show", "--json", "two words"]
        assert shown["DATABASE_URL"] == "postgresql://elsewhere/vault"

    def test_bench_runs_the_benchmarks(self, checkout: Path) -> None:
        command = [sys.executable, "run.py", "bench", "dispatch"]
        settings = os.environ | {"DATABASE_URL": "postgresql://elsewhere/vault"}

        done = answer_of(command, checkout, settings)

        assert json.loads(done.stdout)["arguments"] == ["dispatch"]

    def test_an_unknown_command_shows_the_known_ones(self, checkout: Path) -> None:
        done = answer_of([sys.executable, "run.py", "strat"], checkout, os.environ)

        assert done.returncode == 2
        assert "python3 run.py test" in done.stderr

    def test_an_older_python_is_refused_with_a_sentence(self) -> None:
        program = (
            "import sys; sys.version_info = (3, 10, 4)\n"
            "exec(compile(open('run.py').read(), 'run.py', 'exec'))"
        )

        done = answer_of([sys.executable, "-c", program], ROOT, os.environ)

        assert done.returncode == 1
        assert done.stderr == "Payment Vault needs Python 3.11 or newer; this is 3.10.\n"
