"""Bugs planted on purpose on the way to Stripe: what befalls winners must bring each to light."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from disbursements.models import DisbursementRequest, PayoutTransfer

OPERATIONS = "disbursements.operations"


@contextmanager
def retry_on_timeout_with_a_new_key() -> Iterator[None]:
    """An unclear answer is taken for one that never left, and the next try has another key."""
    from disbursements.operations import record
    from gateways.errors import Unclear, Unreachable

    follow = record._follow

    def wrong(row: Any, attempt: Any, error: Any, at: Any) -> None:
        clear = Unreachable(error.text, code=error.code) if isinstance(error, Unclear) else error
        follow(row, attempt, clear, at)

    def another(*, tried: Any, **_: Any) -> int:
        return len(tried) + 1

    with (
        patch(f"{OPERATIONS}.record._follow", wrong),
        patch(f"{OPERATIONS}.claim_transfers.next_generation", another),
    ):
        yield


@contextmanager
def one_key_for_ever() -> Iterator[None]:
    """Also what was refused is sent again under the key that keeps the refusal."""
    with patch(f"{OPERATIONS}.claim_transfers.next_generation", lambda **_: 1):
        yield


@contextmanager
def send_again_without_a_look() -> Iterator[None]:
    """The key is trusted to know what became of it, however old it is, and nobody looks first."""
    from dataclasses import replace

    from gateways.stripe.transfers import StripeTransferrer

    find = StripeTransferrer.find

    def blind(self: Any, **about: Any) -> Any:
        return replace(find(self, **about), transfers=())

    with (
        patch.object(StripeTransferrer, "find", blind),
        patch(f"{OPERATIONS}.look_up.repeatable", lambda **_: True),
    ):
        yield


@contextmanager
def release_without_proof() -> Iterator[None]:
    """The hold is given back when an answer is unclear."""
    import ledger.operations as books
    from disbursements.operations import record
    from gateways.errors import Unclear

    follow = record._follow

    def wrong(row: Any, attempt: Any, error: Any, at: Any) -> None:
        follow(row, attempt, error, at)
        if isinstance(error, Unclear):
            books.void(hold_reference=attempt.hold_reference, because="given back", at=at)

    with patch(f"{OPERATIONS}.record._follow", wrong):
        yield


@contextmanager
def conflict_is_failure() -> Iterator[None]:
    """409 is taken for a refusal, also of what was sent before."""
    from dataclasses import replace

    from disbursements.operations import prove
    from gateways.errors import Declined
    from gateways.stripe import answers

    kind, judge = answers._kind, prove.judge_refusal

    def wrong(answer: Any, said: Any, code: str, **known: Any) -> Any:
        return Declined if answer.status == answers.CONFLICT else kind(answer, said, code, **known)

    def failed(**refusal: Any) -> Any:
        verdict = judge(**refusal)
        if refusal["code"] in ("409", "idempotency_key_in_use"):
            return replace(verdict, outcome="failed", next_step="backoff")
        return verdict

    with ExitStack() as stack:
        stack.enter_context(patch.object(answers, "_kind", wrong))
        stack.enter_context(patch(f"{OPERATIONS}.prove.judge_refusal", failed))
        yield


@contextmanager
def woken_too_early() -> Iterator[None]:
    """Whoever waits for an account is sent on, whether or not it may receive."""

    def everybody() -> Any:
        return DisbursementRequest.objects.filter(
            status="held", pk__in=PayoutTransfer.objects.values("pk")
        )

    with patch("disbursements.queries.accounts.held_back", everybody):
        yield


@contextmanager
def tried_before_it_may_receive() -> Iterator[None]:
    """How an account stands is not looked at."""
    with patch(f"{OPERATIONS}.claim_transfers.skip_of", lambda standing: None):
        yield


MUTANTS: dict[str, Callable[[], Any]] = {
    mutant.__name__: mutant
    for mutant in (
        retry_on_timeout_with_a_new_key, one_key_for_ever, send_again_without_a_look,
        release_without_proof, conflict_is_failure, woken_too_early, tried_before_it_may_receive,
    )
}  # fmt: skip
