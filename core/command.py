"""VaultCommand: what every command shares: --json, exit codes 0, 1 and 2, one sentence on errors.

Exit code 0: done. 1: it could not be done; the sentence says why. 2: it was not called rightly.
"""

import getpass
import json
import uuid
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from core.masking import without_secrets
from core.refusals import Refused

FAILED = 1
BAD_USAGE = 2


class BadUsage(CommandError):
    """The command was not called rightly: exit code 2."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=BAD_USAGE)


class VaultCommand(BaseCommand):
    """Answers on standard output, as text or with --json; everything else on standard error."""

    requires_system_checks: list[str] = []
    refusals: tuple[type[Exception], ...] = ()
    as_json = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Every command has --json."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help="answer in JSON, for scripts")
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run; a known refusal becomes one sentence and exit code 1."""
        self.as_json = bool(options.get("json"))
        known: tuple[type[Exception], ...] = (Refused, *self.refusals)
        try:
            return super().execute(*args, **options)
        except known as error:
            raise self.failure(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            first_line = without_secrets(str(error)).strip().partition("\n")[0]
            raise self.failure(
                f"The database does not answer, or gave up: {first_line}"
            ) from error

    def answer(self, values: dict[str, Any], text: str) -> None:
        """The one answer of the command."""
        self.stdout.write(json.dumps(values, ensure_ascii=False) if self.as_json else text)

    def failure(self, sentence: str) -> CommandError:
        """The error to raise for exit code 1; with --json it is told on standard output too."""
        if self.as_json:
            self.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False))
        return CommandError(sentence, returncode=FAILED)

    @property
    def actor(self) -> str:
        """Who is on record for what this command does."""
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
