"""The book of money moved: append-only, the oracle of every test. And what was registered."""

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from gateways.simulator.identifiers import NAIROBI
from gateways.simulator.received import Received


@dataclass(frozen=True, kw_only=True)
class Move:
    """Money that left a shortcode for a customer, or on rail b2b for a business (`msisdn` is its
    shortcode, `account` what it was paid for). `amount` and `charge` are shillings.
    """

    originator_conversation_id: str
    receipt: str
    shortcode: str
    msisdn: str
    amount: int
    charge: int
    at: datetime
    occassion: str = ""
    remarks: str = ""
    rail: str = "b2c"
    account: str = ""

    def as_json(self) -> dict[str, Any]:
        """The move with its moment as text."""
        return asdict(self) | {"at": self.at.isoformat()}

    @property
    def instruction(self) -> tuple[str, str, str, str]:
        """What the business meant to pay once: its Occassion, or its Remarks without one."""
        if self.occassion:
            return ("occassion", self.occassion, self.shortcode, self.msisdn)
        return ("remarks", self.remarks, self.shortcode, self.msisdn)


class Book:
    """Moves in order; with a file they survive a restart, one JSON line each."""

    def __init__(self, path: Path | None = None) -> None:
        self.moves: list[Move] = []
        self.received: list[Received] = []
        self.top_ups: list[tuple[str, int]] = []
        self.addresses: dict[str, dict[str, Any]] = {}
        self.pulling: set[str] = set()
        self.names: dict[str, str] = {}
        self.receipts: set[str] = set()
        self._paid_on_day: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._file: IO[str] | None = None
        if path is not None:
            self._read(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8")

    def record(self, move: Move) -> None:
        """Append a move."""
        self._add(move)
        self._write({"kind": "move"} | move.as_json())

    def record_top_up(self, *, shortcode: str, amount: int) -> None:
        """Append a top-up, so that the balances can be made again after a restart."""
        self.top_ups.append((shortcode, amount))
        self._write({"kind": "top-up", "shortcode": shortcode, "amount": amount})

    def record_received(self, received: Received) -> None:
        """Append money that came in."""
        self._add_received(received)
        self._write({"kind": "received"} | received.as_json())

    def record_addresses(self, shortcode: str, addresses: dict[str, Any] | None) -> None:
        """Append where payments to the shortcode are told from now on; None: nowhere."""
        self._set_addresses(shortcode, addresses)
        self._write({"kind": "addresses", "shortcode": shortcode, "addresses": addresses})

    def record_pulling(self, shortcode: str) -> None:
        """Append that the shortcode may pull."""
        self.pulling.add(shortcode)
        self._write({"kind": "pulling", "shortcode": shortcode})

    def record_names(self, names: dict[str, str]) -> None:
        """Append who is registered under these phones and shortcodes."""
        self.names |= names
        self._write({"kind": "names", "names": names})

    def paid_on_day(self, *, msisdn: str, at: datetime) -> int:
        """Shillings a customer has received on the Nairobi day of `at`."""
        return self._paid_on_day[msisdn, _day(at)]

    @property
    def total(self) -> int:
        """Shillings moved, without charges."""
        return sum(move.amount for move in self.moves)

    def by_reference(self) -> dict[str, list[Move]]:
        """Moves by OriginatorConversationID."""
        return _grouped(self.moves, lambda move: move.originator_conversation_id)

    def paid_twice(self) -> list[dict[str, Any]]:
        """Every reference, and every instruction, for which money moved more than once."""
        repeated: list[dict[str, Any]] = []
        for reference, moves in self.by_reference().items():
            if len(moves) > 1:
                repeated.append(_repeat("originatorConversationId", reference, moves))
        for (by, text, _, _), moves in _grouped(self.moves, lambda m: m.instruction).items():
            if text and len({move.originator_conversation_id for move in moves}) > 1:
                repeated.append(_repeat(by, text, moves))
        return repeated

    def as_json(self) -> dict[str, Any]:
        """The whole book."""
        return {
            "moves": [move.as_json() for move in self.moves],
            "count": len(self.moves),
            "total": self.total,
            "byReference": {
                reference: {"count": len(moves), "total": sum(move.amount for move in moves)}
                for reference, moves in self.by_reference().items()
            },
            "paidTwice": self.paid_twice(),
        }

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _add(self, move: Move) -> None:
        self.moves.append(move)
        self.receipts.add(move.receipt)
        self._paid_on_day[move.msisdn, _day(move.at)] += move.amount

    def _add_received(self, received: Received) -> None:
        self.received.append(received)
        self.receipts.add(received.receipt)

    def _set_addresses(self, shortcode: str, addresses: dict[str, Any] | None) -> None:
        if addresses is None:
            self.addresses.pop(shortcode, None)
        else:
            self.addresses[shortcode] = addresses

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is not None and not self._file.closed:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        content = path.read_bytes()
        # A killed process can leave half a line: it never happened.
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            path.write_bytes(whole)
        for line in whole.decode().splitlines():
            self._replay(json.loads(line))

    def _replay(self, line: dict[str, Any]) -> None:
        kind = line.pop("kind")
        if kind == "move":
            self._add(Move(**(line | {"at": datetime.fromisoformat(line["at"])})))
        elif kind == "received":
            self._add_received(Received(**(line | {"at": datetime.fromisoformat(line["at"])})))
        elif kind == "addresses":
            self._set_addresses(line["shortcode"], line["addresses"])
        elif kind == "pulling":
            self.pulling.add(line["shortcode"])
        elif kind == "names":
            self.names |= line["names"]
        else:
            self.top_ups.append((line["shortcode"], line["amount"]))


def _day(at: datetime) -> str:
    return f"{at.astimezone(NAIROBI):%Y-%m-%d}"


def _grouped(moves: list[Move], key: Any) -> dict[Any, list[Move]]:
    groups: defaultdict[Any, list[Move]] = defaultdict(list)
    for move in moves:
        groups[key(move)].append(move)
    return groups


def _repeat(by: str, reference: str, moves: list[Move]) -> dict[str, Any]:
    return {
        "by": by,
        "reference": reference,
        "shortcode": moves[0].shortcode,
        "msisdn": moves[0].msisdn,
        "times": len(moves),
        "receipts": [move.receipt for move in moves],
    }
