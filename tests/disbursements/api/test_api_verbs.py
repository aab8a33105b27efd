"""POST /api/disburse/{id}/cancel and its like, bulk runs, statistics and the export."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.clock import NAIROBI
from disbursements.models import BulkRun, DisbursementRequest, Export
from disbursements.operations import bulk
from tests.disbursements.api.conftest import Caller, add_caller
from tests.wire import MovedClock
from vault.models import Partner

BUSY, WRONG_NUMBER, OURS = "17", "2040", "5"
WHY = {"reason": "Float was topped up"}
VERBS = ("cancel", "bring-forward", "stop-retrying", "max-retries", "ask")
VIEW = "disbursements.view_disbursementrequest"
EXPORT = "disbursements.export_disbursementrequest"
Ended = Callable[..., DisbursementRequest]


def do(caller: Caller, row: DisbursementRequest, verb: str, **more: Any) -> Any:
    return caller.post(WHY | more, path=f"/api/disburse/{row.pk}/{verb}")


class TestVerbs:
    def test_cancel(self, desk_key: Caller, pay: Any) -> None:
        row = pay("00001")

        first, again = do(desk_key, row, "cancel"), do(desk_key, row, "cancel")

        row.refresh_from_db()
        assert (first.status_code, first.json()["message"]) == (200, "1 cancelled.")
        assert (again.status_code, again.json()["queued"]) == (200, 0)
        assert again.json()["skipped"][0]["reason"]
        assert row.status == "cancelled"

    def test_bring_forward_to_a_moment(
        self, desk_key: Caller, ended: Ended, moved: MovedClock
    ) -> None:
        row = ended("00001", BUSY)
        moment = moved() + timedelta(minutes=2)

        answer = do(desk_key, row, "bring-forward", at=moment.astimezone(NAIROBI).isoformat())

        row.refresh_from_db()
        assert answer.json()["queued"] == 1, answer.json()
        assert row.next_retry_at == moment

    def test_stop_retrying(self, desk_key: Caller, ended: Ended) -> None:
        row = ended("00001", OURS)

        answer = do(desk_key, row, "stop-retrying")

        row.refresh_from_db()
        assert (answer.json()["queued"], row.status) == (1, "failed")

    def test_max_retries(self, desk_key: Caller, ended: Ended) -> None:
        row = ended("00001", BUSY)

        answer = do(desk_key, row, "max-retries", maxRetries=7)

        row.refresh_from_db()
        assert (answer.json()["queued"], row.max_retries) == (1, 7)

    def test_ask(self, desk_key: Caller, sent: Any) -> None:
        row = sent("00001")

        assert do(desk_key, row, "ask").json()["queued"] == 1

    @pytest.mark.parametrize("verb", VERBS)
    def test_anothers_payout_is_404_before_the_body_is_looked_at(
        self, pay: Any, verb: str
    ) -> None:
        row = pay("00001")
        stranger = add_caller("Another Example", "600222")[1]

        answers = [
            stranger.post({}, path=f"/api/disburse/{row_id}/{verb}")
            for row_id in (row.pk, uuid4(), "abc")
        ]

        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1

    @pytest.mark.parametrize(
        ("verb", "body", "fields"),
        [("cancel", {"reason": "short"}, {"reason"}), ("ask", {}, {"reason"}),
         ("cancel", {"at": "now", **WHY}, {"at"}),
         ("bring-forward", {"at": "tomorrow", **WHY}, {"at"}),
         ("bring-forward", {"at": "2026-11-21", **WHY}, {"at"}),
         ("bring-forward", {"at": "2020-01-01T00:00:00+03:00", **WHY}, {"at"}),
         ("max-retries", WHY, {"maxRetries"}),
         ("max-retries", {"maxRetries": -1, **WHY}, {"maxRetries"}),
         ("max-retries", {"maxRetries": 11, **WHY}, {"maxRetries"}),
         ("max-retries", {"maxRetries": True, **WHY}, {"maxRetries"}),
         ("max-retries", {"maxRetries": "3", "x": 1}, {"maxRetries", "reason", "x"})],
    )  # fmt: skip
    def test_each_wrong_field_is_named(
        self, desk_key: Caller, pay: Any, verb: str, body: dict, fields: set[str]
    ) -> None:
        answer = desk_key.post(body, path=f"/api/disburse/{pay('00001').pk}/{verb}")

        assert answer.status_code == 400, answer.json()
        assert set(answer.json()["fields"]) == fields
        assert not BulkRun.objects.exists()


class TestBulkRuns:
    @pytest.fixture
    def run_id(self, desk_key: Caller, ended: Ended, monkeypatch: pytest.MonkeyPatch) -> str:
        """A run over two parked payouts that nobody has worked off yet."""
        monkeypatch.setattr(bulk, "INLINE_MAX", 0)
        for digits in ("00001", "00002"):
            ended(digits, OURS)
        return desk_key.post({"all": True, **WHY}, path="/api/disburse/retry").json()["bulkRun"]

    def test_it_is_told_and_stopped(self, desk_key: Caller, run_id: str) -> None:
        path = f"/api/disburse/bulk-runs/{run_id}"

        running = desk_key.get(path).json()["bulkRun"]
        stopped = desk_key.post(WHY, path=f"{path}/stop").json()["bulkRun"]
        again = desk_key.post(WHY, path=f"{path}/stop")
        bulk.work()

        assert (running["verb"], running["status"], running["total"]) == ("retry", "running", 2)
        assert (running["totals"], running["reason"]) == ({"KES": 2500}, WHY["reason"])
        assert (running["selection"], running["skips"]) == ({"retryable": "yes"}, [])
        assert (stopped["status"], stopped["waiting"]) == ("stopped", 2)
        assert (again.status_code, again.json()["bulkRun"]["status"]) == (200, "stopped")
        assert not DisbursementRequest.objects.filter(status="retrying").exists()

    def test_they_are_listed_newest_first_by_key(
        self, desk_key: Caller, ended: Ended, moved: MovedClock
    ) -> None:
        row, made = ended("00001", BUSY), []
        for number in range(3):
            moved.forward(seconds=number // 2)
            body = {"disbursementId": str(row.pk), **WHY}
            made.append(desk_key.post(body, path="/api/disburse/retry").json()["bulkRun"])

        first = desk_key.get("/api/disburse/bulk-runs", limit=2).json()
        second = desk_key.get("/api/disburse/bulk-runs", cursor=first["nextCursor"]).json()

        seen = [run["id"] for run in first["bulkRuns"] + second["bulkRuns"]]
        assert (seen[0], sorted(seen)) == (made[2], sorted(made))
        assert second["nextCursor"] is None

    def test_another_partner_sees_and_stops_none(
        self, run_id: str, person: Any, a_partner: Partner
    ) -> None:
        another, stranger = add_caller("Another Example", "600222")
        runs = "disbursements.view_bulkrun"
        staff = person(runs, "disbursements.retry_disbursementrequest", partner=another)
        path = f"/api/disburse/bulk-runs/{run_id}"

        for caller in (stranger, staff):
            assert caller.get("/api/disburse/bulk-runs").json()["bulkRuns"] == []
            assert caller.get(path).status_code == 404
            assert caller.post(WHY, path=f"{path}/stop").status_code == 404
        assert person(runs, partner=a_partner).get(path).status_code == 200
        assert person(runs).post(WHY, path=f"{path}/stop").status_code == 403

    def test_a_run_over_all_partners_is_no_partners_to_see(
        self, desk_key: Caller, ended: Ended, person: Any
    ) -> None:
        ended("00001", OURS)
        staff = person("disbursements.retry_disbursementrequest")
        run_id = staff.post({"all": True, **WHY}, path="/api/disburse/retry").json()["bulkRun"]

        assert desk_key.get(f"/api/disburse/bulk-runs/{run_id}").status_code == 404
        assert desk_key.get("/api/disburse/bulk-runs").json()["bulkRuns"] == []

    def test_phones_in_filters_are_masked_for_those_who_may_not_see_them(
        self, desk_key: Caller, ended: Ended, person: Any
    ) -> None:
        ended("00001", OURS)
        desk_key.post({"all": True, "search": "0700100001", **WHY}, path="/api/disburse/retry")

        answer = person("disbursements.view_bulkrun").get("/api/disburse/bulk-runs")

        assert len(answer.json()["bulkRuns"]) == 1
        assert "0700100001" not in answer.content.decode()

    @pytest.mark.parametrize("name", ["page", "status", "limit", "cursor"])
    def test_a_wrong_parameter_is_named(self, desk_key: Caller, name: str) -> None:
        answer = desk_key.get("/api/disburse/bulk-runs", **{name: "x"})

        assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])


class TestStatistics:
    PATH = "/api/disburse/retry/statistics"

    def test_per_day_and_per_code(self, desk_key: Caller, ended: Ended, sent: Any,
                                  reports: Any) -> None:  # fmt: skip
        reports.paid(sent("00001"))
        ended("00002", WRONG_NUMBER)

        answer = desk_key.get(self.PATH).json()

        today = answer["perDay"][-1]
        assert (len(answer["perDay"]), today["day"]) == (14, "2026-11-21")
        assert (today["instructed"], today["finished"], today["failed"]) == (2, 2, 1)
        assert (today["firstTryBps"], today["inTheEndBps"]) == (5000, 5000)
        assert answer["perDay"][0]["firstTryBps"] is None
        [code] = answer["perCode"]
        assert (code["code"], code["count"], code["totals"]) == (WRONG_NUMBER, 1, {"KES": 1250})
        assert code["whatHappened"]
        assert answer["at"] == "2026-11-21T11:00:00+03:00"

    def test_another_partner_sees_none_of_it(self, ended: Ended) -> None:
        row = ended("00001", WRONG_NUMBER)
        stranger = add_caller("Another Example", "600222")[1]

        for query in ({}, {"partner": str(row.partner_id)}):
            answer = stranger.get(self.PATH, **query).json()
            assert (answer["perDay"][-1]["instructed"], answer["perCode"]) == (0, [])

    @pytest.mark.parametrize(
        ("query", "fields"),
        [({"from": "x"}, {"from"}), ({"to": "2026-02-30"}, {"to"}), ({"to": "9999-12-31"}, {"to"}),
         ({"from": "2026-11-22"}, {"from"}), ({"from": "2020-01-01"}, {"from"}),
         ({"from": "20261121"}, {"from"}), ({"partner": "x", "days": "3"}, {"partner", "days"})],
    )  # fmt: skip
    def test_each_wrong_parameter_is_named(
        self, desk_key: Caller, query: dict, fields: set[str], moved: MovedClock
    ) -> None:
        answer = desk_key.get(self.PATH, **query)

        assert (answer.status_code, set(answer.json()["fields"])) == (400, fields)


class TestExport:
    PATH = "/api/disburse/export"

    def body_of(self, answer: Any) -> str:
        assert answer.status_code == 200
        return b"".join(answer.streaming_content).decode()

    def test_what_is_filtered_in_the_columns_that_were_chosen(
        self, desk_key: Caller, ended: Ended
    ) -> None:
        ended("00001", BUSY)
        ended("00002", WRONG_NUMBER)

        answer = desk_key.get(self.PATH, status="failed", columns="reference,amount,phone")

        assert answer["Content-Type"].startswith("text/csv")
        assert answer["Content-Disposition"].startswith('attachment; filename="disbursements_')
        assert self.body_of(answer).replace("\r", "") == (
            "reference,amount,phone\nREF-00002,1250.00,254700100002\n"
        )
        assert Export.objects.get().actor == f"api:{desk_key.key[:12]}"

    def test_phones_are_masked_for_those_who_may_not_see_them(
        self, person: Any, ended: Ended
    ) -> None:
        ended("00001", BUSY)

        text = self.body_of(person(EXPORT).get(self.PATH, format="json"))

        assert "REF-00001" in text
        assert "254700100001" not in text

    def test_a_key_takes_its_own_only(self, ended: Ended) -> None:
        ended("00001", BUSY)
        stranger = add_caller("Another Example", "600222")[1]

        assert self.body_of(stranger.get(self.PATH, columns="reference")).strip() == "reference"

    def test_looking_is_not_taking_away(self, person: Any) -> None:
        answer = person(VIEW).get(self.PATH)

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")
        assert not Export.objects.exists()

    @pytest.mark.parametrize(
        ("name", "value"),
        [("format", "xml"), ("format", ""), ("columns", "password"), ("columns", ""),
         ("columns", "reference,reference"), ("status", "paid"), ("limit", "3"), ("page", "1")],
    )  # fmt: skip
    def test_a_wrong_parameter_is_named(self, desk_key: Caller, name: str, value: str) -> None:
        answer = desk_key.get(self.PATH, **{name: value})

        assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])
        assert not Export.objects.exists()
