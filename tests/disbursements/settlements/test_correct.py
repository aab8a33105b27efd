"""Correct and resend: only what is proven not paid, once, and never both are sent."""

from typing import Any

import pytest

from core.callers import NotAllowed
from core.models import Alert, Step
from disbursements.models import DisbursementRequest
from disbursements.operations import bulk
from disbursements.operations.correct import CannotCorrect, ReferenceTaken, correct
from disbursements.operations.decide_settlement import approve
from disbursements.operations.instruct import BadInstruction
from disbursements.operations.propose_settlement import NoSuchPayout
from disbursements.operations.send import send_due
from disbursements.operations.which_shortcode import NoShortcode
from gateways.interface import PaymentState
from gateways.memory import MemoryProvider
from tests.disbursements.persons import AMINA, BRIAN, contradicted, person, proposed
from tests.wire import MovedClock
from vault.models import Shortcode

NEW = "0700 000 777"
REASON = "the payee gave a new number"


@pytest.fixture
def failed(sent: Any, reports: Any, moved: MovedClock) -> DisbursementRequest:
    """Proven not paid, for good."""
    row = sent("00001", payee_name="Amina Example", remarks="November salary")
    reports.failed(row, "2040")
    moved.forward(minutes=1)
    reports.asked(row)
    reports.answered(row, PaymentState.NOT_PAID)
    return row


@pytest.fixture
def mend(moved: MovedClock) -> Any:
    """Correct by Amina, to a new phone unless told otherwise."""

    def one(row: DisbursementRequest, **more: Any) -> Any:
        named = {"caller": AMINA, "reason": REASON, "msisdn": NEW} | more
        return correct(disbursement_id=row.pk, at=moved(), **named)

    return one


class TestCorrecting:
    def test_a_new_payout_replaces_it_and_is_paid(
        self, failed: Any, mend: Any, memory: MemoryProvider
    ) -> None:
        done = mend(failed, amount="1300")

        child = done.disbursement
        assert (child.corrects_id, child.origin, child.status) == (
            failed.pk, "correction", "queued"
        )  # fmt: skip
        assert (child.client_reference, child.msisdn) == ("REF-00001-C1", "254700000777")
        assert (child.amount_minor, child.payee_name) == (130_000, "Amina Example")
        assert (child.remarks, child.shortcode_id) == ("November salary", failed.shortcode_id)
        assert (child.created_by, child.max_retries) == (AMINA.actor, failed.max_retries)
        assert send_due() == 1

    def test_both_trails_name_the_other(self, failed: Any, mend: Any) -> None:
        child = mend(failed).disbursement

        of_parent = Step.objects.filter(subject_id=str(failed.pk)).latest("id")
        of_child = Step.objects.get(subject_id=str(child.pk))
        assert of_parent.details == {"corrected_by": str(child.pk)}
        assert (of_parent.actor, of_parent.to_status) == (AMINA.actor, "failed")
        assert str(failed.pk) in of_child.because
        assert REASON in of_child.because

    def test_a_cancelled_one_may_be_sent_as_it_was(
        self, pay: Any, mend: Any, memory: MemoryProvider
    ) -> None:
        row = pay()
        DisbursementRequest.objects.filter(pk=row.pk).update(status="cancelled")

        child = mend(row, msisdn=None).disbursement

        assert (child.msisdn, child.amount_minor) == (row.msisdn, row.amount_minor)

    def test_the_same_again_is_the_same_payout(self, failed: Any, mend: Any) -> None:
        first, second = mend(failed), mend(failed, msisdn="254700000777")

        assert (first.replayed, second.replayed) == (False, True)
        assert first.disbursement.pk == second.disbursement.pk
        assert DisbursementRequest.objects.count() == 2

    def test_another_correction_of_it_is_refused(self, failed: Any, mend: Any) -> None:
        child = mend(failed).disbursement

        with pytest.raises(CannotCorrect, match=f"already, by {child.client_reference}"):
            mend(failed, amount="1400")

    def test_a_correction_that_failed_is_corrected_under_the_next_number(
        self, failed: Any, mend: Any
    ) -> None:
        child = mend(failed).disbursement
        DisbursementRequest.objects.filter(pk=child.pk).update(status="cancelled")

        grandchild = mend(child, msisdn="0700 000 888").disbursement

        assert grandchild.client_reference == "REF-00001-C2"


class TestReference:
    def test_one_of_your_own(self, failed: Any, mend: Any) -> None:
        assert mend(failed, client_reference="X-1").disbursement.client_reference == "X-1"

    def test_one_that_is_taken_is_refused(self, failed: Any, mend: Any, pay: Any) -> None:
        pay("00002", reference="X-1")

        with pytest.raises(ReferenceTaken, match="REF-00001-C1"):
            mend(failed, client_reference="X-1")

    def test_a_derived_one_is_unused_and_not_too_long(
        self, failed: Any, mend: Any, pay: Any
    ) -> None:
        long = pay("00003", reference="L" * 100)
        DisbursementRequest.objects.filter(pk=long.pk).update(status="cancelled")
        pay("00002", reference="REF-00001-C1")

        assert mend(failed).disbursement.client_reference == "REF-00001-C2"
        assert len(mend(long).disbursement.client_reference) <= 100


