from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reconciliation.models import BulkCheck, CheckRequest
from reconciliation.operations.request_check import request
from tests.wire import MovedClock

Ask = Callable[..., int]


class TestFolding:
    def test_one_check_waits_for_each_subject_however_often_it_is_asked_for(
        self, ask: Ask
    ) -> None:
        for _ in range(3):
            ask("1", "2", "1")

        assert sorted(CheckRequest.objects.values_list("subject_id", flat=True)) == ["1", "2"]

    def test_the_most_urgent_trigger_and_the_earliest_moment_win(
        self, ask: Ask, moved: MovedClock
    ) -> None:
        later = moved() + timedelta(minutes=5)

        ask("1", trigger="periodic", due_at=moved() + timedelta(minutes=1), fresh=True)
        ask("1", trigger="callback", due_at=later)
        ask("1", trigger="initiation", due_at=later)

        row = CheckRequest.objects.get()
        assert (row.trigger, row.priority, row.fresh) == ("callback", 20, True)
        assert row.due_at == moved() + timedelta(minutes=1)

    def test_one_that_is_in_work_is_asked_for_again_beside_it(
        self, ask: Ask, moved: MovedClock
    ) -> None:
        ask("1")
        CheckRequest.objects.update(lease_ends_at=moved() + timedelta(minutes=2))

        ask("1")

        assert CheckRequest.objects.filter(lease_ends_at=None).count() == 1
        assert CheckRequest.objects.count() == 2

    def test_a_bulk_has_its_own_check_of_each(self, ask: Ask, moved: MovedClock) -> None:
        bulk = BulkCheck.objects.create(
            trigger="bulk_manual", actor="amina", requested_at=moved()
        )  # fmt: skip
        ask("1")

        ask("1", "2", bulk_id=bulk.pk)
        ask("1", "2", bulk_id=bulk.pk)

        assert CheckRequest.objects.filter(bulk=bulk).count() == 2
        assert CheckRequest.objects.filter(bulk=None).count() == 1

    def test_many_who_ask_at_once_leave_one(
        self, ask: Ask, together: Callable[..., list[Any]]
    ) -> None:
        answers = together(*[lambda: ask("1", "2", "3")] * 4)

        assert not [each for each in answers if isinstance(each, Exception)]
        assert CheckRequest.objects.count() == 3

    def test_it_goes_with_the_transaction_that_asked(self, ask: Ask) -> None:
        with transaction.atomic():
            ask("1")
            transaction.set_rollback(True)

        assert not CheckRequest.objects.exists()


class TestMany:
    def test_ten_thousand_are_one_statement(self, ask: Ask) -> None:
        with CaptureQueriesContext(connection) as asked:
            count = ask(*(str(number) for number in range(10_000)))

        assert (count, len(asked.captured_queries)) == (10_000, 1)
        assert CheckRequest.objects.count() == 10_000

    def test_none_is_no_statement(self, moved: MovedClock) -> None:
        assert request(subjects=[], trigger="change", actor="system", at=moved()) == 0
