"""Keep the tallies small, and prove or mend them. Counting goes on meanwhile, unhindered."""

from collections.abc import Iterator

from django.db import connection, transaction

from core import locks
from disbursements.models.tally import COLUMNS, CORRECTIONS, LACKING

FOLD_BATCH = 50_000
LOCK = "tallies"
RECOUNT_WAIT_S = 60

# One statement: a reader sees the rows before or the row after, and their sum is the same. Two at
# once would leave two rows of one key, whose sum is right too; the lock only spares that.
_FOLD = """
    WITH fresh AS (
        DELETE FROM {table} WHERE id IN (
            SELECT id FROM {table} WHERE NOT is_folded ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
        ) RETURNING {key}, {figures}
    ), before AS (
        DELETE FROM {table} AS folded USING (SELECT DISTINCT {key} FROM fresh) AS touched
         WHERE folded.is_folded AND {same} RETURNING {folded_key}, {folded_figures}
    ), counted AS (
        INSERT INTO {table} ({key}, {figures}, is_folded)
        SELECT {key}, {sums}, true
          FROM (SELECT * FROM fresh UNION ALL SELECT * FROM before) AS both_kinds
         GROUP BY {key} HAVING {nonzero}
    )
    SELECT count(*) FROM fresh
"""


def _fold_statement(table: str, key: list[str], figures: list[str]) -> str:
    return _FOLD.format(
        table=table,
        key=", ".join(key),
        figures=", ".join(figures),
        same=" AND ".join(f"folded.{column} = touched.{column}" for column in key),
        folded_key=", ".join(f"folded.{column}" for column in key),
        folded_figures=", ".join(f"folded.{column}" for column in figures),
        sums=", ".join(f"sum({column})" for column in figures),
        nonzero=" OR ".join(f"sum({column}) <> 0" for column in figures),
    )


FOLDS = (
    _fold_statement("disbursement_tally", COLUMNS.split(", "), ["count", "amount_minor"]),
    _fold_statement("disbursement_code_tally", ["code"], ["count"]),
)


def fold() -> int:
    """Put rows of one key together, at most FOLD_BATCH of each kind; returns how many were put.

    Does nothing while another session does it.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if not locks.try_transaction_lock(LOCK):
            return 0
        folded = 0
        for statement in FOLDS:
            cursor.execute(statement, [FOLD_BATCH])
            folded += cursor.fetchone()[0]
        return folded


def recount() -> int:
    """Make the tallies what the rows say, by rows that add the difference; returns how many.

    Reads every payout. Raises core.locks.NotHad when another session holds the tallies too long.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        locks.wait_for_transaction_lock(LOCK, wait_s=RECOUNT_WAIT_S)
        corrected = 0
        for statement in CORRECTIONS:
            cursor.execute(statement)
            corrected += cursor.rowcount
        return corrected


def misfits() -> Iterator[str]:
    """One sentence for each kind of payout or code that is counted wrongly. Reads every row."""
    payouts, codes = LACKING
    kind = "day, status, failure_code, currency, sum(count), sum(amount_minor)"
    having = "HAVING sum(count) <> 0 OR sum(amount_minor) <> 0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {kind} FROM ({payouts}) AS signed GROUP BY {COLUMNS} {having}"  # noqa: S608
        )
        for day, status, code, currency, count, amount_minor in cursor:
            yield (
                f"The tally of {day}, {status} {code}: {count} payouts and {amount_minor} minor"
                f" units of {currency} are not counted"
            )
        cursor.execute(
            f"SELECT code, sum(count) FROM ({codes}) AS signed"  # noqa: S608
            " GROUP BY code HAVING sum(count) <> 0 ORDER BY code"
        )
        for code, count in cursor:
            yield f"The tally of code {code}: {count} attempts are not counted"
