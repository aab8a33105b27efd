"""Payouts over M-Pesa, to persons and to businesses: our row, our ledger, M-Pesa's own words."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from core.callers import Caller
from core.ids import uuids_of
from disbursements.operations.ask_afresh import ask_afresh
from gateways.interface import Rail
from reconciliation.models import SubjectKind
from reconciliation.rules.sides import Record
from reconciliation.sources import payout_finding, payout_rows
from reconciliation.sources.payout_books import books_of
from reconciliation.sources.payout_callbacks import Words, told_of
from reconciliation.sources.payout_rows import Payout
from reconciliation.sources.payout_twins import twins_of
from reconciliation.sources.source import Found, Owned, StepOf

STEP_TYPES = frozenset({"DisbursementRequest", "Settlement", "TransferReversal"})


class PayoutSource:
    """The subjects of kind `disbursement`; TransferSource is the same of another rail."""

    kind: str = SubjectKind.DISBURSEMENT
    rails: tuple[str, ...] = (Rail.MPESA_B2C, Rail.MPESA_B2B)
    can_come_back = False
    STEP_TYPES = STEP_TYPES

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """All sides of each payout, by id."""
        payouts = payout_rows.load(ids, rails=self.rails)
        if not payouts:
            return {}
        told = self._words(payouts)
        books = books_of(payouts, can_come_back=self.can_come_back)
        twins = twins_of(payouts, {each: what.sides for each, what in told.items()})
        return {
            subject_id: Record(
                kind=self.kind, subject_id=subject_id, partner_id=str(payout.row.partner_id),
                reference=payout.row.client_reference, row=payout_rows.row_side(payout),
                book=books[subject_id], others=tuple(told[subject_id].sides),
                tries=payout_rows.tries(payout), beneficiary=payout.row.payee_name,
                settled_by=payout_rows.settled_by(payout),
                is_said_for=payout_rows.is_said_for(payout),
                problems=(*told[subject_id].problems, *twins.get(subject_id, ())),
                details=dict(payout_rows.details(payout, kind=self.kind)),
            )
            for subject_id, payout in payouts.items()
        }  # fmt: skip

    def ask_afresh(self, ids: Collection[str], *, at: datetime) -> set[str]:
        """By a status query (a look-up at Stripe), as soon as the asker comes round."""
        wanted = uuids_of(ids)
        return {str(pk) for pk in ask_afresh(ids=wanted, rails=self.rails, at=at)}

    def stuck(self, *, at: datetime, limit: int) -> list[str]:
        """Under way, or due, for longer than usual."""
        return payout_finding.stuck(kind=self.kind, rails=self.rails, at=at, limit=limit)

    def since(self, moment: datetime) -> Iterator[list[str]]:
        """By the trail: whatever had a step."""
        return payout_finding.since(moment, rails=self.rails)

    def find_many(self, texts: Sequence[str], *, caller: Caller) -> dict[str, list[Found]]:
        """By id, reference, receipt, the provider's reference or conversation."""
        return payout_finding.find_many(texts, kind=self.kind, rails=self.rails, caller=caller)

    def of_steps(self, ids_by_type: Mapping[str, Collection[str]]) -> dict[StepOf, Owned]:
        """Steps of payouts, of their settlements and of their reversals."""
        return payout_finding.of_steps(ids_by_type, rails=self.rails)

    def _words(self, payouts: Mapping[str, Payout]) -> dict[str, Words]:
        return told_of(payouts)


__all__ = ["STEP_TYPES", "PayoutSource"]
