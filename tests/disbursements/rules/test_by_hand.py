"""Every verb of staff against every status, and against everything that forbids it."""

from dataclasses import replace

import pytest

from disbursements.models import BulkVerb
from disbursements.rules import by_hand
from disbursements.rules.by_hand import STANDS, Standing, why_not
from disbursements.states import DisbursementStatus as S

# Each verb, and the statuses in which it can be done where nothing else forbids it.
CAN: dict[str, set[S]] = {
    "retry": {S.RETRYING, S.PARKED, S.FAILED},
    "force": {S.FAILED},
    "bring_forward": {S.RETRYING},
    "stop_retrying": {S.RETRYING, S.PARKED},
    "cancel": {S.HELD, S.QUEUED},
    "change_limit": {
        S.HELD, S.QUEUED, S.SENDING, S.ACCEPTED, S.UNKNOWN, S.RETRYING, S.PARKED, S.FAILED,
    },
    "ask": {S.ACCEPTED, S.UNKNOWN, S.RETRYING},
}  # fmt: skip
MATRIX = [(verb, status, status in CAN[verb]) for verb in BulkVerb.values for status in S]


def fit(status: str) -> Standing:
    """Nothing but the status may forbid a verb."""
    return Standing(
        status=status, askable=True, comes_later=True, retries_used=1, max_retries=3
    )  # fmt: skip


class TestStatuses:
    @pytest.mark.parametrize(("verb", "status", "can"), MATRIX)
    def test_a_verb_is_for_these_statuses_alone(self, verb: str, status: S, can: bool) -> None:
        reason = why_not(verb, fit(status), max_retries=5)

        assert reason == ("" if can else STANDS[status])

    def test_every_verb_and_status_is_told_in_words(self) -> None:
        assert set(by_hand.STATUSES) == set(BulkVerb.values)
        assert set(STANDS) == set(S)

    def test_an_unknown_one_is_only_asked_about(self) -> None:
        can = [verb for verb in BulkVerb.values if not why_not(verb, fit(S.UNKNOWN))]

        assert can == ["change_limit", "ask"]


class TestMoneyMayHaveMoved:
    SENDING_AGAIN = [
        ("retry", S.RETRYING), ("retry", S.PARKED), ("retry", S.FAILED), ("force", S.FAILED),
        ("bring_forward", S.RETRYING),
    ]  # fmt: skip
    GIVING_UP = [("stop_retrying", S.RETRYING), ("stop_retrying", S.PARKED)]

    @pytest.mark.parametrize(("verb", "status"), SENDING_AGAIN + GIVING_UP)
    @pytest.mark.parametrize("fact", ["said_to_be_paid", "person_needed"])
    def test_what_may_be_paid_is_left_to_a_person(self, verb: str, status: S, fact: str) -> None:
        standing = replace(fit(status), **{fact: True})

        assert why_not(verb, standing) == by_hand.PERSON

    @pytest.mark.parametrize(("verb", "status"), SENDING_AGAIN + GIVING_UP)
    def test_what_two_persons_are_settling_is_left_to_them(self, verb: str, status: S) -> None:
        assert why_not(verb, replace(fit(status), settlement_open=True)) == by_hand.SETTLEMENT

    @pytest.mark.parametrize(("verb", "status"), SENDING_AGAIN)
    def test_what_was_corrected_is_never_sent_again(self, verb: str, status: S) -> None:
        assert why_not(verb, replace(fit(status), corrected=True)) == by_hand.CORRECTED

    @pytest.mark.parametrize(("verb", "status"), SENDING_AGAIN)
    def test_nor_what_replaces_a_doubtful_one(self, verb: str, status: S) -> None:
        standing = replace(fit(status), replaces_doubtful=True)

        assert why_not(verb, standing) == by_hand.REPLACES_DOUBTFUL

    @pytest.mark.parametrize(
        ("verb", "status"),
        [*GIVING_UP, ("retry", S.PARKED), ("retry", S.FAILED), ("force", S.FAILED)],
    )
    def test_without_proof_nothing_follows(self, verb: str, status: S) -> None:
        assert why_not(verb, replace(fit(status), unproven=True)) == by_hand.UNPROVEN

    @pytest.mark.parametrize("verb", ["retry", "bring_forward"])
    def test_a_planned_retry_may_come_earlier_before_its_proof(self, verb: str) -> None:
        assert why_not(verb, replace(fit(S.RETRYING), unproven=True)) == ""


class TestRetry:
    @pytest.mark.parametrize("verb", ["retry", "bring_forward"])
    def test_what_is_due_comes_no_earlier(self, verb: str) -> None:
        assert why_not(verb, replace(fit(S.RETRYING), comes_later=False)) == by_hand.DUE

    def test_what_a_pause_holds_stays_parked(self) -> None:
        assert why_not("retry", replace(fit(S.PARKED), paused=True)) == by_hand.PAUSED

    def test_a_pause_holds_nothing_else(self) -> None:
        standing = replace(fit(S.FAILED), paused=True)

        assert why_not("retry", standing) == why_not("force", standing) == ""

    def test_a_permanent_code_is_not_tried_again_but_by_force(self) -> None:
        standing = replace(fit(S.FAILED), permanent=True)

        assert why_not("retry", standing) == by_hand.PERMANENT
        assert why_not("force", standing) == ""

    @pytest.mark.parametrize(("used", "reason"), [(2, ""), (3, by_hand.USED_UP)])
    def test_the_limit_holds_but_for_force(self, used: int, reason: str) -> None:
        standing = replace(fit(S.FAILED), retries_used=used)

        assert why_not("retry", standing) == reason
        assert why_not("force", standing) == ""


class TestOthers:
    def test_the_same_limit_is_no_change(self) -> None:
        assert why_not("change_limit", fit(S.QUEUED), max_retries=3) == by_hand.SAME_LIMIT

    def test_what_is_proven_is_not_asked_about(self) -> None:
        assert why_not("ask", replace(fit(S.RETRYING), askable=False)) == by_hand.PROVEN

    def test_nor_what_is_being_asked_about(self) -> None:
        assert why_not("ask", replace(fit(S.UNKNOWN), ask_is_due=True)) == by_hand.ASKED
