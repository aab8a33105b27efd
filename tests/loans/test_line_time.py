"""No call begins so late that a worker's task would be ended in the middle of it."""

import pytest
from django.conf import settings

from core import clock
from gateways.fineract.client import READING, WRITING
from loans.models import MifosConnection
from loans.operations import reach_mifos
from loans.operations.reach_mifos import TimeIsUp, open_line
from tests.lending import a_connection
from tests.wire import MovedClock
from vault.models import Partner


@pytest.fixture
def mifos(a_partner: Partner, moved: MovedClock) -> MifosConnection:
    return a_connection(a_partner)


class TestItsTime:
    def test_no_call_begins_when_the_job_has_had_its_time(
        self, mifos: MifosConnection, moved: MovedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with open_line(mifos, at=moved()) as line:
            line.before_call()
            later_s = clock.stopwatch_s() + reach_mifos.LASTS_S + 1
            monkeypatch.setattr(clock, "stopwatch_s", lambda: later_s)

            with pytest.raises(TimeIsUp):
                line.before_call()

        assert line.requests == 1

    def test_one_that_begins_late_in_a_job_ends_with_it(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        with (
            open_line(mifos, at=moved(), ends_s=clock.stopwatch_s() - 1) as line,
            pytest.raises(TimeIsUp),
        ):
            line.before_call()

    def test_the_longest_call_ends_before_the_workers_task_does(self) -> None:
        longest_s = max(READING.deadline_s, WRITING.deadline_s)

        assert reach_mifos.LASTS_S + longest_s < settings.Q_CLUSTER["timeout"]
