"""Payments received in the ordinary stories: nothing differs, and each is found."""

from collections.abc import Callable
from typing import Any

from core.callers import Caller
from reconciliation.rules.sides import Judgement
from tests.money_in import allocated_payment, received_payment
from tests.reconciliation.collected import (
    ANYBODY,
    SOURCE,
    confirm,
    judged,
    paid_by_prompt,
    record,
)
from tests.vault.prompts.conftest import House
from tests.wire import START, UNLISTED
from vault.models import Collection, Partner, Payment
from vault.operations.cash import record_cash
from vault.operations.pull import pull_due
from vault.operations.take_back import take_back
from vault.states import PaymentStatus


class TestOrdinaryStories:
    def test_a_prompt_that_was_paid_matches(self, house: House) -> None:
        payment = paid_by_prompt(house)

        assert judged(payment) == Judgement(result="matched")
        assert [(each.source, each.amount_minor) for each in record(payment).others] == [
            ("callback", 1_000_000)
        ]

    def test_a_confirmation_matches_however_often_it_comes(self, house: House) -> None:
        for _ in range(3):
            payment = confirm(house)

        assert judged(payment).result == "matched"
        assert len(record(payment).others) == 1

    def test_told_by_an_answer_and_by_c2b_it_is_one_payment(self, house: House) -> None:
        house.register_urls()
        payment = paid_by_prompt(house)

        assert judged(payment).result == "matched"
        assert payment.confirmed_at

    def test_what_nobody_can_allocate_matches_all_the_same(self, house: House) -> None:
        payment = confirm(house, BillRefNumber="who knows")

        assert payment.status == PaymentStatus.UNALLOCATED
        assert judged(payment).result == "matched"

    def test_what_was_taken_back_matches(self, house: House) -> None:
        payment = confirm(house)
        take_back(
            payment_id=payment.pk, reason="it is for the neighbour", caller=ANYBODY, at=START
        )

        assert judged(payment).result == "matched"

    def test_cash_is_the_partner_s_word(self, house: House) -> None:
        payment = record_cash(
            property_id=house.property.pk, tenant_id=house.tenant.pk, amount="12500",
            receipt_number="0012", reason="paid at the office", caller=ANYBODY, at=START,
        )  # fmt: skip

        assert judged(payment).result == "matched"

    def test_what_only_pull_told_of_matches(self, house: House, pulling: Collection) -> None:
        house.collect()
        house.clock.forward(seconds=30)
        house.wire.drop()
        pull_due(at=house.clock.forward(minutes=30))

        payment = Payment.objects.get()
        assert (payment.answered_at, judged(payment).result) == (None, "matched")

    def test_pull_knows_what_a_prompt_s_answer_told_of(
        self, house: House, pulling: Collection
    ) -> None:
        payment = paid_by_prompt(house)
        pull_due(at=house.clock.forward(hours=5))
        pull_due(at=house.clock.forward(hours=5))

        assert judged(payment).result == "matched"

    def test_hearsay_waits_for_pull(self, house: House) -> None:
        payment = confirm(house, source=UNLISTED)

        assert judged(payment) == Judgement(result="pending", ask=True)

    def test_hearsay_that_a_person_allocated_is_their_word(self, house: House) -> None:
        payment = confirm(house, source=UNLISTED)
        Payment.objects.filter(pk=payment.pk).update(allocated_by="asha")

        assert judged(payment).result == "matched"

    def test_no_whole_phone_is_in_it(self, house: House) -> None:
        payment = paid_by_prompt(house)

        assert "254700000001" not in repr(record(payment))


class TestTheSource:
    def test_many_are_read_with_as_many_queries_as_one(
        self, house: House, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        payments = [str(allocated_payment(house.property).pk) for _ in range(5)]

        with django_assert_num_queries(7):
            SOURCE.read(payments[:1])
        with django_assert_num_queries(7):
            found = SOURCE.read(payments)

        assert sorted(found) == sorted(payments)

    def test_what_is_no_payment_is_missing(self, house: House) -> None:
        assert SOURCE.read(["no id", "00000000-0000-4000-8000-000000000000"]) == {}

    def test_pull_is_brought_forward_for_its_hours_only(
        self, house: House, pulling: Collection
    ) -> None:
        payment = str(confirm(house, source=UNLISTED).pk)

        first = SOURCE.ask_afresh([payment], at=house.clock())
        pull_due(at=house.clock.forward(minutes=30))
        at_once = SOURCE.ask_afresh([payment], at=house.clock())
        pull_due(at=house.clock.forward(hours=5))
        too_late = SOURCE.ask_afresh([payment], at=house.clock.forward(hours=1))

        assert (first, at_once, too_late) == ({payment}, set(), set())

    def test_what_pull_did_not_tell_of_is_stuck(self, house: House, pulling: Collection) -> None:
        payment = confirm(house)
        before = SOURCE.stuck(at=house.clock.forward(hours=6), limit=10)
        pull_due(at=house.clock())

        assert before == []
        assert SOURCE.stuck(at=house.clock(), limit=10) == [str(payment.pk)]
        assert SOURCE.stuck(at=house.clock.forward(hours=72), limit=10) == []

    def test_it_is_found_by_id_and_receipt_by_its_partner(
        self, house: House, a_partner: Partner
    ) -> None:
        payment = received_payment(house.property.shortcode, receipt="UKL7777777")
        theirs = Caller(
            actor="x", origin="api", partners=frozenset({a_partner.pk}),
            permissions=frozenset({"vault.view_payment"}),
        )  # fmt: skip
        strangers = Caller(
            actor="x", origin="api", partners=frozenset(), permissions=theirs.permissions
        )
        texts = [str(payment.pk), " ukl7777777 ", "nothing"]

        found = SOURCE.find_many(texts, caller=theirs)

        assert {text: [each.subject_id for each in hits] for text, hits in found.items()} == {
            str(payment.pk): [str(payment.pk)], " ukl7777777 ": [str(payment.pk)],
        }  # fmt: skip
        assert SOURCE.find_many(texts, caller=strangers) == {}

    def test_its_steps_lead_to_it(self, house: House, a_partner: Partner) -> None:
        payment = confirm(house)

        assert SOURCE.of_steps({"Payment": [str(payment.pk)]}) == {
            ("Payment", str(payment.pk)): (str(payment.pk), a_partner.pk)
        }
        assert list(SOURCE.since(START)) == [[str(payment.pk)]]
