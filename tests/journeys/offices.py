"""Persons at their desks: they settle what nobody can tell, and send again what failed."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.refusals import Refused
from disbursements.models import (
    BulkVerb,
    DisbursementRequest,
    DisbursementRetryLog,
    SettledAs,
    Settlement,
)
from disbursements.queries.settlements import attempts_in_question, open_settlement
from disbursements.states import DisbursementStatus as Status
from tests.journeys import persons
from tests.journeys.buttons import press
from tests.journeys.everyday import CUSTOMERS, Everyday

SETTLED_MAX = 4
CORRECTED_MAX = 4
PAID_SOONER = 3
ENDS = ("waits", "rejected", *["approved"] * 3, *["approved, then sent again"] * 4)
# Where a process ends; mostly it lives.
WRITES = (*[0] * 40, *range(1, 9))
REPLACEABLE = {Status.FAILED, Status.CANCELLED}


class Staffed(Everyday):
    """Also settlements by two persons, who may err, and corrections of corrections."""

    settled = 0
    corrected = 0

    @precondition(lambda self: self.settled < SETTLED_MAX and bool(self._unsettled()))
    @rule(
        data=st.data(),
        errs=st.booleans(),
        ends=st.sampled_from(ENDS),
        write=st.sampled_from(WRITES),
    )
    def two_persons_settle(self, data: st.DataObject, errs: bool, ends: str, write: int) -> None:
        self.settled += 1
        row = data.draw(st.sampled_from(self._unsettled()))
        settlement = open_settlement(row) or self._proposed(row, data, errs)
        if settlement is None or ends == "waits":
            return
        if ends == "rejected":
            persons.reject(self.house, settlement)
            self.met("settlement rejected")
            return
        if self._approved(settlement, write) and ends != "approved":
            row.refresh_from_db()
            self._sent_again(row, data)
            if data.draw(st.booleans()):
                self._news()

    @precondition(lambda self: self.corrected < CORRECTED_MAX and bool(self._replaceable()))
    @rule(data=st.data(), write=st.sampled_from(WRITES))
    def a_person_corrects(self, data: st.DataObject, write: int) -> None:
        self._correct(data.draw(st.sampled_from(self._replaceable())), data, write)

    def _proposed(
        self, row: DisbursementRequest, data: st.DataObject, errs: bool
    ) -> Settlement | None:
        attempts: list[DisbursementRetryLog] = attempts_in_question(row)
        if not attempts:
            return None
        attempt = data.draw(st.sampled_from(attempts))
        find = persons.error if errs else persons.truth
        claim = find(self.house, attempt)
        try:
            settlement = persons.propose(self.house, row, attempt, claim)
        except Refused:
            self.met("proposal refused")
            return None
        self.met(f"proposed {'wrongly' if errs else 'rightly'}: {claim.settled_as}")
        return settlement

    def _approved(self, settlement: Settlement, write: int) -> bool:
        try:
            signed = persons.approve(self.house, settlement, dies_at_write=write)
        except Refused:
            self.met("approval refused")
            return False
        event = f"signed {settlement.settled_as}" if signed else "killed at a write of approving"
        self.met(event)
        return signed and settlement.settled_as == SettledAs.NOT_PAID

    def _sent_again(self, row: DisbursementRequest, data: st.DataObject) -> None:
        """What two persons have just settled as not paid."""
        if row.status == Status.FAILED and data.draw(st.booleans()):
            for event in press(self.house, BulkVerb.FORCE, [row], limit=0, dies_at_write=0):
                self.met(event)
        else:
            self._correct(row, data, 0)

    def _news(self) -> None:
        """What the provider has to tell comes now, before what was sent again leaves."""
        self.house.hand_in_all()
        self.house.sweep("deliver")
        self.met("news after signing")

    def _correct(self, row: DisbursementRequest, data: st.DataObject, write: int) -> None:
        self.corrected += 1
        changes: dict[str, Any] = {"msisdn": f"2547001{data.draw(st.sampled_from(CUSTOMERS))}"}
        if data.draw(st.booleans()):
            changes = {"amount": str(row.amount_minor // 100 + 1)}
        again = row.corrects_id is not None
        try:
            made = persons.correct(self.house, row, dies_at_write=write, **changes)
        except Refused:
            self.met("correction refused")
            return
        if made is None:
            self.met("killed at a write of correcting")
        else:
            self.met("correction corrected" if again else "corrected")

    def _unsettled(self) -> list[DisbursementRequest]:
        """What persons may settle; sooner what was paid, where an error is dear."""
        found = [
            row for row in self.seen.rows
            if row.status == Status.UNKNOWN or row.person_needed_at is not None
        ]  # fmt: skip
        return [row for row in found if self.seen.moves_for(row)] * PAID_SOONER + found

    def _replaceable(self) -> list[DisbursementRequest]:
        return [row for row in self.seen.rows if row.status in REPLACEABLE]
