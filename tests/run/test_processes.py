"""Groups of processes are ended whole, and nobody else's."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.processes import (
    Group,
    birth_mark,
    die_with_parent,
    end,
    members,
    remember,
    remembered,
    wait_until,
)

LIMIT_S, GRACE_S = 60, 3.0
FAMILY = """
import signal, subprocess, sys
if sys.argv[1] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
child.wait()
"""


class Family:
    """A leader with one child, in a process group of its own."""

    def __init__(self, manner: str, folder: Path) -> None:
        self.leader = subprocess.Popen(
            [sys.executable, "-c", FAMILY, manner],
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            start_new_session=True,
        )
        self.child_pid = int(self.leader.stdout.readline())
        born = birth_mark(self.leader.pid)
        assert born is not None
        self.group = Group("worker", self.leader.pid, born)

    def close(self) -> None:
        for pid in (self.leader.pid, self.child_pid):
            if birth_mark(pid):
                os.kill(pid, signal.SIGKILL)
        self.leader.wait()
        self.leader.stdout.close()


@pytest.fixture(params=["obedient", "deaf"])
def family(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Family]:
    family = Family(request.param, tmp_path)
    yield family
    family.close()


class TestEnd:
    def test_it_ends_the_leader_and_its_children(self, family: Family, tmp_path: Path) -> None:
        ended = end([family.group], checkout=tmp_path, grace_s=GRACE_S)

        assert ended == ["worker"]
        assert birth_mark(family.leader.pid) is None
        assert wait_until(lambda: birth_mark(family.child_pid) is None, limit_s=LIMIT_S)

    def test_it_ends_children_whose_leader_was_killed(
        self, family: Family, tmp_path: Path
    ) -> None:
        family.leader.kill()
        family.leader.wait()

        ended = end([family.group], checkout=tmp_path, grace_s=GRACE_S)

        assert ended == ["worker"]
        assert birth_mark(family.child_pid) is None

    def test_it_leaves_alone_who_got_the_id_later(self, family: Family, tmp_path: Path) -> None:
        earlier = Group("worker", family.group.leader, "another moment")

        ended = end([earlier], checkout=tmp_path, grace_s=0.1)

        assert ended == []
        assert birth_mark(family.leader.pid) == family.group.born

    def test_orphans_that_work_elsewhere_are_not_ours(
        self, family: Family, tmp_path: Path
    ) -> None:
        family.leader.kill()
        family.leader.wait()

        found = members(family.group, checkout=tmp_path / "elsewhere")

        assert found == []
        assert birth_mark(family.child_pid) is not None


class TestDieWithParent:
    def test_a_child_ends_when_its_parent_is_killed(self) -> None:
        program = (
            "import subprocess, sys\n"
            "from config.processes import die_with_parent\n"
            "child = subprocess.Popen(['sleep', '600'], preexec_fn=die_with_parent)\n"
            "print(child.pid, flush=True)\n"
            "child.wait()\n"
        )
        command = [sys.executable, "-c", program]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
            child_pid = int(parent.stdout.readline())
            parent.kill()

        ended = wait_until(lambda: birth_mark(child_pid) is None, limit_s=LIMIT_S)

        if not ended:
            os.kill(child_pid, signal.SIGKILL)
        assert ended == (sys.platform == "linux")

    def test_it_is_harmless_where_the_parent_lives(self) -> None:
        done = subprocess.run(["true"], preexec_fn=die_with_parent, check=False)

        assert done.returncode == 0


class TestRemembered:
    def test_it_reads_what_was_written(self, tmp_path: Path) -> None:
        groups = [Group("web", 123, "boot:9"), Group("worker", 124, "boot:10")]

        remember(groups, file=tmp_path / "groups.json")

        assert remembered(tmp_path / "groups.json") == groups

    @pytest.mark.parametrize("text", ["", "{", "[1]", '[{"part": "web"}]', "null"])
    def test_a_broken_file_means_none(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "groups.json").write_text(text)

        assert remembered(tmp_path / "groups.json") == []
