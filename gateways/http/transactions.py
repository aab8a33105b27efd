"""No network call inside a transaction (money_safety.md 1.3)."""

from django.db import connection


class CallInTransaction(RuntimeError):
    """A provider is called only outside of transactions."""


def refuse_in_transaction() -> None:
    """Raises CallInTransaction while one is open."""
    if connection.in_atomic_block:
        raise CallInTransaction("Commit first, then call the provider")
