"""Taking a transfer back needs two persons: what may be proposed, by whom, decided how."""

from typing import Any

import pytest

from core.callers import Caller, NotAllowed
from core.models import Step
from core.refusals import Refused
from disbursements import jobs
from disbursements.models import DisbursementRequest, TransferReversal
from disbursements.operations.propose_settlement import NoSuchPayout
from disbursements.operations.reversals import (
    APPROVE,
    PROPOSE,
    CannotReverse,
    NoSuchReversal,
    ReversalDecided,
    SamePerson,
    approve_reversal,
    propose_reversal,
    reject_reversal,
)
from tests.disbursements.transfers.at_stripe import taken_back, told
from tests.disbursements.transfers.conftest import Won
from tests.disbursements.transfers.taking_back import AMINA, BRIAN, OPERATOR, REASON, person
from tests.winners import payout
from tests.wire import MovedClock, Wire
from vault.operations.add_partner import add_partner


@pytest.fixture
def propose(paid: DisbursementRequest, moved: MovedClock) -> Any:
    def one(amount_minor: int | None = None, **more: Any) -> TransferReversal:
        facts = {"disbursement_id": paid.pk, "reason": REASON, "caller": AMINA, "at": moved()}
        return propose_reversal(amount_minor=amount_minor, **(facts | more))

    return one


@pytest.fixture
def decide(moved: MovedClock) -> Any:
    def one(verb: Any, reversal: TransferReversal, caller: Caller = BRIAN) -> TransferReversal:
        return verb(reversal_id=reversal.pk, reason=REASON, caller=caller, at=moved())

    return one


class TestProposing:
    def test_all_that_has_not_come_back(self, propose: Any, paid: DisbursementRequest) -> None:
        reversal = propose()

        told = (reversal.status, reversal.amount_minor, reversal.currency, reversal.proposed_by)
        assert told == ("proposed", 1000, "USD", "amina.example")
        assert "proposed to take USD 10.00 back" in last_step(paid).because

    def test_a_part_of_it(self, propose: Any) -> None:
        assert propose(400).amount_minor == 400

    def test_the_same_again_is_the_same_row(self, propose: Any) -> None:
        assert propose(400).pk == propose(400).pk
        assert TransferReversal.objects.count() == 1

    @pytest.mark.parametrize("change", [{"amount_minor": 500}, {"reason": "another reason"},
                                        {"caller": BRIAN}])  # fmt: skip
    def test_another_wish_waits_for_the_first(self, propose: Any, change: Any) -> None:
        propose(400)

        with pytest.raises(CannotReverse, match=r"amina.example has proposed a reversal"):
            propose(**({"amount_minor": 400} | change))

    def test_two_at_once_are_one(self, propose: Any, together: Any) -> None:
        made = together(lambda: propose(400), lambda: propose(400))

        assert made[0].pk == made[1].pk

    @pytest.mark.parametrize("amount_minor", [0, -1, 1001])
    def test_not_more_than_is_left(self, propose: Any, amount_minor: int) -> None:
        with pytest.raises(CannotReverse, match=r"amount: .*10\.00 at the most"):
            propose(amount_minor)

    def test_what_came_back_elsewhere_counts(
        self, wire: Wire, propose: Any, paid: DisbursementRequest
    ) -> None:
        told(wire, "transfer.reversed", taken_back(wire, paid.receipt or "", 700))

        with pytest.raises(CannotReverse, match=r"3\.00 at the most"):
            propose(400)
        assert propose().amount_minor == 300

    def test_three_decimals_go_in_steps(self, wire: Wire, won: Won, propose: Any) -> None:
        row = payout(won({"user-2": 2000}, currency="KWD"))
        jobs.send()

        with pytest.raises(CannotReverse, match=r"amount: Stripe moves KWD in steps of 0\.010"):
            propose(1005, disbursement_id=row.pk)

    @pytest.mark.parametrize("status", ["queued", "unknown", "returned"])
    def test_only_what_is_completed(
        self, propose: Any, paid: DisbursementRequest, status: str
    ) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "UPDATE disbursement_requests SET status = %s, returned_minor = amount_minor",
                [status],
            )
            cursor.execute("SET session_replication_role = DEFAULT")

        with pytest.raises(CannotReverse, match=f"it is {status}"):
            propose()

    def test_not_what_m_pesa_paid(self, pay: Any, propose: Any) -> None:
        with pytest.raises(CannotReverse, match="only a transfer through Stripe"):
            propose(disbursement_id=pay().pk)

    def test_not_another_partners(self, propose: Any, moved: MovedClock) -> None:
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())
        stranger = person("zahra.example", partners=frozenset({other.pk}))

        with pytest.raises(NoSuchPayout):
            propose(caller=stranger)

    @pytest.mark.parametrize("reason", ["", "short", "x" * 501])
    def test_the_reason_is_asked_for(self, propose: Any, reason: str) -> None:
        with pytest.raises(Refused, match="reason: write 8 to 500 characters"):
            propose(reason=reason)

    def test_it_needs_the_permission_and_a_name(self, propose: Any) -> None:
        with pytest.raises(NotAllowed, match="lacks the permission"):
            propose(caller=person("carol.example", APPROVE))
        with pytest.raises(NotAllowed, match="signed by a named person"):
            propose(caller=OPERATOR)


