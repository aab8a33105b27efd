"""A source whose sides stand in a table, for tests of the engine: real code, no real provider."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from uuid import UUID

from core.callers import Caller
from reconciliation.models import ReconciliationRun, SubjectKind
from reconciliation.rules.sides import Record, Side, Standing
from reconciliation.sources.registry import SOURCES
from reconciliation.sources.source import Found, Owned, Source, StepOf

EVERYBODY = Caller(actor="amina", origin="test", partners=None, permissions=None)
ROW = Side(
    name="our row", source="row", standing=Standing.PAID, amount_minor=125_000, currency="KES",
    receipt="QHX12345", is_final=True,
)  # fmt: skip
TOLD = replace(ROW, name="M-Pesa's callback 1", source="callback")
LESS = replace(TOLD, amount_minor=100_000)


def a_record(subject_id: str, *, partner_id: UUID | None = None, told: Side = TOLD) -> Record:
    """Paid 1,250.00 here, and there whatever `told` says."""
    return Record(
        kind=SubjectKind.PAYMENT, subject_id=subject_id,
        partner_id=str(partner_id) if partner_id else None, reference=f"REF-{subject_id}",
        row=ROW, book=None, others=(told,), beneficiary="Amina Example",
        details={"client": "Amina Example", "amount": 1250, "transactionId": "QHX12345"},
    )  # fmt: skip


def results() -> dict[str, list[str]]:
    """What came of each check, by the id of what was checked, in the order they ran."""
    found: dict[str, list[str]] = {}
    for run in ReconciliationRun.objects.order_by("started_at", "subject_id"):
        found.setdefault(run.subject_id, []).append(run.result)
    return found


@dataclass
class TableSource:
    """Answers from `records`; raises for what is in `broken`; notes what it was asked.

    `stuck_ids` None: all of them are.
    """

    records: dict[str, Record] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    asks: bool = False
    stuck_ids: list[str] | None = None
    STEP_TYPES: frozenset[str] = frozenset({"Payment"})

    def __post_init__(self) -> None:
        self.read_ids: list[str] = []
        self.asked_ids: list[str] = []
        self.lock = Lock()

    def say(self, *ids: str, told: Side = TOLD, partner_id: UUID | None = None) -> None:
        """From now on the other side says this of these."""
        for each in ids:
            self.records[each] = a_record(each, told=told, partner_id=partner_id)

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        if broken := self.broken.intersection(ids):
            raise RuntimeError(f"{sorted(broken)[0]} cannot be read")
        with self.lock:
            self.read_ids += ids
        return {each: self.records[each] for each in ids if each in self.records}

    def ask_afresh(self, ids: Collection[str], *, at: datetime) -> set[str]:
        self.asked_ids += sorted(ids)
        return set(ids) if self.asks else set()

    def stuck(self, *, at: datetime, limit: int) -> list[str]:
        return sorted(self.records if self.stuck_ids is None else self.stuck_ids)[:limit]

    def since(self, moment: datetime) -> Iterator[list[str]]:
        yield sorted(self.records)

    def find_many(self, texts: Sequence[str], *, caller: Caller) -> dict[str, list[Found]]:
        return {
            text: [
                Found(
                    kind=SubjectKind.PAYMENT, subject_id=text, title=text,
                    partner_id=UUID(str(owner)) if owner else None,
                )
            ]
            for text in texts
            if text in self.records
            and ((owner := self.records[text].partner_id) is None or caller.may_touch(UUID(owner)))
        }  # fmt: skip

    def of_steps(self, ids_by_type: Mapping[str, Collection[str]]) -> dict[StepOf, Owned]:
        return {
            ("Payment", each): (each, None)
            for each in ids_by_type.get("Payment", ())
            if each in self.records
        }


@contextmanager
def only_source(source: Source) -> Iterator[None]:
    """This one is all that the engine knows, under the kind `payment`."""
    before = dict(SOURCES)
    SOURCES.clear()
    SOURCES[SubjectKind.PAYMENT] = source
    try:
        yield
    finally:
        SOURCES.clear()
        SOURCES.update(before)
