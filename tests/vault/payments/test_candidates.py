"""Who an unallocated payment might be from, and why; and how payments stand to the rent."""

import hashlib
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateways.interface import PayerPhone, PhoneForm
from tests.money_in import (
    RENT_MINOR,
    allocated_payment,
    full,
    make_tenant,
    masked,
    received_payment,
)
from tests.vault.payments.conftest import PHONE_1, PHONE_2
from vault.models import Payment, Property, Shortcode, Tenant
from vault.queries.candidates import Candidate, candidates, candidates_of
from vault.queries.dues import remarks

NAIROBI = ZoneInfo("Africa/Nairobi")
OTHER_AMOUNT = 123_400
AGAIN = "second payment of this month, the same amount again"


def likeliest(shortcode: Shortcode, **more: Any) -> Candidate:
    return candidates(received_payment(shortcode, **{"amount_minor": OTHER_AMOUNT} | more))[0]


class TestCandidates:
    @pytest.mark.parametrize("typed", ["A-OO7", "AA007", "A07B"])
    def test_a_similar_account_points_to_its_tenant(
        self, paybill: Shortcode, tenant: Tenant, typed: str
    ) -> None:
        found = likeliest(paybill, account_typed=typed)

        assert found.tenant == tenant
        assert "A-007 is similar" in found.why

    @pytest.mark.parametrize("form", ["full", "masked", "hashed"])
    def test_the_payers_phone_points_to_the_tenant(
        self, paybill: Shortcode, tenant: Tenant, neighbour: Tenant, form: str
    ) -> None:
        digest = hashlib.sha256(PHONE_2.encode()).hexdigest()
        payer = {
            "full": full(PHONE_2), "masked": masked(PHONE_2),
            "hashed": PayerPhone(form=PhoneForm.HASHED, text=digest),
        }[form]  # fmt: skip

        found = likeliest(paybill, account_typed="QQQQ", payer=payer)

        assert found.tenant == neighbour

    def test_a_whole_number_counts_for_more_than_a_masked_one(
        self, paybill: Shortcode, tenant: Tenant
    ) -> None:
        whole = likeliest(paybill, payer=full(PHONE_1), account_typed="QQQQ")
        part = likeliest(paybill, payer=masked(PHONE_1), account_typed="QQQQ")

        assert whole.score > part.score

    def test_who_paid_before_is_likely_to_pay_again(
        self, paybill: Shortcode, house: Property, tenant: Tenant
    ) -> None:
        stranger = full("254700019999")
        allocated_payment(house, tenant, payer=stranger)

        found = likeliest(paybill, account_typed="QQQQ", payer=stranger)

        assert found.tenant == tenant
        assert "paid for it before" in found.why

    def test_the_exact_rent_points_where_few_have_it(
        self, paybill: Shortcode, house: Property, tenant: Tenant
    ) -> None:
        rare = make_tenant(house, rent_minor=1_234_500)

        found = likeliest(paybill, account_typed="QQQQ", amount_minor=1_234_500)

        assert (found.tenant, found.why) == (rare, "it is exactly the rent")

    def test_the_exact_rent_of_many_points_to_nobody(
        self, paybill: Shortcode, house: Property
    ) -> None:
        for _ in range(4):
            make_tenant(house)

        payment = received_payment(paybill, account_typed="QQQQ", amount_minor=RENT_MINOR)

        assert candidates(payment) == []

    def test_the_payers_name_and_the_rent_add_up(
        self, paybill: Shortcode, tenant: Tenant, neighbour: Tenant
    ) -> None:
        found = likeliest(
            paybill, account_typed="QQQQ", payer_name="CHIKU", amount_minor=RENT_MINOR
        )

        assert found.tenant == neighbour
        assert "name is like" in found.why
        assert "exactly the rent" in found.why

    def test_a_phone_typed_wrong_by_nobody_points_to_nobody(
        self, paybill: Shortcode, tenant: Tenant
    ) -> None:
        payment = received_payment(paybill, account_typed="QQQQ", amount_minor=OTHER_AMOUNT)

        assert candidates(payment) == []

    def test_many_cost_no_more_questions_than_one(
        self, paybill: Shortcode, tenant: Tenant, neighbour: Tenant
    ) -> None:
        payments = [
            received_payment(paybill, account_typed=f"A00{number}") for number in range(20)
        ]

        with CaptureQueriesContext(
            connection,
        ) as one:
            candidates(payments[0])
        with CaptureQueriesContext(connection) as many:
            found = candidates_of(payments)

        assert len(many) == len(one)
        assert set(found) == {payment.pk for payment in payments}


class TestRemarks:
    @pytest.mark.parametrize(
        ("amounts", "said"),
        [
            ((RENT_MINOR,), [None]),
            ((1_050_000,), ["KES 500.00 over the rent"]),
            ((900_000,), ["KES 1,000.00 under the rent"]),
            ((400_000, 600_000), ["KES 6,000.00 under the rent", "second payment of this month"]),
            (
                (RENT_MINOR, RENT_MINOR),
                [None, f"{AGAIN}, KES 10,000.00 over the rent"],
            ),
            (
                (300_000, 300_000, 300_000),
                [
                    "KES 7,000.00 under the rent",
                    "second payment of this month, KES 4,000.00 under the rent",
                    "third payment of this month, KES 1,000.00 under the rent",
                ],
            ),
        ],
    )
    def test_of_one_month(
        self, tenant: Tenant, amounts: tuple[int, ...], said: list[str | None]
    ) -> None:
        payments = [
            allocated_payment(
                tenant.property, tenant, amount_minor=amount,
                paid_at=datetime(2026, 11, 3 + day, 9, tzinfo=NAIROBI),
            )
            for day, amount in enumerate(amounts)
        ]  # fmt: skip

        found = remarks(payments)

        assert [found.get(payment.pk) for payment in payments] == said

    def test_months_are_nairobis(self, tenant: Tenant) -> None:
        last = datetime(2026, 10, 31, 23, 59, tzinfo=NAIROBI)
        first = datetime(2026, 11, 1, 0, 0, tzinfo=NAIROBI)
        payments = [
            allocated_payment(tenant.property, tenant, paid_at=moment) for moment in (last, first)
        ]

        assert remarks(payments) == {}

    def test_the_tenants_own_rent_counts(self, house: Property) -> None:
        tenant = make_tenant(house, rent_minor=800_000)
        payment = allocated_payment(house, tenant)

        assert remarks([payment]) == {payment.pk: "KES 2,000.00 over the rent"}

    def test_what_is_nobodys_has_no_remark(self, paybill: Shortcode, house: Property) -> None:
        payments = [received_payment(paybill), allocated_payment(house)]

        assert remarks(payments) == {}

    def test_the_first_is_judged_as_it_was_when_only_it_is_asked_about(
        self, tenant: Tenant
    ) -> None:
        first, second = (
            allocated_payment(
                tenant.property, tenant, amount_minor=amount,
                paid_at=datetime(2026, 11, day, 9, tzinfo=NAIROBI),
            )
            for day, amount in ((3, 400_000), (4, 600_000))
        )  # fmt: skip

        assert remarks([second]) == {second.pk: "second payment of this month"}
        assert remarks(Payment.objects.filter(pk=first.pk)) == {
            first.pk: "KES 6,000.00 under the rent"
        }
