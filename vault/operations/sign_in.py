"""A person signs in: at the admin's page or for a token, counted by name and by address."""

from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest

from core.refusals import Refused
from vault import queries
from vault.models import SignInCount
from vault.operations.allow import allow
from vault.rules import sign_in as rules

COUNTS_KEPT = timedelta(days=1)
WRONG = "The user name and password do not belong to anybody who may sign in here"
_GIVE_BACK = """
    UPDATE vault_signincount SET count = count - 1
     WHERE key = ANY(%s) AND window_at = %s AND count > 0
"""


class WrongSignIn(Refused):
    """Unknown, wrong, inactive, or neither staff, owner nor tenant: which is not told."""


class Throttled(Refused):
    """Too many failures; not even the right password helps for `wait_s` seconds."""

    def __init__(self, wait_s: int) -> None:
        minutes = -(-wait_s // 60)
        super().__init__(
            f"Too many sign-ins failed. Try again in {minutes} minute{'s' * (minutes != 1)}"
        )
        self.wait_s = wait_s


def sign_in(
    *, username: str, password: str, address: str, at: datetime, request: HttpRequest | None = None
) -> User:
    """The person: staff, or an owner or tenant themselves. Raises Throttled, WrongSignIn."""
    take_a_try(username=username, address=address, at=at)
    # Django hashes a password for an unknown name too: both take equally long.
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User) or not _may_sign_in(user):
        raise WrongSignIn(WRONG)
    give_back_the_try(username=username, address=address, at=at)
    return user


def _may_sign_in(user: User) -> bool:
    return queries.may_have_token(user, queries.caller_of(user, origin="api"))


def take_a_try(*, username: str, address: str, at: datetime) -> None:
    """Count a failure before anybody knows whether it is one. Raises Throttled.

    Counted first, since guesses that arrive together would all see the count before theirs.
    """
    allowances = (
        (rules.address_key(address), rules.TRIES_OF_AN_ADDRESS_MAX),
        (rules.name_key(username), rules.TRIES_OF_A_NAME_MAX),
    )
    for key, tries_max in allowances:
        if not allow(key=key, window_at=rules.window_at(at), count_max=tries_max):
            raise Throttled(rules.wait_s(at))


def give_back_the_try(*, username: str, address: str, at: datetime) -> None:
    """It was no failure after all."""
    keys = [rules.address_key(address), rules.name_key(username)]
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [keys, rules.window_at(at)])


def forget_old_counts(*, at: datetime) -> int:
    """Delete the counts of windows that are long over; how many."""
    return SignInCount.objects.filter(window_at__lt=at - COUNTS_KEPT).delete()[0]
