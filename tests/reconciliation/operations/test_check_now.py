from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from core import clock
from core.callers import NotAllowed
from core.refusals import Refused
from reconciliation.models import CheckRequest, Finding
from reconciliation.operations import check_now as asking
from reconciliation.operations.check_now import Busy, NoSuchSubject, check_now
from reconciliation.operations.claim_checks import claimed
from reconciliation.queries.runs import as_result, as_results
from tests.watching import EVERYBODY, TOLD, TableSource
from tests.wire import MovedClock
from vault.models import Partner


def check(text: str, moved: MovedClock, **more: Any) -> Any:
    values = {"trigger": "manual_dashboard", "caller": EVERYBODY, **more}
    return check_now(text=text, at=moved(), **values)


class TestNow:
    def test_the_answer_is_the_documented_one(
        self, source: TableSource, moved: MovedClock
    ) -> None:
        source.say("1")

        run = check("1", moved)

        told = as_result(run)
        assert (told["sessionId"], told["status"], told["issues"]) == ("1", "matched", [])
        assert told["sessionDetails"] == {
            "client": "Amina Example", "psychologist": "", "amount": 1250,
            "transactionId": "QHX12345", "kind": "payment", "reference": "REF-1",
        }  # fmt: skip
        assert told["reconciliationMetadata"]["trigger"] == "manual_dashboard"
        assert told["reconciliationMetadata"]["timestamp"] == "2026-11-21T08:00:00.000Z"
        assert isinstance(told["reconciliationMetadata"]["processingTime"], int)
        assert not CheckRequest.objects.exists()

    def test_differences_are_in_it(self, source: TableSource, moved: MovedClock) -> None:
        source.say("1", told=replace(TOLD, amount_minor=100_000))
        source.say("2")

        runs = [check("1", moved), check("2", moved)]

        first, second = as_results(runs)
        assert (first["status"], first["issues"][0]["type"]) == ("discrepancy", "amount_mismatch")
        assert first["issues"] == as_result(runs[0])["issues"]
        assert second["issues"] == []

    def test_one_that_fails_says_so_and_is_tried_again(
        self, source: TableSource, moved: MovedClock
    ) -> None:
        source.say("1")
        source.broken = {"1"}

        run = check("1", moved)

        assert (run.result, as_result(run)["error"][:12]) == ("error", "RuntimeError")
        assert CheckRequest.objects.get().tries == 1

    def test_who_did_it_is_kept(self, source: TableSource, moved: MovedClock) -> None:
        source.say("1")

        assert check("1", moved, trigger="manual").actor == "amina"


class TestRefused:
    @pytest.mark.parametrize("text", ["", " ", "none", "x" * 201, "a\x00b", "a\nb"])
    def test_what_names_nothing(self, source: TableSource, moved: MovedClock, text: str) -> None:
        with pytest.raises(NoSuchSubject, match="such as"):
            check(text, moved)

    def test_without_the_right(self, source: TableSource, moved: MovedClock) -> None:
        nobody = replace(EVERYBODY, permissions=frozenset())

        with pytest.raises(NotAllowed):
            check("1", moved, caller=nobody)

    def test_what_is_anothers(
        self, source: TableSource, moved: MovedClock, a_partner: Partner
    ) -> None:
        source.say("1", partner_id=a_partner.pk)
        foreign = replace(EVERYBODY, partners=frozenset({uuid4()}))
        own = replace(EVERYBODY, partners=frozenset({a_partner.pk}))

        with pytest.raises(NoSuchSubject):
            check("1", moved, caller=foreign)
        assert check("1", moved, caller=own).partner_id == a_partner.pk

    @pytest.mark.parametrize("trigger", ["", "DROP TABLE", "x" * 41, "a-b"])
    def test_a_trigger_that_is_none(
        self, source: TableSource, moved: MovedClock, trigger: str
    ) -> None:
        source.say("1")

        with pytest.raises(Refused, match="trigger"):
            check("1", moved, trigger=trigger)

    def test_one_that_is_being_checked(
        self, source: TableSource, moved: MovedClock, ask: Callable[..., int],
        together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(asking, "BUSY_WAIT_S", 0.05)
        source.say("1")
        ask("1")
        with claimed(at=clock.database_now()):
            (answer,) = together(lambda: check("1", moved))

        assert isinstance(answer, Busy)
        assert not Finding.objects.exists()
