"""Tables of records that survive a restart: one JSON line for each change."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

Record = dict[str, Any]


class Journal:
    """Records by table, each under what its field `key` says. Without a path nothing is kept."""

    def __init__(self, names: Iterable[str], path: Path | None = None, *, key: str = "id") -> None:
        self.tables: dict[str, dict[str, Record]] = {name: {} for name in names}
        self._key = key
        self._file: IO[str] | None = None
        if path is not None:
            self._read(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8")

    def put(self, table: str, record: Record) -> None:
        """Keep a record, new or changed."""
        self.tables[table][record[self._key]] = record
        if self._file is not None and not self._file.closed:
            self._file.write(json.dumps({"table": table, "record": record}) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Write no more."""
        if self._file is not None:
            self._file.close()

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        content = path.read_bytes()
        # A killed process can leave half a line: it never happened.
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            path.write_bytes(whole)
        for line in map(json.loads, whole.decode().splitlines()):
            self.tables[line["table"]][line["record"][self._key]] = line["record"]
