"""The commands findings, finding_severities and reconciliation_stats."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from core.models import Step
from reconciliation.models import Finding, SeverityRule
from tests.watching import TOLD, TableSource, only_source
from tests.wire import MovedClock

REASON = ("--reason", "the bank's letter of 3 May says the same")


@pytest.fixture
def source(engine_db: None, moved: MovedClock) -> Iterator[TableSource]:
    """One that matches, one that differs, both checked a minute ago."""
    source = TableSource()
    source.say("1")
    source.say("2", told=replace(TOLD, amount_minor=100_000))
    with only_source(source):
        call_command("reconcile", "--id", "1", "--id", "2", stdout=StringIO())
        moved.forward(minutes=1)
        yield source


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


class TestFindings:
    def test_they_are_listed_by_filters(self, source: TableSource) -> None:
        told = json.loads(said("findings", "--status", "open", "--json"))

        assert told["total"] == 1
        assert (told["findings"][0]["sessionId"], told["findings"][0]["severity"]) == ("2", "high")
        reference = Finding.objects.get().reference
        assert reference
        assert f"amount_mismatch of payment {reference}: " in said("findings")
        assert said("findings", "--severity", "low").strip() == "No difference"

    def test_one_in_full_says_what_to_do(self, source: TableSource) -> None:
        text = said("findings", str(Finding.objects.get().pk))

        assert "We | M-Pesa's callback 1" in text
        assert "provider's statement" in text

    def test_one_is_dismissed_or_only_tried(self, source: TableSource) -> None:
        row = Finding.objects.get()

        tried = said("findings", "--dismiss", str(row.pk), *REASON, "--dry-run")
        after_trying = Finding.objects.get().status
        said("findings", "--dismiss", str(row.pk), *REASON)

        assert tried.startswith("would be ")
        assert (after_trying, Finding.objects.get().status) == ("open", "dismissed")
        assert Step.objects.filter(subject_type="Finding", to_status="dismissed").count() == 1

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11",), "there is no finding"),
            (("--dismiss", "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11", *REASON), "there is no"),
            (("--dismiss", "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"), "Say why"),
            (("--status", "moon"), "such as"),
            (("--id", "none"), "nothing of yours has 'none': an id is such as"),
        ],
    )
    def test_what_is_wrong_is_said(
        self, source: TableSource, arguments: tuple[str, ...], sentence: str
    ) -> None:
        with pytest.raises(CommandError, match=sentence):
            said("findings", *arguments)


class TestByAnyId:
    def test_our_id_and_the_reference_show_those_of_one(self, pay: Any, moved: MovedClock) -> None:
        row, other, unchecked = (pay(digits) for digits in ("00001", "00002", "00003"))
        for each in (row, other):
            Finding.objects.create(
                subject_kind="disbursement", subject_id=str(each.pk), kind="late", text="Late",
                severity="medium", status="open", status_at=moved(), opened_at=moved(),
                seen_at=moved(), there_name="M-Pesa",
            )  # fmt: skip

        told = [
            json.loads(said("findings", "--id", text, "--json"))["findings"]
            for text in (str(row.pk), row.client_reference, unchecked.client_reference)
        ]

        shown = [[each["sessionId"] for each in found] for found in told]
        assert shown == [[str(row.pk)], [str(row.pk)], []]


class TestSeverities:
    def test_they_are_listed_and_set(self, source: TableSource) -> None:
        before = json.loads(said("finding_severities", "--json"))["severities"]

        said("finding_severities", "--set", "late", "low", *REASON, "--dry-run")
        tried = SeverityRule.objects.count()
        said("finding_severities", "--set", "late", "low", *REASON)
        after = json.loads(said("finding_severities", "--json"))["severities"]

        assert (before["late"], tried, after["late"]) == ("medium", 0, "low")
        assert {**before, "late": "low"} == after

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("duplicate", "low"), "always high"),
            (("moon", "low"), "kind: "),
            (("late", "awful"), "severity: "),
        ],
    )
    def test_what_is_wrong_is_said(
        self, source: TableSource, arguments: tuple[str, str], sentence: str
    ) -> None:
        with pytest.raises(CommandError, match=sentence):
            said("finding_severities", "--set", *arguments, *REASON)


class TestStats:
    def test_the_figures_of_the_api(self, source: TableSource) -> None:
        told = json.loads(said("reconciliation_stats", "--by", "hour", "--json"))

        assert told["stats"]["totalProcessed"] == 2
        assert told["stats"]["discrepanciesDetected"] == 1
        assert told["history"][-1]["totalProcessed"] == 2

    def test_in_words(self, source: TableSource) -> None:
        text = said("reconciliation_stats", "--by", "day")

        assert "2 checks: 1 matched or under way, 1 with differences, 0 failed" in text
        assert "1 discrepancy, 1 matched" in text
