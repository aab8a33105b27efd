"""POST …/bulk, and how far one is."""

from dataclasses import replace
from typing import Any

from reconciliation.api.answers import CheckBulkAnswer
from reconciliation.models import BulkCheck, CheckRequest
from reconciliation.operations.bulk import BULK_MAX
from reconciliation.operations.check_many import check_due
from tests.disbursements.api.conftest import Caller
from tests.reconciliation.api.conftest import CHECK, PATH, VIEW, Staff, demand_documented
from tests.watching import TOLD, TableSource
from vault.models import Partner

BULK = f"{PATH}/bulk"


class TestIds:
    def test_they_are_queued_and_made_by_a_worker(
        self, source: TableSource, clerk: Caller
    ) -> None:
        source.say("1")
        source.say("2", told=replace(TOLD, amount_minor=1))

        answer = clerk.post(
            {"sessionIds": ["1", "2", "1", "none"], "trigger": "bulk_manual"}, path=BULK
        )
        bulk = answer.json()["bulk"]
        check_due()
        now = clerk.get(f"{BULK}/{bulk['id']}").json()
        runs = clerk.get(f"{PATH}/runs", bulk=bulk["id"]).json()["runs"]

        assert answer.status_code == 202
        demand_documented(CheckBulkAnswer(), answer.json())
        assert answer.json()["success"] is True
        assert (bulk["total"], bulk["processed"], bulk["endedAt"]) == (2, 0, None)
        assert {each["reason"]: each["count"] for each in bulk["leftOut"]} == {
            "not found": 1, "named more than once": 1,
        }  # fmt: skip
        assert now["bulk"]["results"] == {"matched": 1, "discrepancy": 1}
        assert (now["bulk"]["processed"], now["bulk"]["endedAt"] is None) == (2, False)
        assert {run["sessionId"] for run in runs} == {"1", "2"}
        assert {run["reconciliationMetadata"]["trigger"] for run in runs} == {"bulk_manual"}

    def test_where_nothing_is_known_it_is_over_at_once(
        self, source: TableSource, clerk: Caller
    ) -> None:
        answer = clerk.post({"sessionIds": ["none"]}, path=BULK)

        assert (answer.status_code, answer.json()["bulk"]["total"]) == (200, 0)
        assert answer.json()["bulk"]["endedAt"]

    def test_ten_thousand_are_taken_and_one_more_is_refused(
        self, source: TableSource, clerk: Caller
    ) -> None:
        source.say("7", "8", "9")
        ids = [str(number) for number in range(BULK_MAX)]

        taken = clerk.post({"sessionIds": ids}, path=BULK)
        refused = clerk.post({"sessionIds": [*ids, "more"]}, path=BULK)

        assert (taken.status_code, taken.json()["bulk"]["total"]) == (202, 3)
        assert (refused.status_code, refused.json()["code"]) == (400, "too_many")
        assert "10,000" in refused.json()["fields"]["sessionIds"][0]
        assert "such as" in refused.json()["error"]
        assert BulkCheck.objects.count() == 1

    def test_anothers_are_left_out_like_unknown_ones(
        self, source: TableSource, staff: Staff, a_partner: Partner,
        stranger: tuple[Partner, Caller],
    ) -> None:  # fmt: skip
        source.say("ours", partner_id=a_partner.pk)
        source.say("theirs", partner_id=stranger[0].pk)

        caller = staff(CHECK, VIEW, partner=a_partner)
        bulk = caller.post({"sessionIds": ["ours", "theirs", "none"]}, path=BULK).json()["bulk"]

        assert bulk["total"] == 1
        assert bulk["leftOut"] == [{"reason": "not found", "count": 2}]
        assert CheckRequest.objects.get().subject_id == "ours"

    def test_only_who_sees_all_partners_sees_the_bulks_of_others(
        self, source: TableSource, staff: Staff, a_partner: Partner
    ) -> None:
        source.say("1", partner_id=a_partner.pk)
        bulk_id = staff().post({"sessionIds": ["1"]}, path=BULK).json()["bulk"]["id"]

        statuses = [
            caller.get(f"{BULK}/{bulk_id}").status_code
            for caller in (staff(VIEW), staff(VIEW, partner=a_partner))
        ]

        assert statuses == [200, 404]


class TestSelections:
    def test_of_open_differences(self, source: TableSource, clerk: Caller) -> None:
        source.say("1", told=replace(TOLD, amount_minor=1))
        source.say("2")
        clerk.post({"sessionIds": ["1", "2"]}, path=BULK)
        check_due()

        of_findings = clerk.post(
            {"selection": {"of": "findings", "status": "open", "sessionId": "1"}}, path=BULK
        )
        of_runs = clerk.post({"selection": {"of": "runs", "status": "matched"}}, path=BULK)

        assert [answer.json()["bulk"]["total"] for answer in (of_findings, of_runs)] == [1, 1]

    def test_what_fits_nothing_or_is_no_filter_is_named(
        self, source: TableSource, clerk: Caller
    ) -> None:
        selections: list[tuple[Any, str]] = [
            ({"status": "open"}, "selection"), ({"of": "moons"}, "selection.of"),
            ({"colour": "red"}, "selection.colour"), ({"status": "moon"}, "selection.status"),
            ({"from": "yesterday"}, "selection.from"), ({"of": "runs", "status": "open"},
            "selection.status"), ({"status": 7}, "selection"), ("open", "selection"),
            ([], "selection"),
        ]  # fmt: skip

        answers = [clerk.post({"selection": each}, path=BULK) for each, _ in selections]

        told = [(each.status_code, list(each.json()["fields"])) for each in answers]
        assert told == [(400, [field]) for _, field in selections]
        assert not BulkCheck.objects.exists()


class TestRefused:
    def test_a_body_that_is_wrong_names_the_field(
        self, source: TableSource, clerk: Caller
    ) -> None:
        source.say("1")
        wrong = ([], "1", {"a": 1}, [1], ["1", None], ["1", ["2"]], ["a\x00b"], None)
        bodies: list[tuple[dict[str, Any], str]] = [
            ({}, "sessionIds"),
            *(({"sessionIds": each}, "sessionIds") for each in wrong),
            ({"sessionIds": ["1"], "selection": {}}, "sessionIds"),
            ({"sessionIds": ["1"], "trigger": "A"}, "trigger"),
            ({"sessionIds": ["1"], "reason": "because"}, "reason"),
        ]

        answers = [clerk.post(body, path=BULK) for body, _ in bodies]

        told = [(each.status_code, list(each.json()["fields"])) for each in answers]
        assert told == [(400, [field]) for _, field in bodies]
        assert not BulkCheck.objects.exists()

    def test_a_body_of_two_megabytes_is_refused(self, clerk: Caller) -> None:
        assert clerk.post({"sessionIds": ["x" * 100] * 20_000}, path=BULK).status_code == 413

    def test_a_key_may_not(self, source: TableSource, key: Caller) -> None:
        answer = key.post({"sessionIds": ["1"]}, path=BULK)

        assert (answer.status_code, answer.json()["code"]) == (403, "staff_only")

    def test_a_bulk_that_is_not_there(self, clerk: Caller) -> None:
        for text in ("none", "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11", "%00"):
            assert clerk.get(f"{BULK}/{text}").status_code == 404
