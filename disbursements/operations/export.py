"""Take rows away in a file: exactly what is filtered, streamed, and on record before it leaves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from psycopg.sql import SQL

from core import clock, states
from core.callers import Caller
from core.refusals import Refused
from disbursements.models import Export
from disbursements.queries.exported import DEFAULT_COLUMNS, PAYOUTS, ZONE, Listing, statement

PERMISSION = PAYOUTS.permission
SEE_PHONES = "disbursements.see_phones"
BLOCK_BYTES = 65_536
TIME_LIMIT_S = 1_800
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
FORMATS = tuple(CONTENT_TYPES)


class BadExport(Refused):
    """A column or the format is not known."""


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """A file on its way out: `blocks` is read once, to its end."""

    export_id: UUID
    file_name: str
    content_type: str
    blocks: Iterator[bytes]


def export(
    *,
    selection: Mapping[str, str],
    caller: Caller,
    at: datetime,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    file_format: str = "csv",
    for_spreadsheet: bool = False,
    of: Listing = PAYOUTS,
) -> Leaving:
    """The rows of the selection that the caller may see, newest first.

    CSV, or one JSON array with a row per line. `for_spreadsheet` begins with a byte order mark,
    without which Excel takes the file for Windows-1252. Phones are masked for those who may not
    see them. Raises NotAllowed, BadExport, BadSelection.
    """
    caller.demand(of.permission)
    _check(columns, file_format, of)
    masked = not caller.may(SEE_PHONES)
    rows = of.rows(selection, partners=caller.partners, may_see_phones=not masked)
    sql, parameters = statement(
        rows,
        columns=columns,
        phones_masked=masked,
        as_json=file_format == "json",
        of=of,
    )
    record = _on_record(selection, columns, file_format, masked=masked, caller=caller, at=at)
    blocks = _csv(sql, parameters, columns) if file_format == "csv" else _json(sql, parameters)
    first = BYTE_ORDER_MARK if for_spreadsheet and file_format == "csv" else b""
    return Leaving(
        export_id=record.pk,
        file_name=file_name(selection=selection, file_format=file_format, at=at, name=of.name),
        content_type=CONTENT_TYPES[file_format],
        blocks=_counted(record, first, blocks),
    )


def file_name(
    *, selection: Mapping[str, str], file_format: str, at: datetime, name: str = PAYOUTS.name
) -> str:
    """`disbursements_failed_2026-11-15_2026-11-21_EAT.csv`: view, range and zone."""
    today = at.astimezone(clock.NAIROBI).date()
    view = selection.get("status", "").replace(",", "-") or "all"
    first = _day(selection.get("from")) or "start"
    last = _day(selection.get("to")) or today.isoformat()
    return f"{name}_{view}_{first}_{last}_EAT.{file_format}"


def _check(columns: Sequence[str], file_format: str, of: Listing) -> None:
    unknown = [name for name in columns if name not in of.columns]
    if unknown or not columns:
        known = ", ".join(of.columns)
        named = f"{unknown[0][:60]} is not a column" if unknown else "no column is named"
        raise BadExport(f"{named}. Columns are: {known}", field="columns")
    if len(set(columns)) != len(columns):
        raise BadExport("names a column twice; name each once, such as reference,amount",
                        field="columns")  # fmt: skip
    if file_format not in FORMATS:
        raise BadExport(f"use one of {', '.join(FORMATS)}, such as csv", field="format")


def _day(text: str | None) -> str:
    """The day that a filter names; a moment is cut to its day in Nairobi."""
    if not text:
        return ""
    if len(text) == len("2026-11-21"):
        return date.fromisoformat(text).isoformat()
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    return moment.astimezone(clock.NAIROBI).date().isoformat()


def _on_record(
    selection: Mapping[str, str],
    columns: Sequence[str],
    file_format: str,
    *,
    masked: bool,
    caller: Caller,
    at: datetime,
) -> Export:
    with transaction.atomic():
        record = Export.objects.create(
            actor=caller.actor, origin=caller.origin, selection=dict(selection),
            partners=None if caller.partners is None else sorted(caller.partners),
            columns=list(columns), format=file_format, phones_masked=masked, started_at=at,
        )  # fmt: skip
        phones = "phones masked" if masked else "whole phones"
        states.note(
            record, at=at, actor=caller.actor,
            because=f"exported {len(columns)} columns, {phones}",
            details={"selection": dict(selection), "columns": list(columns)},
        )  # fmt: skip
        return record


def _counted(record: Export, first: bytes, blocks: Iterator[tuple[bytes, int]]) -> Iterator[bytes]:
    """The blocks; the number of rows goes on record once the last one was taken."""
    count = 0
    if first:
        yield first
    for block, rows in blocks:
        count += rows
        yield block
    Export.objects.filter(pk=record.pk).update(rows=count, ended_at=clock.now())


def _csv(
    sql: str, parameters: tuple[object, ...], columns: Sequence[str]
) -> Iterator[tuple[bytes, int]]:
    yield f"{','.join(columns)}\n".encode(), 0
    for rows in _copied(sql, parameters, "(FORMAT csv)"):
        yield b"".join(rows), len(rows)


def _json(sql: str, parameters: tuple[object, ...]) -> Iterator[tuple[bytes, int]]:
    """JSON escapes control characters, so that these two never stand in a row."""
    before = b"[\n"
    for rows in _copied(sql, parameters, r"(FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')"):
        yield before + b",\n".join(row.rstrip(b"\n") for row in rows), len(rows)
        before = b",\n"
    yield (b"[]\n" if before == b"[\n" else b"\n]\n"), 0


def _copied(sql: str, parameters: tuple[object, ...], options: str) -> Iterator[list[bytes]]:
    """Rows as PostgreSQL writes them, about BLOCK_BYTES at a time, from one snapshot.

    A reader who stands still is cut off after TIME_LIMIT_S, so that nobody holds a snapshot.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [f"{TIME_LIMIT_S}s"])
        cursor.execute("SET LOCAL TimeZone = %s", [ZONE])
        cursor.execute("SET LOCAL DateStyle = 'ISO'")
        copy = SQL(f"COPY ({sql}) TO STDOUT WITH {options}")
        rows: list[bytes] = []
        size = 0
        with cursor.cursor.copy(copy, parameters) as copied:
            for row in copied:
                rows.append(bytes(row))
                size += len(rows[-1])
                if size >= BLOCK_BYTES:
                    yield rows
                    rows, size = [], 0
        if rows:
            yield rows
