"""Releasing named payouts: only what is parked, once, whoever else does it at the same time."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from core.models import Step
from disbursements.models import DisbursementRequest
from disbursements.operations.pause import ReleasedMany, release_many
from disbursements.operations.prove_books import breaks
from disbursements.operations.send import send_due
from tests.disbursements.parking import FLOAT, OURS, park
from tests.wire import MovedClock

Sent = Callable[..., DisbursementRequest]


def let_go(moved: MovedClock, *ids: Any) -> ReleasedMany:
    return release_many(disbursement_ids=ids, reason="put right", actor="amina", at=moved())


class TestReleaseMany:
    def test_what_is_parked_is_sent_again_and_uses_up_no_retry(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = park(sent("00001"), reports, moved)

        done = let_go(moved, row.pk)

        row.refresh_from_db()
        assert done == ReleasedMany(released=1, skipped=0)
        assert (row.status, row.retry_count, row.next_retry_at) == ("retrying", 0, moved())
        assert row.parked_cause == ""
        assert send_due(status="retrying") == 1
        assert list(breaks()) == []

    def test_who_and_why_are_on_record(self, sent: Sent, reports: Any, moved: MovedClock) -> None:
        row = park(sent("00001"), reports, moved)

        let_go(moved, row.pk)

        step = Step.objects.filter(subject_id=str(row.pk)).latest("id")
        assert (step.from_status, step.to_status) == ("parked", "retrying")
        assert (step.actor, step.because) == ("amina", "released: put right")

    def test_everything_else_is_left_alone_and_counted(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        parked = park(sent("00001"), reports, moved)
        accepted, paid = sent("00002"), sent("00003")
        reports.paid(paid)

        done = let_go(moved, parked.pk, parked.pk, accepted.pk, paid.pk, uuid4())

        statuses = [
            DisbursementRequest.objects.get(pk=row.pk).status for row in (parked, accepted, paid)
        ]
        assert done == ReleasedMany(released=1, skipped=3)
        assert statuses == ["retrying", "accepted", "completed"]

    def test_several_causes_go_at_once(self, sent: Sent, reports: Any, moved: MovedClock) -> None:
        first, second = sent("00001"), sent("00002")
        park(first, reports, moved, OURS)
        park(second, reports, moved, FLOAT)

        done = let_go(moved, first.pk, second.pk)

        assert done.released == 2
        assert send_due(status="retrying") == 0

    def test_what_a_person_must_settle_is_not_sent(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = park(sent("00001"), reports, moved)
        DisbursementRequest.objects.filter(pk=row.pk).update(
            person_needed_at=moved(), person_needed_because="a status query says completed, but"
        )

        done = let_go(moved, row.pk)

        row.refresh_from_db()
        assert done == ReleasedMany(released=0, skipped=1)
        assert (row.status, row.person_needed_at) == ("parked", moved())

    def test_nothing_named_is_nothing_done(self, engine_db: None, moved: MovedClock) -> None:
        assert let_go(moved) == ReleasedMany(released=0, skipped=0)

    def test_it_happens_once(
        self, sent: Sent, reports: Any, moved: MovedClock, together: Any
    ) -> None:
        row = park(sent("00001"), reports, moved)

        results = together(*[lambda: let_go(moved, row.pk)] * 4)

        assert sorted(each.released for each in results) == [0, 0, 0, 1]
        assert Step.objects.filter(subject_id=str(row.pk), to_status="retrying").count() == 1
