"""A receiver is changed while money is allocated: whichever comes first, it goes to the new."""

from typing import Any

import pytest
from django.db import transaction

from tests.money_in import (
    allocated_payment,
    make_owner,
    make_property,
    make_shortcode,
    received_payment,
)
from tests.vault.owners.conftest import REASON, a_caller
from tests.wire import START
from vault.models import Partner, Payment
from vault.operations.allocate import allocate
from vault.operations.owners import change_owner
from vault.operations.plans import replan


class TestTogether:
    @pytest.mark.parametrize("turn", range(3))
    def test_the_payment_follows_whoever_was_first(
        self, a_partner: Partner, simulator: Any, together: Any, turn: int
    ) -> None:
        owner = make_owner(a_partner)
        of = make_property(owner, make_shortcode(a_partner, simulator.certificate_pem))
        payments = [received_payment(of.shortcode) for _ in range(4)]

        def correct() -> None:
            change_owner(
                owner_id=owner.pk, changes={"receiver_number": "600333"}, reason=REASON,
                caller=a_caller(), at=START,
            )  # fmt: skip

        def give(payment: Payment) -> None:
            with transaction.atomic():
                row = Payment.objects.select_for_update().get(pk=payment.pk)
                allocate(row, property=of, tenant=None, because="told so", actor="test", at=START)

        answers = together(*[lambda each=each: give(each) for each in payments], correct)

        assert not [each for each in answers if isinstance(each, Exception)]
        found = set(Payment.objects.values_list("status", "receiver_number"))
        assert found == {("allocated", "600333")}


class TestReplan:
    def test_what_is_released_goes_where_the_owner_is_paid_now(
        self, a_partner: Partner, simulator: Any
    ) -> None:
        owner = make_owner(a_partner)
        of = make_property(owner, make_shortcode(a_partner, simulator.certificate_pem))
        payment = allocated_payment(of)
        type(owner).objects.filter(pk=owner.pk).update(receiver_number="600333")

        with transaction.atomic():
            row = Payment.objects.select_for_update().get(pk=payment.pk)
            first = replan(payments=[row], at=START)
            second = replan(payments=[row], at=START)

        payment.refresh_from_db()
        assert payment.receiver_number == "600333"
        assert (len(first), len(second)) == (1, 0)
