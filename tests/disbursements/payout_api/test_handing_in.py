"""POST /api/payouts/settlements: one job for each settlement, however often it is sent."""

from collections.abc import Callable
from typing import Any

import pytest

from disbursements import jobs
from disbursements.api import payout_examples as examples
from disbursements.models import DisbursementRequest, PayoutJob, PayoutTransfer
from tests.contests import many_wins
from tests.disbursements.api.conftest import Caller
from tests.disbursements.payout_api.conftest import JOBS, NOBODY, SETTLEMENTS, WHY, key_of
from tests.winners import a_stripe_account
from vault.models import Partner, Shortcode


class TestTakenIn:
    def test_each_winner_becomes_a_transfer_that_is_to_be_paid(
        self, api: Caller, body: dict[str, Any]
    ) -> None:
        answer = api.post(body, path=SETTLEMENTS)

        said = answer.json()
        assert answer.status_code == 201, said
        assert said["job"]["status"] == "pending"
        assert (said["job"]["pool"], said["job"]["total"]) == ("100.00", "97.50")
        assert said["job"]["transfers"]["pending"] == {"count": 2, "amount": "97.50"}
        assert said["job"]["shortcode"] == "STRIPE"
        assert "Idempotent-Replayed" not in answer
        rows = PayoutTransfer.objects.select_related("disbursement").order_by("line")
        assert [(row.user_id, row.disbursement.amount_minor) for row in rows] == [
            ("user-1", 6000), ("user-2", 3750),
        ]  # fmt: skip

    def test_the_example_of_the_document_is_taken_and_looks_like_the_answer(
        self, api: Caller
    ) -> None:
        said = api.post(examples.SETTLEMENT, path=SETTLEMENTS).json()

        assert set(said) == set(examples.SCHEDULED)
        assert set(said["job"]) == set(examples.SCHEDULED["job"])
        assert said["message"] == examples.SCHEDULED["message"]
        assert said["job"]["transfers"] == examples.SCHEDULED["job"]["transfers"]

    @pytest.mark.parametrize(
        ("currency", "pool", "amount", "minor", "total"),
        [
            ("JPY", 500, 120, 120, "120"),
            ("KWD", "1.5", "1.250", 1250, "1.250"),
            ("UGX", "5000", 5000, 5000, "5000"),
            ("usd", 10.5, 0.1, 10, "0.10"),
        ],
    )
    def test_amounts_keep_their_digits_in_every_currency(
        self, api: Caller, body: dict[str, Any], currency: str, pool: Any, amount: Any,
        minor: int, total: str,
    ) -> None:  # fmt: skip
        change = {"currency": currency, "pool": pool, "winners": [
            {"userId": "user-1", "amount": amount, "currency": currency}]}  # fmt: skip

        said = api.post(body | change, path=SETTLEMENTS).json()

        assert said["job"]["total"] == total, said
        assert DisbursementRequest.objects.get().amount_minor == minor

    def test_ten_thousand_winners_fit_into_one_body(
        self, api: Caller, body: dict[str, Any]
    ) -> None:
        winners = [
            {"userId": user_id, "amount": amount} for user_id, amount in many_wins(10_000).items()
        ]

        answer = api.post(body | {"pool": 1000, "winners": winners}, path=SETTLEMENTS)

        assert answer.status_code == 201, answer.json()
        assert answer.json()["job"]["winnersCount"] == 10_000
        assert PayoutTransfer.objects.count() == 10_000


