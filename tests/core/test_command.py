"""VaultCommand: what wrong usage prints and how it ends."""

import json
import subprocess
import sys

import pytest

from core.command import VaultCommand


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], capture_output=True, text=True, check=False
    )


class TestWrongUsage:
    def test_what_the_parser_refuses_is_told_in_json(self) -> None:
        done = run("add_api_key", "--partner", "not-an-id", "--json")

        assert done.returncode == 2
        assert "is not an id" in json.loads(done.stdout)["error"]

    def test_what_the_command_refuses_is_told_in_json_and_without_a_class(self) -> None:
        done = run("change_shortcode", "600111", "--json")

        assert done.returncode == 2
        assert "Nothing to change" in json.loads(done.stdout)["error"]
        assert "BadUsage" not in done.stderr

    def test_without_json_standard_output_stays_empty(self) -> None:
        done = run("change_shortcode", "600111")

        assert (done.returncode, done.stdout) == (2, "")
        assert "Nothing to change" in done.stderr


class TestPermission:
    @pytest.mark.parametrize("permission", ["", "vault.add_partner"])
    def test_the_machines_operator_may_do_everything(self, permission: str) -> None:
        command = VaultCommand()
        command.permission = permission
        command.handle = lambda **options: command.actor  # type: ignore[method-assign]

        command.execute(json=False, force_color=False, no_color=True, skip_checks=True)

        assert command.caller.permissions is None
        assert command.caller.partners is None
        assert command.actor.startswith("command:")
