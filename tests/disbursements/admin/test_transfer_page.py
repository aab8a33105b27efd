"""A payout through Stripe on its own page, in the list of payouts, and in the search."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from disbursements.models import DisbursementRequest, PayoutJob
from disbursements.operations.returned import note_returned
from tests.paid_out import paid_out, row_of
from tests.staff import REASON
from tests.winners import a_payout_job
from tests.wire import MovedClock, Wire
from vault.models import Partner

LIST = "admin:disbursements_disbursementrequest"


@pytest.fixture
def job(wire: Wire, a_partner: Partner) -> PayoutJob:
    return paid_out(wire, a_partner)


def page_of(desk: Client, user_id: str) -> str:
    return desk.get(reverse(f"{LIST}_change", args=[row_of(user_id).pk])).content.decode()


class TestThePage:
    def test_it_names_user_account_transfer_key_and_job(
        self, desk: Client, job: PayoutJob
    ) -> None:
        row = row_of("PAID")

        page = page_of(desk, "PAID")

        for text in (
            "acct_PAID", row.receipt, f"payout:{row.pk}", f"payout-{row.pk}", "Key generation",
            "SET-2026-11-21", "cup-2026", "Payout job",
        ):  # fmt: skip
            assert str(text) in page

    def test_there_is_no_phone_and_no_word_of_m_pesa(self, desk: Client, job: PayoutJob) -> None:
        for user_id in ("PAID", "UNKNOWN", "FAILED", "RETRYING", "INACTIVE", "NO-ACCOUNT"):
            page = page_of(desk, user_id)

            assert "Show the phone" not in page
            assert "M-Pesa" not in page

    def test_the_timeline_names_stripe(self, desk: Client, job: PayoutJob) -> None:
        page = page_of(desk, "PAID")

        assert "Stripe took attempt 1" in page
        assert "To acct_PAID, key payout:" in page

    def test_why_it_is_not_paid_is_said_in_a_sentence_with_what_to_do(
        self, desk: Client, job: PayoutJob
    ) -> None:
        page = page_of(desk, "NO-ACCOUNT")

        assert "this user has no connected account yet" in page
        assert "Have the user connect an account" in page

    def test_what_came_back_stands_in_the_facts_and_the_timeline(
        self, desk: Client, job: PayoutJob, moved: MovedClock
    ) -> None:
        for total_minor in (1_000, 2_500):
            with transaction.atomic():
                row = DisbursementRequest.objects.select_for_update().get(
                    pk=row_of("PART-BACK").pk
                )
                note_returned(row, reversed_minor=total_minor, at=moved(), because="taken back")

        page = page_of(desk, "PART-BACK")

        assert "USD 25.00" in page
        assert "USD 15.00" in page
        assert page.count(">Booked</a>") == 2


class TestLookingUp:
    def test_unknown_is_looked_up_at_stripe_and_not_retried(
        self, desk: Client, job: PayoutJob, moved: MovedClock
    ) -> None:
        page = page_of(desk, "UNKNOWN")
        moved.moment += timedelta(seconds=1)

        answer = desk.post(
            reverse(f"{LIST}_look-up", args=[row_of("UNKNOWN").pk]),
            {"confirmed": "yes", "reason": REASON}, follow=True,
        )  # fmt: skip

        assert "Look it up at Stripe…" in page
        assert f"{LIST}_ask" not in page
        assert "It is being looked up" in answer.content.decode()
        assert row_of("UNKNOWN").ask_at == moved()

    def test_m_pesa_is_not_asked_about_it(self, desk: Client, job: PayoutJob) -> None:
        asked = desk.get(reverse(f"{LIST}_ask", args=[row_of("UNKNOWN").pk]))

        assert asked.status_code == 404

    def test_a_payout_by_m_pesa_is_not_looked_up_at_stripe(
        self, desk: Client, accepted: DisbursementRequest
    ) -> None:
        looked = desk.get(reverse(f"{LIST}_look-up", args=[accepted.pk]))

        assert looked.status_code == 404


class TestTheListOfPayouts:
    def test_a_winner_stands_with_the_user(self, desk: Client, job: PayoutJob) -> None:
        page = desk.get(f"{reverse(f'{LIST}_changelist')}?job={job.pk}").content.decode()

        assert "NO-ACCOUNT" in page
        assert f"{row_of('PAID').client_reference[:15]}…" in page

    def test_the_filter_of_a_job_leaves_others_out(
        self, desk: Client, job: PayoutJob, pay: Any
    ) -> None:
        pay("00001", reference="RENT-1")

        page = desk.get(f"{reverse(f'{LIST}_changelist')}?job={job.pk}").content.decode()

        assert "RENT-1" not in page

    @pytest.mark.parametrize("term", ["PAID", "acct_PAID"])
    def test_it_is_found_by_user_and_account(
        self, term: str, desk: Client, job: PayoutJob
    ) -> None:
        answer = desk.get(reverse(f"{LIST}_changelist"), {"q": term})

        assert str(row_of("PAID").pk) in answer.headers["Location"]

    def test_it_is_found_by_the_id_of_the_transfer(self, desk: Client, job: PayoutJob) -> None:
        row = row_of("PAID")

        answer = desk.get(reverse(f"{LIST}_changelist"), {"q": row.receipt})

        assert str(row.pk) in answer.headers["Location"]

    def test_all_of_a_settlement_are_found_by_its_id(self, desk: Client, job: PayoutJob) -> None:
        answer = desk.get(reverse(f"{LIST}_changelist"), {"q": "SET-2026-11-21"})

        assert answer.context["cl"].result_count == 7


class TestTakingAway:
    def test_a_jobs_winners_leave_with_the_decimals_of_their_currency(
        self, desk: Client, job: PayoutJob
    ) -> None:
        yen = a_payout_job(job.partner, {"user-jpy": 5_000}, currency="JPY")
        dinar = a_payout_job(job.partner, {"user-bhd": 12_340}, currency="BHD")

        files = [taken(desk, each) for each in (job, yen, dinar)]

        assert "PAID,50.00,USD" in files[0]
        assert "user-jpy,5000,JPY" in files[1]
        assert "user-bhd,12.340,BHD" in files[2]
        assert len(files[0].strip().splitlines()) == 8

    def test_the_page_proposes_what_matters_of_winners(self, desk: Client, job: PayoutJob) -> None:
        page = desk.get(f"{reverse(f'{LIST}_export')}?job={job.pk}")

        assert page.context["form"].initial["columns"][0] == "user"


def taken(desk: Client, job: PayoutJob) -> str:
    answer: Any = desk.post(
        reverse(f"{LIST}_export"),
        {"job": str(job.pk), "columns": ["user", "amount", "currency"], "file_format": "csv"},
    )
    return b"".join(answer.streaming_content).decode("utf-8-sig")
