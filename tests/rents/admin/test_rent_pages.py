"""The rent card, the list of payments, the ageing, the transfers: what they show, and to whom."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rents.models import Forward
from tests.money_in import full
from tests.rents.a_street import PHONE, Street, in_order, text_of
from tests.staff import at_the_desk
from vault.models import Payment, StaffMember
from vault.operations.add_partner import add_partner

LIST = "admin:vault_payment_changelist"
MAY_LOOK = "vault.view_payment"


def card_of(row: Payment) -> str:
    return reverse("admin:vault_payment_change", args=[row.pk])


class TestRentCard:
    def test_received_is_the_fee_and_what_goes_out(self, desk: Client, street: Street) -> None:
        row = street.rent()

        card = text_of(desk.get(card_of(row)))

        assert in_order(card, ["Received KES 10,000.00", "KES 500.00", "KES 9,500.00"])
        assert "5 %" in card
        assert "Paybill 600222, account PROP001" in card

    def test_each_leg_shows_its_state_and_its_ids(self, desk: Client, street: Street) -> None:
        row = street.rent()
        street.forwarded()

        card = text_of(desk.get(card_of(row)))

        assert in_order(card, ["Money in", "Allocated", row.receipt, "Money out", "Forwarded"])
        assert "AG_" in card
        assert "RENT-" in card

    def test_the_timeline_has_both_legs_in_time_order(self, desk: Client, street: Street) -> None:
        street.prompt()
        street.work()
        street.forwarded()
        row = Payment.objects.get()

        card = text_of(desk.get(card_of(row)))

        assert in_order(
            card,
            ["Timeline", "Prompt asking", "Payment allocated", "Forward processing",
             "Out: attempt", "Forward completed"],
        )  # fmt: skip
        assert "In: callback in" in card

    def test_it_says_whose_rent_it_is_and_leads_there(self, desk: Client, street: Street) -> None:
        row = street.rent(amount=10_500)

        page = desk.get(card_of(row)).content.decode()

        for other in (street.amina, street.sunset, street.owner):
            name = other._meta.model_name
            assert reverse(f"admin:vault_{name}_change", args=[other.pk]) in page
        assert "KES 500.00 over the rent" in page
        assert "/r/" in page

    def test_what_is_nobodys_is_not_split(self, desk: Client, street: Street) -> None:
        row = street.nobodys()

        card = text_of(desk.get(card_of(row)))

        assert "Not split yet" in card
        assert "Allocate…" in card
        assert "Forward now…" not in card

    def test_a_phone_is_masked_until_it_is_asked_for(self, desk: Client, street: Street) -> None:
        row = street.nobodys()

        before = desk.get(card_of(row)).content.decode()
        desk.post(reverse("admin:vault_payment_phones", args=[row.pk]))
        after = desk.get(card_of(row)).content.decode()

        assert "+254 700 ••• 009" in before
        assert "+254 700 000 009" not in before
        assert "+254 700 000 009" in after

    def test_anothers_staff_do_not_find_it(self, street: Street) -> None:
        row = street.rent()
        other = add_partner(name="Other Example Ltd", actor="test", at=street.clock())
        client = at_the_desk(MAY_LOOK)
        StaffMember.objects.create(user_id=client.session["_auth_user_id"], partner=other)

        answer = client.get(card_of(row))

        assert answer.status_code == 302
        assert row.receipt not in client.get(reverse(LIST)).content.decode()


class TestList:
    def test_it_totals_what_is_listed(self, desk: Client, street: Street) -> None:
        street.rent()
        street.rent(street.juma, amount=20_000)
        street.nobodys(amount_minor=500_00)

        listed = text_of(desk.get(reverse(LIST)))

        assert in_order(
            listed,
            ["Payments 3", "Received KES 30,500.00", "Fee kept KES 1,500.00",
             "Owners' KES 28,500.00", "Not split KES 500.00"],
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("leg=completed", "amina"), ("leg=pending&status=allocated", "juma"),
            ("status=unallocated", "nobody"), ("method=cash", ""), ("amount_from=15,000", "juma"),
            ("leg=failed", ""), ("owner={owner}", "amina"), ("property={property}", "juma"),
            ("tenant={tenant}", "amina"), ("when=yesterday", ""), ("q=Juma", "juma"),
            ("q=SUN-A33", "nobody"),
        ],
    )  # fmt: skip
    def test_it_is_narrowed_by(self, query: str, found: str, desk: Client, street: Street) -> None:
        rows = {"amina": street.rent()}
        street.forwarded()
        rows |= {"juma": street.rent(street.juma, amount=20_000), "nobody": street.nobodys()}
        query = query.format(
            owner=street.owner.pk, property=street.sunrise.pk, tenant=street.amina.pk
        )

        answer = desk.get(f"{reverse(LIST)}?{query}", follow=True).content.decode()

        assert {name for name, row in rows.items() if row.receipt in answer} == {found} - {""}

    @pytest.mark.parametrize("query", ["leg=nonsense", "owner=nonsense", "amount_to=nonsense"])
    def test_a_filter_that_cannot_be_read_shows_no_row(
        self, query: str, desk: Client, street: Street
    ) -> None:
        row = street.rent()

        listed = desk.get(f"{reverse(LIST)}?{query}").content.decode()

        assert "No row is shown" in listed
        assert row.receipt not in listed

    def test_a_payers_phone_is_found_by_those_who_may_see_it(self, street: Street) -> None:
        row, _ = street.nobodys(), street.rent()
        typed = f"{reverse(LIST)}?q=0700 000 009"

        seeing = at_the_desk(MAY_LOOK, "disbursements.see_phones").get(typed)
        blind = at_the_desk(MAY_LOOK).get(typed)

        assert seeing.url == card_of(row)
        assert blind.status_code == 200
        assert row.receipt not in blind.content.decode()


class TestQueries:
    """Each page asks as much of the database for many rows as for one."""

    @pytest.mark.parametrize(
        "page", [LIST, "rent_unallocated", "rent_ageing",
                 "rent_figures", "admin:vault_prompt_changelist",
                 "admin:rents_forward_changelist"],
    )  # fmt: skip
    def test_more_rows_are_no_more_queries(self, page: str, desk: Client, street: Street) -> None:
        self._more(street, "00011")
        few = self._asked(lambda: desk.get(reverse(page)))
        for digits in ("00012", "00013", "00014"):
            self._more(street, digits)

        many = self._asked(lambda: desk.get(reverse(page)))

        assert many <= few

    def _more(self, street: Street, digits: str) -> None:
        street.prompt(digits)
        street.rent()
        street.forwarded()
        street.rent(street.juma)
        street.nobodys()

    def _asked(self, call: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as told:
            assert call().status_code == 200
        return len(told)


class TestAgeing:
    def test_it_lies_under_its_age_and_its_owner(self, desk: Client, street: Street) -> None:
        street.rent(street.juma)
        street.clock.forward(hours=3)
        street.rent(street.juma, amount=20_000)

        page = text_of(desk.get(reverse("rent_ageing")))

        assert in_order(page, ["Otieno Example", "2 rents", "KES 19,000.00", "KES 9,500.00"])
        assert "KES 28,500.00" in page
        assert "Wanjiru Example" not in page

    def test_all_clear_is_said(self, desk: Client, street: Street) -> None:
        street.rent()
        street.forwarded()

        page = text_of(desk.get(reverse("rent_ageing")))

        assert "All clear" in page


class TestTransfers:
    def test_its_rents_are_listed_with_their_arithmetic(
        self, desk: Client, street: Street
    ) -> None:
        row = street.rent()
        street.forwarded()
        transfer = Forward.objects.get()

        page = text_of(desk.get(reverse("admin:rents_forward_change", args=[transfer.pk])))

        assert in_order(page, [row.receipt, "KES 10,000.00", "KES 500.00", "KES 9,500.00"])
        assert "Completed" in page


class TestFigures:
    def test_they_count_what_ended_and_what_was_earned(self, desk: Client, street: Street) -> None:
        street.prompt()
        street.work()
        street.forwarded()

        page = text_of(desk.get(reverse("rent_figures")))

        assert in_order(page, ["Prompts paid 100.0 %", "1 of 1 paid"])
        assert in_order(page, ["Transfers completed 100.0 %", "1 of 1 completed"])
        assert "Platform's fee KES 500.00" in page
        assert "Forwarded KES 9,500.00" in page

    def test_other_days_have_other_figures(self, desk: Client, street: Street) -> None:
        street.rent()

        page = desk.get(f"{reverse('rent_figures')}?when_from=2026-10-01&when_to=2026-10-31")

        assert "Platform's fee" not in text_of(page)

    @pytest.mark.parametrize(
        "query", ["when_from=nonsense", "when=nonsense", "when_to=9999-99-99"]
    )
    def test_days_that_cannot_be_read_are_the_usual_ones(
        self, query: str, desk: Client, street: Street
    ) -> None:
        street.rent()

        page = desk.get(f"{reverse('rent_figures')}?{query}")

        assert "Platform's fee KES 500.00" in text_of(page)


class TestWho:
    @pytest.mark.parametrize("name", ["unallocated", "ageing", "figures"])
    def test_nobody_without_the_permission(self, name: str, street: Street) -> None:
        answer = at_the_desk("vault.view_owner").get(reverse(f"rent_{name}"))

        assert answer.status_code == 403

    def test_whoever_may_only_look_has_no_buttons(self, street: Street) -> None:
        client, row, lost = at_the_desk(MAY_LOOK), street.rent(street.juma), street.nobodys()

        pages = [
            client.get(each).content.decode()
            for each in (card_of(row), card_of(lost), reverse("rent_unallocated"),
                         reverse("rent_ageing"))
        ]  # fmt: skip

        for verb in ("allocate/", "forward/", "forward-many/", "take-back/"):
            assert not any(verb in page for page in pages)

    def test_phones_are_nowhere_in_lists(self, desk: Client, street: Street) -> None:
        street.prompt()
        street.nobodys(payer=full(PHONE))

        pages = [
            desk.get(reverse(each)).content.decode().replace(" ", "")
            for each in (LIST, "admin:vault_prompt_changelist", "rent_unallocated")
        ]

        assert not any(PHONE in page for page in pages)
