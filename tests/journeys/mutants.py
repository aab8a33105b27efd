"""Bugs planted on purpose, and how long the search takes to find each.

    DATABASE_URL=… DJANGO_SETTINGS_MODULE=config.settings.test \\
        python -m tests.journeys.mutants [NAME…] [--seeds 3] [--examples 400]
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import django

OPERATIONS = "disbursements.operations"


@contextmanager
def retry_on_timeout() -> Iterator[None]:
    """An unclear answer is taken for one that never left."""
    from disbursements.operations import record
    from gateways.errors import Unclear, Unreachable

    follow = record._follow

    def wrong(row: Any, attempt: Any, error: Any, at: Any) -> None:
        clear = Unreachable(error.text, code=error.code) if isinstance(error, Unclear) else error
        follow(row, attempt, clear, at)

    with patch(f"{OPERATIONS}.record._follow", wrong):
        yield


@contextmanager
def trust_a_failure_callback() -> Iterator[None]:
    """A reported failure is proof at once, whoever sends it."""
    from disbursements.models import AttemptOutcome, Proof
    from disbursements.operations import answer, fail, prove

    reported = fail.reported

    def wrong(row: Any, attempt: Any, **report: Any) -> Any:
        outcome = reported(row, attempt, **report)
        if attempt.outcome == AttemptOutcome.OPEN and attempt.reported_at:
            prove.not_paid(
                row, attempt, proof=Proof.LISTED_FAILURE, at=report["at"], details={},
                verdict=answer.recorded_verdict(attempt),
            )  # fmt: skip
        return outcome

    with patch(f"{OPERATIONS}.fail.reported", wrong):
        yield


@contextmanager
def fail_after_paid() -> Iterator[None]:
    """A failure that comes after the payment undoes it; the database's guard is off too."""
    import pgtrigger

    from core import states
    from disbursements.models import DisbursementRequest
    from disbursements.operations import fail
    from gateways.interface import Delivery

    reported = fail.reported
    arrows = DisbursementRequest.MACHINE.arrows | {"completed": frozenset({"failed"})}

    def wrong(row: Any, attempt: Any, **report: Any) -> Any:
        if row.status != "completed":
            return reported(row, attempt, **report)
        with pgtrigger.ignore("disbursements.DisbursementRequest:completed_stays_completed"):
            states.advance(row, to="failed", at=report["at"], because="reported: failed")
        return Delivery.APPLIED

    machine = states.Machine(name="disbursement", arrows=arrows, meanings={})
    with (
        patch.object(DisbursementRequest, "MACHINE", machine),
        patch(f"{OPERATIONS}.fail.reported", wrong),
    ):
        yield


@contextmanager
def no_inbox_dedupe() -> Iterator[None]:
    """A success that comes twice is booked twice."""
    import ledger.operations as books
    from disbursements.models import AttemptOutcome
    from disbursements.operations import settle
    from ledger import chart

    success = settle._success

    def wrong(row: Any, attempt: Any, event: Any, arrival: Any, at: Any) -> Any:
        if attempt.outcome == AttemptOutcome.PAID and row.receipt == event.receipt:
            books.post(
                lines=[
                    books.Debit(
                        chart.partner_payouts(row.partner_id, row.currency), row.amount_minor
                    ),
                    books.Credit(
                        chart.utility(attempt.shortcode_number, row.currency), row.amount_minor
                    ),
                ],
                reference=f"callback:{arrival.callback_id}:{at}", description="again", at=at,
            )  # fmt: skip
        return success(row, attempt, event, arrival, at)

    with patch(f"{OPERATIONS}.settle._success", wrong):
        yield


@contextmanager
def resend_on_lease_expiry() -> Iterator[None]:
    """A dead sender's attempt is taken for one that never left."""
    from disbursements.operations import prove

    advance = patch(f"{OPERATIONS}.recover.states.advance")

    def wrong(row: Any, *, at: Any, **rest: Any) -> None:
        from disbursements import queries

        attempt = queries.current_attempt(row)
        assert attempt is not None
        advance.stop()
        prove.unsent(row, attempt, at=at, wait=timedelta(), because="the lease ran out")
        advance.start().side_effect = wrong

    from disbursements.operations import recover

    original = recover._recover

    def only_here(pk: Any, at: Any) -> int:
        advance.start().side_effect = wrong
        try:
            return original(pk, at)
        finally:
            advance.stop()

    with patch(f"{OPERATIONS}.recover._recover", only_here):
        yield


@contextmanager
def not_found_believed_at_once() -> Iterator[None]:
    """One answer of "no such transaction" is proof, however young the payment is."""
    with patch("disbursements.rules.asking.not_found_proves", lambda *, answers: bool(answers)):
        yield


