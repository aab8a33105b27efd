from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from config.deliveries import deliver_due
from config.schedules import SWEEPS
from disbursements.jobs import send
from disbursements.operations.ask_afresh import ask_afresh
from reconciliation.models import CheckRequest
from reconciliation.operations.check_many import check_due
from reconciliation.operations.read_trail import read_trail
from tests.wire import MovedClock, Wire


@pytest.fixture
def paid(wire: Wire, pay: Any, moved: MovedClock) -> Any:
    """A payout whose result has come, and is not read yet."""
    read_trail(at=moved())
    row = pay()
    send()
    moved.forward(minutes=1)
    wire.deliver()
    return row


class TestCallbacks:
    def test_what_it_settles_is_checked_with_it(self, paid: Any, moved: MovedClock) -> None:
        deliver_due()

        row = CheckRequest.objects.get()
        assert (row.subject_kind, row.subject_id) == ("disbursement", str(paid.pk))
        assert (row.trigger, row.due_at) == ("callback", moved())

    def test_so_many_seconds_later_where_a_setting_says_so(
        self, paid: Any, moved: MovedClock, settings: Any
    ) -> None:
        settings.RECONCILE_CALLBACK_DELAY_S = 2

        deliver_due()

        assert CheckRequest.objects.get().due_at == moved() + timedelta(seconds=2)

    def test_an_answer_about_what_is_settled_is_checked_as_one(
        self, paid: Any, wire: Wire, moved: MovedClock
    ) -> None:
        deliver_due()
        check_due()
        with transaction.atomic():
            ask_afresh(ids=[paid.pk], rails=[paid.rail], at=moved.forward(minutes=1))
        SWEEPS["ask"].run()
        CheckRequest.objects.all().delete()
        moved.forward(minutes=1)
        wire.deliver()

        deliver_due()

        row = CheckRequest.objects.get()
        assert (row.subject_id, row.trigger) == (str(paid.pk), "status_query")

    def test_the_trail_asks_for_no_second_check(self, paid: Any, moved: MovedClock) -> None:
        deliver_due()
        check_due()
        CheckRequest.objects.all().delete()

        assert read_trail(at=moved()) == 0


class TestJobs:
    def test_what_was_sent_is_checked_as_begun(
        self, wire: Wire, pay: Any, moved: MovedClock
    ) -> None:
        SWEEPS["reconcile"].run()
        row = pay()
        send()

        read_trail(at=moved())

        asked = CheckRequest.objects.get(subject_id=str(row.pk))
        assert (asked.trigger, asked.subject_kind) == ("initiation", "disbursement")
        assert SWEEPS["reconcile"].next_moment(at=moved()) is not None
