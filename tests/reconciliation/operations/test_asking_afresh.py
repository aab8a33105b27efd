from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciliation.models import CheckRequest, Finding
from reconciliation.operations import ask_again
from reconciliation.operations.check_many import check_due
from reconciliation.rules.sides import Standing
from tests.watching import LESS, TableSource, results
from tests.wire import MovedClock

Ask = Callable[..., int]


class TestAsking:
    def test_a_silent_provider_is_asked_once_and_looked_at_a_minute_later(
        self, source: TableSource, ask: Ask, moved: MovedClock
    ) -> None:
        source.asks = True
        source.say("1")
        source.records["1"] = replace(source.records["1"], others=())
        ask("1", trigger="manual_api")

        check_due()

        row = CheckRequest.objects.get()
        assert results() == {"1": ["pending"]}
        assert (source.asked_ids, row.trigger) == (["1"], "status_query")
        assert row.due_at == moved() + timedelta(minutes=1)

    def test_of_many_that_are_under_way_so_many_are_asked_about_each_minute(
        self, source: TableSource, ask: Ask, moved: MovedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ask_again, "WISHED_EACH_MINUTE", 2)
        source.asks = True
        source.say(*"12345")
        for each, record in source.records.items():
            under_way = replace(record.row, standing=Standing.OPEN)
            source.records[each] = replace(record, row=under_way, others=())

        ask(*"1234", trigger="bulk_manual", fresh=True)
        check_due(batch=3)
        of_a_bulk = list(source.asked_ids)
        ask("5", trigger="manual_api", fresh=True)
        check_due()
        waited_for = list(source.asked_ids)[2:]
        moved.forward(minutes=2)
        ask(*"1234", trigger="bulk_manual", fresh=True)
        check_due()

        assert (len(of_a_bulk), waited_for) == (2, ["5"])
        assert sorted(source.asked_ids) == list("12345")

    def test_it_is_not_asked_again_within_ten_minutes(
        self, source: TableSource, ask: Ask, moved: MovedClock
    ) -> None:
        source.asks = True
        source.say("1")
        source.records["1"] = replace(source.records["1"], others=())

        for _ in range(3):
            ask("1", fresh=True)
            check_due()
            moved.forward(minutes=3)

        assert source.asked_ids == ["1"]
        moved.forward(minutes=2)
        ask("1")
        check_due()
        assert source.asked_ids == ["1", "1"]

    def test_a_difference_is_told_at_once_and_asked_about(
        self, source: TableSource, ask: Ask
    ) -> None:
        source.asks = True
        source.say("1", told=LESS)
        ask("1")

        check_due()

        assert results() == {"1": ["discrepancy"]}
        assert source.asked_ids == ["1"]
        assert Finding.objects.get().status == "open"

    def test_a_source_that_cannot_ask_disturbs_no_check(
        self, source: TableSource, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source.say("1", told=LESS)
        ask("1")

        def refuse(ids: Any, *, at: Any) -> None:
            raise RuntimeError

        with monkeypatch.context() as broken:
            broken.setattr(source, "ask_afresh", refuse)
            check_due()

        assert results() == {"1": ["discrepancy"]}
