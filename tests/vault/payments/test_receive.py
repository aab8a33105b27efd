"""One payment for each receipt, whoever tells of it, and booked once."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from core.models import Alert, Step
from gateways.interface import Delivery
from tests.money_in import full, heard, make_shortcode, masked
from tests.vault.payments.conftest import PHONE_1, book, confirm
from tests.wire import START, MovedClock
from vault.models import Payment, Property, Shortcode
from vault.operations.receive import Received, Source, receive
from vault.operations.take_in import take_in


def told(shortcode: Shortcode, *, at: Any = START, **more: Any) -> Received:
    with transaction.atomic():
        return receive(heard=heard(shortcode, **{"receipt": "UKL0000001"} | more), at=at)


class TestReceiving:
    def test_money_is_booked_as_received_and_nobodys(self, paybill: Shortcode) -> None:
        received = told(paybill, account_typed=" a-7 ", payer=full(PHONE_1))

        payment = Payment.objects.get()
        assert received.is_new
        assert (payment.status, payment.account_typed, payment.account_key) == (
            "unallocated", "a-7", "A7",
        )  # fmt: skip
        assert payment.confirmed_at == START
        assert book() == {
            "float:600000:working": 1_000_000, "received:600000:unallocated": 1_000_000,
        }  # fmt: skip
        assert Step.objects.filter(subject_id=str(payment.pk), to_status="unallocated").exists()

    def test_another_source_of_the_same_receipt_adds_what_it_knows(
        self, paybill: Shortcode, moved: MovedClock
    ) -> None:
        told(paybill, source=Source.PULL, payer=masked(PHONE_1), paid_at=START.replace(hour=5))

        later = moved.forward(minutes=3)
        received = told(
            paybill, source=Source.CONFIRMATION, account_typed="B4", payer=full(PHONE_1),
            payer_name="BARAKA", paid_at=START.replace(minute=0), at=later,
        )  # fmt: skip

        payment = Payment.objects.get()
        assert (received.is_new, received.first_told) == (False, True)
        assert (payment.pulled_at, payment.confirmed_at) == (START, later)
        assert (payment.account_key, payment.payer_phone) == ("B4", PHONE_1)
        assert payment.payer_name == "BARAKA"
        assert payment.paid_at == START.replace(minute=0)
        assert book()["float:600000:working"] == 1_000_000

    def test_a_masked_number_does_not_replace_a_whole_one(self, paybill: Shortcode) -> None:
        told(paybill, source=Source.ANSWER, payer=full(PHONE_1))

        told(paybill, source=Source.CONFIRMATION, payer=masked(PHONE_1))

        assert Payment.objects.get().payer_phone == PHONE_1

    def test_the_same_again_changes_nothing(self, paybill: Shortcode, moved: MovedClock) -> None:
        told(paybill)

        again = told(paybill, at=moved.forward(minutes=1))

        assert (again.is_new, again.first_told) == (False, False)
        assert Payment.objects.get().confirmed_at == START
        assert Step.objects.filter(subject_type="Payment").count() == 1

    @pytest.mark.parametrize(
        ("otherwise", "said"),
        [({"amount_minor": 900_000}, "KES 9,000.00, not KES 10,000.00")],
    )
    def test_another_amount_changes_nothing_and_is_told(
        self, paybill: Shortcode, otherwise: dict[str, Any], said: str
    ) -> None:
        told(paybill)

        received = told(paybill, source=Source.PULL, account_typed="B4", **otherwise)

        payment, alert = Payment.objects.get(), Alert.objects.get()
        assert received.contradiction == said
        assert (payment.amount_minor, payment.pulled_at, payment.account_key) == (
            1_000_000, None, "",
        )  # fmt: skip
        assert (alert.kind, alert.severity) == ("receipt_contradicted", "critical")
        assert said in alert.text

    def test_another_shortcode_changes_nothing_and_is_told(
        self, paybill: Shortcode, simulator: Any
    ) -> None:
        other = make_shortcode(paybill.partner, simulator.certificate_pem, number="600999")
        told(paybill)

        received = told(other, source=Source.PULL)

        assert "shortcode 600999, not 600000" in received.contradiction
        assert Payment.objects.get().shortcode_id == paybill.pk
        assert "float:600999:working" not in book()

    def test_no_text_of_a_stranger_loses_the_payment(self, paybill: Shortcode) -> None:
        told(paybill, account_typed="B\x004\u2028" + "x" * 200, payer_name="A\x00 \n B")

        payment = Payment.objects.get()
        assert payment.account_typed.startswith("B 4 x")
        assert payment.payer_name == "A B"

    def test_a_moment_in_the_future_is_now(self, paybill: Shortcode) -> None:
        told(paybill, paid_at=START.replace(year=2099))

        assert Payment.objects.get().paid_at == START

    @pytest.mark.parametrize("moment", ["0001-01-01T03:00:00+00:00", "2026-09-01T00:00:00+00:00"])
    def test_a_broken_moment_of_long_ago_is_now(self, paybill: Shortcode, moment: str) -> None:
        paid_at = datetime.fromisoformat(moment)

        with transaction.atomic():
            take_in(heard=heard(paybill, paid_at=paid_at, source=Source.PULL), at=START)

        assert Payment.objects.get().paid_at == START


class TestAtOnce:
    def test_fifty_confirmations_of_one_receipt_are_one_payment(
        self, paybill: Shortcode, house: Property, tenant: Any, together: Any
    ) -> None:
        answers = together(*[lambda: confirm(paybill)] * 50)

        assert sorted(answer[0] for answer in answers) == sorted(
            [Delivery.APPLIED] + [Delivery.DUPLICATE] * 49
        )
        payment = Payment.objects.get()
        assert (payment.status, payment.tenant) == ("allocated", tenant)
        assert book() == {
            "float:600000:working": 1_000_000, "partner:fees": 50_000, "owner:owed": 950_000,
        }  # fmt: skip

    def test_three_sources_at_one_moment_are_one_payment(
        self, paybill: Shortcode, together: Any
    ) -> None:
        answers = together(*[lambda each=each: told(paybill, source=each) for each in Source])

        payment = Payment.objects.get()
        assert sum(answer.is_new for answer in answers) == 1
        assert None not in (payment.answered_at, payment.confirmed_at, payment.pulled_at)
        assert book()["received:600000:unallocated"] == 1_000_000

    def test_two_amounts_under_one_receipt_at_one_moment_book_one(
        self, paybill: Shortcode, together: Any
    ) -> None:
        answers = together(lambda: told(paybill), lambda: told(paybill, amount_minor=5_000_000))

        payment = Payment.objects.get()
        assert sum(bool(answer.contradiction) for answer in answers) == 1
        assert book()["float:600000:working"] == payment.amount_minor
        assert Alert.objects.get().kind == "receipt_contradicted"


class TestTheDatabase:
    def test_it_refuses_another_amount_afterwards(self, paybill: Shortcode) -> None:
        told(paybill)

        with pytest.raises(Exception, match="read"), connection.cursor() as cursor:
            cursor.execute("UPDATE vault_payment SET amount_minor = 1")