class TestAgain:
    def test_the_same_again_is_the_same_answer_and_pays_nobody_twice(
        self, api: Caller, body: dict[str, Any]
    ) -> None:
        first = api.post(body, path=SETTLEMENTS)
        api.post(WHY, path=f"{JOBS}/{first.json()['job']['id']}/cancel")
        jobs.payouts()
        turned = body | {"winners": body["winners"][::-1]}

        second = api.post(turned, path=f"{SETTLEMENTS}/")

        assert (second.status_code, second["Idempotent-Replayed"]) == (201, "true")
        assert second.json() == first.json()
        assert PayoutJob.objects.get().status == "complete"
        assert DisbursementRequest.objects.count() == 2

    @pytest.mark.parametrize(
        "change",
        [{"pool": "101"}, {"contestId": "cup-2026-12"}, {"maxAttempts": 2},
         {"winners": [{"userId": "user-1", "amount": "60.00"}]}],
    )  # fmt: skip
    def test_the_same_settlement_with_another_content_is_a_conflict(
        self, api: Caller, body: dict[str, Any], change: dict[str, Any]
    ) -> None:
        api.post(body, path=SETTLEMENTS)

        answer = api.post(body | change, path=SETTLEMENTS)

        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert answer.json()["error"].startswith("settlementId: ")
        assert list(answer.json()["fields"]) == ["settlementId"]
        assert PayoutJob.objects.count() == 1

    def test_a_winner_of_another_settlement_of_the_contest_is_named_with_the_line(
        self, api: Caller, body: dict[str, Any]
    ) -> None:
        api.post(body, path=SETTLEMENTS)
        more = body | {"settlementId": "SET-2", "winners": [
            {"userId": "user-9", "amount": "1"}, {"userId": "user-2", "amount": "1"}]}  # fmt: skip

        answer = api.post(more, path=SETTLEMENTS)

        assert answer.status_code == 409
        [told] = answer.json()["fields"]["winners[1].userId"]
        assert told.startswith("line 2: 'user-2' is a winner of cup-2026-11 in settlement SET-20")
        assert PayoutJob.objects.count() == 1

    def test_at_the_same_moment_there_is_one_job(
        self, api: Caller, body: dict[str, Any], together: Callable[..., list[Any]]
    ) -> None:
        answers = together(*[lambda: api.post(body, path=SETTLEMENTS)] * 4)

        assert [answer.status_code for answer in answers] == [201] * 4
        assert len({answer.content for answer in answers}) == 1
        assert DisbursementRequest.objects.count() == 2

    def test_two_partners_may_use_the_same_ids(
        self, api: Caller, stranger: Caller, body: dict[str, Any]
    ) -> None:
        answers = [caller.post(body, path=SETTLEMENTS) for caller in (api, stranger)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json()["job"]["id"] != answers[1].json()["job"]["id"]


class TestWho:
    def test_a_partner_without_a_stripe_account_is_told_so(
        self, a_partner: Partner, body: dict[str, Any]
    ) -> None:
        answer = key_of(a_partner).post(body, path=SETTLEMENTS)

        assert answer.status_code == 400
        assert "no active Stripe account" in answer.json()["fields"]["shortcode"][0]

    def test_of_several_accounts_one_is_named(
        self, api: Caller, platform: Shortcode, body: dict[str, Any]
    ) -> None:
        a_stripe_account(platform.partner, number="SECOND")

        unnamed = api.post(body, path=SETTLEMENTS)
        named = api.post(body | {"shortcode": "SECOND"}, path=SETTLEMENTS)

        assert (unnamed.status_code, named.status_code) == (400, 201)
        assert named.json()["job"]["shortcode"] == "SECOND"

    @pytest.mark.parametrize("number", ["BARAKA", "600111", "nothing", ""])
    def test_anothers_account_or_a_paybill_is_none_to_pay_from(
        self, api: Caller, other: Shortcode, a_shortcode: Shortcode, body: dict[str, Any],
        number: str,
    ) -> None:  # fmt: skip
        answer = api.post(body | {"shortcode": number}, path=SETTLEMENTS)

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == ["shortcode"]

    def test_a_key_hands_in_for_its_own_partner_only(
        self, api: Caller, other: Shortcode, body: dict[str, Any]
    ) -> None:
        answers = [
            api.post(body | {"partner": str(partner_id)}, path=SETTLEMENTS)
            for partner_id in (other.partner_id, NOBODY)
        ]

        assert [answer.status_code for answer in answers] == [400, 400]
        assert not PayoutJob.objects.exists()

    def test_a_person_of_all_partners_names_one(
        self, person: Any, platform: Shortcode, other: Shortcode, body: dict[str, Any]
    ) -> None:
        clerk = person("schedule_payoutjob")

        unnamed = clerk.post(body, path=SETTLEMENTS)
        named = clerk.post(body | {"partner": str(other.partner_id)}, path=SETTLEMENTS)

        assert list(unnamed.json()["fields"]) == ["partner"]
        assert named.json()["job"]["partner"]["name"] == "Baraka Example Ltd"
        assert PayoutJob.objects.get().created_by.startswith("member")

    def test_a_key_that_only_reads_hands_nothing_in(
        self, platform: Shortcode, body: dict[str, Any]
    ) -> None:
        reader = key_of(platform.partner, scopes=["disburse:read"])

        answer = reader.post(body, path=SETTLEMENTS)

        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
