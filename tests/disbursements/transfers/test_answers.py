"""Every answer of stripe.md 3.2: what becomes of the payout, its attempt, its key, its account."""

from datetime import timedelta

import pytest

from core.models import Alert
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    Pause,
    PayoutTransfer,
    Proof,
)
from disbursements.operations.prove_books import breaks
from disbursements.operations.send import send_due
from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.models import Call
from tests.disbursements.transfers.conftest import Won, answering
from tests.striping import (
    believe_keys,
    open_account,
    paid_twice,
    script,
    set_balance,
    transfers,
)
from tests.winners import a_payout_job, an_account, attempts, payout, payouts
from tests.wire import MovedClock, Wire
from vault.models import Shortcode

PLATFORM_WIDE = (
    "balance_insufficient", "401", "api_key_expired", "platform_api_key_expired",
    "secret_key_required", "403", "testmode_charges_only", "platform_account_required", "404",
)  # fmt: skip
FOR_A_PERSON = (
    "insufficient_capabilities_for_transfer", "capability_not_active", "resource_missing",
    "account_invalid", "transfers_not_allowed", "livemode_mismatch",
    "application_fees_not_allowed", "anomalous_money_movement_request", "action_blocked",
    "approval_required", "request_blocked", "400", "402",
)  # fmt: skip
TERMINAL = (
    "amount_too_small", "amount_too_large", "parameter_unknown", "parameter_missing",
    "invalid_characters", "not_allowed_on_standard_account", "bad_order",
)  # fmt: skip
UNKNOWN = ("409", "424", "200", "500", "502", "idempotency_error", "idempotency_key_in_use", "")


def sent(won: Won, error: GatewayError) -> DisbursementRequest:
    """One winner whose transfer was answered with this error."""
    job = won()
    with answering(error):
        assert send_due() == 1
    return payout(job)


class TestRefusals:
    @pytest.mark.parametrize("code", PLATFORM_WIDE)
    def test_a_fault_of_our_whole_account_parks_and_pauses_it(
        self, won: Won, platform: Shortcode, code: str
    ) -> None:
        row = sent(won, Declined("No", code=code))

        assert (row.status, row.parked_cause) == ("parked", f"stripe:{code}:STRIPE")
        [pause] = Pause.objects.filter(ended_at=None)
        assert (pause.scope, pause.target) == ("shortcode", str(platform.pk))
        assert Alert.objects.filter(kind="sending_paused", severity="critical").count() == 1
        assert list(breaks()) == []

    @pytest.mark.parametrize("code", FOR_A_PERSON)
    def test_a_fault_of_one_payee_parks_it_alone_and_uses_up_no_retry(
        self, won: Won, code: str
    ) -> None:
        row = sent(won, Declined("No", code=code))

        assert (row.status, row.parked_cause) == ("parked", f"stripe:{code}")
        assert (row.retry_count, row.failure_code) == (0, code)
        assert not Pause.objects.exists()

    @pytest.mark.parametrize("code", TERMINAL)
    def test_what_would_fail_again_is_terminal(self, won: Won, code: str) -> None:
        row = sent(won, Declined("No", code=code))

        assert (row.status, row.failure_code) == ("failed", code)

    def test_a_code_that_nobody_knows_is_for_a_person_and_told(self, won: Won) -> None:
        row = sent(won, Declined("New in 2027", code="moon_phase_unsuitable"))

        assert (row.status, row.parked_cause) == ("parked", "stripe:moon_phase_unsuitable")
        alert = Alert.objects.get(kind="unclassified_code")
        assert "moon_phase_unsuitable" in alert.text

    def test_the_code_is_kept_whole(self, won: Won) -> None:
        code = "insufficient_capabilities_for_transfer"

        row = sent(won, Declined("Finish verification", code=code))

        [attempt] = attempts(row)
        assert (attempt.mpesa_response_code, attempt.outcome) == (code, AttemptOutcome.NOT_PAID)
        assert (attempt.proof, attempt.proof_details["code"]) == (Proof.REFUSED, code)

    @pytest.mark.parametrize(
        "code", ["insufficient_capabilities_for_transfer", "resource_missing", "account_invalid"]
    )
    def test_a_refused_destination_is_a_skip_of_the_winner(self, won: Won, code: str) -> None:
        row = sent(won, Declined("No", code=code))

        winner = PayoutTransfer.objects.get(pk=row.pk)
        assert (winner.skip_code, winner.skipped_at is None) == (code, False)

    def test_other_refusals_are_none(self, won: Won) -> None:
        row = sent(won, Declined("No", code="transfers_not_allowed"))

        assert PayoutTransfer.objects.get(pk=row.pk).skip_code == ""

    @pytest.mark.parametrize("code", ["rate_limit", "lock_timeout", "429"])
    def test_a_passing_refusal_is_tried_again(self, won: Won, code: str) -> None:
        row = sent(won, Declined("Later", code=code))

        assert (row.status, row.retry_count) == ("retrying", 1)


