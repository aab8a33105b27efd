"""What a check comes to, what a finding goes through, and how bad it is."""

from enum import StrEnum


class CheckResult(StrEnum):
    MATCHED = "matched"
    PENDING = "pending"
    DISCREPANCY = "discrepancy"
    ERROR = "error"


RESULT_MEANINGS: dict[str, str] = {
    CheckResult.MATCHED: "Every side tells the same.",
    CheckResult.PENDING: "It is under way, or a side has not told yet; nothing differs so far.",
    CheckResult.DISCREPANCY: "The sides differ: a finding says in what.",
    CheckResult.ERROR: "The check itself failed; it is repeated.",
}


class Severity(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class FindingStatus(StrEnum):
    OPEN = "open"
    DISMISSED = "dismissed"
    CURED = "cured"


F = FindingStatus

NAME = "finding"
ARROWS: dict[str, frozenset[str]] = {
    F.OPEN: frozenset({F.CURED, F.DISMISSED}),
    F.DISMISSED: frozenset({F.CURED, F.OPEN}),
    F.CURED: frozenset({F.OPEN}),
}
MEANINGS: dict[str, str] = {
    F.OPEN: "The sides differ, and nobody has said that it is all right.",
    F.DISMISSED: "A person said why it is all right; it opens again when the difference changes.",
    F.CURED: "A later check saw no difference any more; it opens again if it comes back.",
}
