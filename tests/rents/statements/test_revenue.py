"""The platform's revenue: fees by month, owner and property, as the ledger has them."""

from datetime import date
from uuid import uuid4

import ledger.operations as books
from disbursements.models import DisbursementRetryLog
from ledger import chart
from ledger.queries import balances
from rents.queries.revenue import Revenue, revenue
from rents.rules.period import period
from tests.rents.statements.conftest import Estate


def of_the_year(**more: object) -> Revenue:
    days = period(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
    return revenue(**{"partners": None, "period": days} | more)  # type: ignore[arg-type]


def charge(estate: Estate, reference: str, minor: int) -> None:
    number = estate.shortcode.number
    books.post(
        lines=[
            books.Debit(chart.charges(number, "KES"), minor),
            books.Credit(chart.working(number, "KES"), minor),
        ],
        reference=reference, description="a charge", at=estate.clock(),
    )  # fmt: skip


class TestRevenue:
    def test_it_tells_the_fee_by_month_owner_and_property(self, estate: Estate) -> None:
        estate.rent()
        estate.rent(estate.court, shillings=20_000)
        estate.clock.forward(hours=24 * 12)
        estate.rent(estate.others_house, shillings=1_000)

        found = of_the_year()

        assert [(each.name, each.fee_minor) for each in found.months] == [
            ("November 2026", 150_000), ("December 2026", 5_000),
        ]  # fmt: skip
        assert [(each.name, each.rents, each.fee_minor) for each in found.owners] == [
            ("Mary Example", 2, 150_000), ("Otieno Example", 1, 5_000),
        ]  # fmt: skip
        assert [(each.name, each.beside, each.fee_minor) for each in found.properties] == [
            ("Court Example", "Mary Example", 100_000),
            ("Sunset Example", "Mary Example", 50_000),
            ("Hill Example", "Otieno Example", 5_000),
        ]
        assert found.total.received_minor == 3_100_000

    def test_the_month_is_nairobis(self, estate: Estate) -> None:
        estate.clock.moment = estate.clock().replace(day=30, hour=21)
        estate.rent()

        assert [each.name for each in of_the_year().months] == ["December 2026"]

    def test_its_fees_are_those_of_the_ledger(self, estate: Estate) -> None:
        kept, moved = estate.rent(), estate.rent(shillings=7_000)
        estate.cash(shillings=3_000)
        estate.take_back(moved)
        estate.give(moved, estate.others_house)
        estate.forward(kept)
        estate.arrive()

        found = of_the_year()

        accounts = balances(prefix=f"partner:{estate.owner.partner_id}:fees:")
        assert found.total.fee_minor == sum(each.balance_minor for each in accounts)
        assert found.total.forwarded_minor == found.owners[0].forwarded_minor == 950_000
        assert sum(each.fee_minor for each in found.owners) == found.total.fee_minor
        assert found.total.rents == 3

    def test_what_was_taken_back_counts_for_nobody(self, estate: Estate) -> None:
        estate.take_back(estate.rent())

        found = of_the_year()

        assert (found.total.rents, found.total.fee_minor) == (0, 0)
        assert not [*found.months, *found.owners, *found.properties]

    def test_what_mpesa_charged_for_transfers_stands_beside_them(self, estate: Estate) -> None:
        estate.forward(estate.rent())
        estate.arrive()
        attempt = DisbursementRetryLog.objects.get()
        charge(estate, f"attempt:{attempt.pk}:late", 2_300)
        charge(estate, "another:1", 9_900)

        found = of_the_year()

        booked = balances(prefix=f"charges:{estate.shortcode.number}:")
        of_rent_minor = sum(each.balance_minor for each in booked) - 9_900
        assert of_rent_minor >= 2_300
        assert [each.charges_minor for each in found.months] == [of_rent_minor]
        assert found.owners[0].charges_minor == found.total.charges_minor == of_rent_minor

    def test_it_is_of_the_partners_that_are_asked_for(self, estate: Estate) -> None:
        estate.rent()

        assert of_the_year(partners=frozenset([uuid4()])).total.fee_minor == 0
        assert of_the_year(partners=frozenset([estate.owner.partner_id])).total.rents == 1

    def test_other_days_are_left_out(self, estate: Estate) -> None:
        estate.rent()
        days = period(first_day=date(2026, 11, 22), last_day=date(2026, 11, 30))

        assert of_the_year(period=days).total.rents == 0
