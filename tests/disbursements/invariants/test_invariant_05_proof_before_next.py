"""5. A new provider reference only after proof that the previous attempt did not pay."""

from typing import Any

import pytest
from django.db import IntegrityError

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.operations.claim import claim
from disbursements.operations.send import send_due
from gateways.memory import MemoryProvider
from tests.wire import MovedClock


def force(row: DisbursementRequest, moved: MovedClock) -> None:
    """Make a row look due for a retry, as a careless script might."""
    DisbursementRequest.objects.filter(pk=row.pk).update(
        status="retrying", next_retry_at=moved(), ask_at=None
    )


class TestEngine:
    def test_a_row_whose_attempt_is_open_is_not_sent_however_due_it_looks(
        self, sent: Any, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        row = sent()
        force(row, moved)

        assert send_due(status="retrying") == 0
        assert len(memory.calls) == 1

    def test_a_sender_that_forgot_the_proof_is_stopped_by_the_database(
        self, sent: Any, memory: MemoryProvider, moved: MovedClock, monkeypatch: Any,
        a_shortcode: Any,
    ) -> None:  # fmt: skip
        row = sent()
        force(row, moved)
        monkeypatch.setattr(
            "disbursements.queries.to_send",
            lambda status, at, of: DisbursementRequest.objects.filter(pk=row.pk).order_by("pk"),
        )

        with pytest.raises(IntegrityError, match="proof_before_next"):
            claim(shortcode=a_shortcode, status="retrying", at=moved())

        assert len(memory.calls) == 1
        assert DisbursementRetryLog.objects.count() == 1


class TestDatabase:
    @pytest.mark.parametrize("number", [2, 3])
    def test_no_attempt_follows_without_proof_of_the_one_before(
        self, sent: Any, number: int
    ) -> None:
        row = sent()

        with pytest.raises(IntegrityError, match="proof_before_next"):
            DisbursementRetryLog.objects.create(
                disbursement=row, retry_attempt=number, retry_reason="by force",
                provider_reference="PV2", secret_digest=b"2" * 32, shortcode_number="600111",
                retry_timestamp=row.created_at,
            )  # fmt: skip

    def test_not_paid_without_a_proof_is_refused(self, sent: Any, attempt_of: Any) -> None:
        attempt = attempt_of(sent())

        with pytest.raises(IntegrityError, match="not_paid_has_proof"):
            DisbursementRetryLog.objects.filter(pk=attempt.pk).update(outcome="not_paid")

    @pytest.mark.parametrize("field", ["provider_reference", "secret_digest", "retry_attempt"])
    def test_what_was_sent_cannot_be_rewritten(
        self, sent: Any, attempt_of: Any, field: str
    ) -> None:
        attempt = attempt_of(sent())
        value = {"provider_reference": "PV9", "secret_digest": b"9" * 32, "retry_attempt": 9}

        with pytest.raises(Exception, match="Cannot update rows"):
            DisbursementRetryLog.objects.filter(pk=attempt.pk).update(**{field: value[field]})

    def test_an_attempt_cannot_be_deleted(self, sent: Any, attempt_of: Any) -> None:
        attempt = attempt_of(sent())

        with pytest.raises(Exception, match="Cannot delete rows"):
            DisbursementRetryLog.objects.filter(pk=attempt.pk).delete()
