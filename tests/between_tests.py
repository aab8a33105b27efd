"""The database between two tests: emptied without a new session, rules and roles put back.

A new session costs PostgreSQL about 50 ms until it knows the tables that a test uses.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Count, Max, Model
from django.test import TransactionTestCase
from psycopg.pq import TransactionStatus

from disbursements.models import ResultCodeRule
from disbursements.operations.install_rules import install_rules

KEPT = {"django_content_type", "auth_permission"}
WITHOUT_TRIGGERS = "SET session_replication_role"
ROLES = {
    "0001_roles": "make_roles",
    "0002_rent_roles": "add_rent",
    "0003_payout_roles": "add_payouts",
    "0004_loan_roles": "add_loans",
    "0005_reconciliation_roles": "add_reconciliation",
}
_made: dict[tuple[Any, ...], list[bytes]] = {}


def empty_quickly(patch: pytest.MonkeyPatch) -> None:
    """Let Django empty the tables after a test that commits as we do, and keep the session."""
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty_tables())
    patch.setattr(TransactionTestCase, "_should_reload_connections", lambda case: False)


def empty_tables() -> None:
    """Delete all rows without waking the triggers that forbid it; truncate where we may not.

    What the test left in its session goes too: settings, locks, temporary tables; a session
    in the middle of something is replaced.
    """
    raw = connection.connection
    if raw is not None and raw.info.transaction_status != TransactionStatus.IDLE:
        connection.close()
    connection.ensure_connection()
    raw = connection.connection
    if raw.info.parameter_status("is_superuser") != "on":
        quoted = (f'"{table}"' for table in _tables())
        raw.execute(f"TRUNCATE {', '.join(quoted)}")
        connection.close()
        return
    delete_rows(_tables())
    raw.execute("RESET ALL; SELECT pg_advisory_unlock_all(); DISCARD TEMP; UNLISTEN *")
    connection.ensure_timezone()


def delete_rows(tables: tuple[str, ...]) -> None:
    """Delete all rows of these tables, whatever else names them."""
    connection.ensure_connection()
    raw = connection.connection
    filled = raw.execute(_which_have_rows(tables), prepare=True).fetchone()[0]
    deletes = "".join(f'DELETE FROM "{table}";' for table in filled)
    if deletes:
        raw.execute(f"{WITHOUT_TRIGGERS} = replica; {deletes} {WITHOUT_TRIGGERS} = DEFAULT")


def put_rules(*, at: datetime) -> None:
    """The documented result codes, as `install_rules` leaves them in an empty table."""
    _put(("rules", at), (ResultCodeRule,), lambda: install_rules(at=at))


def put_roles() -> None:
    """The roles, as the migrations leave them; made once for each set of permissions."""
    permissions = Permission.objects.aggregate(Count("pk"), Max("pk"))
    key = ("roles", *permissions.values())
    if Group.objects.exists():
        _make_roles()
    else:
        _put(key, (Group, Group.permissions.through), _make_roles)


def _make_roles() -> None:
    for name, make in ROLES.items():
        getattr(import_module(f"config.migrations.{name}"), make)(apps, None)


def _put(key: tuple[Any, ...], models: tuple[type[Model], ...], make: Callable[[], Any]) -> None:
    """Fill empty tables by `make`; the next time as it left them, which takes 3 ms."""
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        if key not in _made:
            make()
            for table in tables:
                with cursor.copy(f"COPY {table} TO STDOUT") as rows:
                    _made.setdefault(key, []).append(b"".join(rows))
            return
        for table, content in zip(tables, _made[key], strict=True):
            with cursor.copy(f"COPY {table} FROM STDIN") as rows:
                rows.write(content)


@cache
def _tables() -> tuple[str, ...]:
    models = apps.get_models(include_auto_created=True)
    return tuple(sorted({model._meta.db_table for model in models} - KEPT))


@cache
def _which_have_rows(tables: tuple[str, ...]) -> str:
    looks = (f"CASE WHEN EXISTS (SELECT FROM \"{name}\") THEN '{name}' END" for name in tables)
    return f"SELECT array_remove(ARRAY[{', '.join(looks)}], NULL)"
