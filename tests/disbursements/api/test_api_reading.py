"""GET /api/disburse and /api/disburse/{id}: pages, filters, one payout, nobody else's."""

import base64
import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.operations.instruct import instruct
from disbursements.rules.intake import Instruction
from vault.models import Partner

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def add(partner: Partner, reference: str, *, at: datetime = AT) -> DisbursementRequest:
    instruction = Instruction(client_reference=reference, msisdn="0700000001", amount="1250")
    return instruct(
        partner_id=partner.pk, instruction=instruction, origin="api", actor="test", at=at
    ).disbursement


def add_attempt(row: DisbursementRequest, number: int) -> None:
    DisbursementRetryLog.objects.create(
        disbursement=row, retry_attempt=number, retry_reason=f"try {number}",
        provider_reference=f"{row.pk.hex}{number}", secret_digest=uuid.uuid4().bytes,
        shortcode_number="600111", retry_timestamp=AT + timedelta(minutes=number),
        mpesa_response_code="17", mpesa_response_description="System busy",
        outcome="not_paid", proof="refused",
    )  # fmt: skip


def references(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [each["clientReference"] for each in answer.json()["disbursements"]]


class TestPages:
    def test_newest_first_by_key_each_row_once(self, api: Any, partner: Partner) -> None:
        for number in range(7):
            add(partner, f"A-{number}", at=AT + timedelta(seconds=number // 3))

        seen, cursor = [], None
        while True:
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            answer = api.get(**query)
            seen.append(references(answer))
            cursor = answer.json()["nextCursor"]
            if cursor is None:
                break

        flat = [each for page in seen for each in page]
        assert [len(page) for page in seen] == [2, 2, 2, 1]
        assert sorted(flat) == [f"A-{number}" for number in range(7)]
        assert flat[0] == "A-6"
        assert set(flat[4:]) == {"A-0", "A-1", "A-2"}

    def test_a_payout_added_meanwhile_moves_no_page(self, api: Any, partner: Partner) -> None:
        for number in range(4):
            add(partner, f"A-{number}", at=AT + timedelta(seconds=number))
        first = api.get(limit=2)

        add(partner, "A-new", at=AT + timedelta(hours=1))
        second = api.get(limit=2, cursor=first.json()["nextCursor"])

        assert references(first) == ["A-3", "A-2"]
        assert references(second) == ["A-1", "A-0"]

    def test_rows_of_one_moment_are_passed_over_by_the_index(
        self, api: Any, partner: Partner
    ) -> None:
        for number in range(5):
            add(partner, f"A-{number}")
        cursor = api.get(limit=2).json()["nextCursor"]

        with CaptureQueriesContext(connection) as queries:
            answer = api.get(limit=2, cursor=cursor)

        [page] = [each["sql"] for each in queries if "ROW(" in each["sql"]]
        with connection.cursor() as database:
            database.execute("SET LOCAL enable_seqscan = off")
            database.execute("SET LOCAL enable_sort = off")
            database.execute(f"EXPLAIN {page}")
            plan = " ".join(line for (line,) in database.fetchall())
        assert len(references(answer)) == 2
        assert re.search(r"Index Cond: [^|]*ROW\(created_at, id\) < ROW", plan)

    def test_nothing_yet_is_an_empty_page(self, api: Any) -> None:
        answer = api.get()

        assert answer.json() == {"success": True, "disbursements": [], "nextCursor": None}

    def test_the_number_of_queries_does_not_grow_with_the_page(
        self, api: Any, partner: Partner
    ) -> None:
        for number in range(40):
            add_attempt(add(partner, f"A-{number}"), 1)
        api.get()

        with CaptureQueriesContext(
            connection,
        ) as few:
            api.get(limit=1)
        with CaptureQueriesContext(connection) as many:
            answer = api.get(limit=40)

        assert len(references(answer)) == 40
        assert len(few) == len(many) == 2


class TestFilters:
    def test_by_reference_status_and_time(self, api: Any, partner: Partner) -> None:
        add(partner, "A-1")
        add(partner, "A-2", at=AT + timedelta(days=1))
        failed = add(partner, "A-3", at=AT + timedelta(days=2))
        DisbursementRequest.objects.filter(pk=failed.pk).update(status="failed")

        assert references(api.get(clientReference="A-2")) == ["A-2"]
        assert references(api.get(status="failed")) == ["A-3"]
        assert references(api.get(status="failed,queued")) == ["A-3", "A-2", "A-1"]
        assert references(api.get(**{"from": "2026-11-22"})) == ["A-3", "A-2"]
        assert references(api.get(to="2026-11-22")) == ["A-2", "A-1"]
        assert references(api.get(to="2026-11-22T12:00:00+03:00")) == ["A-1"]
        assert references(api.get(**{"from": "2026-11-22T09:00:00Z", "to": "2026-11-22"})) == [
            "A-2"
        ]

    def test_a_plus_that_was_not_encoded_is_understood(self, api: Any, partner: Partner) -> None:
        add(partner, "A-1")

        answer = api.get("/api/disburse?from=2026-11-21T12:00:00+03:00")

        assert references(answer) == ["A-1"]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("limit", "0"), ("limit", "201"), ("limit", "1e6"), ("limit", "1000000"), ("limit", "-1"),
         ("limit", "\u0663"), ("limit", ""), ("status", "paid"), ("status", ""),
         ("status", "queued,"), ("from", "yesterday"), ("from", "2026-11-21T12:00:00"),
         ("to", "2026-13-01"), ("from", "0001-01-01"), ("to", "9999-12-31"), ("cursor", "abc"),
         ("cursor", "x" * 5000), ("cursor", "é"), ("cursor", "W10"), ("clientReference", ""),
         ("clientReference", "a\x00b"), ("clientReference", "x" * 101), ("page", "2"),
         ("order_by", "password"), ("partner", "x"), ("partner__secret__startswith", "a"),
         ("offset", "5")],
    )  # fmt: skip
    def test_a_wrong_parameter_is_400_and_named(self, api: Any, name: str, value: str) -> None:
        answer = api.get(**{name: value})

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [name]

    @pytest.mark.parametrize(
        "content",
        [["x", "y"], ["2026-11-21", "x"], ["2026-11-21T00:00:00", str(uuid.uuid4())], [1, 2], {},
         ["0001-01-01T00:00:00+14:00", str(uuid.uuid4())], [[], []], "ab", 7, None],
    )  # fmt: skip
    def test_a_forged_cursor_is_400(self, api: Any, content: object) -> None:
        cursor = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

        assert api.get(cursor=cursor).status_code == 400


class TestOne:
    def test_it_tells_how_it_stands_and_every_attempt(self, api: Any, partner: Partner) -> None:
        row = add(partner, "A-1")
        add_attempt(row, 1)
        add_attempt(row, 2)
        DisbursementRequest.objects.filter(pk=row.pk).update(
            status="retrying", retry_count=1, next_retry_at=AT + timedelta(minutes=15),
            retry_reason="busy", failure_code="17", failure_text="System busy",
        )  # fmt: skip

        said = api.get(f"/api/disburse/{row.pk}").json()["disbursement"]

        assert said["status"] == "retrying"
        assert "tried again" in said["statusMeaning"]
        assert (said["retryCount"], said["maxRetries"], said["retryReason"]) == (1, 3, "busy")
        assert said["nextRetryAt"] == "2026-11-21T12:15:00+03:00"
        assert said["failure"] == {"code": "17", "text": "System busy"}
        assert said["receipt"] is None
        assert [each["attempt"] for each in said["retryHistory"]] == [1, 2]
        assert said["retryHistory"][1]["reason"] == "try 2"
        assert said["retryHistory"][0]["proof"] == "refused"
        assert said["retryHistory"][0]["timestamp"] == "2026-11-21T12:01:00+03:00"

    def test_a_paid_one_has_its_receipt(self, api: Any, partner: Partner) -> None:
        row = add(partner, "A-1")
        DisbursementRequest.objects.filter(pk=row.pk).update(
            status="completed", receipt="TKL0000001", completed_at=AT
        )

        said = api.get(f"/api/disburse/{row.pk}/").json()["disbursement"]

        assert said["receipt"] == "TKL0000001"
        assert said["completedAt"] == "2026-11-21T12:00:00+03:00"
        assert said["failure"] is None

    def test_it_takes_four_queries(self, api: Any, partner: Partner) -> None:
        row = add(partner, "A-1")
        add_attempt(row, 1)
        api.get()

        with CaptureQueriesContext(connection) as queries:
            api.get(f"/api/disburse/{row.pk}")

        assert len(queries) == 4

    @pytest.mark.parametrize(
        "row_id", [str(uuid.UUID(int=7)), "1", "abc", "..", "%00", "x" * 5000, "0' OR 1=1--"]
    )
    def test_what_is_no_id_of_ours_is_404(self, api: Any, row_id: str) -> None:
        answer = api.get(f"/api/disburse/{row_id}")

        assert answer.status_code == 404
        assert answer.json()["success"] is False


class TestIsolation:
    def test_another_partners_payout_is_404_and_in_no_list(
        self, api: Any, stranger: Any, partner: Partner
    ) -> None:
        row = add(partner, "A-1")

        one = stranger.get(f"/api/disburse/{row.pk}")
        every = stranger.get()
        by_reference = stranger.get(clientReference="A-1")

        assert one.status_code == 404
        assert references(every) == references(by_reference) == []
        assert references(api.get()) == ["A-1"]

    def test_it_looks_just_like_one_that_is_not_there(
        self, stranger: Any, partner: Partner
    ) -> None:
        row = add(partner, "A-1")

        others = stranger.get(f"/api/disburse/{row.pk}")
        nobodys = stranger.get(f"/api/disburse/{uuid.uuid4()}")

        assert others.content == nobodys.content

    def test_another_partners_reference_is_no_conflict(
        self, api: Any, stranger: Any, body: dict
    ) -> None:
        mine = api.post(body)
        theirs = stranger.post(body | {"amount": 99})

        assert (mine.status_code, theirs.status_code) == (201, 201)
        assert DisbursementRequest.objects.values("partner").distinct().count() == 2

    def test_a_cursor_of_another_partner_opens_nothing(
        self, api: Any, stranger: Any, partner: Partner
    ) -> None:
        for number in range(3):
            add(partner, f"A-{number}", at=AT + timedelta(seconds=number))
        cursor = api.get(limit=1).json()["nextCursor"]

        assert references(stranger.get(cursor=cursor)) == []