@contextmanager
def no_fence() -> Iterator[None]:
    """A silent sender is taken for a dead one."""
    with patch("core.locks.try_transaction_lock", lambda name: True):
        yield


@contextmanager
def any_success_believed() -> Iterator[None]:
    """Amount, payee, receipt and source of a success are not looked at."""
    with (
        patch(f"{OPERATIONS}.match.misfit", lambda *row, **told: ""),
        patch(f"{OPERATIONS}.match.needs_confirmation", lambda row: False),
        ExitStack() as stack,
    ):
        _believe_every_source(stack)
        yield


@contextmanager
def send_without_a_look_at_the_last_try() -> Iterator[None]:
    """A scheduled retry goes out whether or not the last attempt is proven not paid."""
    from django.db.models import Q

    with patch("disbursements.queries.due.OPEN_ATTEMPT", Q(pk=None)):
        yield


@contextmanager
def stop_without_proof() -> Iterator[None]:
    """Staff may give up what nobody has proven yet."""
    with patch.dict("disbursements.rules.by_hand.CHECKS", {"stop_retrying": ()}):
        yield


@contextmanager
def settled_for_good() -> Iterator[None]:
    """News of what two persons settled as not paid is not kept, so it stops nothing."""
    from disbursements.models import Proof
    from disbursements.operations import contradict
    from gateways.interface import Delivery

    kept = contradict.paid_after_failure

    def wrong(row: Any, attempt: Any, text: str, *, at: Any) -> Any:
        if attempt.proof == Proof.PERSON:
            return Delivery.DUPLICATE
        return kept(row, attempt, text, at=at)

    with patch(f"{OPERATIONS}.contradict.paid_after_failure", wrong):
        yield


@contextmanager
def correct_beside_a_proposal() -> Iterator[None]:
    """What two persons are just settling may be corrected."""
    from disbursements.operations import correct
    from disbursements.queries.settlements import open_settlement

    asked = correct.why_not_corrected

    def wrong(row: Any) -> str:
        return "" if row.status in correct.CORRECTABLE and open_settlement(row) else asked(row)

    with patch(f"{OPERATIONS}.correct.why_not_corrected", wrong):
        yield


@contextmanager
def send_what_replaces_the_doubtful() -> Iterator[None]:
    """A correction leaves though what it replaces may have been paid after all."""
    from django.db.models import Q

    with patch("disbursements.queries.due.ORIGINAL_IN_DOUBT", Q(pk=None)):
        yield


def _believe_every_source(stack: ExitStack) -> None:
    from dataclasses import replace

    from disbursements.operations import settle

    success = settle._success

    def wrong(row: Any, attempt: Any, event: Any, arrival: Any, at: Any) -> Any:
        return success(row, attempt, event, replace(arrival, source_listed=True), at)

    stack.enter_context(patch(f"{OPERATIONS}.settle._success", wrong))


MUTANTS: dict[str, Callable[[], Any]] = {
    mutant.__name__: mutant
    for mutant in (
        retry_on_timeout, trust_a_failure_callback, fail_after_paid, no_inbox_dedupe,
        resend_on_lease_expiry, not_found_believed_at_once, no_fence, any_success_believed,
        send_without_a_look_at_the_last_try, stop_without_proof, settled_for_good,
        correct_beside_a_proposal, send_what_replaces_the_doubtful,
    )
}  # fmt: skip


def main() -> int:
    """Search each mutant from several seeds; 1 when one was never found."""
    reading = argparse.ArgumentParser()
    reading.add_argument("names", nargs="*", default=list(MUTANTS))
    reading.add_argument("--seeds", type=int, default=1)
    reading.add_argument("--examples", type=int, default=400)
    asked = reading.parse_args()
    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    from disbursements.operations.install_rules import install_rules
    from tests.wire import START

    databases = setup_databases(verbosity=0, interactive=False, keepdb=True)
    install_rules(at=START)
    try:
        missed = [name for name in asked.names if not _found(name, asked)]
    finally:
        teardown_databases(databases, verbosity=0, keepdb=True)
    return 1 if missed else 0


def _found(name: str, asked: argparse.Namespace) -> bool:
    from gateways.simulator import KeyPair
    from tests.journeys.searching import search

    key_pair, found = KeyPair.generate(), False
    for from_seed in range(1, asked.seeds + 1):
        began_s = time.monotonic()
        try:
            with MUTANTS[name]():
                search(key_pair=key_pair, examples_max=asked.examples, from_seed=from_seed)
            told = f"NOT FOUND in {asked.examples}"
        except Exception as error:  # noqa: BLE001 - whatever it found is the result
            found = True
            told = f"{error.__notes__[-1]}: {error}"
        print(f"{name}: {told} ({time.monotonic() - began_s:.0f} s)"[:300], flush=True)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
