"""An owner's statement adds up, and says what the ledger says, whatever happened."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from ledger.queries import balances
from rents.models import Forward
from rents.queries import statement as statements
from rents.queries.statement import Statement, TooManyLines, standing
from rents.rules.statement_lines import LineKind
from rents.states import ForwardStatus
from tests.rents.statements.conftest import Estate
from vault.models import Method, Owner, Payment

TODAY = date(2026, 11, 21)


def kinds(found: Statement) -> list[str]:
    return [line.kind.value for line in found.lines]


class TestStatement:
    def test_it_shows_a_rent_with_its_fee_and_what_is_owed(self, estate: Estate) -> None:
        payment = estate.rent()

        found = estate.statement()

        [line] = found.lines
        assert (line.receipt, line.property_name, line.tenant_name, line.unit) == (
            payment.receipt, "Sunset Example", "Amina Example", "A3",
        )  # fmt: skip
        assert (line.received_minor, line.fee_minor, line.owed_minor) == (
            1_000_000,
            50_000,
            950_000,
        )
        assert (found.opening.total_minor, found.closing.total_minor) == (0, 950_000)

    def test_what_is_on_its_way_is_still_the_owners_to_get(self, estate: Estate) -> None:
        estate.forward(estate.rent())

        found = estate.statement()

        assert kinds(found) == ["rent"]
        assert (found.closing.owed_minor, found.closing.forwarding_minor) == (0, 950_000)

    def test_a_transfer_that_arrived_is_paid_out_with_its_parts(self, estate: Estate) -> None:
        payments = [estate.rent(), estate.rent(estate.court)]
        estate.forward(*payments)
        estate.arrive()

        found = estate.statement()

        [transfer] = [line for line in found.lines if line.kind is LineKind.FORWARD]
        assert transfer.paid_out_minor == 1_900_000
        assert {part.receipt for part in transfer.parts} == {each.receipt for each in payments}
        assert transfer.receipt == Forward.objects.get().disbursement.receipt
        assert found.closing.total_minor == 0

    def test_what_was_taken_back_stands_beside_what_it_takes_back(self, estate: Estate) -> None:
        payment = estate.rent()
        estate.take_back(payment)
        estate.give(payment, estate.others_house)

        mine, others = estate.statement(), estate.statement(owner=estate.other)

        assert kinds(mine) == ["rent", "taken_back"]
        assert [line.property_name for line in mine.lines] == ["Sunset Example"] * 2
        assert mine.totals.corrected_minor == -950_000
        assert mine.closing.total_minor == 0
        assert [line.property_name for line in others.lines] == ["Hill Example"]

    def test_each_line_names_the_property_that_it_was_allocated_to(self, estate: Estate) -> None:
        payment = estate.rent()
        estate.take_back(payment)
        estate.give(payment, estate.court)

        names = [line.property_name for line in estate.statement().lines]

        assert names == ["Sunset Example", "Sunset Example", "Court Example"]

    def test_cash_is_shown_and_owed_to_nobody(self, estate: Estate) -> None:
        estate.cash()

        found = estate.statement()

        assert kinds(found) == ["rent", "handed_over"]
        assert found.totals.handed_over_minor == 950_000
        assert found.closing.total_minor == 0

    def test_a_rent_that_the_fee_took_whole_is_shown_too(self, estate: Estate) -> None:
        from vault.models import FeeRule

        FeeRule.objects.create(
            partner=estate.owner.partner, flat_minor=10_000, valid_from=estate.clock(),
            created_by="test", created_at=estate.clock(),
        )  # fmt: skip
        estate.rent(shillings=100)

        [line] = estate.statement().lines

        assert (line.received_minor, line.fee_minor, line.owed_minor) == (10_000, 10_000, 0)

    def test_days_are_nairobis(self, estate: Estate) -> None:
        estate.clock.moment = estate.clock().replace(hour=20, minute=59, second=59)
        estate.rent()
        estate.clock.forward(seconds=1)
        estate.rent()

        today = estate.statement(TODAY, TODAY)
        tomorrow = estate.statement(TODAY + timedelta(days=1), TODAY + timedelta(days=1))

        assert len(today.lines) == len(tomorrow.lines) == 1
        assert tomorrow.opening == today.closing

    def test_too_many_lines_are_refused_with_what_to_do(
        self, estate: Estate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(statements, "LINES_MAX", 1)
        estate.rent()
        estate.rent()

        with pytest.raises(TooManyLines, match="take a shorter one"):
            estate.statement()

    def test_a_month_of_many_rents_takes_few_queries(
        self, estate: Estate, django_assert_max_num_queries: Any
    ) -> None:
        payments = [estate.rent() for _ in range(12)]
        estate.forward(*payments)
        estate.arrive()

        with django_assert_max_num_queries(12):
            found = estate.statement()

        assert len(found.lines) == 13


class TestAgainstTheLedger:
    @pytest.mark.parametrize("seed", range(6))
    def test_any_history_adds_up_to_the_balances(self, estate: Estate, seed: int) -> None:
        random = Random(seed)  # noqa: S311 - a history to repeat
        live(estate, random, deeds=30)

        days = sorted({(estate.clock() - timedelta(hours=7 * each)).date() for each in range(60)})
        for owner in (estate.owner, estate.other):
            assert_as_the_ledger_says(estate, owner, random.choice(days), random.choice(days))
            assert_as_the_rows_say(owner)


def live(estate: Estate, random: Random, *, deeds: int) -> None:
    """People collect, take back, correct and forward, over some days."""
    loose: list[Payment] = []
    for _ in range(deeds):
        estate.clock.forward(hours=random.randint(0, 9), minutes=random.randint(0, 59))
        match random.choice(["rent", "rent", "rent", "cash", "back", "move", "forward", "arrive"]):
            case "rent":
                of = random.choice([estate.house, estate.court, estate.others_house])
                loose.append(estate.rent(of, shillings=random.randint(1, 70_000)))
            case "cash":
                estate.cash(shillings=random.randint(20, 9_000))
            case "back" if loose:
                estate.take_back(loose.pop(random.randrange(len(loose))))
            case "move" if loose:
                payment = random.choice(loose)
                estate.take_back(payment)
                estate.give(payment, random.choice([estate.court, estate.others_house]))
            case "forward" if loose:
                going, loose = loose[: random.randint(1, 6)], []
                estate.forward(*going)
            case "arrive":
                estate.arrive()


def assert_as_the_ledger_says(estate: Estate, owner: Owner, one: date, two: date) -> None:
    found = estate.statement(min(one, two), max(one, two), owner=owner)
    before = found.period.starts_at - timedelta(microseconds=1)
    after = found.period.ends_at - timedelta(microseconds=1)

    assert found.opening == standing(owner_id=owner.pk, at=before)
    assert found.closing == standing(owner_id=owner.pk, at=after)
    lines_minor = sum(line.owed_minor - line.paid_out_minor for line in found.lines)
    assert found.opening.total_minor + lines_minor == found.closing.total_minor
    assert found.totals.change_minor == lines_minor
    assert all(each.received_minor == each.fee_minor + each.owed_minor for each in found.lines)
    if found.lines:
        assert found.lines[-1].balance_minor == found.closing.total_minor


def assert_as_the_rows_say(owner: Owner) -> None:
    """What the tables of rents and transfers say an owner does not have yet, is in the book."""
    rents = Payment.objects.filter(owner=owner, status="allocated").exclude(method=Method.CASH)
    paid = Forward.objects.filter(owner=owner, status=ForwardStatus.COMPLETED)
    to_get_minor = sum(each.owed_minor or 0 for each in rents) - sum(
        each.amount_minor for each in paid
    )

    in_the_book = sum(each.balance_minor for each in balances(prefix=f"owner:{owner.pk}:"))
    assert in_the_book == to_get_minor
