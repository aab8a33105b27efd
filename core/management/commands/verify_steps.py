"""`manage.py verify_steps`: whether the trail of steps is as it was written."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from core.command import FAILED, VaultCommand
from core.seal import verify_steps

_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


class Command(VaultCommand):
    """Exit code 0: the chain holds, 1: it is broken, 2: not called rightly."""

    help = (
        "Check the chain of seals over all steps and name the first row that was changed. "
        "Keep the printed head outside this database: only it shows a tail that was cut off."
    )
    permission = "core.view_step"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect-head",
            type=_a_head,
            metavar="HEX",
            help="a head printed earlier; must still be in the chain",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify_steps(expected_head=options["expect_head"])
        self.answer(
            asdict(found),
            f"{found.checked} steps checked, {found.unsealed} not sealed yet, "
            f"head {found.head_number} {found.head_digest_hex}",
        )
        if not found.ok:
            raise CommandError(f"The trail is broken: {found.first_broken}", returncode=FAILED)


def _a_head(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise ArgumentTypeError(
            f"{text[:70]!r} is not a head: 64 digits 0-9a-f, as verify_steps prints it"
        )
    return text
