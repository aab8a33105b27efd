"""A status changes along a known arrow, on a fresh row, in a transaction, with a Step; or not."""

from dataclasses import dataclass

import pytest
from django.db import transaction

from core.models import Step
from core.states import (
    IllegalMove,
    Machine,
    NotInTransaction,
    StaleRow,
    advance,
    advance_many,
    begin,
    note,
)
from disbursements.models import DisbursementRequest
from vault.models import Partner, Shortcode


@dataclass
class _Makes:
    """Makes payout rows of one partner."""

    partner: Partner
    shortcode: Shortcode
    at: object

    def row(self, number: int = 1) -> DisbursementRequest:
        return DisbursementRequest(
            partner=self.partner, shortcode=self.shortcode, rail="mpesa_b2c", status="queued",
            status_at=self.at, client_reference=f"R-{number}", request_digest=b"x", origin="api",
            created_by="test", created_at=self.at, msisdn="254700012345", amount_minor=100,
            currency="KES", command_id="BusinessPayment", remarks="", due_at=self.at,
        )  # fmt: skip


@pytest.fixture
def makes(noon) -> _Makes:
    partner = Partner.objects.create(name="Umoja Example", created_at=noon)
    shortcode = Shortcode.objects.create(
        partner=partner, number="600111", kind="paybill", initiator_name="api",
        sealed_credentials="", certificate="", created_at=noon,
    )  # fmt: skip
    return _Makes(partner, shortcode, noon)


def _begun(makes, count=1) -> list[DisbursementRequest]:
    rows = [makes.row(number) for number in range(count)]
    with transaction.atomic():
        begin(rows, at=makes.at, because="instructed", actor="api:amina")
    return rows


class TestMachine:
    def test_only_its_arrows_are_allowed(self):
        machine = Machine(name="door", arrows={"open": frozenset({"shut"})}, meanings={})

        machine.check(old="open", new="shut")
        for old, new in (("shut", "open"), ("open", "open"), ("gone", "open")):
            with pytest.raises(IllegalMove, match=f"door does not go from {old} to {new}"):
                machine.check(old=old, new=new)


@pytest.mark.django_db
class TestBegin:
    def test_each_new_row_has_its_first_step(self, makes):
        rows = _begun(makes, count=3)

        steps = Step.objects.order_by("pk")
        assert [step.subject_id for step in steps] == [str(row.pk) for row in rows]
        assert {(s.subject_type, s.from_status, s.to_status, s.actor) for s in steps} == {
            ("DisbursementRequest", "", "queued", "api:amina")
        }

    def test_none_is_nothing(self, makes, noon):
        with transaction.atomic():
            begin([], at=noon, because="", actor="test")

        assert not Step.objects.exists()


@pytest.mark.django_db
class TestAdvance:
    def test_the_row_its_changes_and_the_step_go_together(self, makes, noon):
        (row,) = _begun(makes)

        with transaction.atomic():
            advance(
                row, to="sending", at=noon, because="claimed", details={"worker": 1},
                lease_until=noon,
            )  # fmt: skip

        stored = DisbursementRequest.objects.get()
        assert (stored.status, stored.lease_until, row.status) == ("sending", noon, "sending")
        step = Step.objects.latest("pk")
        assert (step.from_status, step.to_status) == ("queued", "sending")
        assert (step.because, step.actor, step.details) == ("claimed", "system", {"worker": 1})

    def test_an_unknown_arrow_changes_nothing(self, makes, noon):
        (row,) = _begun(makes)

        with pytest.raises(IllegalMove), transaction.atomic():
            advance(row, to="failed", at=noon, because="no")

        assert DisbursementRequest.objects.get().status == row.status == "queued"
        assert Step.objects.count() == 1

    def test_a_row_that_somebody_moved_meanwhile_is_stale(self, makes, noon):
        (row,) = _begun(makes)
        other = DisbursementRequest.objects.get()
        advance(other, to="cancelled", at=noon, because="withdrawn")

        with pytest.raises(StaleRow), transaction.atomic():
            advance(row, to="sending", at=noon, because="claimed", lease_until=noon)

        assert DisbursementRequest.objects.get().status == "cancelled"

    def test_many_move_in_a_query_for_each_status(self, makes, noon, django_assert_num_queries):
        rows = _begun(makes, count=5)

        with django_assert_num_queries(2):
            advance_many(rows, to="sending", at=noon, because="claimed", lease_until=noon)

        assert Step.objects.filter(to_status="sending").count() == 5

    def test_one_stale_row_among_many_stops_all(self, makes, noon):
        rows = _begun(makes, count=3)
        advance(
            DisbursementRequest.objects.get(pk=rows[1].pk), to="cancelled", at=noon, because=""
        )

        with pytest.raises(StaleRow, match="1 of 3"), transaction.atomic():
            advance_many(rows, to="sending", at=noon, because="claimed", lease_until=noon)

        assert not DisbursementRequest.objects.filter(status="sending").exists()
        assert not Step.objects.filter(to_status="sending").exists()

    def test_a_note_leaves_the_status(self, makes, noon):
        (row,) = _begun(makes)

        note(row, at=noon, because="a late contradiction", details={"code": "1"})

        step = Step.objects.latest("pk")
        assert (step.from_status, step.to_status) == ("queued", "queued")


@pytest.mark.django_db(transaction=True)
class TestTransactions:
    def test_outside_of_one_nothing_moves(self, makes, noon):
        (row,) = _begun(makes)

        for move in (
            lambda: advance(row, to="sending", at=noon, because=""),
            lambda: begin([makes.row(2)], at=noon, because="", actor="test"),
            lambda: note(row, at=noon, because=""),
        ):
            with pytest.raises(NotInTransaction):
                move()

        assert Step.objects.count() == 1

    def test_of_many_at_once_one_moves_the_row(self, makes, noon, together):
        (row,) = _begun(makes)

        def cancel():
            mine = DisbursementRequest.objects.get(pk=row.pk)
            with transaction.atomic():
                advance(mine, to="cancelled", at=noon, because="withdrawn")

        answers = together(*[cancel] * 5)

        assert answers.count(None) == 1
        assert {type(answer) for answer in answers} <= {type(None), StaleRow, IllegalMove}
        assert Step.objects.filter(to_status="cancelled").count() == 1
