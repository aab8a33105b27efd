"""VaultCommand: what every command shares: --json, --as, exit codes, one sentence on errors.

Exit code 0: done. 1: it could not be done; the sentence says why. 2: it was not called rightly.
"""

import getpass
import json
import os
import sys
import uuid
from argparse import ArgumentTypeError
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    OutputWrapper,
)
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from core.callers import Caller, NotAllowed
from core.masking import without_secrets
from core.refusals import Refused

FAILED = 1
BAD_USAGE = 2
NOT_MIGRATED = (
    "The database lacks tables or columns of this version: run `manage.py migrate` first "
    "(`python3 run.py manage migrate` where run.py started it)"
)
UNDEFINED = frozenset({"42P01", "42703", "42704", "42883"})  # a table, column, object, function
PASSWORD_VARIABLE = "VAULT_STAFF_PASSWORD"  # noqa: S105 - the name of a variable


class BadUsage(CommandError):
    """The command was not called rightly: exit code 2."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=BAD_USAGE)


class VaultCommand(BaseCommand):
    """Answers on standard output, as text or with --json; everything else on standard error.

    `permission`, such as `disbursements.add_pause`, is demanded of the caller before anything is
    done; a command without one is the machine's operator's alone. A partner's own staff may use
    only commands with `of_one_partner`: those that touch no rows but of `caller.partners`.
    """

    requires_system_checks: list[str] = []
    refusals: tuple[type[Exception], ...] = ()
    permission = ""
    of_one_partner = False
    as_json = False
    caller: Caller

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Every command has --json and --as."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help="answer in JSON, for scripts")
        parser.add_argument(
            "--as",
            dest="as_user",
            metavar="USERNAME",
            help="do it in the name and with the permissions of this member of staff; the "
            f"password comes from {PASSWORD_VARIABLE} or is asked for",
        )
        tell = parser.error

        def tell_in_json_too(message: str) -> Any:
            if self.as_json:
                self.stdout.write(json.dumps({"error": message}, ensure_ascii=False))
            return tell(message)

        parser.error = tell_in_json_too  # type: ignore[method-assign]
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        """As Django does it; --json holds for wrong usage too."""
        self.as_json = "--json" in argv[2:]
        super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run; a known refusal becomes one sentence and exit code 1, bad usage exit code 2."""
        self.as_json = bool(options.get("json"))
        if options.get("stdout"):
            self.stdout = OutputWrapper(options["stdout"])
        known: tuple[type[Exception], ...] = (Refused, *self.refusals)
        try:
            username = options.pop("as_user", None)
            self.caller = self._caller(username, permission=self.permission_for(options))
            return super().execute(*args, **options)
        except BadUsage as error:
            raise self.failure(str(error), returncode=BAD_USAGE) from error
        except known as error:
            raise self.failure(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            first_line = without_secrets(str(error)).strip().partition("\n")[0]
            raise self.failure(
                f"The database does not answer, or gave up: {first_line}"
            ) from error
        except ProgrammingError as error:
            if not is_not_migrated(error):
                raise
            raise self.failure(NOT_MIGRATED) from error

    def permission_for(self, options: dict[str, Any]) -> str:  # noqa: ARG002 - others ask it
        """What the caller needs for what these options ask."""
        return self.permission

    def _caller(self, username: str | None, *, permission: str) -> Caller:
        """Who asks. Raises NotAllowed when they may not."""
        if username is None:
            return Caller(actor=_machine_user(), origin="command", partners=None, permissions=None)
        if not permission:
            raise NotAllowed("this command is for the machine's operator: leave --as out")
        # core knows no partners: the setting names who knows the person's, as for the job runner.
        caller: Caller = import_string(settings.VAULT_CALLER_OF)(
            _signed_in(username), origin="command"
        )
        caller.demand(permission)
        if caller.partners is not None and not self.of_one_partner:
            raise NotAllowed(f"{caller.actor} sees one partner, and this command concerns all")
        return caller

    def answer(self, values: dict[str, Any], text: str) -> None:
        """The one answer of the command."""
        self.stdout.write(json.dumps(values, ensure_ascii=False) if self.as_json else text)

    def failure(self, sentence: str, *, returncode: int = FAILED) -> CommandError:
        """The error to raise; with --json it is told on standard output too."""
        if self.as_json:
            self.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False))
        return CommandError(sentence, returncode=returncode)

    @property
    def actor(self) -> str:
        """Who is on record for what this command does."""
        return self.caller.actor


def is_not_migrated(error: BaseException) -> bool:
    """Whether a statement failed because migrations are missing, not because it is wrong."""
    return getattr(error.__cause__, "sqlstate", None) in UNDEFINED and migrations_are_missing()


def migrations_are_missing() -> bool:
    """Whether this version has migrations that the database has not."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def asked_password(*, variable: str, prompt: str) -> str:
    """What the variable says, else what is typed. Raises BadUsage where nobody can type."""
    given = os.environ.get(variable, "")
    if given:
        return given
    if not sys.stdin.isatty():
        raise BadUsage(f"There is no password: set {variable}, or run it where it can ask")
    return getpass.getpass(prompt)


def _signed_in(username: str) -> Any:
    """The member of staff. Raises NotAllowed for a wrong name or password, or no staff."""
    password = asked_password(variable=PASSWORD_VARIABLE, prompt=f"Password of {username}: ")
    user = authenticate(username=username, password=password)
    if user is None or not user.is_staff:
        raise NotAllowed(f"{username[:150]!r} is no member of staff with this password")
    return user


def _machine_user() -> str:
    try:
        return f"command:{getpass.getuser()}"
    except (KeyError, OSError):
        return "command"


def an_id(text: str) -> uuid.UUID:
    """An argument that is an id such as add_partner prints."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise ArgumentTypeError(
            f"{text[:60]!r} is not an id: an example is 0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
        ) from None
