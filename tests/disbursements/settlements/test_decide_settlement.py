"""The second person, races with the provider, and news that comes afterwards."""

from typing import Any

import pytest

from core.models import Alert, Step
from disbursements.models import DisbursementRequest
from disbursements.operations.decide_settlement import (
    NotWaiting,
    approve,
    reject,
)
from disbursements.operations.prove_books import breaks
from gateways.interface import PaymentState
from tests.disbursements.persons import (
    BRIAN,
    RECEIPT,
    person,
    proposed,
)
from tests.wire import MovedClock


class TestDeciding:
    def test_the_same_decision_again_is_the_same_and_another_is_refused(
        self, doubtful: Any, decide: Any, moved: MovedClock
    ) -> None:
        settlement = proposed(doubtful, at=moved())
        decide(settlement)

        assert decide(settlement).pk == settlement.pk
        with pytest.raises(NotWaiting, match="was approved by brian"):
            decide(settlement, reject)
        assert Step.objects.filter(subject_id=str(settlement.pk)).count() == 2

    def test_two_at_once_settle_once(
        self, doubtful: Any, moved: MovedClock, together: Any
    ) -> None:
        settlement = proposed(doubtful, at=moved())
        carol = person("carol.example", "approve")

        answers = together(*[
            lambda caller=caller, verb=verb: verb(
                settlement_id=settlement.pk, reason="as it says", caller=caller, at=moved()
            )
            for caller, verb in ((BRIAN, approve), (carol, approve), (BRIAN, reject))
        ])  # fmt: skip

        assert sum(isinstance(each, NotWaiting) for each in answers) == 2
        assert list(breaks()) == []

    @pytest.mark.parametrize("paid", [True, False])
    def test_an_answer_of_the_provider_overtakes_it(
        self, doubtful: Any, reports: Any, decide: Any, moved: MovedClock, paid: bool
    ) -> None:
        settlement = proposed(doubtful, at=moved())
        moved.forward(minutes=2)
        reports.asked(doubtful)
        reports.answered(doubtful, PaymentState.COMPLETED if paid else PaymentState.NOT_PAID)

        with pytest.raises(NotWaiting, match="overtaken"):
            decide(settlement)

        doubtful.refresh_from_db()
        settlement.refresh_from_db()
        assert settlement.status == "overtaken"
        assert doubtful.status == ("completed" if paid else "retrying")
        assert list(breaks()) == []

    def test_a_question_that_closed_unseen_is_seen_when_it_is_approved(
        self, doubtful: Any, decide: Any, moved: MovedClock
    ) -> None:
        settlement = proposed(doubtful, at=moved())
        DisbursementRequest.objects.filter(pk=doubtful.pk).update(status="accepted")

        with pytest.raises(NotWaiting, match="still asking"):
            decide(settlement)

        settlement.refresh_from_db()
        assert settlement.status == "overtaken"

    def test_an_answer_at_the_same_moment_settles_it_once(
        self, doubtful: Any, reports: Any, moved: MovedClock, together: Any
    ) -> None:
        settlement = proposed(doubtful, at=moved(), settled_as="paid")
        moved.forward(minutes=2)
        reports.asked(doubtful)

        together(
            lambda: reports.answered(doubtful, PaymentState.COMPLETED, receipt=RECEIPT),
            lambda: approve(
                settlement_id=settlement.pk, reason="as it says", caller=BRIAN, at=moved()
            ),
        )

        doubtful.refresh_from_db()
        assert (doubtful.status, doubtful.receipt) == ("completed", RECEIPT)
        assert list(breaks()) == []


class TestNewsAfterIt:
    def test_a_success_after_not_paid_is_kept_and_told_and_stops_what_would_be_sent(
        self, doubtful: Any, reports: Any, decide: Any, moved: MovedClock
    ) -> None:
        decide(proposed(doubtful, at=moved()))

        reports.paid(doubtful)
        reports.paid(doubtful)

        doubtful.refresh_from_db()
        assert (doubtful.status, doubtful.receipt) == ("failed", None)
        assert doubtful.person_needed_at == moved()
        alert = Alert.objects.get(kind="contradictory_reports", closed_at=None)
        assert alert.severity == "critical"
        assert list(breaks()) == []

    def test_a_query_that_then_says_paid_settles_nothing_but_two_persons_can(
        self, doubtful: Any, reports: Any, decide: Any, moved: MovedClock
    ) -> None:
        moved.forward(minutes=2)
        question = reports.asked(doubtful)
        decide(proposed(doubtful, at=moved()))
        reports.paid(doubtful)

        reports.answered(doubtful, PaymentState.COMPLETED, question=question)

        assert doubtful.status == "failed"
        decide(proposed(doubtful, at=moved(), settled_as="paid"))
        doubtful.refresh_from_db()
        assert (doubtful.status, doubtful.person_needed_at) == ("completed", None)
        assert list(breaks()) == []

    def test_a_failure_after_paid_is_kept_and_told_and_changes_nothing(
        self, doubtful: Any, reports: Any, decide: Any, moved: MovedClock
    ) -> None:
        decide(proposed(doubtful, at=moved(), settled_as="paid"))

        reports.failed(doubtful, "2040")
        reports.paid(doubtful, receipt="UKL9999999")

        assert (doubtful.status, doubtful.receipt) == ("completed", RECEIPT)
        assert Alert.objects.get(kind="contradictory_reports").count == 2
        assert list(breaks()) == []
