"""`bench seed`: a database of its own, `…_bench`, with 1 000 000 payouts and 3 000 000 attempts.

Made in SQL over 90 days, several partners and shortcodes, with a mix of statuses and codes like
that of a bad quarter. It is kept, for `bench desk` and its like; nothing else is ever touched.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection, transaction

from core import clock
from tests.bench.surroundings import certificate

COUNT = 1_000_000
ORIGIN = "bench"
STATEMENTS = Path(__file__).with_name("seed.sql")
TABLES = ["disbursement_requests", "disbursement_retry_logs"]
PARTNERS = ("Umoja Example Ltd", "Baraka Sample Sacco", "Tumaini Test Rentals", "Jirani Mfano Co")
SHORTCODES = (("600901", 0), ("600902", 0), ("600903", 1), ("600904", 1), ("600905", 2),
              ("600906", 3))  # fmt: skip


def run(count: int | None) -> dict[str, Any]:
    """Make the database anew unless it is there with as many payouts; how much is in it."""
    with seeded_database(count or COUNT) as seconds:
        return {**contents(), "seconds": seconds}


@contextmanager
def seeded_database(count: int = COUNT, *, at_least: bool = False) -> Iterator[float]:
    """Be connected to the database, also in children; yields the seconds that it took to fill.

    `at_least`: more payouts do as well. Raises SystemExit when there are payouts in it that are
    not from here.
    """
    own = connection.settings_dict["NAME"]
    name = own if own.endswith("_bench") else f"{own}_bench"
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, keepdb=True, serialize=False)
    parts = urlsplit(os.environ["DATABASE_URL"])
    os.environ["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    started = clock.stopwatch_s()
    there = _stands_with()
    if there < count or (there > count and not at_least):
        _fill(count)
    yield round(clock.stopwatch_s() - started, 1)


def statements_of(path: Path, **sizes: int) -> list[str]:
    """The statements of a file, with `:name` replaced by each of these sizes."""
    text = path.read_text(encoding="utf-8")
    for name, size in sizes.items():
        text = text.replace(f":{name}", str(size))
    return [statement for statement in text.split(";\n") if statement.strip()]


def contents() -> dict[str, Any]:
    """How many rows of what, and how large the database is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM disbursement_requests),"
            " (SELECT count(*) FROM disbursement_retry_logs),"
            " (SELECT count(*) FROM disbursement_tally),"
            " pg_database_size(current_database()) / 1048576, current_database()"
        )
        payouts, attempts, tallies, size_mb, name = cursor.fetchone()
    return {
        "database": name, "payouts": payouts, "attempts": attempts, "rows of tallies": tallies,
        "size of the database, MB": size_mb,
    }  # fmt: skip


def _stands_with() -> int:
    """How many payouts are there from an earlier run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM disbursement_requests WHERE origin <> 'bench')")
        if cursor.fetchone()[0]:
            raise SystemExit("There are payouts in this database that no benchmark made")
        cursor.execute("SELECT count(*) FROM disbursement_requests")
        return cursor.fetchone()[0]


def _fill(count: int) -> None:
    """All or nothing: indexes are dropped, rows made without triggers, indexes made again."""
    from disbursements.operations.tallies import fold, recount

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in ("disbursement_retry_logs", "disbursement_requests", "disbursement_tally",
                      "disbursement_code_tally"):  # fmt: skip
            cursor.execute(f"DELETE FROM {table}")
        _partners()
        indexes = _indexes(cursor)
        for drop, _ in indexes:
            cursor.execute(drop)
        for statement in statements_of(STATEMENTS, count=count):
            cursor.execute(statement)
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for _, make in indexes:
            cursor.execute(make)
        recount()
    fold()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _partners() -> None:
    from vault.models import Partner, Shortcode
    from vault.operations.add_partner import add_partner
    from vault.operations.add_shortcode import Credentials, add_shortcode

    if Partner.objects.exists():
        return
    at = clock.now()
    partners = [add_partner(name=name, actor=ORIGIN, at=at) for name in PARTNERS]
    for number, owner in SHORTCODES:
        add_shortcode(
            number=number, partner_id=partners[owner].pk, kind="paybill", initiator_name="bench",
            credentials=Credentials(
                consumer_key="bench", consumer_secret="bench", initiator_password="Bench#1"
            ),
            certificate=certificate(), actor=ORIGIN, at=at,
        )  # fmt: skip
    assert Shortcode.objects.count() == len(SHORTCODES)


def _indexes(cursor: Any) -> list[tuple[str, str]]:
    """How to drop and how to make each index but the primary keys, which others refer to."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'u' AND conrelid = ANY(%s::regclass[])",
        [TABLES],
    )
    found = [
        (
            f'ALTER TABLE {table} DROP CONSTRAINT "{name}"',
            f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}',
        )
        for table, name, definition in cursor.fetchall()
    ]
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[])"
        " AND indexrelid NOT IN (SELECT conindid FROM pg_constraint WHERE conindid <> 0)",
        [TABLES],
    )
    return found + [(f"DROP INDEX {name}", made) for name, made in cursor.fetchall()]
