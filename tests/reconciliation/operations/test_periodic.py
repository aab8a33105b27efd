from collections.abc import Callable
from datetime import timedelta
from typing import Any

from reconciliation.models import CheckRequest, Finding, SubjectKind
from reconciliation.operations.check_many import check_due
from reconciliation.operations.periodic import check_stuck
from reconciliation.sources.registry import SOURCES
from tests.watching import TableSource
from tests.wire import MovedClock


class TestStuck:
    def test_at_most_so_many_are_asked_for(
        self, source: TableSource, moved: MovedClock, settings: Any
    ) -> None:
        source.say(*(str(number) for number in range(30)))
        settings.RECONCILE_STUCK_MAX = 7

        assert check_stuck(at=moved()) == 7
        row = CheckRequest.objects.first()
        assert (row.trigger, row.fresh, row.actor) == ("periodic", True, "system")

    def test_no_kind_takes_all_places(self, source: TableSource, moved: MovedClock) -> None:
        source.say(*(str(number) for number in range(30)))
        few = TableSource()
        few.say("a", "b")
        SOURCES[SubjectKind.LOAN] = few

        check_stuck(at=moved())

        assert CheckRequest.objects.filter(subject_kind=SubjectKind.LOAN).count() == 2
        assert CheckRequest.objects.count() == 10

    def test_what_could_not_be_checked_is_tried_anew_after_an_hour(
        self, source: TableSource, moved: MovedClock, ask: Callable[..., int]
    ) -> None:
        source.broken = {"1"}
        ask("1")
        CheckRequest.objects.update(tries=5)
        check_due()
        early = check_stuck(at=moved())
        moved.moment += timedelta(hours=1)

        again = check_stuck(at=moved())

        assert (early, again) == (0, 1)
        source.broken = set()
        source.say("1")
        check_due()
        assert Finding.objects.get().status == "cured"