class TestRefused:
    @pytest.mark.parametrize(
        "status", ["queued", "sending", "accepted", "unknown", "retrying", "parked", "completed"]
    )
    def test_whatever_may_be_paid_or_goes_on(
        self, failed: Any, mend: Any, moved: MovedClock, status: str
    ) -> None:
        DisbursementRequest.objects.filter(pk=failed.pk).update(
            status=status, lease_until=moved(), next_retry_at=moved(), parked_cause="b2c:1",
            receipt="UKL1000001", completed_at=moved(),
        )  # fmt: skip

        with pytest.raises(CannotCorrect, match="only what failed or was cancelled"):
            mend(failed)

        assert DisbursementRequest.objects.count() == 1

    def test_what_is_said_to_be_paid_after_all(
        self, sent: Any, reports: Any, mend: Any, moved: MovedClock
    ) -> None:
        row = contradicted(sent(), reports, moved)
        DisbursementRequest.objects.filter(pk=row.pk).update(status="failed")

        with pytest.raises(CannotCorrect, match="said to be paid"):
            mend(row)

    def test_what_a_proposal_waits_for(
        self, sent: Any, reports: Any, mend: Any, moved: MovedClock
    ) -> None:
        row = contradicted(sent(), reports, moved)
        proposed(row, at=moved())
        DisbursementRequest.objects.filter(pk=row.pk).update(status="failed")

        with pytest.raises(CannotCorrect, match="must be settled first"):
            mend(row)

    def test_a_correction_that_changes_nothing(self, failed: Any, mend: Any) -> None:
        with pytest.raises(CannotCorrect, match="Nothing is corrected"):
            mend(failed, msisdn=failed.msisdn)

    @pytest.mark.parametrize(
        ("field", "wrong"),
        [("msisdn", {"msisdn": "12"}), ("amount", {"amount": "5"}), ("amount", {"amount": "x"})],
    )
    def test_wrong_fields_are_named(
        self, failed: Any, mend: Any, field: str, wrong: dict[str, str]
    ) -> None:
        with pytest.raises(BadInstruction) as refused:
            mend(failed, **wrong)

        assert [problem.field for problem in refused.value.problems] == [field]

    def test_a_shortcode_that_is_no_longer_active(
        self, failed: Any, mend: Any, a_shortcode: Shortcode
    ) -> None:
        Shortcode.objects.filter(pk=a_shortcode.pk).update(is_active=False)

        with pytest.raises(NoShortcode):
            mend(failed)

    def test_people_without_the_permission_or_of_another_partner(
        self, failed: Any, mend: Any
    ) -> None:
        with pytest.raises(NotAllowed):
            mend(failed, caller=person("nobody", "retry"))
        with pytest.raises(NoSuchPayout):
            mend(failed, caller=person("x", "correct", partners=frozenset({failed.pk})))


class TestNeverBoth:
    def test_two_corrections_at_once_make_one(self, failed: Any, mend: Any, together: Any) -> None:
        answers = together(*[lambda: mend(failed) for _ in range(3)])

        assert len({each.disbursement.pk for each in answers}) == 1
        assert sorted(each.replayed for each in answers) == [False, True, True]

    def test_what_was_corrected_is_not_claimed_however_due_it_looks(
        self, failed: Any, mend: Any, moved: MovedClock, memory: MemoryProvider
    ) -> None:
        mend(failed)
        DisbursementRequest.objects.filter(pk=failed.pk).update(
            status="retrying", next_retry_at=moved()
        )

        assert send_due(status="retrying") == 0

    def test_a_late_success_of_the_original_holds_the_correction_back(
        self, failed: Any, mend: Any, reports: Any, moved: MovedClock
    ) -> None:
        child = mend(failed).disbursement
        reports.paid(failed)
        held_back = send_due()
        moved.forward(minutes=2)
        reports.asked(failed)
        reports.answered(failed, PaymentState.COMPLETED)

        child.refresh_from_db()
        assert (held_back, send_due(), child.status) == (0, 0, "queued")
        assert failed.status == "completed"
        alert = Alert.objects.get(kind="corrected_but_paid", key=str(child.pk))
        assert (alert.severity, "held back" in alert.text) == ("critical", True)

    def test_the_correction_goes_on_when_two_persons_settle_that_it_was_not_paid(
        self, failed: Any, mend: Any, reports: Any, moved: MovedClock
    ) -> None:
        mend(failed)
        reports.paid(failed)
        held_back = send_due()
        settlement = proposed(failed, at=moved())

        approve(settlement_id=settlement.pk, reason=REASON, caller=BRIAN, at=moved())

        assert (held_back, send_due()) == (0, 1)

    @pytest.mark.parametrize("round_", range(5))
    def test_a_forced_retry_at_the_same_moment_ends_with_one_of_them(
        self, failed: Any, mend: Any, moved: MovedClock, memory: MemoryProvider,
        together: Any, round_: int,
    ) -> None:  # fmt: skip
        run = bulk.start(
            verb="force", reason="the payee says it works now", ids=[failed.pk],
            caller=person("brian.example", "force"), at=moved(),
        )  # fmt: skip
        before = len(memory.calls)

        corrected, _ = together(lambda: mend(failed), lambda: bulk.work(run_id=run.pk))

        run.refresh_from_db()
        failed.refresh_from_db()
        refused = isinstance(corrected, CannotCorrect)
        assert (run.done, failed.status) == ((1, "retrying") if refused else (0, "failed"))
        assert send_due() + send_due(status="retrying") == 1
        assert len(memory.calls) == before + 1
