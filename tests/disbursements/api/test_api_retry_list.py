"""GET /api/disburse/retry: what failed and why, what it amounts to, and every attempt."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import NAIROBI
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from tests.disbursements.api.conftest import Caller, add_caller
from tests.wire import MovedClock
from vault.models import Partner

PATH = "/api/disburse/retry"
BUSY, WRONG_NUMBER, OURS = "17", "2040", "5"
VIEW, PHONES = "disbursements.view_disbursementrequest", "disbursements.see_phones"
Ended = Callable[..., DisbursementRequest]


def references(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [each["clientReference"] for each in answer.json()["disbursements"]]


def only(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.json()
    [row] = answer.json()["disbursements"]
    return row


class TestRows:
    def test_one_tells_why_when_next_and_every_attempt(
        self, desk_key: Caller, ended: Ended, a_partner: Partner
    ) -> None:
        ended("00001", BUSY)

        row = only(desk_key.get(PATH))

        assert row["partner"] == {"id": str(a_partner.pk), "name": "Umoja Example Ltd"}
        assert (row["status"], row["retryable"], row["whyNot"]) == ("retrying", True, "")
        assert row["reason"]
        assert row["explanation"]["whoseSide"] == "On M-Pesa's side"
        assert row["explanation"]["whatHappenedSw"]
        assert row["nextRetryAt"] > row["createdAt"]
        assert (row["attemptsMade"], row["retryCount"], row["personNeeded"]) == (1, 1, None)
        [log] = row["retryLogs"]
        assert (log["retryAttempt"], log["mpesaResponseCode"]) == (1, BUSY)
        assert (log["outcome"], log["proof"]) == ("not_paid", "query_said_no")
        assert log["retryTimestamp"] == "2026-11-21T11:00:00+03:00"

    def test_what_cannot_be_retried_says_why(self, desk_key: Caller, ended: Ended) -> None:
        ended("00001", WRONG_NUMBER)

        row = only(desk_key.get(PATH))

        assert (row["status"], row["retryable"]) == ("failed", False)
        assert row["whyNot"]

    def test_a_parked_one_names_its_cause(self, desk_key: Caller, ended: Ended) -> None:
        parked = ended("00001", OURS)

        row = only(desk_key.get(PATH))

        assert (row["status"], row["parkedCause"]) == ("parked", parked.parked_cause)

    def test_one_that_needs_a_person_says_so(self, desk_key: Caller, pay: Any) -> None:
        row = pay("00001")
        DisbursementRequest.objects.filter(pk=row.pk).update(
            person_needed_at=row.created_at, person_needed_because="reports contradict"
        )

        found = only(desk_key.get(PATH))

        assert found["personNeeded"] == {
            "at": "2026-11-21T11:00:00+03:00", "because": "reports contradict"
        }  # fmt: skip
        assert found["reason"] == "reports contradict"
        assert found["retryable"] is False

    def test_secrets_leave_the_details_of_errors(self, desk_key: Caller, ended: Ended) -> None:
        row = ended("00001", BUSY)
        details = {"kind": "Unclear", "text": 'said {"SecurityCredential": "c2VjcmV0"}',
                   "password": "hunter22"}  # fmt: skip
        DisbursementRetryLog.objects.filter(disbursement=row).update(error_details=details)

        log = only(desk_key.get(PATH))["retryLogs"][0]

        assert log["errorDetails"]["kind"] == "Unclear"
        assert "c2VjcmV0" not in str(log["errorDetails"])
        assert "hunter22" not in str(log["errorDetails"])

    def test_the_number_of_queries_does_not_grow(
        self, desk_key: Caller, ended: Ended, moved: MovedClock
    ) -> None:
        for number in range(12):
            ended(f"0000{number:02}"[-5:], BUSY if number % 2 else WRONG_NUMBER,
                  reference=f"A-{number}")  # fmt: skip
            moved.forward(seconds=1)
        desk_key.get(PATH)

        with CaptureQueriesContext(connection) as few:
            desk_key.get(PATH, limit=2)  # one of each code
        with CaptureQueriesContext(connection) as many:
            answer = desk_key.get(PATH, limit=12)

        assert len(references(answer)) == 12
        assert len(few) == len(many) <= 16


class TestSummary:
    def test_it_sums_up_all_that_matches(
        self, desk_key: Caller, ended: Ended, sent: Any, reports: Any, pay: Any
    ) -> None:
        waiting = ended("00001", BUSY)
        ended("00002", WRONG_NUMBER, amount="500")
        parked = ended("00003", OURS)
        reports.paid(sent("00004"))
        unknown = sent("00005")
        DisbursementRequest.objects.filter(pk=unknown.pk).update(status="unknown")

        answer = desk_key.get(PATH, limit=1).json()

        summary = answer["summary"]
        assert summary["at"] == "2026-11-21T11:00:00+03:00"
        assert (summary["total"], summary["today"], summary["withRetries"]) == (5, 5, 0)
        assert (summary["successful"], summary["failed"]) == (1, 1)
        assert summary["waitingToRetry"]["count"] == 1
        next_at = waiting.next_retry_at.astimezone(NAIROBI).isoformat()
        assert summary["waitingToRetry"]["nextRetryAt"] == next_at
        assert summary["unknown"] == {"count": 1, "oldestAt": "2026-11-21T11:00:00+03:00"}
        assert summary["parked"] == {"count": 1, "byCause": {parked.parked_cause: 1}}
        assert {"status": "failed", "currency": "KES", "count": 1, "amount": 500} in (
            summary["money"]
        )
        assert sum(line["amount"] for line in summary["money"]) == 4 * 1250 + 500

    def test_it_is_of_what_is_filtered_and_on_the_first_page_only(
        self, desk_key: Caller, ended: Ended
    ) -> None:
        ended("00001", BUSY)
        for digits in ("00002", "00003"):
            ended(digits, WRONG_NUMBER)

        first = desk_key.get(PATH, status="failed", limit=1).json()
        second = desk_key.get(PATH, status="failed", cursor=first["nextCursor"]).json()

        assert (first["summary"]["total"], first["summary"]["failed"]) == (2, 2)
        assert second["summary"] is None
        assert len(second["disbursements"]) == 1

    def test_of_everything_it_is_the_same_as_by_the_rows(
        self, desk_key: Caller, ended: Ended, sent: Any, reports: Any
    ) -> None:
        for number, code in enumerate((BUSY, WRONG_NUMBER, OURS)):
            ended(f"0000{number}", code, amount=str(100 + number))
        reports.paid(sent("00009"))

        of_everything = desk_key.get(PATH).json()["summary"]
        by_the_rows = desk_key.get(PATH, **{"from": "2026-01-01"}).json()["summary"]

        for seen in (of_everything, by_the_rows):
            seen["money"].sort(key=lambda line: line["status"])
        assert of_everything == by_the_rows
        assert of_everything["total"] == 4

    def test_nothing_is_nothing(self, desk_key: Caller) -> None:
        answer = desk_key.get(PATH).json()

        assert answer["summary"]["total"] == 0
        assert answer["summary"]["waitingToRetry"] == {"count": 0, "nextRetryAt": None}
        assert (answer["disbursements"], answer["nextCursor"]) == ([], None)


class TestFilters:
    def test_by_status_code_class_reference_and_what_can_be_done(
        self, desk_key: Caller, ended: Ended
    ) -> None:
        ended("00001", BUSY)
        ended("00002", WRONG_NUMBER)
        ended("00003", OURS)

        assert references(desk_key.get(PATH, status="failed")) == ["REF-00002"]
        assert references(desk_key.get(PATH, code=WRONG_NUMBER)) == ["REF-00002"]
        assert references(desk_key.get(PATH, reason="never")) == ["REF-00002"]
        assert references(desk_key.get(PATH, search="REF-00003")) == ["REF-00003"]
        assert references(desk_key.get(PATH, search="0700 100 003")) == ["REF-00003"]
        assert references(desk_key.get(PATH, **{"from": "2026-11-22"})) == []
        assert len(references(desk_key.get(PATH, retryable="yes"))) == 3

    @pytest.mark.parametrize(
        ("name", "value"),
        [("status", "paid"), ("status", ""), ("partner", "x"), ("reason", "soon"),
         ("from", "yesterday"), ("to", "2026-13-01"), ("retryable", "perhaps"),
         ("amount_from", "much"), ("retries", "-1"), ("unknown_for", "long"), ("search", ""),
         ("search", "x" * 201), ("search", "a\x00b"), ("limit", "0"), ("limit", "201"),
         ("cursor", "abc"), ("page", "2"), ("order_by", "password"), ("code", "x" * 201)],
    )  # fmt: skip
    def test_a_wrong_parameter_is_400_and_named(
        self, desk_key: Caller, name: str, value: str
    ) -> None:
        answer = desk_key.get(PATH, **{name: value})

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [name]

    def test_all_wrong_ones_are_named_at_once(self, desk_key: Caller) -> None:
        answer = desk_key.get(PATH, status="paid", limit="0", page="2")

        assert set(answer.json()["fields"]) == {"status", "limit", "page"}

    @pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00"])
    def test_a_day_at_the_edge_of_time_is_no_fault_of_ours(
        self, desk_key: Caller, text: str
    ) -> None:
        for name in ("from", "to"):
            assert desk_key.get(PATH, **{name: text}).status_code in {200, 400}


class TestWhose:
    def test_a_key_sees_its_own_only(self, desk_key: Caller, ended: Ended) -> None:
        row = ended("00001", BUSY)
        stranger = add_caller("Another Example", "600222")[1]

        assert references(stranger.get(PATH)) == []
        assert references(stranger.get(PATH, search=str(row.pk))) == []
        assert references(stranger.get(PATH, partner=str(row.partner_id))) == []
        assert references(desk_key.get(PATH, partner=str(row.partner_id))) == ["REF-00001"]

    def test_a_person_sees_all_partners_or_their_own(
        self, person: Any, ended: Ended, a_partner: Partner
    ) -> None:
        ended("00001", BUSY)
        another = add_caller("Another Example", "600222")[0]

        assert references(person(VIEW).get(PATH)) == ["REF-00001"]
        assert references(person(VIEW, partner=a_partner).get(PATH)) == ["REF-00001"]
        assert references(person(VIEW, partner=another).get(PATH)) == []


class TestPhones:
    def test_they_are_whole_for_those_who_may_see_them(self, person: Any, ended: Ended) -> None:
        ended("00001", BUSY)

        assert only(person(VIEW, PHONES).get(PATH))["msisdn"] == "254700100001"

    def test_they_are_masked_everywhere_for_others(self, person: Any, ended: Ended) -> None:
        row = ended("00001", BUSY, reference="0700100001", remarks="for 0700100001")
        DisbursementRequest.objects.filter(pk=row.pk).update(
            failure_text="254700100001 is busy", retry_reason="0700100001 was busy"
        )
        DisbursementRetryLog.objects.filter(disbursement=row).update(
            mpesa_response_description="254700100001 is busy",
            error_details={"text": "calling 254700100001"},
        )

        answer = person(VIEW).get(PATH)

        assert only(answer)["msisdn"] == "+254 700 ••• 001"
        assert "700100001" not in answer.content.decode()

    def test_they_find_nothing_by_phone_for_others(
        self, person: Any, ended: Ended, moved: MovedClock
    ) -> None:
        ended("00001", BUSY)

        assert references(person(VIEW).get(PATH, search="0700100001")) == []
