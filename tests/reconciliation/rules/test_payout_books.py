"""Every status and outcome against what the ledger may have booked for it."""

import pytest

from reconciliation.rules.payout_books import FITTING, BookedTry, problems

BOOKED = ["no hold", "open", "commit", "void", "late"]
OUTCOMES_OF = {
    "held": [], "queued": [], "sending": ["open"], "accepted": ["open"], "unknown": ["open"],
    "retrying": ["open", "not_paid"], "parked": ["not_paid"], "failed": ["not_paid"],
    "completed": ["paid"], "returned": ["paid"], "cancelled": ["not_paid"],
}  # fmt: skip
WITHOUT_TRIES = {"held", "queued", "cancelled"}


def _try(outcome: str = "paid", booked: str = "", **more: object) -> BookedTry:
    facts: dict[str, object] = {
        "number": 1, "outcome": outcome, "said_paid": False, "held_minor": 100,
        "booked": booked or {"open": "open", "paid": "commit", "not_paid": "void"}[outcome],
    }  # fmt: skip
    return BookedTry(**(facts | more))  # type: ignore[arg-type]


def _found(status: str, *tries: BookedTry) -> list[str]:
    return list(problems(status=status, amount_minor=100, currency="KES", tries=tries))


class TestAttempts:
    @pytest.mark.parametrize("outcome", ["open", "paid", "not_paid"])
    @pytest.mark.parametrize("booked", BOOKED)
    def test_each_outcome_has_its_entries(self, outcome: str, booked: str) -> None:
        status = {"open": "accepted", "paid": "completed", "not_paid": "failed"}[outcome]

        found = _found(status, _try(outcome, booked))

        assert bool(found) is (booked not in FITTING[outcome])

    def test_what_was_held_is_the_amount(self) -> None:
        assert _found("completed", _try(held_minor=99)) == ["KES 0.99 were held for attempt 1"]


class TestStatuses:
    @pytest.mark.parametrize("status", sorted(OUTCOMES_OF))
    @pytest.mark.parametrize("outcome", ["", "open", "paid", "not_paid"])
    def test_each_status_has_its_latest_outcome(self, status: str, outcome: str) -> None:
        tries = [_try(outcome)] if outcome else []
        fits = outcome in OUTCOMES_OF[status] or (not outcome and status in WITHOUT_TRIES)

        assert bool(_found(status, *tries)) is not fits

    def test_unknown_after_proof_that_was_contradicted_fits(self) -> None:
        assert _found("unknown", _try("not_paid", said_paid=True)) == []
        assert _found("unknown", _try("not_paid")) != []

    def test_two_persons_may_have_settled_that_an_earlier_attempt_paid(self) -> None:
        earlier, later = _try("paid", "late"), _try("not_paid", number=2)

        assert _found("completed", earlier, later) == []
        assert _found("returned", earlier, later) == []
