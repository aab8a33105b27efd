"""Settle with evidence at the desk: propose, approve, reject, each a POST with a reason."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disbursements.models import DisbursementRequest, Settlement
from tests.disbursements.persons import EVIDENCE, RECEIPT, unknown
from tests.staff import at_the_desk, superuser

PAYOUT = "admin:disbursements_disbursementrequest_change"
PROPOSE = "admin:disbursements_disbursementrequest_settle"
APPROVE, REJECT = "admin:disbursements_settlement_approve", "admin:disbursements_settlement_reject"
LIST, PAGE = "admin:disbursements_settlement_changelist", "admin:disbursements_settlement_change"
REASON = {"confirmed": "yes", "reason": "nobody can tell since two days"}
NOT_PAID = {**REASON, "settled_as": "not_paid", "evidence": EVIDENCE}
PAID = {**NOT_PAID, "settled_as": "paid", "receipt": RECEIPT, "paid_at": "2026-11-21T11:00"}


@pytest.fixture
def doubtful(sent: Any, reports: Any) -> DisbursementRequest:
    """Nobody can tell whether it was paid."""
    return unknown(sent(payee_name="Amina Example"), reports)


@pytest.fixture
def waiting(desk: Client, doubtful: DisbursementRequest) -> Settlement:
    """Proposed by the person at `desk`."""
    desk.post(reverse(PROPOSE, args=[doubtful.pk]), NOT_PAID)
    return Settlement.objects.get()


class TestProposing:
    def test_the_page_names_the_attempt_and_what_follows(
        self, desk: Client, doubtful: DisbursementRequest
    ) -> None:
        page = desk.get(reverse(PROPOSE, args=[doubtful.pk])).content.decode()

        for text in ("KES 1,250.00", "another person must approve", "Provider reference"):
            assert text in page
        assert not Settlement.objects.exists()

    def test_it_writes_the_claim_down_with_nairobi_time(
        self, desk: Client, doubtful: DisbursementRequest
    ) -> None:
        answer = desk.post(reverse(PROPOSE, args=[doubtful.pk]), PAID, follow=True)

        row = Settlement.objects.get()
        assert (row.receipt, row.status) == (RECEIPT, "proposed")
        assert row.paid_at
        assert row.paid_at.isoformat() == "2026-11-21T08:00:00+00:00"
        assert "another person must approve it" in answer.content.decode()

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"settled_as": "paid"}, "is not an M-Pesa receipt"),
            ({"settled_as": "paid", "receipt": RECEIPT}, "paid_at: is missing"),
            ({"evidence": "short"}, "at least 8 characters"),
            ({"reason": "short"}, "Write at least 8 characters"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
        self, desk: Client, doubtful: DisbursementRequest, wrong: dict[str, str], sentence: str
    ) -> None:
        answer = desk.post(reverse(PROPOSE, args=[doubtful.pk]), NOT_PAID | wrong)

        page = answer.content.decode()
        assert answer.status_code == 422
        assert sentence in page
        assert (NOT_PAID | wrong)["evidence"] in page
        assert not Settlement.objects.exists()

    def test_it_is_not_offered_twice_nor_for_what_is_being_asked(
        self, desk: Client, waiting: Settlement, doubtful: DisbursementRequest, sent: Any
    ) -> None:
        accepted = sent("00002")

        answers = [desk.get(reverse(PROPOSE, args=[row.pk])) for row in (doubtful, accepted)]

        assert [answer.status_code for answer in answers] == [404, 404]


class TestThePayoutsPage:
    def test_it_leads_to_the_proposal_and_its_timeline_holds_it(
        self, desk: Client, waiting: Settlement, doubtful: DisbursementRequest
    ) -> None:
        page = desk.get(reverse(PAYOUT, args=[doubtful.pk])).content.decode()

        assert reverse(PAGE, args=[waiting.pk]) in page
        assert "Proposed to settle attempt 1 by hand as not paid" in page
        assert EVIDENCE in page
        assert reverse(PROPOSE, args=[doubtful.pk]) not in page


class TestDeciding:
    def test_waiting_ones_are_listed_until_they_are_decided(
        self, desk: Client, waiting: Settlement
    ) -> None:
        before = desk.get(reverse(LIST)).content.decode()
        superuser().post(reverse(APPROVE, args=[waiting.pk]), REASON)
        after = desk.get(reverse(LIST)).content.decode()
        everything = desk.get(reverse(LIST) + "?state=all").content.decode()

        assert "REF-00001" in before
        assert "nothing waits for a second person" in after
        assert "REF-00001" in everything

    def test_another_person_approves_it(
        self, desk: Client, waiting: Settlement, doubtful: DisbursementRequest
    ) -> None:
        second = superuser()
        page = second.get(reverse(APPROVE, args=[waiting.pk])).content.decode()
        answer = second.post(reverse(APPROVE, args=[waiting.pk]), REASON, follow=True)
        again = second.post(reverse(APPROVE, args=[waiting.pk]), REASON)

        doubtful.refresh_from_db()
        assert EVIDENCE in page
        assert "Approved: settled as not paid" in answer.content.decode()
        assert (doubtful.status, again.status_code) == ("failed", 404)

    def test_its_proposer_sees_why_not_and_may_take_it_back(
        self, desk: Client, waiting: Settlement, doubtful: DisbursementRequest
    ) -> None:
        page = desk.get(reverse(APPROVE, args=[waiting.pk])).content.decode()
        detail = desk.get(reverse(PAGE, args=[waiting.pk])).content.decode()
        refused = desk.post(reverse(APPROVE, args=[waiting.pk]), REASON)
        desk.post(reverse(REJECT, args=[waiting.pk]), REASON)

        waiting.refresh_from_db()
        doubtful.refresh_from_db()
        assert "another person must approve it" in page
        assert "another person must approve it" in detail
        assert reverse(APPROVE, args=[waiting.pk]) not in detail
        assert reverse(REJECT, args=[waiting.pk]) in detail
        assert (refused.status_code, waiting.status) == (200, "rejected")
        assert doubtful.status == "unknown"

    def test_the_pages_lead_to_the_payout_and_show_no_markup(
        self, waiting: Settlement, doubtful: DisbursementRequest
    ) -> None:
        second = superuser()

        pages = [
            second.get(reverse(name, args=[waiting.pk])).content.decode()
            for name in (PAGE, APPROVE)
        ]

        link = f'<a class="pv-link" href="{reverse(PAYOUT, args=[doubtful.pk])}">'
        for page in pages:
            assert link in page
            assert "&lt;" not in page


class TestWhoMay:
    SEE = ("disbursements.view_settlement", "disbursements.view_disbursementrequest")

    @pytest.mark.parametrize(
        ("permission", "allowed"),
        [("settle", {"propose", "reject"}), ("approve", {"approve", "reject"}), ("retry", set())],
    )
    def test_each_door_asks_its_permission(
        self, desk: Client, waiting: Settlement, doubtful: Any, sent: Any, reports: Any,
        permission: str, allowed: set[str],
    ) -> None:  # fmt: skip
        client = at_the_desk(f"disbursements.{permission}_disbursementrequest", *self.SEE)
        other = unknown(sent("00002"), reports)
        doors = {
            "propose": reverse(PROPOSE, args=[other.pk]),
            "approve": reverse(APPROVE, args=[waiting.pk]),
            "reject": reverse(REJECT, args=[waiting.pk]),
        }

        opened = {name for name, url in doors.items() if client.get(url).status_code == 200}

        assert opened == allowed

    def test_a_get_changes_nothing_and_a_post_needs_the_token(
        self, waiting: Settlement, doubtful: DisbursementRequest
    ) -> None:
        strict = at_the_desk(is_superuser=True, csrf=True)

        strict.get(reverse(APPROVE, args=[waiting.pk]) + "?confirmed=yes&reason=long+enough")
        refused = strict.post(reverse(APPROVE, args=[waiting.pk]), REASON)

        waiting.refresh_from_db()
        assert (refused.status_code, waiting.status) == (403, "proposed")
