"""Why a winner was not paid: one sentence in every status."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disbursements.models import DisbursementRequest, PauseScope, PayoutJob, PayoutTransfer
from disbursements.operations import bulk, job_verbs
from disbursements.operations import pause as pausing
from disbursements.queries import payout_jobs
from disbursements.rules.receiving import Skip
from disbursements.states import DisbursementStatus
from tests.contests import many_wins, settle
from tests.disbursements.acting import REASON, Hand, amina
from tests.wire import MovedClock
from vault.models import Partner, Shortcode

pytestmark = pytest.mark.usefixtures("stripe")
S = DisbursementStatus


@pytest.fixture
def one(a_partner: Partner) -> PayoutJob:
    """A job with one winner, who gets USD 50.00."""
    return settle(a_partner, {"user-1": "50.00"}).job


def now_is(job: PayoutJob, moved: MovedClock, status: str, **changes: Any) -> str:
    """What is said of the job's winner in this status."""
    skip_code = changes.pop("skip_code", "")
    DisbursementRequest.objects.filter(origin_id=str(job.pk)).update(
        status=status, status_at=moved(), **changes
    )
    PayoutTransfer.objects.filter(job=job).update(
        skip_code=skip_code, skipped_at=moved() if skip_code else None
    )
    return payout_jobs.why(payout_jobs.winners(job).get())


class TestTheSentence:
    @pytest.mark.parametrize("status", list(S))
    def test_every_status_has_one_that_is_one(
        self, one: PayoutJob, moved: MovedClock, status: DisbursementStatus
    ) -> None:
        paid = {"receipt": "tr_1Example", "completed_at": moved()}
        more: dict[str, dict[str, Any]] = {
            S.PARKED: {"parked_cause": "stripe:balance_insufficient:STRIPE"},
            S.RETRYING: {"next_retry_at": moved()},
            S.SENDING: {"lease_until": moved()},
            S.COMPLETED: paid,
            S.RETURNED: paid | {"returned_minor": 5000},
        }

        said = now_is(one, moved, status, **more.get(status, {}))

        assert said[0].isupper()
        assert said.endswith(".")
        assert ". " not in said
        assert said.startswith("Paid") == (status in (S.COMPLETED, S.RETURNED))

    @pytest.mark.parametrize("skip", list(Skip))
    def test_who_cannot_receive_is_told_why_and_that_it_goes_on_by_itself(
        self, one: PayoutJob, moved: MovedClock, skip: Skip
    ) -> None:
        held = now_is(one, moved, S.HELD, skip_code=skip)
        parked = now_is(one, moved, S.PARKED, skip_code=skip, parked_cause=f"stripe:{skip}")

        assert held == parked
        assert held.startswith("Not paid yet: ")
        assert held.endswith("; it is sent by itself as soon as that has changed.")

    def test_an_account_that_stripe_refused_is_named_in_words(
        self, one: PayoutJob, moved: MovedClock
    ) -> None:
        code = "insufficient_capabilities_for_transfer"

        said = now_is(one, moved, S.PARKED, skip_code=code, parked_cause=f"stripe:{code}")

        assert said == (
            f"Not paid yet: the payee's account cannot receive yet ({code}); it is sent by itself "
            "as soon as that has changed."
        )

    def test_what_waits_on_us_says_what_to_put_right(
        self, one: PayoutJob, stripe: Shortcode, moved: MovedClock
    ) -> None:
        waits = {
            "parked_cause": "stripe:balance_insufficient:STRIPE",
            "failure_code": "balance_insufficient",
        }
        said = now_is(one, moved, S.PARKED, **waits)
        pausing.pause(
            scope=PauseScope.SHORTCODE, target=str(stripe.pk), reason="the balance is empty",
            actor="system", at=moved(),
        )  # fmt: skip

        paused = now_is(one, moved, S.PARKED, **waits)

        why = "Not paid yet: our Stripe balance is too small (balance_insufficient); it goes on "
        assert said == f"{why}when a person has put that right."
        assert paused == f"{why}when that is put right and resumed."

    def test_a_pause_is_told_of_what_is_due(
        self, one: PayoutJob, a_partner: Partner, moved: MovedClock
    ) -> None:
        assert now_is(one, moved, S.QUEUED) == "Not paid yet: it waits to be sent."
        pausing.pause(
            scope=PauseScope.PARTNER, target=str(a_partner.pk), reason="Asked for by the partner.",
            actor="amina", at=moved(),
        )  # fmt: skip

        assert now_is(one, moved, S.QUEUED) == (
            "Not paid yet: sending is paused since 21 Nov 2026, 11:00 EAT: asked for by the "
            "partner."
        )
        assert "sending is paused since" in now_is(one, moved, S.RETRYING, next_retry_at=moved())

    def test_anothers_pause_is_not(self, one: PayoutJob, moved: MovedClock) -> None:
        for scope, target in ((PauseScope.RAIL, "mpesa_b2c"), (PauseScope.PARTNER, str(one.pk))):
            pausing.pause(
                scope=scope, target=target, reason="the float is empty", actor="amina", at=moved()
            )

        assert now_is(one, moved, S.QUEUED) == "Not paid yet: it waits to be sent."

    def test_a_switched_off_account_is_told(self, one: PayoutJob, moved: MovedClock) -> None:
        Shortcode.objects.update(is_active=False)

        assert "is switched off" in now_is(one, moved, S.QUEUED)

    def test_a_retry_says_why_and_when(self, one: PayoutJob, moved: MovedClock) -> None:
        said = now_is(
            one, moved, S.RETRYING, retry_reason="The account is busy. (lock_timeout)",
            retry_count=1, next_retry_at=moved() + timedelta(minutes=15), attempts_made=1,
        )  # fmt: skip

        assert said == (
            "Not paid yet: the account is busy. (lock_timeout); it is tried again by itself as "
            "retry 1 of 3, from 21 Nov 2026, 11:15 EAT on."
        )

    def test_what_only_a_person_can_settle_says_so_in_every_status(
        self, one: PayoutJob, moved: MovedClock
    ) -> None:
        needed = {
            "person_needed_at": moved(), "person_needed_because": "Two transfers exist.",
            "next_retry_at": moved(), "parked_cause": "stripe:x",
        }  # fmt: skip

        said = {
            now_is(one, moved, each, **needed)
            for each in (S.UNKNOWN, S.RETRYING, S.PARKED, S.FAILED)
        }

        assert said == {"A person must settle first whether it was paid: two transfers exist."}

    def test_a_failure_names_stripes_words_and_the_tries(
        self, one: PayoutJob, moved: MovedClock
    ) -> None:
        said = now_is(one, moved, S.FAILED, failure_code="amount_too_small", attempts_made=2)

        assert said == (
            "Not paid: the amount is too small (amount_too_small); after 2 tries it is not tried "
            "again by itself."
        )

    def test_a_code_that_no_row_names_is_told_in_stripes_own_text(
        self, one: PayoutJob, moved: MovedClock
    ) -> None:
        said = now_is(
            one, moved, S.PARKED, parked_cause="stripe:brand_new", failure_code="brand_new",
            failure_text="Something new happened.",
        )  # fmt: skip

        assert "something new happened (brand_new)" in said

    def test_what_a_person_cancelled_names_them_and_their_reason(
        self, one: PayoutJob, moved: MovedClock
    ) -> None:
        run = job_verbs.cancel_job(job_id=one.pk, reason=REASON, caller=amina(), at=moved())
        bulk.work(run_id=run.pk)

        said = payout_jobs.why(payout_jobs.winners(one).get())

        assert said == (f"Not paid: cancelled by hand: {REASON} (by amina); it was never sent.")

    def test_what_a_person_stopped_names_them_too(self, one: PayoutJob, moved: MovedClock) -> None:
        now_is(one, moved, S.PARKED, parked_cause="stripe:action_blocked")
        Hand(moved).does("stop_retrying", payout_jobs.winners(one).get().disbursement)

        said = payout_jobs.why(payout_jobs.winners(one).get())

        assert said.startswith("Not paid: ")
        assert said.endswith(f"{REASON} (by amina).")

    def test_what_is_paid_names_amount_moment_transfer_and_what_came_back(
        self, one: PayoutJob, moved: MovedClock
    ) -> None:
        paid = {"receipt": "tr_1Example", "completed_at": moved()}

        said = now_is(one, moved, S.COMPLETED, **paid)
        some = now_is(one, moved, S.COMPLETED, returned_minor=2000, **paid)
        back = now_is(one, moved, S.RETURNED, returned_minor=5000, **paid)

        assert said == "Paid: USD 50.00 on 21 Nov 2026, 11:00 EAT by transfer tr_1Example."
        assert some.endswith("by transfer tr_1Example, of which USD 20.00 came back.")
        assert back == "Paid by transfer tr_1Example, and all of USD 50.00 came back."


