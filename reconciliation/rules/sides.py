"""What the sides of one subject tell, in one form, and what a judgement of them comes to.

Amounts are minor units; None: the side does not tell. Nothing here holds a whole phone.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """What a side says became of the money."""

    OPEN = "open"
    PAID = "paid"
    NOT_PAID = "not_paid"
    RETURNED = "returned"
    UNKNOWN_THERE = "unknown_there"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side's word. `name` is for people, such as `M-Pesa's callback 4711`; `source` one of
    row, persons (our row, as two persons settled it), callback, answer, status, read, pull.

    `about` names the attempt that it is about. `is_hearsay`: whoever said it may not be the
    provider.
    """

    name: str
    source: str
    standing: Standing
    amount_minor: int | None = None
    currency: str = ""
    fee_minor: int | None = None
    returned_minor: int | None = None
    receipt: str = ""
    receiver: str = ""
    about: str = ""
    is_final: bool = False
    is_hearsay: bool = False
    at: datetime | None = None

    @property
    def sender(self) -> dict[str, str]:
        """A fact beside what it says: when the provider says the same, that is something else."""
        return {"sender": "not proven"} if self.is_hearsay else {}


@dataclass(frozen=True, kw_only=True)
class Book:
    """What our ledger booked for the subject: `paid_minor` moved, `held_minor` held back,
    `fee_minor`, `returned_minor`; `problems` are sentences of what does not fit."""

    paid_minor: int = 0
    held_minor: int = 0
    fee_minor: int = 0
    returned_minor: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Record:
    """All sides of one subject. `row` is ours, `others` the provider's, oldest first; `tries` is
    our own word on each attempt, where there are several.

    `beneficiary` is the name that we meant to pay (or that pays); `settled_by` when its story
    should be over, and told by somebody else than us; `is_said_for` what two persons settled by
    hand, so that a provider's silence is no difference. `details` is what the documented result
    shows: client, psychologist (who serves the client: the partner or owner), amount,
    transactionId, and what else people know.
    """

    kind: str
    subject_id: str
    partner_id: str | None
    reference: str
    row: Side
    book: Book | None
    others: tuple[Side, ...] = ()
    tries: tuple[Side, ...] = ()
    beneficiary: str = ""
    settled_by: datetime | None = None
    is_said_for: bool = False
    problems: tuple["Difference", ...] = ()
    details: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference. `kind` is a FindingKind, `about` tells several of one kind apart.

    `is_loss`: money is lost, or paid twice, or about to be: always of high severity.
    """

    kind: str
    text: str
    here: dict[str, str]
    there: dict[str, str]
    there_name: str
    about: str = ""
    stake_minor: int | None = None
    currency: str = ""
    is_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """`result` is a CheckResult; `ask`: the sides disagree or are silent, and asking may help;
    `again_at`: when to look again if nothing happens, for by then it differs."""

    result: str
    differences: tuple[Difference, ...] = ()
    ask: bool = False
    again_at: datetime | None = None
