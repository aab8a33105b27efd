"""The reason that every change by a person asks for, as an option of a command."""

from argparse import ArgumentTypeError

from django.core.management.base import CommandParser

from core.admin.confirm import REASON_LENGTH_MAX, REASON_LENGTH_MIN


def add_reason(parser: CommandParser, *, required: bool = True) -> None:
    """--reason TEXT, kept in the trail."""
    parser.add_argument(
        "--reason",
        metavar="TEXT",
        type=_a_reason,
        required=required,
        help=f"at least {REASON_LENGTH_MIN} characters, kept in the trail with your name",
    )


def _a_reason(text: str) -> str:
    reason = text.strip()
    if not REASON_LENGTH_MIN <= len(reason) <= REASON_LENGTH_MAX:
        raise ArgumentTypeError(
            f"has {len(reason)} characters: write {REASON_LENGTH_MIN} to {REASON_LENGTH_MAX}, "
            "such as 'float was topped up at 14:30'"
        )
    return reason
