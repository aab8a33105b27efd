"""Taking money back at the desk: proposed on the payout's page, decided by another person."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from core.models import Step
from disbursements.models import PayoutJob, TransferReversal
from tests.paid_out import paid_out, proposed_back, row_of
from tests.staff import REASON, at_the_desk
from tests.wire import MovedClock, Wire
from vault.models import Partner, StaffMember
from vault.operations.add_partner import add_partner

PAYOUTS = "admin:disbursements_disbursementrequest"
REVERSALS = "admin:disbursements_transferreversal"
LOOK = ("disbursements.view_disbursementrequest", "disbursements.view_transferreversal")
PROPOSE = "disbursements.propose_transferreversal"
APPROVE = "disbursements.approve_transferreversal"


@pytest.fixture
def job(wire: Wire, a_partner: Partner) -> PayoutJob:
    return paid_out(wire, a_partner)


@pytest.fixture
def proposed(job: PayoutJob) -> TransferReversal:
    """Another person wants ten dollars back."""
    return proposed_back(User.objects.create_superuser("operator.example"), "PAID", 1_000)


def reverse_url(user_id: str) -> str:
    return reverse(f"{PAYOUTS}_reverse", args=[row_of(user_id).pk])


def propose(desk: Client, user_id: str = "PAID", **answers: str) -> Any:
    return desk.post(
        reverse_url(user_id), {"confirmed": "yes", "amount": "12.50", "reason": REASON, **answers},
        follow=True,
    )  # fmt: skip


def decide(desk: Client, reversal: TransferReversal, verb: str, **answers: str) -> Any:
    return desk.post(
        reverse(f"{REVERSALS}_{verb}", args=[reversal.pk]),
        {"confirmed": "yes", "reason": REASON, **answers}, follow=True,
    )  # fmt: skip


class TestProposing:
    def test_a_part_is_proposed_and_nothing_moves(self, desk: Client, job: PayoutJob) -> None:
        page = propose(desk).content.decode()

        reversal = TransferReversal.objects.get()
        assert (reversal.amount_minor, reversal.reason) == (1_250, REASON)
        assert reversal.status == "proposed"
        assert "Proposed. Another person must approve it" in page
        assert row_of("PAID").returned_minor == 0

    def test_all_of_it_stands_in_the_form(self, desk: Client, job: PayoutJob) -> None:
        assert 'value="50.00"' in desk.get(reverse_url("PAID")).content.decode()

    @pytest.mark.parametrize("amount", ["0", "-1", "50.01", "1.234", "all", ""])
    def test_an_amount_that_cannot_be_is_refused_and_what_was_typed_stays(
        self, amount: str, desk: Client, job: PayoutJob
    ) -> None:
        answer = propose(desk, amount=amount)

        assert answer.status_code == 422
        assert REASON in answer.content.decode()
        assert not TransferReversal.objects.exists()

    @pytest.mark.parametrize("user_id", ["UNKNOWN", "FAILED", "NO-ACCOUNT"])
    def test_only_what_is_paid_is_offered(
        self, user_id: str, desk: Client, job: PayoutJob
    ) -> None:
        page = desk.get(reverse(f"{PAYOUTS}_change", args=[row_of(user_id).pk])).content.decode()

        assert "Take it back…" not in page
        assert desk.get(reverse_url(user_id)).status_code == 404

    def test_while_one_is_open_its_page_leads_there(
        self, desk: Client, proposed: TransferReversal
    ) -> None:
        page = desk.get(reverse(f"{PAYOUTS}_change", args=[row_of("PAID").pk])).content.decode()

        assert "operator.example wants USD 10.00 back: proposed." in page
        assert "Take it back…" not in page

    def test_it_needs_the_permission(self, job: PayoutJob) -> None:
        viewer = at_the_desk(*LOOK, APPROVE)

        assert propose(viewer).status_code == 403


class TestTheSecondPerson:
    def test_the_queue_shows_what_waits(self, desk: Client, proposed: TransferReversal) -> None:
        page = desk.get(f"{reverse(f'{REVERSALS}_changelist')}?status=proposed").content.decode()

        for text in ("PAID", "USD 10.00", "of USD 50.00", "operator.example"):
            assert text in page

    def test_approving_sends_it_and_leads_to_its_page(
        self, desk: Client, proposed: TransferReversal
    ) -> None:
        page = decide(desk, proposed, "approve").content.decode()

        proposed.refresh_from_db()
        assert proposed.status != "proposed"
        assert proposed.decision_reason == REASON
        assert "Approved. Stripe is asked within a minute" in page

    def test_rejecting_moves_nothing(self, desk: Client, proposed: TransferReversal) -> None:
        decide(desk, proposed, "reject")

        proposed.refresh_from_db()
        assert proposed.status == "rejected"
        assert Step.objects.filter(
            subject_id=str(proposed.pk), to_status="rejected", because__contains=REASON
        ).exists()

    def test_nobody_approves_their_own(self, job: PayoutJob) -> None:
        person = at_the_desk(*LOOK, PROPOSE, APPROVE)
        propose(person)
        reversal = TransferReversal.objects.get()

        shown = person.get(reverse(f"{REVERSALS}_change", args=[reversal.pk])).content.decode()
        asked = person.get(reverse(f"{REVERSALS}_approve", args=[reversal.pk])).content.decode()
        decide(person, reversal, "approve")

        assert "Approve…" not in shown
        assert "another person must approve it" in asked
        reversal.refresh_from_db()
        assert reversal.status == "proposed"

    def test_ones_own_can_be_withdrawn(self, job: PayoutJob) -> None:
        person = at_the_desk(*LOOK, PROPOSE)
        propose(person)
        reversal = TransferReversal.objects.get()

        page = person.get(reverse(f"{REVERSALS}_reject", args=[reversal.pk])).content.decode()
        decide(person, reversal, "reject")

        assert "Withdraw it" in page
        reversal.refresh_from_db()
        assert reversal.status == "rejected"

    def test_a_reason_is_wanted(self, desk: Client, proposed: TransferReversal) -> None:
        assert decide(desk, proposed, "approve", reason="ok").status_code == 422
        proposed.refresh_from_db()
        assert proposed.status == "proposed"

    def test_what_was_decided_is_not_decided_again(
        self, desk: Client, proposed: TransferReversal
    ) -> None:
        decide(desk, proposed, "reject")

        assert desk.get(reverse(f"{REVERSALS}_approve", args=[proposed.pk])).status_code == 404

    def test_a_viewer_decides_nothing(self, proposed: TransferReversal) -> None:
        viewer = at_the_desk(*LOOK)

        for verb in ("approve", "reject"):
            assert decide(viewer, proposed, verb).status_code == 403

    def test_anothers_reversals_are_not_there(
        self, proposed: TransferReversal, moved: MovedClock
    ) -> None:
        stranger = at_the_desk(*LOOK, APPROVE)
        other = add_partner(name="Pamoja Example Ltd", actor="test", at=moved())
        StaffMember.objects.create(user_id=int(stranger.session["_auth_user_id"]), partner=other)

        assert "PAID" not in stranger.get(reverse(f"{REVERSALS}_changelist")).content.decode()
        assert decide(stranger, proposed, "approve").status_code == 404

    @pytest.mark.parametrize("term", ["PAID", "acct_PAID"])
    def test_it_is_found_by_the_winner(
        self, term: str, desk: Client, proposed: TransferReversal
    ) -> None:
        answer = desk.get(reverse(f"{REVERSALS}_changelist"), {"q": term})

        assert str(proposed.pk) in answer.headers["Location"]
