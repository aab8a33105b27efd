"""The demo's contests: sixty winners are paid once each, also who has to wait."""

from collections.abc import Sequence

import pytest
import requests

from config.demo import contest
from config.demo.contest_figures import ContestFigures, OneContest, contest_figures
from config.demo.rehearsal import FAULTS, SEED
from disbursements.models import ConnectedAccount, DisbursementRequest, PayoutJob
from gateways.http import connections
from tests.wire import Wire
from vault.models import Shortcode

SWEPT = ("accounts", "payouts", "reversals")
WAITING = 9


@pytest.fixture
def platform(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Shortcode:
    """The contests, set up under the demo's faults."""
    monkeypatch.setattr(requests, "request", connections.session().request)
    wire.simulator.change_faults(FAULTS, seed=SEED)
    return contest.set_up(at=wire.clock())


def count(status: str) -> int:
    return DisbursementRequest.objects.filter(status=status).count()


class TestContests:
    def test_who_may_receive_is_paid_under_faults_and_the_others_wait(
        self, wire: Wire, platform: Shortcode
    ) -> None:
        wire.run(also=SWEPT)

        # Under faults an account may also wait to be asked about again.
        assert count("held") in range(WAITING, WAITING + 5)
        assert count("completed") == 60 - count("held")
        found = contest_figures(platform)
        assert found.books_agree, found
        assert [each.currency for each in found.contests] == ["USD", "KWD", "JPY"]

    def test_who_waited_is_woken_and_a_part_comes_back(
        self, wire: Wire, platform: Shortcode
    ) -> None:
        wire.run(also=SWEPT)
        wire.simulator.change_faults("none")
        waking = contest.Waking(platform)

        waking.begin()
        began = waking.is_under_way()
        wire.run(also=SWEPT)
        taken = contest.take_some_back(platform)
        wire.run(also=SWEPT)

        found = contest_figures(platform)
        assert (began, waking.is_under_way(), taken) == (True, False, 1)
        assert count("completed") == 60
        assert found.woken in range(WAITING, WAITING + 5)
        assert found.books_agree, found
        dollars = next(each for each in found.contests if each.currency == "USD")
        assert dollars.returned_minor == contest.TAKEN_BACK
        assert dollars.won_minor - dollars.paid_minor == contest.TAKEN_BACK
        assert set(PayoutJob.objects.values_list("status", flat=True)) == {"complete"}

    def test_a_second_time_adds_nothing(self, wire: Wire, platform: Shortcode) -> None:
        accounts = ConnectedAccount.objects.count()

        again = contest.set_up(at=wire.clock())

        assert (again, ConnectedAccount.objects.count()) == (platform, accounts)
        assert (PayoutJob.objects.count(), DisbursementRequest.objects.count()) == (3, 60)


def one(**changed: object) -> OneContest:
    values = {
        "currency": "USD", "status": "complete", "winners": 2, "by_status": {"completed": 2},
        "won_minor": 500, "paid": 2, "paid_minor": 400, "returned_minor": 100, "book": 2,
        "book_minor": 400, "ledger_minor": 400,
    }  # fmt: skip
    return OneContest(**values | changed)  # type: ignore[arg-type]


class TestBooks:
    def figures(self, contests: Sequence[OneContest], **changed: object) -> ContestFigures:
        values = {"attempts": 3, "woken": 0, "paid_twice": 0, "strays": 0, "breaks": []}
        return ContestFigures(contests=contests, **values | changed)  # type: ignore[arg-type]

    def test_they_agree_when_every_currency_does(self) -> None:
        assert self.figures([one(), one(currency="JPY")]).books_agree

    @pytest.mark.parametrize(
        "changed", [{"paid": 1}, {"book": 3}, {"book_minor": 399}, {"ledger_minor": 401}]
    )
    def test_they_differ_when_one_currency_does(self, changed: dict[str, object]) -> None:
        assert not self.figures([one(), one(**changed)]).books_agree

    @pytest.mark.parametrize("changed", [{"paid_twice": 1}, {"strays": 1}, {"breaks": ["one"]}])
    def test_they_differ_when_somebody_was_paid_wrongly(self, changed: dict[str, object]) -> None:
        assert not self.figures([one()], **changed).books_agree
