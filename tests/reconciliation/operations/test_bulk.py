from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from core.callers import NotAllowed
from core.refusals import Refused
from reconciliation.models import BulkCheck, CheckRequest, ReconciliationRun
from reconciliation.operations.bulk import BULK_MAX, NothingSelected, TooMany, start
from reconciliation.operations.check_many import check_due
from reconciliation.queries import runs
from reconciliation.queries.runs import BadSelection
from tests.watching import EVERYBODY, TOLD, TableSource
from tests.wire import MovedClock
from vault.models import Partner


@pytest.fixture
def begin(source: TableSource, moved: MovedClock) -> Any:
    """Ask for many."""

    def begin_with(**values: Any) -> BulkCheck:
        return start(**{"caller": EVERYBODY, "at": moved(), **values})

    return begin_with


class TestIds:
    def test_each_is_a_run_of_it_and_it_ends_with_the_last(
        self, source: TableSource, begin: Any, moved: MovedClock
    ) -> None:
        source.say("1", "2", "3")
        bulk = begin(ids=["1", "2", "3"])

        check_due(batch=2, batches_max=1)
        halfway = BulkCheck.objects.get().ended_at
        check_due()

        assert (bulk.total, bulk.left_out, halfway) == (3, {}, None)
        assert BulkCheck.objects.get().ended_at == moved()
        assert runs.rows({"bulk": str(bulk.pk)}, partners=None).count() == 3

    def test_unknown_foreign_and_repeated_ones_are_counted(
        self, source: TableSource, begin: Any, a_partner: Partner
    ) -> None:
        source.say("1", partner_id=a_partner.pk)
        source.say("2", partner_id=None)
        caller = replace(EVERYBODY, partners=frozenset({uuid4()}))

        bulk = begin(ids=["2", "2", "1", "none", "x" * 300, 7], caller=caller)

        assert bulk.total == 1
        assert bulk.left_out["named more than once"] == 2
        assert sum(bulk.left_out.values()) + bulk.total == 6

    def test_one_that_fails_ends_it_too(
        self, source: TableSource, begin: Any, moved: MovedClock
    ) -> None:
        source.say("1", "2")
        source.broken = {"1"}
        begin(ids=["1", "2"])

        check_due()

        assert BulkCheck.objects.get().ended_at == moved()
        row = CheckRequest.objects.get()
        assert (row.subject_id, row.bulk_id, row.tries) == ("1", None, 1)

    def test_one_of_nothing_known_is_over_at_once(self, begin: Any, moved: MovedClock) -> None:
        bulk = begin(ids=["none"])

        assert (bulk.total, bulk.ended_at, bulk.left_out) == (0, moved(), {"not found": 1})

    def test_ten_thousand_are_taken_and_no_more(self, source: TableSource, begin: Any) -> None:
        ids = [str(number) for number in range(BULK_MAX)]
        source.say(*ids)

        assert begin(ids=ids).total == BULK_MAX
        with pytest.raises(TooMany, match="in batches, such as"):
            begin(ids=[*ids, "more"])
        assert BulkCheck.objects.count() == 1

    def test_none_is_refused(self, begin: Any) -> None:
        with pytest.raises(NothingSelected):
            begin(ids=[])

    def test_it_takes_the_right(self, begin: Any) -> None:
        with pytest.raises(NotAllowed):
            begin(ids=["1"], caller=replace(EVERYBODY, permissions=frozenset()))


class TestSelections:
    @pytest.fixture
    def found(self, source: TableSource, begin: Any) -> None:
        source.say("1", told=replace(TOLD, amount_minor=100))
        source.say("2")
        begin(ids=["1", "2"])
        check_due()

    def test_of_findings(self, found: None, begin: Any) -> None:
        bulk = begin(selection={"type": "amount_mismatch", "status": "open"})

        assert (bulk.total, bulk.selection["type"]) == (1, "amount_mismatch")

    def test_of_checks(self, found: None, begin: Any) -> None:
        assert begin(selection={"of": "runs", "result": "matched"}).total == 1
        check_due()
        assert ReconciliationRun.objects.filter(subject_id="2").count() == 2

    def test_what_fits_nothing_or_is_no_filter_is_refused(self, found: None, begin: Any) -> None:
        with pytest.raises(NothingSelected):
            begin(selection={"status": "cured"})
        with pytest.raises(BadSelection):
            begin(selection={"colour": "red"})
        with pytest.raises(Refused, match="findings, runs"):
            begin(selection={"of": "everything"})