class TestManyAtOnce:
    def test_two_hundred_sentences_take_at_most_four_queries(
        self, a_partner: Partner, moved: MovedClock
    ) -> None:
        job = settle(a_partner, many_wins(200)).job
        ids = list(PayoutTransfer.objects.order_by("line").values_list("pk", flat=True))
        rows = DisbursementRequest.objects
        rows.filter(pk__in=ids[:50]).update(status=S.FAILED, failure_code="amount_too_small")
        rows.filter(pk__in=ids[50:90]).update(status=S.CANCELLED)
        rows.filter(pk__in=ids[90:140]).update(
            status=S.PARKED, parked_cause="stripe:action_blocked", failure_code="action_blocked"
        )
        page = list(payout_jobs.winners(job))

        with CaptureQueriesContext(connection) as queries:
            said = payout_jobs.whys(page)

        assert (len(said), len(queries)) == (200, 4)

    def test_paid_ones_take_none(self, a_partner: Partner, moved: MovedClock) -> None:
        job = settle(a_partner, {"user-1": "1"}).job
        DisbursementRequest.objects.update(
            status=S.COMPLETED, receipt="tr_1", completed_at=moved()
        )
        page = list(payout_jobs.winners(job))

        with CaptureQueriesContext(connection) as queries:
            payout_jobs.whys(page)

        assert len(queries) == 0