class TestNeverSent:
    def test_what_did_not_leave_is_tried_again_under_the_same_key(
        self, won: Won, moved: MovedClock
    ) -> None:
        row = sent(won, Unreachable("Nobody answered the door", code="429"))

        [attempt] = attempts(row)
        assert (row.status, row.retry_count) == ("retrying", 0)
        assert (attempt.proof, attempt.counted) == (Proof.NEVER_SENT, False)
        assert row.next_retry_at > moved() + timedelta(seconds=29)

    @pytest.mark.parametrize(
        "fault", ["transfer_too_many", "transfer_too_many_retry", "transfer_locked"]
    )
    def test_a_limit_at_stripe_is_waited_out(self, won: Won, wire: Wire, fault: str) -> None:
        job = won()
        script(wire, "acct_user1", fault)

        wire.run(hours=1)

        row = payout(job)
        first, second = attempts(row)
        assert (row.status, first.key, second.key) == ("completed", first.key, first.key)
        assert (first.counted, len(transfers(wire))) == (False, 1)

    def test_staff_hear_of_it_when_it_lasts(self, won: Won, moved: MovedClock) -> None:
        job = won()

        with answering(Unreachable("No route")):
            for _ in range(6):
                send_due(status="queued")
                send_due(status="retrying")
                moved.forward(minutes=30)

        [alert] = Alert.objects.filter(kind="provider_unreachable")
        assert "Stripe" in alert.text
        assert payout(job).status == "retrying"


class TestUnknown:
    @pytest.mark.parametrize("code", UNKNOWN)
    def test_a_doubt_is_asked_about_and_never_sent_again_blindly(
        self, won: Won, moved: MovedClock, code: str
    ) -> None:
        row = sent(won, Unclear("Who knows", code=code))

        [attempt] = attempts(row)
        assert (row.status, attempt.outcome) == ("unknown", AttemptOutcome.OPEN)
        assert row.ask_at == moved() + timedelta(minutes=2)
        assert send_due(status="retrying") == send_due(status="queued") == 0
        assert list(breaks()) == []

    @pytest.mark.parametrize(
        "fault",
        [
            "transfer_lost", "transfer_hang", "transfer_slow", "transfer_cut", "transfer_drop",
            "transfer_conflict", "transfer_html_200", "transfer_html_502", "transfer_dependency",
            "transfer_error", "transfer_error_paid", "transfer_error_later",
        ],
    )  # fmt: skip
    def test_each_fault_on_the_way_is_a_doubt(self, won: Won, wire: Wire, fault: str) -> None:
        job = won()
        script(wire, "acct_user1", fault)

        send_due()

        assert payout(job).status == "unknown"
        assert Call.objects.filter(subject_id=str(payout(job).pk), kind="transfer").count() == 1

    def test_a_code_that_the_table_calls_unknown_is_a_doubt_also_in_a_refusal(
        self, won: Won
    ) -> None:
        row = sent(won, Declined("Still running", code="idempotency_key_in_use"))

        assert row.status == "unknown"


class TestAtStripe:
    def test_an_empty_balance_stops_all_and_a_top_up_needs_a_new_key(
        self, won: Won, wire: Wire, platform: Shortcode
    ) -> None:
        from disbursements.operations.pause import resume

        job = won({f"user-{number}": 1000 for number in range(1, 4)})
        set_balance(wire, 1500)
        send_due()
        stopped = sorted(row.status for row in payouts(job).values())
        set_balance(wire, 100_000)
        pause = Pause.objects.get(ended_at=None)
        resume(pause_id=pause.pk, reason="the balance is back", actor="amina", at=wire.clock())

        wire.run(hours=1)

        assert stopped == ["completed", "parked", "parked"]
        rows = payouts(job).values()
        assert {row.status for row in rows} == {"completed"}
        assert sorted(attempts(row)[-1].key_generation for row in rows) == [1, 2, 2]
        assert (len(transfers(wire)), paid_twice(wire)) == (3, [])

    def test_nothing_more_is_sent_from_a_paused_account(
        self, won: Won, wire: Wire, platform: Shortcode
    ) -> None:
        won()
        believe_keys(wire, "sk_test_other")
        send_due()
        job = a_payout_job(platform.partner, {"user-1": 500})
        calls = len(wire.paths)

        assert send_due() == 0

        assert (payout(job).status, len(wire.paths)) == ("queued", calls)

    @pytest.mark.parametrize("refusal", ["service_agreement", "card_error", "action_blocked"])
    def test_what_stripe_has_against_an_account_is_for_a_person(
        self, won: Won, wire: Wire, refusal: str
    ) -> None:
        job = won()
        open_account(wire, "acct_user1", refusal=refusal)

        wire.run(hours=60)

        assert (payout(job).status, len(attempts(payout(job)))) == ("parked", 1)

    def test_an_account_that_stripe_does_not_know(self, wire: Wire, platform: Shortcode) -> None:
        an_account(platform.partner, "user-1", "acct_Nowhere")
        job = a_payout_job(platform.partner)

        send_due()

        row = payout(job)
        assert (row.status, row.parked_cause) == ("parked", "stripe:resource_missing")

    def test_an_account_that_lost_its_capability_meanwhile(self, won: Won, wire: Wire) -> None:
        job = won()
        open_account(wire, "acct_user1", transfers="inactive")

        send_due()

        row = payout(job)
        assert row.parked_cause == "stripe:insufficient_capabilities_for_transfer"


class TestAttemptsAreCounted:
    def test_after_max_attempts_it_is_failed_terminal(self, won: Won, moved: MovedClock) -> None:
        job = won(max_attempts=2)

        with answering(Declined("Later", code="lock_timeout")) as double:
            send_due()
            moved.forward(hours=1)
            send_due(status="retrying")
            moved.forward(hours=1)
            send_due(status="retrying")

        row = payout(job)
        assert (row.status, row.attempts_made, len(double.orders)) == ("failed", 2, 2)
        assert [attempt.counted for attempt in attempts(row)] == [True, True]
