"""The pages of loans: cards, filters, one loan, the payout of one."""

from typing import Any

from django.test import Client
from django.urls import reverse

from loans.admin.filters import FILTERS
from loans.models import MifosConnection
from loans.queries.selection import CONDITIONS
from tests.loans.admin.pages import LOANS, listed, numbers, page_of
from tests.loans.admin.scene import Lent, row
from tests.rents.a_street import text_of
from tests.staff import at_the_desk


def each_of(control: Any) -> tuple[str, ...]:
    """The names of a control that has several."""
    return tuple(getattr(control, "names", ()))


class TestTheList:
    def test_each_status_has_a_card_with_its_amount(self, desk: Client, loans: Lent) -> None:
        loans.morning()

        cards = {each.name: each for each in listed(desk, LOANS).cards}

        assert {name: each.count for name, each in cards.items()} == {
            "Pending disbursement": 1, "Processing disbursement": 1, "Disbursed": 3,
            "Failed": 1, "Held": 5, "Paid, not booked": 2,
        }  # fmt: skip
        assert [str(each) for each in cards["Disbursed"].amounts] == [
            '<span class="pv-amount">KES 28,500.00</span>'
        ]

    def test_a_card_lists_what_it_counts(self, desk: Client, loans: Lent) -> None:
        loans.morning()
        cards = {each.name: each for each in listed(desk, LOANS).cards}

        unbooked = listed(desk, LOANS, cards["Paid, not booked"].url)

        assert numbers(unbooked) == {107, 109}
        assert [each.name for each in unbooked.cards if each.chosen] == ["Paid, not booked"]
        assert {each.name: each.count for each in unbooked.cards}["Held"] == 5

    def test_the_cards_follow_the_other_filters(self, desk: Client, loans: Lent) -> None:
        loans.morning()

        cards = {each.name: each.count for each in listed(desk, LOANS, "?product=2").cards}

        assert cards["Held"] == 1
        assert cards["Disbursed"] == 0

    def test_every_filter_is_understood(self, desk: Client, loans: Lent) -> None:
        loans.morning()
        queries = {
            "?status=held&held=changed": {102}, "?booking=waits_for_checker": {108},
            "?client=4106": {106}, "?expected_from=2026-11-24&expected_to=2026-11-30": {101},
            "?amount_from=9,501": set(), f"?partner={loans.partner.pk}&status=failed": {105},
        }  # fmt: skip

        found = {query: numbers(listed(desk, LOANS, query)) for query in queries}

        assert found == queries

    def test_what_waited_was_released_paid_or_proposed_is_found(
        self, desk: Client, loans: Lent
    ) -> None:
        loans.morning()
        loans.proposal(107)
        loans.wire.clock.forward(days=2)
        loans.loan(120, cycle=2, released_at=loans.wire.clock())
        paid = {106, 107, 108, 109}
        queries = {
            "?again=yes": {120}, "?released=yes": {120}, "?proposal=proposed": {107},
            "?proposal=approved,rejected": set(), "?paid_from=2026-11-21&paid_to=2026-11-21": paid,
            "?paid_from=2026-11-22": set(), "?unchanged_since=2026-11-20": set(),
            "?unchanged_since=2026-11-21&status=pending_disbursement": {101},
        }  # fmt: skip

        found = {query: numbers(listed(desk, LOANS, query)) for query in queries}

        assert found == queries

    def test_every_filter_of_the_api_has_its_control(self) -> None:
        controls = {name for each in FILTERS for name in (each.parameter_name, *each_of(each))}

        assert set(CONDITIONS) - controls == {"loan"}

    def test_a_filter_that_cannot_be_read_shows_nothing_and_says_so(
        self, desk: Client, loans: Lent
    ) -> None:
        loans.morning()

        page = desk.get(f"{reverse(LOANS)}?amount_from=much")

        assert not page.context_data["cl"].result_count
        assert "is not an amount in shillings" in text_of(page)

    def test_a_loan_number_opens_the_loan(self, desk: Client, loans: Lent) -> None:
        loans.morning()

        answer = desk.get(f"{reverse(LOANS)}?q=107")

        assert answer["Location"].endswith(f"/{row(107).pk}/change/")

    def test_a_phone_finds_nothing_for_those_who_may_not_see_phones(self, loans: Lent) -> None:
        loans.morning()
        viewer = at_the_desk("loans.view_loantracking")

        page = viewer.get(f"{reverse(LOANS)}?q=0700100106")

        assert not page.context_data["cl"].result_count
        assert "only by those who may see whole phones" in text_of(page)


