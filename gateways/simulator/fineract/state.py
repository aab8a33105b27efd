"""What the simulated Mifos X remembers: tenants and their tables, in a journal."""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateways.simulator.journal import Journal, Record
from gateways.simulator.world import World

TABLES = (
    "tenant", "user", "office", "client", "product", "payment_type", "loan", "transaction",
    "command", "note", "hook",
)  # fmt: skip


@dataclass
class State:
    """All tenants of one server. A record is kept under its `key`, `<tenant>/<id>`.

    `scripts` are the faults that the next requests meet, by tenant and loan (0: any);
    `tries` counts what chance hangs on.
    """

    world: World
    path: Path | None = None
    scripts: defaultdict[tuple[str, int], deque[str]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    tries: Counter[tuple[object, ...]] = field(default_factory=Counter)
    newest: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Take up what an earlier run wrote."""
        self.journal = Journal(TABLES, self.path, key="key")
        for table, records in self.journal.tables.items():
            for record in records.values():
                self._note_id(table, record)

    def rows(self, table: str, tenant: str) -> list[Record]:
        """All records of this tenant, the oldest first."""
        found = self.journal.tables[table].values()
        return [record for record in found if record["tenant"] == tenant]

    def find(self, table: str, tenant: str, identifier: object) -> Record | None:
        """The record, None when there is none."""
        return self.journal.tables[table].get(f"{tenant}/{identifier}")

    def add(self, table: str, tenant: str, **fields: Any) -> Record:
        """A new record; without an `id` it gets the next number of its table."""
        identifier = fields.pop("id", None) or self.newest[table, tenant] + 1
        record = {"key": f"{tenant}/{identifier}", "tenant": tenant, "id": identifier, **fields}
        self._note_id(table, record)
        self.journal.put(table, record)
        return record

    def change(self, table: str, record: Record, **changes: Any) -> Record:
        """The record with these changes, kept."""
        changed = record | changes
        self.journal.put(table, changed)
        return changed

    def tenant(self, name: str) -> Record | None:
        """The tenant of this name."""
        return self.journal.tables["tenant"].get(f"{name}/{name}")

    def next_try(self, *subject: object) -> int:
        """How often this subject came by, this time included."""
        self.tries[subject] += 1
        return self.tries[subject]

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()

    def _note_id(self, table: str, record: Record) -> None:
        if isinstance(record["id"], int):
            newest = self.newest[table, record["tenant"]]
            self.newest[table, record["tenant"]] = max(newest, record["id"])
