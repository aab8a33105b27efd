"""Answers that come together are recorded together, and none of them stands for another."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from core.models import Alert, AlertSeverity
from disbursements.models import AttemptOutcome, DisbursementRequest
from disbursements.operations import doubt, match
from disbursements.operations.claim import claim
from disbursements.operations.prove_books import breaks
from disbursements.operations.record_transfer import record_many_paid
from gateways.interface import Transfer
from tests.disbursements.transfers.conftest import Won, reread
from tests.disbursements.transfers.telling import DOUBT, sent, transfer_of
from tests.winners import attempts
from tests.wire import MovedClock
from vault.models import Shortcode


class TestMany:
    @pytest.fixture
    def under_way(self, won: Won, platform: Shortcode, moved: MovedClock) -> list[Any]:
        """Four winners whose calls are under way, with the transfer that fits each."""
        won({f"user-{number}": 100 * number for number in range(1, 5)})
        claimed = claim(shortcode=platform, status="queued", at=moved())
        return [
            transfer_of(
                each.disbursement, moved, provider_id=f"tr_{each.disbursement.payee_user[-1]}",
                destination=each.attempt.destination,
            )
            for each in claimed
        ]  # fmt: skip

    def recorded(self, transfers: list[Transfer], at: Any) -> None:
        """Their answers come together."""
        with transaction.atomic():
            said = []
            for transfer in transfers:
                row = DisbursementRequest.objects.get(pk=transfer.transfer_id)
                said.append((*match.locked(attempts(row)[-1]), transfer))
            record_many_paid(said, at=at, because="Stripe paid it")

    def statuses(self) -> dict[str, tuple[str, str | None]]:
        return {row.payee_user: (row.status, row.receipt)
                for row in DisbursementRequest.objects.all()}  # fmt: skip

    def test_all_are_paid_at_once_and_booked(
        self, under_way: list[Any], moved: MovedClock
    ) -> None:
        self.recorded(under_way, moved())

        assert self.statuses() == {
            f"user-{number}": ("completed", f"tr_{number}") for number in range(1, 5)
        }
        rows = DisbursementRequest.objects.all()
        assert {(row.completed_at, row.lease_until) for row in rows} == {(moved(), None)}
        assert {attempts(row)[0].outcome for row in rows} == {AttemptOutcome.PAID}
        assert list(breaks()) == []

    def test_odd_ones_among_them_keep_none_of_the_others(
        self, under_way: list[Any], moved: MovedClock
    ) -> None:
        known, odd, part, plain = under_way
        self.recorded([known], moved())
        odd = replace(odd, amount_minor=1)
        part = replace(part, reversed_minor=50)

        self.recorded([known, odd, part, plain], moved())

        found = self.statuses()
        assert sorted(status for status, _ in found.values()) == ["completed"] * 3 + ["sending"]
        assert DisbursementRequest.objects.get(pk=part.transfer_id).returned_minor == 50
        assert Alert.objects.get(kind="report_does_not_fit").key == odd.transfer_id
        assert list(breaks()) == []

    def test_an_answer_after_the_doubt_ends_the_doubt_too(
        self, won: Won, moved: MovedClock
    ) -> None:
        row = sent(won, DOUBT)
        doubt.tell(row, "Nobody can tell", severity=AlertSeverity.WARNING, at=moved())

        self.recorded([transfer_of(row, moved)], moved())

        assert reread(row).status == "completed"
        assert not Alert.objects.filter(kind="outcome_unknown", closed_at=None).exists()

    def test_one_transfer_never_pays_two_winners(
        self, under_way: list[Any], moved: MovedClock
    ) -> None:
        first, second, *_ = under_way

        self.recorded([first, replace(second, provider_id=first.provider_id)], moved())

        paid = [receipt for _, receipt in self.statuses().values() if receipt]
        assert paid == [first.provider_id]
        assert list(breaks()) == []

    def test_the_receipt_of_an_earlier_payout_pays_no_second_one(
        self, under_way: list[Any], moved: MovedClock
    ) -> None:
        first, second, *_ = under_way
        self.recorded([first], moved())

        self.recorded([replace(second, provider_id=first.provider_id)], moved())

        assert DisbursementRequest.objects.get(pk=second.transfer_id).receipt is None
