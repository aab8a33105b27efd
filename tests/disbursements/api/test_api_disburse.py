"""POST /api/disburse: taken in once, the same again answers the same."""

from typing import Any

import pytest

from core.models import Step
from disbursements.models import DisbursementRequest
from disbursements.states import DisbursementStatus
from vault.models import Partner, Shortcode

pytestmark = pytest.mark.django_db


class TestTakingIn:
    def test_it_queues_one_payout_and_answers_201(
        self, api: Any, partner: Partner, body: dict
    ) -> None:
        answer = api.post(body)

        row = DisbursementRequest.objects.get()
        said = answer.json()
        assert answer.status_code == 201
        assert said["success"] is True
        assert said["disbursement"]["id"] == str(row.pk)
        assert said["disbursement"]["status"] == row.status == "queued"
        assert said["disbursement"]["amount"] == 1250
        assert said["disbursement"]["currency"] == "KES"
        assert said["disbursement"]["msisdn"] == "254700000001"
        assert said["disbursement"]["shortcode"] == "600111"
        assert said["disbursement"]["createdAt"].endswith("+03:00")
        assert (row.partner_id, row.amount_minor, row.origin) == (partner.pk, 125_000, "api")
        assert row.created_by.startswith("api:pv_")
        assert Step.objects.filter(subject_id=str(row.pk)).count() == 1

    def test_every_field_may_be_named(self, api: Any, body: dict) -> None:
        answer = api.post(
            body
            | {"currency": "KES", "commandId": "SalaryPayment", "maxRetries": 1,
               "shortcode": "600111"}
        )  # fmt: skip

        said = answer.json()["disbursement"]
        assert (said["commandId"], said["maxRetries"]) == ("SalaryPayment", 1)
        assert said["payeeName"] == "Amina Example"

    @pytest.mark.parametrize("amount", [1250, "1250", "1250.00"])
    def test_an_amount_may_be_a_number_or_a_text(
        self, api: Any, body: dict, amount: object
    ) -> None:
        answer = api.post(body | {"amount": amount})

        assert answer.status_code == 201
        assert answer.json()["disbursement"]["amount"] == 1250

    def test_exact_decimals_are_taken(self, api: Any) -> None:
        answer = api.post(b'{"clientReference": "A1", "msisdn": "0700000001", "amount": 1250.00}')

        assert answer.status_code == 201

    def test_a_trailing_slash_is_tolerated(self, api: Any, body: dict) -> None:
        answer = api.post(body, path="/api/disburse/")

        assert answer.status_code == 201

    def test_two_shortcodes_need_a_name(
        self, api: Any, body: dict, second_shortcode: Shortcode
    ) -> None:
        unnamed = api.post(body)
        named = api.post(body | {"shortcode": "600333"})

        assert unnamed.status_code == 400
        assert "shortcode" in unnamed.json()["fields"]
        assert named.json()["disbursement"]["shortcode"] == "600333"

    def test_another_partners_shortcode_is_not_ours(
        self, api: Any, stranger: Any, body: dict
    ) -> None:
        answer = api.post(body | {"shortcode": "600222"})

        assert answer.status_code == 400
        assert not DisbursementRequest.objects.exists()


class TestReplay:
    def test_the_same_again_is_the_same_answer(self, api: Any, body: dict) -> None:
        first = api.post(body)
        second = api.post(body)

        assert (first.status_code, second.status_code) == (201, 201)
        assert second.content == first.content
        assert second["Idempotent-Replayed"] == "true"
        assert "Idempotent-Replayed" not in first
        assert DisbursementRequest.objects.count() == 1

    def test_it_stays_the_same_when_the_payout_has_moved_on(self, api: Any, body: dict) -> None:
        first = api.post(body)
        DisbursementRequest.objects.update(
            status=DisbursementStatus.FAILED, failure_code="17", failure_text="no", retry_count=2
        )

        second = api.post(body)

        assert second.content == first.content

    def test_it_stays_the_same_when_a_second_shortcode_was_added(
        self, api: Any, partner: Partner, body: dict, request: pytest.FixtureRequest
    ) -> None:
        first = api.post(body)
        request.getfixturevalue("second_shortcode")

        second = api.post(body)

        assert second.status_code == 201
        assert second.content == first.content

    def test_another_way_of_writing_it_is_the_same(self, api: Any, body: dict) -> None:
        api.post(body)

        again = api.post(body | {"msisdn": "+254700000001", "amount": "1250.00"})

        assert again["Idempotent-Replayed"] == "true"

    @pytest.mark.parametrize(
        "change", [{"amount": 1251}, {"msisdn": "0700000002"}, {"remarks": "Other"}]
    )
    def test_the_same_reference_for_another_payout_is_409(
        self, api: Any, body: dict, change: dict
    ) -> None:
        api.post(body)

        conflict = api.post(body | change)

        assert conflict.status_code == 409
        assert conflict.json()["code"] == "conflict"
        assert "clientReference" in conflict.json()["error"]
        assert DisbursementRequest.objects.count() == 1


class TestIdempotencyKey:
    def test_the_same_key_and_body_is_one_payout(self, api: Any, body: dict) -> None:
        first = api.post(body, headers={"Idempotency-Key": "k-1"})
        second = api.post(body, headers={"Idempotency-Key": "k-1"})

        assert first.content == second.content
        assert DisbursementRequest.objects.count() == 1

    def test_the_same_key_for_another_body_is_409(self, api: Any, body: dict) -> None:
        api.post(body, headers={"Idempotency-Key": "k-1"})

        conflict = api.post(
            body | {"clientReference": "SAL-2"}, headers={"Idempotency-Key": "k-1"}
        )

        assert conflict.status_code == 409
        assert "Idempotency-Key" in conflict.json()["error"]
        assert DisbursementRequest.objects.count() == 1

    def test_keys_of_two_partners_are_independent(
        self, api: Any, stranger: Any, body: dict
    ) -> None:
        mine = api.post(body, headers={"Idempotency-Key": "k-1"})
        theirs = stranger.post(body, headers={"Idempotency-Key": "k-1"})

        assert (mine.status_code, theirs.status_code) == (201, 201)
        assert mine.json()["disbursement"]["id"] != theirs.json()["disbursement"]["id"]

    @pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9", "tab\there"])
    def test_a_key_that_is_none_is_400(self, api: Any, body: dict, key: str) -> None:
        answer = api.post(body, headers={"Idempotency-Key": key})

        assert answer.status_code == 400
        assert "Idempotency-Key" in answer.json()["fields"]
        assert not DisbursementRequest.objects.exists()

    def test_255_characters_are_taken(self, api: Any, body: dict) -> None:
        assert api.post(body, headers={"Idempotency-Key": "x" * 255}).status_code == 201
