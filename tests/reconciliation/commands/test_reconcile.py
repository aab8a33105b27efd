import json
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from reconciliation.models import CheckRequest, ReconciliationRun
from tests.watching import TOLD, TableSource, only_source

LESS = replace(TOLD, amount_minor=100_000)


@pytest.fixture
def source(engine_db: None) -> Iterator[TableSource]:
    source = TableSource()
    source.say("1", "2")
    source.say("3", told=LESS)
    with only_source(source):
        yield source


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("reconcile", *arguments, stdout=out)
    return out.getvalue()


class TestIds:
    def test_each_is_checked_now(self, source: TableSource) -> None:
        told = said("--id", "1", "--id", "3")

        assert "payment 1: matched" in told
        assert "high amount_mismatch" in told

    def test_in_json_it_is_the_documented_result(self, source: TableSource) -> None:
        (result,) = json.loads(said("--id", "3", "--json"))["results"]

        assert (result["sessionId"], result["status"]) == ("3", "discrepancy")
        assert result["reconciliationMetadata"]["trigger"] == "manual_command"

    def test_one_that_is_not_there_is_said(self, source: TableSource) -> None:
        with pytest.raises(CommandError, match="nothing has 'none'"):
            said("--id", "none")

    def test_with_one_wrong_id_none_is_checked(self, source: TableSource) -> None:
        with pytest.raises(CommandError, match="nothing has 'none'"):
            said("--id", "1", "--id", "none")

        assert not ReconciliationRun.objects.exists()


class TestMany:
    @pytest.mark.parametrize("which", [["--stuck"], ["--since", "2026-11-20"]])
    def test_they_are_asked_for_and_made(self, source: TableSource, which: list[str]) -> None:
        told = json.loads(said(*which, "--json"))

        assert told == {"asked": 3, "checked": 3}
        assert set(ReconciliationRun.objects.values_list("trigger", flat=True)) == {
            "manual_command"
        }
        assert not CheckRequest.objects.exists()

    def test_a_moment_that_is_none_is_named(self, source: TableSource) -> None:
        with pytest.raises(CommandError, match=r"--since: .*such as"):
            said("--since", "yesterday")

    def test_one_of_three_is_needed(self, source: TableSource) -> None:
        with pytest.raises(CommandError, match="one of the arguments"):
            said()