class TestOneLoan:
    def test_what_is_booked_is_what_is_paid_and_the_charges(
        self, desk: Client, loans: Lent
    ) -> None:
        loans.morning()

        text = page_of(desk, row(106))

        assert "Booked in Mifos X KES 10,000.00" in text
        assert "To the client by M-Pesa KES 9,500.00" in text
        assert "Charges KES 500.00" in text

    def test_what_changed_stands_side_by_side(self, desk: Client, loans: Lent) -> None:
        loans.morning()

        text = page_of(desk, row(102))

        assert "Phone +254 700 ••• 102 +254 700 ••• 999" in text
        assert "To the client KES 9,500.00 KES 14,500.00" in text
        assert "Compare the differences" in text

    def test_a_refusal_is_told_in_words_with_what_to_do(self, desk: Client, loans: Lent) -> None:
        loans.morning()

        text = page_of(desk, row(107))

        assert "Paid, not booked" in text
        assert "The loan's date is a holiday in Mifos X." in text
        assert "Allow transactions on holidays in Mifos X" in text
        assert "Book again…" in text

    def test_what_is_switched_off_says_that_nothing_is_paid(
        self, desk: Client, loans: Lent
    ) -> None:
        loan = loans.loan(101)
        before = page_of(desk, loan)
        MifosConnection.objects.update(mifos_auto_disbursement_enabled=False)

        after = page_of(desk, loan)

        assert "It is paid by the next sync" in before
        assert "Nothing for now: Mifos X of Umoja Example Ltd is switched off" in after

    def test_both_sides_stand_in_one_timeline(self, desk: Client, loans: Lent) -> None:
        loans.morning()

        page = desk.get(reverse("admin:loans_loantracking_change", args=[row(106).pk]))
        lanes = next(
            each for each in page.context_data["record"].sections if hasattr(each, "placed")
        )

        assert {each.lane for each in lanes.placed} == {1, 2}
        moments = [each.event.at for each in lanes.placed]
        assert moments == sorted(moments)

    def test_phones_are_hidden_until_they_are_asked_for(self, desk: Client, loans: Lent) -> None:
        loans.morning()
        url = reverse("admin:loans_loantracking_change", args=[row(106).pk])

        before = text_of(desk.get(url))
        desk.post(reverse("admin:loans_loantracking_phones", args=[row(106).pk]))
        after = text_of(desk.get(url))

        assert "+254 700 100 106" not in before
        assert "0700 100 106" not in before
        assert "+254 700 100 106" in after

    def test_what_one_person_may_not_release_says_what_would_help(
        self, desk: Client, loans: Lent
    ) -> None:
        loans.morning()

        text = page_of(desk, row(103))

        assert "Release is off: Put one M-Pesa number on the client in Mifos X" in text
        assert (
            desk.get(reverse("admin:loans_loantracking_release", args=[row(103).pk])).status_code
            == 404
        )


class TestOnePayout:
    def test_its_page_leads_to_the_loan(self, desk: Client, loans: Lent) -> None:
        loans.morning()
        loan = row(106)

        page = desk.get(
            reverse("admin:disbursements_disbursementrequest_change", args=[loan.disbursement_id])
        )

        assert f"/loantracking/{loan.pk}/change/" in page.content.decode()
        assert "Loan 106, Amina Example" in text_of(page)

    def test_it_is_found_by_the_number_of_the_loan(self, desk: Client, loans: Lent) -> None:
        loans.morning()
        payouts = reverse("admin:disbursements_disbursementrequest_changelist")
        found = [desk.get(f"{payouts}?q={text}") for text in ("loan 107", "000000107")]
        nothing = desk.get(f"{payouts}?q=loan+999")

        opened = f"/disbursementrequest/{row(107).disbursement_id}/change/"
        assert [each["Location"].endswith(opened) for each in found] == [True, True]
        assert not nothing.context_data["cl"].result_count
