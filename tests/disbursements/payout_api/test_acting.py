"""Retry and cancel a job, take a transfer back: what is done, what is refused, by whom."""

from typing import Any

import pytest

from disbursements import jobs
from disbursements.api import payout_examples as examples
from disbursements.models import BulkRun, PayoutJob, TransferReversal
from tests.contests import settle
from tests.disbursements.api.conftest import Caller
from tests.disbursements.payout_api.conftest import (
    JOBS,
    NOBODY,
    REVERSALS,
    TRANSFERS,
    WHY,
    key_of,
    transfer_ids,
)
from vault.models import Partner, Shortcode


@pytest.fixture
def job(platform: Shortcode) -> PayoutJob:
    """A job of three winners, nothing sent yet."""
    return settle(platform.partner).job


class TestCancel:
    def test_what_was_not_sent_is_cancelled_and_the_same_again_does_nothing(
        self, api: Caller, job: PayoutJob
    ) -> None:
        first = api.post(WHY, path=f"{JOBS}/{job.pk}/cancel")
        second = api.post(WHY, path=f"{JOBS}/{job.pk}/cancel")

        assert (first.status_code, first.json()["queued"]) == (200, 3)
        assert first.json()["totals"] == {"USD": 100}
        assert (second.status_code, second.json()["queued"]) == (200, 0)
        assert set(first.json()) == set(examples.CANCELLED)
        states = api.get(f"{JOBS}/{job.pk}").json()["job"]["transfers"]
        assert states["failed_terminal"]["count"] == 3

    def test_only_those_named(self, api: Caller, job: PayoutJob) -> None:
        named = [transfer_ids(job)["user-2"]] * 2

        said = api.post(WHY | {"transferIds": named}, path=f"{JOBS}/{job.pk}/cancel").json()

        assert said["queued"] == 1
        assert said["totals"] == {"USD": 30}

    def test_what_is_paid_is_skipped_and_told(self, api: Caller, paid: PayoutJob) -> None:
        named = list(transfer_ids(paid).values())

        said = api.post(WHY | {"transferIds": named}, path=f"{JOBS}/{paid.pk}/cancel").json()

        assert (said["queued"], sum(each["count"] for each in said["skipped"])) == (1, 2)


class TestRetry:
    def test_what_waits_to_be_tried_again_is_sent_now(self, api: Caller, job: PayoutJob) -> None:
        answer = api.post(WHY, path=f"{JOBS}/{job.pk}/retry")

        assert (answer.status_code, answer.json()["queued"]) == (200, 0)
        assert "nothing was done" in answer.json()["message"]

    def test_a_key_may_not_force(self, api: Caller, job: PayoutJob) -> None:
        answer = api.post(WHY | {"force": True}, path=f"{JOBS}/{job.pk}/retry")

        assert (answer.status_code, answer.json()["code"]) == (403, "staff_only")

    def test_the_payouts_own_permission_is_needed_too(self, person: Any, job: PayoutJob) -> None:
        clerk = person("retry_payoutjob", "cancel_payoutjob")

        answers = [clerk.post(WHY, path=f"{JOBS}/{job.pk}/{verb}") for verb in ("retry", "cancel")]

        assert [answer.status_code for answer in answers] == [403, 403]
        assert "retry_disbursementrequest" in answers[0].json()["error"]


@pytest.mark.parametrize("verb", ["retry", "cancel"])
class TestRefused:
    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"reason": "short"}, "reason"), ({"reason": 5}, "reason"),
            ({"reason": "x" * 501}, "reason"), ({"transferIds": []}, "transferIds"),
            ({"transferIds": "all"}, "transferIds"), ({"transferIds": ["x"]}, "transferIds"),
            ({"transferIds": [7]}, "transferIds"), ({"transferIds": [None]}, "transferIds"),
            ({"transferIds": [NOBODY]}, "transferIds"),
            ({"transferIds": [NOBODY] * 10_001}, "transferIds"), ({"all": True}, "all"),
            ({"status": "completed"}, "status"),
        ],
    )  # fmt: skip
    def test_a_wrong_field_is_named(
        self, quick: Caller, quick_partner: Partner, verb: str, change: dict[str, Any], field: str
    ) -> None:
        job = settle(quick_partner).job

        answer = quick.post(WHY | change, path=f"{JOBS}/{job.pk}/{verb}")

        assert answer.status_code == 400, answer.json()
        assert list(answer.json()["fields"]) == [field]
        assert not BulkRun.objects.exists()

    def test_transfers_of_another_job_are_not_touched(
        self, api: Caller, job: PayoutJob, verb: str
    ) -> None:
        second = settle(job.partner, settlement_id="S-2", contest_id="C-2").job
        named = [transfer_ids(job)["user-1"], transfer_ids(second)["user-1"]]

        answer = api.post(WHY | {"transferIds": named}, path=f"{JOBS}/{job.pk}/{verb}")

        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["transferIds"])

    def test_another_partners_job_is_not_there(
        self, stranger: Caller, job: PayoutJob, verb: str
    ) -> None:
        answer = stranger.post(WHY, path=f"{JOBS}/{job.pk}/{verb}")

        assert answer.status_code == 404
        assert not BulkRun.objects.exists()

    def test_a_key_that_only_reads_may_not(self, job: PayoutJob, verb: str) -> None:
        reader = key_of(job.partner, scopes=["disburse:read"])

        assert reader.post(WHY, path=f"{JOBS}/{job.pk}/{verb}").status_code == 403


