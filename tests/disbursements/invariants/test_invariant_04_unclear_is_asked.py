"""4. An unclear outcome is never re-sent and never called failed; it is asked for."""

from typing import Any

import pytest

from config.schedules import SWEEPS
from core.models import Alert, Step
from disbursements.models import DisbursementRequest
from disbursements.models import StatusQuestion as Question
from gateways.simulator import Simulator
from tests.wire import MovedClock, Wire

PAYMENT = "/mpesa/b2c/v3/paymentrequest"
UNCLEAR = ["99301", "99303", "99312", "99318"]


class TestWithoutAnyNews:
    def test_it_is_asked_for_two_days_and_then_a_person_is_called(
        self, wire: Wire, simulator: Simulator, pay: Any, moved: MovedClock
    ) -> None:
        rows = [pay(digits) for digits in UNCLEAR]

        for _ in range(70):
            for name in ("send", "recover", "retry", "ask"):
                SWEEPS[name].run()
            wire.drop()
            moved.moment = min(
                moment
                for moment in [SWEEPS["ask"].next_moment(at=moved()), moved.forward(hours=1)]
                if moment is not None
            )

        ended = DisbursementRequest.objects.filter(pk__in=[row.pk for row in rows])
        assert wire.paths.count(PAYMENT) == len(rows)
        assert {row.status for row in ended} == {"unknown"}
        assert all(row.person_needed_at for row in ended)
        assert Question.objects.count() > 40 * len(rows)
        assert Alert.objects.filter(kind="outcome_unknown", closed_at=None).count() == len(rows)
        assert not Step.objects.filter(to_status__in=["failed", "retrying"]).exists()


class TestLaterNews:
    @pytest.mark.parametrize("hours", [1, 47, 300])
    def test_the_truth_is_taken_whenever_it_comes(
        self, sent: Any, reports: Any, moved: MovedClock, hours: int
    ) -> None:
        row = sent()
        reports.timed_out(row)
        moved.forward(hours=hours)

        reports.paid(row)

        assert row.status == "completed"
