"""What the commands about a shortcode read: its secrets, its certificate, an amount."""

import getpass
import os
import sys
from pathlib import Path

from core import money
from core.command import BadUsage
from core.refusals import Refused
from vault.operations.add_shortcode import CERTIFICATE_BYTES_MAX

VARIABLES = {
    "consumer_key": "VAULT_CONSUMER_KEY",
    "consumer_secret": "VAULT_CONSUMER_SECRET",
    "initiator_password": "VAULT_INITIATOR_PASSWORD",
    "passkey": "VAULT_PASSKEY",
}
STRIPE_VARIABLE = "VAULT_STRIPE_SECRET_KEY"


def secret(*, name: str, given: str | None) -> str:
    """What the option says, else its variable, else what is typed.

    Raises BadUsage where nobody can type.
    """
    value = given or os.environ.get(VARIABLES[name], "")
    if value:
        return value
    if not sys.stdin.isatty():
        option = f"--{name.replace('_', '-')}"
        raise BadUsage(f"{option} is missing: give it, or set {VARIABLES[name]}")
    return getpass.getpass(f"{name.replace('_', ' ').capitalize()}: ")


def stripe_key() -> str:
    """What its variable says, else what is typed; never an option, which others could see.

    Raises BadUsage where nobody can type.
    """
    value = os.environ.get(STRIPE_VARIABLE, "")
    if value:
        return value.strip()
    if not sys.stdin.isatty():
        raise BadUsage(f"There is no key: set {STRIPE_VARIABLE}, or run it where it can ask")
    return getpass.getpass("Secret key of the Stripe account: ").strip()


def contents(*, path: Path) -> bytes:
    """A certificate's file, a byte beyond the limit at the most. Raises Refused."""
    try:
        with path.open("rb") as file:
            return file.read(CERTIFICATE_BYTES_MAX + 1)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}", field="certificate") from error


def shillings(*, text: str, field: str) -> int:
    """Cents of an amount such as `50,000`. Raises Refused naming `field`."""
    try:
        return money.parse_amount(text, currency="KES", thousands=True)
    except money.BadAmount as error:
        raise Refused(str(error), field=field) from error