class TestReversals:
    @pytest.fixture
    def amina(self, person: Any) -> Caller:
        caller: Caller = person("propose_transferreversal", "view_transferreversal")
        return caller

    @pytest.fixture
    def brian(self, person: Any) -> Caller:
        caller: Caller = person("approve_transferreversal", "view_transferreversal")
        return caller

    def test_one_proposes_and_another_approves(
        self, paid: PayoutJob, amina: Caller, brian: Caller
    ) -> None:
        pk = transfer_ids(paid)["user-1"]

        proposed = amina.post(WHY | {"amount": "12.5"}, path=f"{TRANSFERS}/{pk}/reversals")
        again = amina.post(WHY | {"amount": 12.5}, path=f"{TRANSFERS}/{pk}/reversals")
        told = proposed.json()["reversal"]
        approved = brian.post(WHY, path=f"{REVERSALS}/{told['id']}/approve")
        jobs.reversals()

        [listed] = brian.get(REVERSALS, transferId=pk).json()["reversals"]
        assert (proposed.status_code, approved.status_code) == (201, 200)
        assert again.json()["reversal"]["id"] == told["id"]
        assert (told["status"], told["amount"], told["jobId"]) == (
            "proposed", "12.50", str(paid.pk),
        )  # fmt: skip
        assert (listed["status"], listed["stripeReversalId"][:4]) == ("done", "trr_")
        assert set(told) == set(examples.REVERSAL["reversal"])

    def test_its_proposer_may_not_approve_but_take_it_back(
        self, paid: PayoutJob, person: Any
    ) -> None:
        both = person("propose_transferreversal", "approve_transferreversal")
        pk = transfer_ids(paid)["user-1"]
        id_ = both.post(WHY, path=f"{TRANSFERS}/{pk}/reversals").json()["reversal"]["id"]

        own = both.post(WHY, path=f"{REVERSALS}/{id_}/approve")
        back = both.post(WHY, path=f"{REVERSALS}/{id_}/reject")

        assert own.status_code == 403
        assert "another person must approve" in own.json()["error"]
        assert back.json()["reversal"]["status"] == "rejected"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            *[({"amount": each}, "amount") for each in (
                "50.01", "0", "-1", True, None, "1.001", "\u0661", "9" * 900,
            )],
            ({"reason": "short"}, "reason"), ({"currency": "USD"}, "currency"),
        ],
    )  # fmt: skip
    def test_a_wrong_field_is_named(
        self, paid: PayoutJob, amina: Caller, change: dict[str, Any], field: str
    ) -> None:
        pk = transfer_ids(paid)["user-1"]

        answer = amina.post(WHY | change, path=f"{TRANSFERS}/{pk}/reversals")

        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
        assert not TransferReversal.objects.exists()

    def test_what_is_not_paid_is_a_conflict(self, paid: PayoutJob, amina: Caller) -> None:
        pk = transfer_ids(paid)["user-3"]

        answer = amina.post(WHY, path=f"{TRANSFERS}/{pk}/reversals")

        assert (answer.status_code, answer.json()["code"]) == (409, "cannot_reverse")

    def test_a_partners_key_sees_its_own_and_decides_nothing(
        self, paid: PayoutJob, amina: Caller, api: Caller, stranger: Caller
    ) -> None:
        pk = transfer_ids(paid)["user-1"]
        id_ = amina.post(WHY, path=f"{TRANSFERS}/{pk}/reversals").json()["reversal"]["id"]

        answers = [
            api.post(WHY, path=f"{TRANSFERS}/{pk}/reversals"),
            api.post(WHY, path=f"{REVERSALS}/{id_}/approve"),
            api.post(WHY, path=f"{REVERSALS}/{id_}/reject"),
        ]

        assert [answer.status_code for answer in answers] == [403] * 3
        assert len(api.get(REVERSALS, status="proposed").json()["reversals"]) == 1
        assert stranger.get(REVERSALS).json()["reversals"] == []

    def test_staff_of_another_partner_touch_nothing(
        self, paid: PayoutJob, amina: Caller, person: Any, other: Shortcode
    ) -> None:
        pk = transfer_ids(paid)["user-1"]
        id_ = amina.post(WHY, path=f"{TRANSFERS}/{pk}/reversals").json()["reversal"]["id"]
        names = [f"{verb}_transferreversal" for verb in ("propose", "approve", "view")]
        theirs = person(*names, partner=other.partner)

        answers = [
            theirs.post(WHY, path=f"{TRANSFERS}/{pk}/reversals"),
            theirs.post(WHY, path=f"{REVERSALS}/{id_}/approve"),
            theirs.post(WHY, path=f"{REVERSALS}/{id_}/reject"),
            theirs.post(WHY, path=f"{REVERSALS}/no-id/reject"),
        ]

        assert [answer.status_code for answer in answers] == [404] * 4
        assert theirs.get(REVERSALS).json()["reversals"] == []

    @pytest.mark.parametrize(
        ("name", "text"),
        [("status", "x"), ("limit", "0"), ("cursor", "x"), ("transferId", "x"), ("partner", ""),
         ("user", "u")],
    )  # fmt: skip
    def test_a_parameter_that_is_none_is_named(self, amina: Caller, name: str, text: str) -> None:
        answer = amina.get(REVERSALS, **{name: text})

        assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])
