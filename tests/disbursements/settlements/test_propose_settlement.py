"""The first person: what may be proposed, of what, by whom."""

from typing import Any

import pytest

from core.callers import Caller, NotAllowed
from core.models import Step
from disbursements.models import DisbursementRequest, Settlement
from disbursements.operations.decide_settlement import (
    NoSuchSettlement,
    SamePerson,
    approve,
    reject,
)
from disbursements.operations.propose_settlement import (
    BadSettlement,
    CannotSettle,
    NoSuchPayout,
)
from gateways.interface import PaymentState
from tests.disbursements.persons import (
    AMINA,
    BRIAN,
    REASON,
    RECEIPT,
    person,
    proposed,
)
from tests.wire import MovedClock

OPERATOR = Caller(actor="command:root", origin="command", partners=None, permissions=None)


class TestWhatCannotBeSettled:
    @pytest.mark.parametrize(
        ("status", "because"),
        [
            ("sending", "its sender still holds it"), ("completed", "it is paid"),
            ("accepted", "we are still asking"), ("retrying", "we are still asking"),
        ],
    )  # fmt: skip
    def test_by_its_status(
        self, sent: Any, reports: Any, moved: MovedClock, status: str, because: str
    ) -> None:
        row = sent()
        DisbursementRequest.objects.filter(pk=row.pk).update(
            status=status, lease_until=moved(), next_retry_at=moved(), receipt="UKL1000001",
            completed_at=moved(), person_needed_at=moved() if status == "sending" else None,
        )  # fmt: skip

        with pytest.raises(CannotSettle, match=because):
            proposed(row, at=moved())

        assert not Settlement.objects.exists()

    def test_what_was_never_sent(self, pay: Any, moved: MovedClock) -> None:
        with pytest.raises(CannotSettle, match="nothing was sent yet"):
            proposed(pay(), at=moved())

    def test_what_failed_beyond_doubt(self, sent: Any, reports: Any, moved: MovedClock) -> None:
        row = sent()
        reports.failed(row, "2040")
        moved.forward(minutes=1)
        reports.asked(row)
        reports.answered(row, PaymentState.NOT_PAID)

        with pytest.raises(CannotSettle, match="its outcome is known"):
            proposed(row, at=moved())


class TestClaim:
    @pytest.mark.parametrize(
        ("field", "wrong"),
        [
            ("receipt", {"settled_as": "paid", "receipt": "NOT-A-ONE"}),
            ("receipt", {"settled_as": "paid", "receipt": ""}),
            ("paid_at", {"settled_as": "paid", "paid_at": None}),
            ("evidence", {"evidence": "seen"}),
            ("reason", {"reason": "  short  "}),
            ("settled_as", {"settled_as": "perhaps"}),
            ("receipt", {"receipt": RECEIPT}),
        ],
    )
    def test_each_wrong_field_is_named(
        self, doubtful: Any, moved: MovedClock, field: str, wrong: dict[str, Any]
    ) -> None:
        with pytest.raises(BadSettlement) as refused:
            proposed(doubtful, at=moved(), **wrong)

        assert [problem.field for problem in refused.value.problems] == [field]
        assert not Settlement.objects.exists()

    def test_a_moment_before_it_was_sent_or_in_the_future_is_refused(
        self, doubtful: Any, moved: MovedClock
    ) -> None:
        now = moved()
        for hours in (-2, 4):
            with pytest.raises(BadSettlement, match="paid_at: lies"):
                proposed(doubtful, at=now, settled_as="paid", paid_at=moved.forward(hours=hours))

    def test_the_same_again_is_the_same_row(self, doubtful: Any, moved: MovedClock) -> None:
        first, second = proposed(doubtful, at=moved()), proposed(doubtful, at=moved())

        assert first.pk == second.pk

    def test_another_claim_while_one_waits_is_refused(
        self, doubtful: Any, moved: MovedClock
    ) -> None:
        proposed(doubtful, at=moved())

        with pytest.raises(CannotSettle, match="has proposed a settlement"):
            proposed(doubtful, at=moved(), caller=BRIAN)

    def test_it_is_in_the_trail_and_changes_nothing(
        self, doubtful: Any, moved: MovedClock
    ) -> None:
        settlement = proposed(doubtful, at=moved())

        doubtful.refresh_from_db()
        note = Step.objects.filter(subject_id=str(doubtful.pk)).latest("id")
        assert doubtful.status == "unknown"
        assert (note.actor, note.from_status, note.to_status) == (AMINA.actor, *["unknown"] * 2)
        assert REASON in note.because
        assert Step.objects.get(subject_id=str(settlement.pk)).to_status == "proposed"


class TestWhoMay:
    def test_only_a_named_person_with_the_permission(
        self, doubtful: Any, decide: Any, moved: MovedClock
    ) -> None:
        for caller in (OPERATOR, person("nobody", "retry")):
            with pytest.raises(NotAllowed):
                proposed(doubtful, at=moved(), caller=caller)
        settlement = proposed(doubtful, at=moved())
        for caller in (OPERATOR, person("nobody", "settle")):
            with pytest.raises(NotAllowed):
                decide(settlement, caller=caller)

        assert settlement.status == "proposed"

    def test_nobody_of_another_partner(
        self, doubtful: Any, decide: Any, moved: MovedClock
    ) -> None:
        stranger = person("stranger", "settle", "approve", partners=frozenset({doubtful.pk}))
        with pytest.raises(NoSuchPayout):
            proposed(doubtful, at=moved(), caller=stranger)
        settlement = proposed(doubtful, at=moved())

        for verb in (approve, reject):
            with pytest.raises(NoSuchSettlement):
                decide(settlement, verb, stranger)

    def test_who_proposed_it_may_only_take_it_back(
        self, doubtful: Any, decide: Any, moved: MovedClock
    ) -> None:
        settlement = proposed(doubtful, at=moved())
        with pytest.raises(SamePerson):
            decide(settlement, caller=AMINA)

        decide(settlement, reject, AMINA)

        doubtful.refresh_from_db()
        assert (settlement.status, doubtful.status) == ("rejected", "unknown")
        assert proposed(doubtful, at=moved(), caller=BRIAN).pk != settlement.pk
