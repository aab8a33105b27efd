"""Whose rent it is, said at the desk: the queue, the confirmation, what is remembered."""

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Step
from tests.rents.a_street import Street, text_of
from tests.staff import REASON
from vault.models import AccountReference, Payment
from vault.operations.add_partner import add_partner
from vault.states import PaymentStatus

CONFIRMED = {"confirmed": "yes", "reason": REASON}


def address(verb: str, row: Payment) -> str:
    return reverse(f"admin:vault_payment_{verb}", args=[row.pk])


def of_amina(street: Street) -> str:
    return f"property={street.sunset.pk}&tenant={street.amina.pk}"


class TestAllocating:
    def test_the_queue_leads_to_the_likeliest(self, desk: Client, street: Street) -> None:
        row = street.nobodys("SUN-A33")

        page = desk.get(reverse("rent_unallocated")).content.decode()

        assert "Amina Example" in page
        assert f"{address('allocate', row)}?{of_amina(street)}".replace("&", "&amp;") in page

    def test_the_confirmation_says_the_arithmetic_and_changes_nothing(
        self, desk: Client, street: Street
    ) -> None:
        row = street.nobodys()

        page = text_of(desk.get(f"{address('allocate', row)}?{of_amina(street)}"))

        assert "KES 10,000.00 = KES 500.00 fee" in page
        assert "KES 9,500.00 owed to Wanjiru Example" in page
        assert "paybill 600222, account PROP001 within minutes" in page
        row.refresh_from_db()
        assert row.status == PaymentStatus.UNALLOCATED

    def test_it_is_allocated_with_a_reason_that_is_kept(
        self, desk: Client, street: Street
    ) -> None:
        row = street.nobodys()

        answer = desk.post(f"{address('allocate', row)}?{of_amina(street)}", CONFIRMED)

        row.refresh_from_db()
        assert answer.url == reverse("admin:vault_payment_change", args=[row.pk])
        assert (row.status, row.tenant, row.owed_minor) == ("allocated", street.amina, 950_000)
        assert REASON in Step.objects.filter(subject_id=str(row.pk)).last().because
        assert not AccountReference.objects.filter(source="learned").exists()

    def test_the_account_is_remembered_when_it_is_ticked(
        self, desk: Client, street: Street
    ) -> None:
        row = street.nobodys("AMINAS HOUSE")

        desk.post(
            f"{address('allocate', row)}?{of_amina(street)}", {**CONFIRMED, "remember": "on"}
        )

        learned = AccountReference.objects.get(source="learned")
        assert (learned.written, learned.tenant) == ("AMINAS HOUSE", street.amina)

    def test_without_a_reason_nothing_changes(self, desk: Client, street: Street) -> None:
        row = street.nobodys()

        answer = desk.post(
            f"{address('allocate', row)}?{of_amina(street)}", {"confirmed": "yes", "reason": "no"}
        )

        row.refresh_from_db()
        assert answer.status_code == 422
        assert row.status == PaymentStatus.UNALLOCATED

    def test_a_second_click_tells_that_it_is_done(self, desk: Client, street: Street) -> None:
        row = street.nobodys()
        url = f"{address('allocate', row)}?{of_amina(street)}"
        desk.post(url, CONFIRMED)

        again = desk.post(url, CONFIRMED)

        assert again.status_code == 404
        assert Step.objects.filter(subject_id=str(row.pk), to_status="allocated").count() == 1

    @pytest.mark.parametrize("typed", ["amina", "sun a3", "Sunset", "0700000001"])
    def test_anybody_is_found_by(self, typed: str, desk: Client, street: Street) -> None:
        row = street.nobodys("WHO KNOWS")

        page = desk.get(f"{address('allocate', row)}?find={typed}").content.decode()

        assert f"property={street.sunset.pk}" in page

    def test_properties_of_another_partner_are_out_of_reach(
        self, desk: Client, street: Street
    ) -> None:
        row = street.nobodys()
        other = add_partner(name="Other Example Ltd", actor="test", at=street.clock())
        type(street.sunrise).objects.filter(pk=street.sunrise.pk).update(partner=other)

        answer = desk.post(f"{address('allocate', row)}?property={street.sunrise.pk}", CONFIRMED)

        row.refresh_from_db()
        assert "Whose rent is" in answer.content.decode()
        assert row.status == PaymentStatus.UNALLOCATED

    def test_it_is_taken_back_with_a_reason(self, desk: Client, street: Street) -> None:
        row = street.rent(street.juma)

        desk.post(address("take-back", row), CONFIRMED)

        row.refresh_from_db()
        assert (row.status, row.owner, row.fee_minor) == ("unallocated", None, None)

    def test_what_is_forwarded_is_not_taken_back(self, desk: Client, street: Street) -> None:
        row = street.rent()
        street.forwarded()

        card = text_of(desk.get(reverse("admin:vault_payment_change", args=[row.pk])))
        answer = desk.post(address("take-back", row), CONFIRMED)

        assert "Take back the allocation is off" in card
        assert answer.status_code == 404