class TestDeciding:
    def test_another_person_approves_it(self, propose: Any, decide: Any, moved: Any) -> None:
        reversal = decide(approve_reversal, propose())

        told = (reversal.status, reversal.decided_by, reversal.ask_at)
        assert told == ("sending", "brian.example", moved())

    @pytest.mark.parametrize("name", ["amina.example", "Amina.Example"])
    def test_the_same_person_does_not(self, propose: Any, decide: Any, name: str) -> None:
        reversal = propose()

        with pytest.raises(SamePerson):
            decide(approve_reversal, reversal, person(name))

        reversal.refresh_from_db()
        assert reversal.status == "proposed"

    def test_the_same_approval_again_is_the_same_row(self, propose: Any, decide: Any) -> None:
        reversal = propose()

        first, second = decide(approve_reversal, reversal), decide(approve_reversal, reversal)

        assert first.pk == second.pk
        assert Step.objects.filter(subject_id=str(reversal.pk), to_status="sending").count() == 1

    def test_it_is_decided_once(self, propose: Any, decide: Any) -> None:
        reversal = propose()
        decide(reject_reversal, reversal)

        with pytest.raises(ReversalDecided, match=r"rejected by brian.example already"):
            decide(approve_reversal, reversal, person("carol.example"))

    def test_two_decisions_at_once_are_one(self, propose: Any, decide: Any, together: Any) -> None:
        reversal = propose()

        made = together(
            lambda: decide(approve_reversal, reversal),
            lambda: decide(reject_reversal, reversal, person("carol.example")),
        )

        assert sorted(type(each).__name__ for each in made) == [
            "ReversalDecided", "TransferReversal",
        ]  # fmt: skip

    def test_a_proposal_may_be_withdrawn(
        self, propose: Any, decide: Any, paid: DisbursementRequest
    ) -> None:
        reversal = decide(reject_reversal, propose(), person("amina.example", PROPOSE))

        assert reversal.status == "rejected"
        assert "withdrawn" in last_step(paid).because
        assert propose(400).status == "proposed"

    def test_what_came_back_meanwhile_is_not_taken_twice(
        self, wire: Wire, propose: Any, decide: Any, paid: DisbursementRequest
    ) -> None:
        reversal = propose(600)
        told(wire, "transfer.reversed", taken_back(wire, paid.receipt or "", 500))

        with pytest.raises(CannotReverse, match=r"5\.00 at the most"):
            decide(approve_reversal, reversal)

    def test_it_needs_the_permission(self, propose: Any, decide: Any) -> None:
        reversal = propose()

        for verb in (approve_reversal, reject_reversal):
            with pytest.raises(NotAllowed, match="lacks the permission"):
                decide(verb, reversal, person("carol.example", PROPOSE))

    def test_not_another_partners(self, propose: Any, decide: Any, moved: MovedClock) -> None:
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())
        reversal = propose()

        with pytest.raises(NoSuchReversal):
            decide(approve_reversal, reversal, person("z.x", partners=frozenset({other.pk})))


def last_step(row: DisbursementRequest) -> Step:
    return Step.objects.filter(subject_id=str(row.pk)).latest("id")
