"""VaultCommand: what wrong usage prints and how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.db import ProgrammingError, connection
from psycopg import sql

from core.command import NOT_MIGRATED, VaultCommand
from tests.chaos.conftest import database_url
from tests.commands import refusal_of


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        capture_output=True, text=True, check=False, env=os.environ | environment,
    )  # fmt: skip


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


@pytest.fixture
def empty_database(django_db_setup: None) -> Iterator[str]:
    """The address of a database that holds nothing."""
    name = f"{connection.settings_dict['NAME']}_empty"
    with psycopg.connect(database_url(), autocommit=True) as beside:
        beside.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        beside.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        )
        yield database_url().replace(connection.settings_dict["NAME"], name)
        beside.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


class TestNotMigrated:
    @pytest.mark.parametrize(
        "arguments",
        [["alerts"], ["sweep", "send", "ask"], ["qcluster"], ["add_partner", "Example Sacco"]],
    )
    def test_it_says_what_to_run(self, arguments: list[str], empty_database: str) -> None:
        done = run(*arguments, DATABASE_URL=empty_database)

        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines()[-1] == f"CommandError: {NOT_MIGRATED}"
        assert "Traceback" not in done.stderr

    def test_it_says_so_in_json(self, empty_database: str) -> None:
        done = run("health", "--json", DATABASE_URL=empty_database)

        assert done.returncode == 1
        assert json.loads(done.stdout) == {"error": NOT_MIGRATED}

    @pytest.mark.django_db(transaction=True)
    def test_a_wrong_statement_of_ours_is_no_missing_migration(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def ask(command: object, *args: object, **options: object) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nothing FROM nowhere")

        monkeypatch.setattr("config.management.commands.health.Command.handle", ask)

        with pytest.raises(ProgrammingError, match="nowhere"):
            refusal_of("health")
