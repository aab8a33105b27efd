"""`bench export`: every row of the seeded database as CSV, beside a bare COPY of those columns."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from core import clock
from core.callers import Caller
from disbursements.models import DisbursementRequest
from disbursements.operations.export import PERMISSION, SEE_PHONES, export
from disbursements.queries.exported import COLUMNS, DEFAULT_COLUMNS
from tests.bench.seed import COUNT, seeded_database
from tests.bench.surroundings import peak_mb

ROUNDS = 2


def run(count: int | None) -> dict[str, Any]:
    """Rows a second, ours and bare, the better of ROUNDS each; the ratio; peak memory."""
    with seeded_database(count or COUNT):
        whole = [PERMISSION, SEE_PHONES]
        ways = {
            "exported": lambda: _ours(whole),
            "exported, phones masked": lambda: _ours(whole[:1]),
        }
        best = dict.fromkeys((*ways, "bare COPY"), 0.0)
        for _ in range(ROUNDS):
            for name, way in ways.items():
                best[name] = max(best[name], _rate(way))
            best["bare COPY"] = max(best["bare COPY"], _rate(_bare))
    bare = best["bare COPY"]
    return {
        **{f"{name}, rows/s": round(rate, 1) for name, rate in best.items()},
        **{f"{name} / bare": round(best[name] / bare, 2) for name in ways},
        "peak memory, MB": round(peak_mb(), 1),
    }


def _rate(way: Callable[[], Iterator[bytes]]) -> float:
    started_s, lines = clock.stopwatch_s(), 0
    with Path(os.devnull).open("wb") as nowhere:
        for block in way():
            lines += block.count(b"\n")
            nowhere.write(block)
    return lines / (clock.stopwatch_s() - started_s)


def _ours(permissions: list[str]) -> Iterator[bytes]:
    caller = Caller(
        actor="bench", origin="bench", partners=None, permissions=frozenset(permissions)
    )
    return export(selection={}, caller=caller, at=clock.now()).blocks


def _bare() -> Iterator[bytes]:
    """The same columns of the same rows in the same order, as they stand in the tables."""
    fields = {f"cell_{name}": COLUMNS[name].value for name in DEFAULT_COLUMNS}
    rows = DisbursementRequest.objects.annotate(**fields).order_by("-created_at", "-id")
    sql, parameters = rows.values_list(*fields).query.sql_with_params()
    with transaction.atomic(), connection.cursor() as cursor:
        statement = f"COPY ({sql}) TO STDOUT WITH (FORMAT csv)"
        with cursor.cursor.copy(statement, parameters) as copied:
            for row in copied:
                yield bytes(row)
