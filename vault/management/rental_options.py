"""What the commands about owners, properties, tenants and fees share."""

from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from core import clock, money
from core.refusals import Refused
from vault.models import ForwardWhen, PaidTo
from vault.rules.forward_schedule import DAYS_OF_WEEK

CURRENCY = "KES"
COLUMNS_OF_OPTIONS = {
    "paid_to": "paid_to",
    "receiver_number": "receiver_number",
    "receiver_account": "receiver_account",
    "receiver_phone": "receiver_msisdn",
    "forward_when": "forward_when",
    "forward_time": "forward_time",
    "forward_weekday": "forward_weekday",
    "forward_monthday": "forward_monthday",
    "forward_minimum": "forward_minimum_minor",
    "hold_hours": "hold_hours",
}


def add_forwarding(parser: CommandParser) -> None:
    """Where and when rent is forwarded."""
    parser.add_argument("--paid-to", choices=PaidTo.values)
    parser.add_argument("--receiver-number", metavar="N", help="paybill or till, such as 600222")
    parser.add_argument("--receiver-account", metavar="A", help="of a paybill, such as PROP001")
    parser.add_argument("--receiver-phone", metavar="PHONE", help="of a phone, 0712 345 678")
    parser.add_argument("--forward-when", choices=ForwardWhen.values)
    parser.add_argument("--forward-time", metavar="HH:MM", type=a_time, help="Nairobi's; 09:00")
    parser.add_argument("--forward-weekday", metavar="DAY", type=a_weekday, help="such as Friday")
    parser.add_argument("--forward-monthday", metavar="1-31", type=int, help="31: the last day")
    parser.add_argument("--forward-minimum", metavar="SHILLINGS", help="wait for more below this")
    parser.add_argument("--hold-hours", metavar="N", type=int, help="wait after the payment")


def add_rehearsal(parser: CommandParser) -> None:
    """--dry-run."""
    parser.add_argument("--dry-run", action="store_true", help="check only, change nothing")


def forwarding(options: dict[str, Any]) -> dict[str, Any]:
    """The columns that were given. Raises Refused for an amount that is none."""
    given = {
        column: options[option]
        for option, column in COLUMNS_OF_OPTIONS.items()
        if options[option] is not None
    }
    if "forward_minimum_minor" in given:
        text = given["forward_minimum_minor"]
        given["forward_minimum_minor"] = shillings(text, field="forward_minimum")
    return given


def shillings(text: str, *, field: str) -> int:
    """Cents of `10000` or `10,000.00`. Raises Refused."""
    try:
        return money.parse_amount(text, currency=CURRENCY, thousands=True)
    except money.BadAmount as error:
        raise Refused(str(error), field=field) from None


@contextmanager
def rehearsed(*, dry_run: bool) -> Iterator[None]:
    """Everything is checked and done; with `dry_run` it is taken back at the end."""
    with transaction.atomic():
        yield
        if dry_run:
            transaction.set_rollback(True)


def a_time(text: str) -> time:
    """An argument such as 17:30."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo or len(text) != len("17:30"):
        raise ArgumentTypeError(f"{text[:20]!r} is no time: write it as 17:30")
    return found


def a_weekday(text: str) -> int:
    """An argument such as Friday, or 0 (Monday) to 6."""
    names = [day.lower() for day in DAYS_OF_WEEK]
    if text.lower() in names:
        return names.index(text.lower())
    if text in {str(number) for number in range(7)}:
        return int(text)
    raise ArgumentTypeError(f"{text[:20]!r} is no day of the week: write it as Friday")


def a_day(text: str) -> date:
    """An argument such as 2027-01-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text[:20]!r} is no day: write it as 2027-01-31") from None


def a_moment(text: str) -> datetime:
    """An argument such as 2027-01-31 (its first moment in Nairobi) or 2027-01-31T09:00."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"{text[:40]!r} is no moment: write it as 2027-01-31 or 2027-01-31T09:00"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=clock.NAIROBI)
