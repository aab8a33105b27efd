"""POST /api/disburse/retry: one or all, looked at first or done, by keys and by people."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from core.models import Step
from disbursements.models import BulkRun, DisbursementRequest
from disbursements.operations import bulk
from tests.disbursements.api.conftest import Caller, add_caller
from tests.wire import MovedClock
from vault.models import Partner
from vault.operations.add_api_key import add_api_key
from vault.rules import api_key

PATH = "/api/disburse/retry"
BUSY, WRONG_NUMBER, OURS = "17", "2040", "5"
WHY = {"reason": "Float was topped up"}
RETRY = "disbursements.retry_disbursementrequest"
FORCE = "disbursements.force_disbursementrequest"
Ended = Callable[..., DisbursementRequest]


def post(caller: Caller, body: Any) -> Any:
    return caller.post(body, path=PATH)


def status_of(row: DisbursementRequest) -> str:
    row.refresh_from_db()
    return row.status


class TestOne:
    def test_a_waiting_one_is_due_at_once(
        self, desk_key: Caller, ended: Ended, moved: MovedClock
    ) -> None:
        row = ended("00001", BUSY)

        answer = post(desk_key, {"disbursementId": str(row.pk), **WHY})

        row.refresh_from_db()
        assert answer.status_code == 200
        assert answer.json() | {"bulkRun": ""} == {
            "success": True, "message": "1 queued to be sent again.", "bulkRun": "", "queued": 1,
            "waiting": 0, "skipped": [], "totals": {"KES": 1250}, "dryRun": False,
        }  # fmt: skip
        assert (row.status, row.next_retry_at) == ("retrying", moved())

    def test_who_and_why_are_kept(self, desk_key: Caller, ended: Ended) -> None:
        row = ended("00001", OURS)

        post(desk_key, {"disbursementId": str(row.pk), **WHY})

        step = Step.objects.filter(subject_id=str(row.pk)).latest("id")
        assert step.actor == f"api:{desk_key.key[:12]}"
        assert WHY["reason"] in step.because

    def test_the_same_again_does_nothing_more_and_says_so(
        self, desk_key: Caller, ended: Ended
    ) -> None:
        row = ended("00001", BUSY)
        body = {"disbursementId": str(row.pk), **WHY}
        post(desk_key, body)

        again = post(desk_key, body)

        assert (again.status_code, again.json()["queued"]) == (200, 0)
        [skipped] = again.json()["skipped"]
        assert (skipped["disbursementId"], skipped["count"]) == (str(row.pk), 1)
        assert skipped["reason"] in again.json()["message"]

    @pytest.mark.parametrize("status", ["unknown", "sending", "completed"])
    def test_what_may_have_been_paid_is_left_alone(
        self, desk_key: Caller, sent: Any, reports: Any, status: str, person: Any
    ) -> None:
        row = sent("00001")
        if status == "completed":
            reports.paid(row)
        else:
            DisbursementRequest.objects.filter(pk=row.pk).update(
                status=status, lease_until=row.created_at
            )
        body = {"disbursementId": str(row.pk), **WHY}

        plain = post(desk_key, body)
        forced = post(person(RETRY, FORCE), body | {"force": True})

        assert (plain.json()["queued"], forced.json()["queued"]) == (0, 0)
        assert status_of(row) == status


class TestAll:
    def test_only_what_matches_and_can_be_retried(self, desk_key: Caller, ended: Ended) -> None:
        parked = ended("00001", OURS)
        wrong = ended("00002", WRONG_NUMBER)
        other = ended("00003", OURS, amount="99")

        answer = post(desk_key, {"all": True, "amount_from": "1,000", **WHY}).json()

        assert (answer["queued"], answer["totals"]) == (1, {"KES": 1250})
        assert sum(each["count"] for each in answer["skipped"]) == 1
        assert [status_of(row) for row in (parked, wrong, other)] == [
            "retrying", "failed", "parked"
        ]  # fmt: skip

    def test_the_class_of_reasons_has_a_name_of_its_own(
        self, desk_key: Caller, ended: Ended
    ) -> None:
        ended("00001", OURS)
        ended("00002", WRONG_NUMBER)

        seen = post(desk_key, {"all": True, "reasonClass": "never", "dryRun": True, **WHY})

        assert seen.status_code == 200, seen.json()
        assert (seen.json()["queued"], len(seen.json()["skipped"])) == (0, 1)

    def test_a_look_changes_nothing(self, desk_key: Caller, ended: Ended) -> None:
        row = ended("00001", OURS)
        ended("00002", WRONG_NUMBER)

        answer = post(desk_key, {"all": True, "dryRun": True, **WHY}).json()

        assert (answer["queued"], answer["dryRun"], answer["bulkRun"]) == (1, True, None)
        assert answer["totals"] == {"KES": 1250}
        assert sum(each["count"] for each in answer["skipped"]) == 1
        assert status_of(row) == "parked"
        assert not BulkRun.objects.exists()

    def test_nothing_that_matches_is_no_error(self, desk_key: Caller) -> None:
        answer = post(desk_key, {"all": True, **WHY})

        assert answer.status_code == 200
        assert (answer.json()["queued"], answer.json()["bulkRun"]) == (0, None)

    def test_many_go_on_in_the_background(
        self, desk_key: Caller, ended: Ended, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bulk, "INLINE_MAX", 1)
        for digits in ("00001", "00002"):
            ended(digits, OURS)

        answer = post(desk_key, {"all": True, **WHY})
        run_path = f"/api/disburse/bulk-runs/{answer.json()['bulkRun']}"
        before = desk_key.get(run_path).json()["bulkRun"]
        bulk.work()
        after = desk_key.get(run_path).json()["bulkRun"]

        assert (answer.status_code, answer.json()["waiting"]) == (202, 2)
        assert (before["status"], before["waiting"], before["done"]) == ("running", 2, 0)
        assert (after["status"], after["waiting"], after["done"]) == ("finished", 0, 2)

    def test_too_many_are_refused(
        self, desk_key: Caller, ended: Ended, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bulk, "BULK_MAX", 1)
        for digits in ("00001", "00002"):
            ended(digits, OURS)

        answer = post(desk_key, {"all": True, **WHY})

        assert (answer.status_code, answer.json()["code"]) == (409, "too_many")


class TestForce:
    def test_a_person_with_the_permission_alone_may(self, person: Any, ended: Ended) -> None:
        row = ended("00001", WRONG_NUMBER)

        answer = post(person(FORCE), {"disbursementId": str(row.pk), "force": True, **WHY})

        assert (answer.status_code, answer.json()["queued"]) == (200, 1)
        assert status_of(row) == "retrying"

    def test_a_person_who_may_only_retry_may_not(self, person: Any, ended: Ended) -> None:
        row = ended("00001", WRONG_NUMBER)

        answer = post(person(RETRY), {"disbursementId": str(row.pk), "force": True, **WHY})

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")
        assert FORCE in answer.json()["error"]
        assert status_of(row) == "failed"

    def test_who_may_only_force_may_not_retry(self, person: Any, ended: Ended) -> None:
        row = ended("00001", BUSY)

        answer = post(person(FORCE), {"disbursementId": str(row.pk), **WHY})

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")

    def test_a_key_may_never(self, desk_key: Caller, ended: Ended) -> None:
        row = ended("00001", WRONG_NUMBER)

        answer = post(desk_key, {"disbursementId": str(row.pk), "force": True, **WHY})

        assert (answer.status_code, answer.json()["code"]) == (403, "staff_only")
        assert status_of(row) == "failed"


class TestWhose:
    def test_anothers_payout_is_404_like_none_at_all(self, ended: Ended) -> None:
        row = ended("00001", BUSY)
        stranger = add_caller("Another Example", "600222")[1]

        others = post(stranger, {"disbursementId": str(row.pk), **WHY})
        nobodys = post(stranger, {"disbursementId": str(uuid4()), **WHY})

        assert others.status_code == nobodys.status_code == 404
        assert others.content == nobodys.content

    def test_all_means_all_of_ones_own(self, ended: Ended, person: Any) -> None:
        row = ended("00001", OURS)
        another, stranger = add_caller("Another Example", "600222")
        body = {"all": True, "partner": str(row.partner_id), **WHY}

        assert post(stranger, {"all": True, **WHY}).json()["queued"] == 0
        assert post(stranger, body).json()["queued"] == 0
        assert post(person(RETRY, partner=another), body).json()["queued"] == 0
        assert status_of(row) == "parked"

    def test_a_key_that_may_only_read_may_not(
        self, desk_key: Caller, a_partner: Partner, ended: Ended, moved: MovedClock
    ) -> None:
        row = ended("00001", OURS)
        desk_key.key = add_api_key(
            partner_id=a_partner.pk, scopes=[api_key.READ], actor="test", at=moved()
        ).key

        answer = post(desk_key, {"disbursementId": str(row.pk), **WHY})

        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
        assert "disburse:write" in answer.json()["error"]


class TestBadInput:
    @pytest.mark.parametrize(
        ("body", "fields"),
        [({"all": True, "reason": "short"}, {"reason"}),
         ({"all": True, "reason": None}, {"reason"}),
         ({"all": True, "reason": " " * 20}, {"reason"}),
         ({"all": True, "reason": "x" * 501}, {"reason"}),
         ({}, {"disbursementId"}),
         ({"disbursementId": "abc"}, {"disbursementId"}),
         ({"disbursementId": 7}, {"disbursementId"}),
         ({"disbursementId": None}, {"disbursementId"}),
         ({"disbursementId": str(uuid4()), "all": True}, {"disbursementId"}),
         ({"all": False}, {"all"}),
         ({"all": "true"}, {"all"}),
         ({"all": 1}, {"all"}),
         ({"all": True, "force": "yes"}, {"force"}),
         ({"all": True, "dryRun": 1}, {"dryRun"}),
         ({"all": True, "status": "paid"}, {"status"}),
         ({"all": True, "status": ["failed"]}, {"status"}),
         ({"all": True, "reasonClass": "soon"}, {"reasonClass"}),
         ({"all": True, "from": "yesterday"}, {"from"}),
         ({"all": True, "partner": "x"}, {"partner"}),
         ({"all": True, "search": ""}, {"search"}),
         ({"all": True, "order_by": "x", "dryRun": 1, "status": "paid"},
          {"order_by", "dryRun", "status"}),
         ({"disbursementId": str(uuid4()), "status": "failed"}, {"status"})],
    )  # fmt: skip
    def test_each_wrong_field_is_named(
        self, desk_key: Caller, body: dict, fields: set[str]
    ) -> None:
        answer = post(desk_key, WHY | body)

        assert answer.status_code == 400, answer.json()
        assert set(answer.json()["fields"]) == fields
        assert not BulkRun.objects.exists()

    @pytest.mark.parametrize("body", ["[]", '"x"', "{", b"\xff", ""])
    def test_what_is_no_object_is_400(self, desk_key: Caller, body: Any) -> None:
        assert post(desk_key, body).status_code == 400
