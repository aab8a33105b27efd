"""What the simulated Stripe remembers: tables of objects, in a journal that survives a restart."""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gateways.simulator.journal import Journal
from gateways.simulator.stripe.refusals import Record
from gateways.simulator.world import World

FLOAT_MINOR = 100_000_000_00
TABLES = (
    "account", "transfer", "reversal", "balance_transaction", "event", "key", "endpoint", "switch",
)  # fmt: skip


@dataclass
class State:
    """The platform's account. `balances` is its available money by currency, in minor units.

    `keys` are the secret keys that are believed (none: any test key); `scripts` the faults that
    the next requests for a destination meet; `refusals` what Stripe has against an account.
    """

    world: World
    path: Path | None = None
    balances: dict[str, int] = field(default_factory=lambda: defaultdict(lambda: FLOAT_MINOR))
    account_balances: Counter[tuple[str, str]] = field(default_factory=Counter)
    keys: list[str] = field(default_factory=list)
    scripts: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    refusals: dict[str, str] = field(default_factory=dict)
    rate_max: int = 0
    tries: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Take up what an earlier run wrote."""
        self.journal = Journal(TABLES, self.path)
        self.tables = self.journal.tables
        for line in self.tables["switch"].values():
            setattr(self, line["id"], line["value"])
        for line in self.tables["balance_transaction"].values():
            self.balances[line["currency"]] += line["amount"]
        for transfer in self.tables["transfer"].values():
            kept = transfer["amount"] - transfer["amount_reversed"]
            self.account_balances[transfer["destination"], transfer["currency"]] += kept

    def new_id(self, prefix: str) -> str:
        """An id that was never given before."""
        return f"{prefix}_{self.world.next_draw('stripe', prefix).getrandbits(96):024x}"

    def put(self, table: str, record: Record) -> None:
        """Keep an object under its `id`, new or changed."""
        self.journal.put(table, record)

    def switch(self, name: str, value: object) -> None:
        """Set `keys`, `refusals` or `rate_max`, for later runs as well."""
        setattr(self, name, value)
        self.put("switch", {"id": name, "value": value})

    def move(
        self, *, kind: str, currency: str, amount_minor: int, source: str, at: datetime
    ) -> str:
        """Change the platform's balance and write its line; the line's id."""
        line: Record = {
            "id": self.new_id("txn"), "object": "balance_transaction", "type": kind,
            "reporting_category": kind, "amount": amount_minor, "net": amount_minor, "fee": 0,
            "currency": currency, "source": source, "created": seconds(at), "status": "available",
            "available_on": seconds(at), "exchange_rate": None, "description": None,
            "fee_details": [],
        }  # fmt: skip
        self.balances[currency] += amount_minor
        self.put("balance_transaction", line)
        return str(line["id"])

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()


def seconds(at: datetime) -> int:
    """A moment as Stripe writes it: whole seconds since 1970."""
    return int(at.timestamp())
