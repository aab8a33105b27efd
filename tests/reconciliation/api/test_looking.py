"""GET …/stats, …/active, …/history, …/runs, …/findings: what each caller sees."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reconciliation.api.answers import (
    CheckActiveAnswer,
    CheckHistoryAnswer,
    CheckRunsAnswer,
    CheckStatsAnswer,
)
from reconciliation.api.finding_answers import FindingAnswer, FindingsAnswer
from reconciliation.models import Finding, LiveEvent, ReconciliationRun
from tests.disbursements.api.conftest import Caller
from tests.reconciliation.api.conftest import (
    PATH,
    VIEW,
    VIEW_FINDING,
    Staff,
    demand_documented,
)
from tests.watching import TOLD, TableSource, a_record
from tests.wire import MovedClock
from vault.models import Partner

LESS = replace(TOLD, amount_minor=100_000)
# As the source document has them.
STATS = {
    "totalProcessed", "successfulReconciliations", "failedReconciliations",
    "discrepanciesDetected", "averageProcessingTime", "activeReconciliations", "queueLength",
    "connectedClients", "lastProcessedAt",
}  # fmt: skip
LISTS = ("stats", "active", "history", "runs", "findings")


@pytest.fixture
def checked(
    source: TableSource, clerk: Caller, a_partner: Partner, stranger: tuple[Partner, Caller],
    moved: MovedClock,
) -> None:  # fmt: skip
    """One of ours matches, one differs; one of the stranger's differs, and one of nobody's."""
    source.say("ours", partner_id=a_partner.pk)
    source.say("ours-less", told=LESS, partner_id=a_partner.pk)
    source.say("theirs", told=LESS, partner_id=stranger[0].pk)
    source.say("nobodys", told=LESS)
    for text in ("ours", "ours-less", "theirs", "nobodys"):
        moved.forward(seconds=1)
        answer = clerk.post({"trigger": "manual"}, path=f"{PATH}/session/{text}")
        assert answer.status_code == 200, answer.content


def said(caller: Caller, name: str, **asked: Any) -> dict[str, Any]:
    answer = caller.get(f"{PATH}/{name}", **asked)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def ids(caller: Caller, name: str, **asked: Any) -> list[str]:
    return [each["sessionId"] for each in said(caller, name, **asked)[name]]


class TestStats:
    def test_they_are_the_documented_ones(self, checked: None, clerk: Caller) -> None:
        answer = said(clerk, "stats")

        demand_documented(CheckStatsAnswer(), answer)
        assert set(answer["stats"]) >= STATS
        assert (answer["success"], answer["stats"]["totalProcessed"]) == (True, 4)
        assert answer["stats"]["successfulReconciliations"] == 1
        assert answer["stats"]["discrepanciesDetected"] == 3
        assert answer["stats"]["lastProcessedAt"] == "2026-11-21T08:00:04.000Z"

    def test_before_the_first_check(self, source: TableSource, clerk: Caller) -> None:
        stats = said(clerk, "stats")["stats"]

        assert (stats["totalProcessed"], stats["lastProcessedAt"]) == (0, None)

    def test_a_partner_sees_its_own(
        self, checked: None, key: Caller, clerk: Caller, a_partner: Partner,
        stranger: tuple[Partner, Caller],
    ) -> None:  # fmt: skip
        totals = [
            said(key, "stats")["stats"]["totalProcessed"],
            said(stranger[1], "stats")["stats"]["totalProcessed"],
            said(clerk, "stats", partner=a_partner.pk)["stats"]["totalProcessed"],
            said(key, "stats", partner=stranger[0].pk)["stats"]["totalProcessed"],
        ]

        assert totals == [2, 1, 2, 0]


class TestActive:
    def test_what_waits_is_told(
        self, checked: None, source: TableSource, clerk: Caller, key: Caller, a_partner: Partner
    ) -> None:
        clerk.post({}, path=f"{PATH}/queue/ours")
        clerk.post({}, path=f"{PATH}/queue/nobodys")

        answer, own = said(clerk, "active"), said(key, "active")

        demand_documented(CheckActiveAnswer(), answer)
        assert (answer["activeReconciliations"], answer["queueLength"]) == (0, 2)
        assert answer["connectedClients"] == 0
        assert {each["sessionId"] for each in answer["waiting"]} == {"ours", "nobodys"}
        assert [each["sessionId"] for each in own["waiting"]] == ["ours"]
        assert own["queueLength"] == 1


class TestHistory:
    def test_hours_and_days_with_a_trend(self, checked: None, clerk: Caller) -> None:
        hours, days = said(clerk, "history"), said(clerk, "history", by="day")

        demand_documented(CheckHistoryAnswer(), hours)
        demand_documented(CheckHistoryAnswer(), days)
        assert [len(each["history"]) for each in (hours, days)] == [25, 31]
        assert [each["totalProcessed"] for each in hours["history"]][-1] == 4
        assert days["history"][-1]["discrepancy"] == 3
        assert hours["trend"][0] == {
            "result": "all", "now": 4, "before": 0, "changePercent": None,
        }  # fmt: skip

    def test_a_span_of_ones_own(self, checked: None, clerk: Caller, key: Caller) -> None:
        asked = {"by": "day", "from": "2026-11-20", "to": "2026-11-21"}

        assert [e["totalProcessed"] for e in said(clerk, "history", **asked)["history"]] == [0, 4]
        assert [e["totalProcessed"] for e in said(key, "history", **asked)["history"]] == [0, 2]

    def test_what_is_wrong_is_named(self, clerk: Caller) -> None:
        wrong = [
            ({"by": "week"}, "by"), ({"from": "yesterday"}, "from"),
            ({"partner": "me"}, "partner"),
            ({"from": "2026-11-22", "to": "2026-11-20"}, "from"), ({"colour": "red"}, "colour"),
            ({"by": "hour", "from": "2020-01-01"}, "from"), ({"to": ""}, "to"),
            ({"by": "day", "from": "2000-01-01", "to": "2999-12-30"}, "from"),
        ]  # fmt: skip

        answers = [clerk.get(f"{PATH}/history", **asked) for asked, _ in wrong]

        told = [(each.status_code, list(each.json()["fields"])) for each in answers]
        assert told == [(400, [field]) for _, field in wrong]


class TestRuns:
    def test_newest_first_and_of_the_callers_partners(
        self, checked: None, clerk: Caller, key: Caller, stranger: tuple[Partner, Caller]
    ) -> None:
        answer = said(clerk, "runs")

        demand_documented(CheckRunsAnswer(), answer)
        assert ids(clerk, "runs") == ["nobodys", "theirs", "ours-less", "ours"]
        assert ids(key, "runs") == ["ours-less", "ours"]
        assert ids(stranger[1], "runs") == ["theirs"]

    def test_filters(self, checked: None, clerk: Caller, a_partner: Partner) -> None:
        ours = ["ours-less", "ours"]

        assert ids(clerk, "runs", status="matched") == ["ours"]
        assert ids(clerk, "runs", partner=a_partner.pk) == ours
        assert ids(clerk, "runs", partner=a_partner.pk, type="amount_mismatch") == ["ours-less"]
        assert ids(clerk, "runs", trigger="manual", sessionId="ours") == ["ours"]
        assert ids(clerk, "runs", kind="loan") == []
        assert ids(clerk, "runs", to="2020-01-01") == []
        assert ids(clerk, "runs", search="REF-ours") == ["ours"]
        assert len(ids(clerk, "runs", search="QHX12345")) == 4

    def test_pages_hold_every_one_once(self, checked: None, clerk: Caller) -> None:
        seen, cursor = [], ""
        for _ in range(4):
            page = said(clerk, "runs", limit=1, **({"cursor": cursor} if cursor else {}))
            seen += [each["sessionId"] for each in page["runs"]]
            cursor = page["nextCursor"]

        assert seen == ["nobodys", "theirs", "ours-less", "ours"]
        assert cursor is None

    def test_many_take_as_many_queries_as_one(
        self, checked: None, source: TableSource, clerk: Caller
    ) -> None:
        with CaptureQueriesContext(connection) as few:
            said(clerk, "runs", limit=1)
        ReconciliationRun.objects.bulk_create(
            ReconciliationRun(
                subject_kind=row.subject_kind, subject_id=row.subject_id, trigger="manual",
                actor="test", result=row.result, findings=row.findings, started_at=row.started_at,
                waited_ms=0, duration_ms=1,
            )
            for row in ReconciliationRun.objects.all()
        )  # fmt: skip
        with CaptureQueriesContext(connection) as many:
            said(clerk, "runs", limit=100)

        assert len(many) <= len(few) + 1


class TestPhones:
    def test_a_reference_that_is_one_is_told_masked(
        self, source: TableSource, clerk: Caller, key: Caller, a_partner: Partner
    ) -> None:
        record = a_record("ours", told=LESS, partner_id=a_partner.pk)
        source.records["ours"] = replace(record, reference="0700100001")
        checked = clerk.post({}, path=f"{PATH}/session/ours").json()["result"]

        [run], [row] = said(key, "runs")["runs"], said(key, "findings")["findings"]
        told = LiveEvent.objects.get(kind="reconciliation_result").data

        for details in (each["sessionDetails"] for each in (checked, run, told)):
            assert details["reference"] == "0700•••001"
        assert row["reference"] == "0700•••001"


class TestFindings:
    def test_newest_first_and_of_the_callers_partners(
        self, checked: None, clerk: Caller, key: Caller, stranger: tuple[Partner, Caller]
    ) -> None:
        answer = said(clerk, "findings")

        demand_documented(FindingsAnswer(), answer)
        assert ids(clerk, "findings") == ["nobodys", "theirs", "ours-less"]
        assert ids(key, "findings") == ["ours-less"]
        assert ids(stranger[1], "findings") == ["theirs"]

    def test_filters_and_pages(self, checked: None, clerk: Caller, a_partner: Partner) -> None:
        first = said(clerk, "findings", limit=2)

        assert ids(clerk, "findings", cursor=first["nextCursor"]) == ["ours-less"]
        assert ids(clerk, "findings", partner=a_partner.pk, status="open") == ["ours-less"]
        assert ids(clerk, "findings", severity="low,medium") == []
        assert len(ids(clerk, "findings", type="amount_mismatch", kind="payment")) == 3
        assert ids(clerk, "findings", sessionId="theirs") == ["theirs"]

    def test_one_in_full(self, checked: None, key: Caller) -> None:
        [row] = said(key, "findings")["findings"]

        answer = key.get(f"{PATH}/findings/{row['id']}").json()

        demand_documented(FindingAnswer(), answer)
        finding = answer["finding"]
        assert {name: finding[name] for name in row} == row
        assert finding["explanation"]["whatToDo"]
        assert [each["status"] for each in finding["timeline"]] == ["open"]
        assert [run["sessionId"] for run in finding["runs"]] == ["ours-less"]
        assert finding["here"] != finding["there"]

    def test_one_that_is_not_there(self, clerk: Caller) -> None:
        for text in ("none", "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11", "%00", "1"):
            assert clerk.get(f"{PATH}/findings/{text}").status_code == 404

    def test_anothers_and_nobodys_are_not_there(self, checked: None, key: Caller) -> None:
        others = Finding.objects.exclude(subject_id="ours-less").values_list("pk", flat=True)

        statuses = {key.get(f"{PATH}/findings/{pk}").status_code for pk in others}

        assert (len(others), statuses) == (2, {404})


class TestQueryStrings:
    @pytest.mark.parametrize("name", ["runs", "findings"])
    def test_what_is_wrong_is_named(self, clerk: Caller, name: str) -> None:
        wrong = [
            ({"status": "moon"}, "status"), ({"kind": "moon"}, "kind"), ({"type": "x"}, "type"),
            ({"limit": "0"}, "limit"), ({"limit": "201"}, "limit"), ({"cursor": "x"}, "cursor"),
            ({"from": "x"}, "from"), ({"partner": "x"}, "partner"), ({"colour": "red"}, "colour"),
            ({"search": "a\x00b"}, "search"), ({"search": "x" * 300}, "search"),
            ({"sessionId": ""}, "sessionId"), ({"result": "matched"}, "result"),
        ]  # fmt: skip

        answers = [clerk.get(f"{PATH}/{name}", **asked) for asked, _ in wrong]

        told = [(each.status_code, list(each.json()["fields"])) for each in answers]
        assert told == [(400, [field]) for _, field in wrong]

    def test_a_slash_at_the_end_is_tolerated(self, clerk: Caller) -> None:
        for name in LISTS:
            assert clerk.get(f"{PATH}/{name}/").status_code == 200

    def test_each_takes_its_own_permission(self, staff: Staff) -> None:
        viewer, reader = staff(VIEW), staff(VIEW_FINDING)
        for name in LISTS:
            may, may_not = (reader, viewer) if name == "findings" else (viewer, reader)

            answers = [caller.get(f"{PATH}/{name}") for caller in (may, may_not)]

            assert [answer.status_code for answer in answers] == [200, 403]
            assert "You lack the permission" in answers[1].json()["error"]
