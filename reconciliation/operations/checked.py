"""Checked: what one check of one subject came to, before it is written down."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from reconciliation.models import CheckRequest
from reconciliation.operations.findings import Look, Subject
from reconciliation.operations.put_back import not_checked
from reconciliation.operations.read_sides import Sides, problem_of
from reconciliation.operations.request_check import WAITED_FOR
from reconciliation.rules.judge import judge
from reconciliation.rules.sides import Judgement, Record
from reconciliation.states import CheckResult

NOT_THERE = "There is no such row (any more)"
SEEN = "seen"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """`requests` are those that this one check answers. `problem`: it failed, and why."""

    requests: Sequence[CheckRequest]
    sides: Sides
    judgement: Judgement
    problem: str = ""
    asked: bool = False

    @property
    def subject(self) -> Subject:
        """Kind and id."""
        return self.requests[0].subject_kind, self.requests[0].subject_id

    @property
    def record(self) -> Record | None:
        """What was read, if anything."""
        return self.sides.record

    @property
    def partner_id(self) -> UUID | None:
        """Whose it is, as far as anybody can tell."""
        if self.record is not None:
            return UUID(str(self.record.partner_id)) if self.record.partner_id else None
        return next((row.partner_id for row in self.requests if row.partner_id), None)

    @property
    def may_ask(self) -> bool:
        """Whether the provider's word would help, or somebody wants it while it is open."""
        wanted = any(row.fresh for row in self.requests)
        return self.judgement.ask or (wanted and self.judgement.result == CheckResult.PENDING)

    @property
    def must_ask(self) -> bool:
        """Whether it is asked however many others are: the sides want it, or somebody waits."""
        waits = any(row.fresh and row.priority <= WAITED_FOR for row in self.requests)
        return self.judgement.ask or (waits and self.may_ask)

    @property
    def is_tried_again(self) -> bool:
        """Whether it failed in a way that may pass."""
        return bool(self.problem) and self.problem != NOT_THERE

    def after_asking(self) -> "Checked":
        """What differs is told at once; where nothing does, the answer is waited for."""
        result = self.judgement.result
        if not self.judgement.differences:
            result = CheckResult.PENDING
        return replace(self, judgement=replace(self.judgement, result=result), asked=True)

    def look(self) -> Look | None:
        """What there is to keep of it as findings; None where it tells nothing of the subject."""
        if self.problem == NOT_THERE:
            return None
        return Look(
            subject=self.subject,
            partner_id=self.partner_id,
            reference=self.record.reference if self.record else "",
            differences=self.judgement.differences,
            is_whole=not self.problem and not self.asked,
        )

    def inputs(self) -> dict[str, str]:
        """The SHA-256 of what each source told, and the steps that had been seen (`seen`)."""
        told: dict[str, str] = {}
        if self.record is not None:
            sides = (self.record.row, *self.record.others)
            for source in dict.fromkeys(side.source for side in sides):
                told[source] = _digest([side for side in sides if side.source == source])
            told["book"] = _digest(self.record.book)
        if self.sides.seen:
            told[SEEN] = self.sides.seen
        return told


def failed(made: Checked, error: Exception) -> Checked:
    """The same check, which could not be written down."""
    problem = problem_of(error)
    differences = not_checked(made.requests, problem=problem)
    judgement = Judgement(result=CheckResult.ERROR, differences=differences)
    return Checked(
        requests=made.requests, sides=Sides(), judgement=judgement, problem=problem
    )  # fmt: skip


def judged(requests: Sequence[CheckRequest], sides: Sides, *, at: datetime) -> Checked:
    """Compare the sides. A rule that fails is a failed check of this subject alone."""
    problem = sides.problem
    if not problem and sides.record is None:
        problem = NOT_THERE
    if not problem and sides.record is not None:
        try:
            return Checked(
                requests=requests, sides=sides, judgement=judge(sides.record, at=at)
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - it is told as the check's problem
            problem = problem_of(error)
    differences = () if problem == NOT_THERE else not_checked(requests, problem=problem)
    return Checked(
        requests=requests, sides=sides, problem=problem,
        judgement=Judgement(result=CheckResult.ERROR, differences=differences),
    )  # fmt: skip


def _digest(told: object) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()
