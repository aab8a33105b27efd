"""Which references of a file were seen before, in 12 bytes a slot: a million rows in 24 MiB."""

import hashlib
import secrets
from array import array

SLOTS_FIRST = 1 << 12
DIGEST_BYTES = 8
FULLNESS_MAX = 0.6


class SeenReferences:
    """Remembers a keyed 64-bit digest of each reference, and its line.

    Two different references look the same once in some ten million files of a million rows;
    the one that came second is then refused, never paid twice.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._count = 0
        self._digests = array("Q", bytes(8 * SLOTS_FIRST))
        self._lines = array("I", bytes(4 * SLOTS_FIRST))

    def first_line(self, reference: str, *, line: int) -> int | None:
        """The line that the reference stood in before, else None and it is remembered."""
        digest = hashlib.blake2b(
            reference.encode(errors="replace"), digest_size=DIGEST_BYTES, key=self._key
        ).digest()
        value = int.from_bytes(digest, "big") or 1
        slot = self._slot(value)
        if self._digests[slot]:
            return self._lines[slot]
        self._digests[slot], self._lines[slot] = value, line
        self._count += 1
        if self._count > FULLNESS_MAX * len(self._digests):
            self._grow()
        return None

    def _slot(self, value: int) -> int:
        digests, mask = self._digests, len(self._digests) - 1
        slot = value & mask
        while digests[slot] and digests[slot] != value:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        old = self._digests, self._lines
        size = 2 * len(self._digests)
        self._digests = array("Q", bytes(8 * size))
        self._lines = array("I", bytes(4 * size))
        for value, line in zip(*old, strict=True):
            if value:
                slot = self._slot(value)
                self._digests[slot], self._lines[slot] = value, line
