"""Forwarding at the desk: one, all of an owner, once more, taken back."""

import pytest
from django.test import Client
from django.urls import reverse

from rents.models import Forward
from tests.rents.a_street import Street, text_of
from tests.staff import REASON, at_the_desk
from vault.models import Payment

CONFIRMED = {"confirmed": "yes", "reason": REASON}


def address(verb: str, row: Payment) -> str:
    return reverse(f"admin:vault_payment_{verb}", args=[row.pk])


class TestForwarding:
    def test_what_waits_for_a_person_is_forwarded(self, desk: Client, street: Street) -> None:
        row = street.rent(street.juma)
        asked = text_of(desk.get(address("forward", row)))

        desk.post(address("forward", row), CONFIRMED)

        assert "Forward KES 9,500.00 to Otieno Example" in asked
        forward = Forward.objects.get()
        assert (forward.amount_minor, forward.owner) == (950_000, street.by_hand)

    def test_twice_is_once(self, desk: Client, street: Street) -> None:
        row = street.rent(street.juma)
        desk.post(address("forward", row), CONFIRMED)

        again = desk.post(address("forward", row), CONFIRMED)

        assert again.status_code == 404
        assert Forward.objects.count() == 1

    def test_all_of_an_owner_goes_as_one(self, desk: Client, street: Street) -> None:
        street.rent(street.juma)
        street.rent(street.juma, amount=20_000)
        listed = reverse("admin:vault_payment_forward-many")
        asked = desk.get(f"{listed}?owner={street.by_hand.pk}")
        ids = [row for name, row in asked.context_data["hidden"] if name == "ids"]

        answer = desk.post(listed, {**CONFIRMED, "ids": ids}, follow=True)

        assert "Forward 2 rents, KES 28,500.00" in text_of(asked)
        assert "1 payout is instructed" in text_of(answer)
        assert Forward.objects.get().amount_minor == 2_850_000

    def test_ticked_rows_that_cannot_go_are_counted(self, desk: Client, street: Street) -> None:
        waits, lost = street.rent(street.juma), street.nobodys()

        page = text_of(
            desk.post(
                reverse("admin:vault_payment_changelist"),
                {"action": "forward_selected", "_selected_action": [waits.pk, lost.pk]},
            )
        )

        assert "Forward 1 rent, KES 9,500.00" in page
        assert "1 skipped" in page

    @pytest.mark.parametrize("owner", ["nonsense", "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"])
    def test_an_owner_who_is_not_there_has_nothing(
        self, owner: str, desk: Client, street: Street
    ) -> None:
        page = desk.get(f"{reverse('admin:vault_payment_forward-many')}?owner={owner}")

        assert "Nothing that is selected can be forwarded" in text_of(page)

    def test_what_failed_is_retried(self, desk: Client, street: Street) -> None:
        type(street.owner).objects.filter(pk=street.owner.pk).update(receiver_number="799007")
        row = street.rent()
        street.settled()
        forward = Forward.objects.get()
        assert forward.status == "failed"

        asked = text_of(desk.get(address("retry", row)))
        desk.post(address("retry", row), CONFIRMED)

        assert "it is proven that the last payout was not paid" in asked
        forward.refresh_from_db()
        assert forward.status == "processing"


class TestTakingATransferBack:
    def test_its_rents_are_owed_again(self, desk: Client, street: Street) -> None:
        row = street.rent(street.juma)
        desk.post(address("forward", row), CONFIRMED)
        url = reverse("admin:rents_forward_release", args=[Forward.objects.get().pk])
        asked = text_of(desk.get(url))

        desk.post(url, CONFIRMED)

        row.refresh_from_db()
        assert "Take back 1 rent, KES 9,500.00" in asked
        assert (Forward.objects.get().status, row.forwarded_at) == ("released", None)

    def test_what_arrived_stays(self, desk: Client, street: Street) -> None:
        street.rent()
        street.forwarded()
        url = reverse("admin:rents_forward_release", args=[Forward.objects.get().pk])

        assert desk.post(url, CONFIRMED).status_code == 404
        assert Forward.objects.get().status == "completed"

    def test_only_whoever_may_forward(self, street: Street) -> None:
        street.rent()
        street.forwarded()
        url = reverse("admin:rents_forward_release", args=[Forward.objects.get().pk])

        assert at_the_desk("rents.view_forward").get(url).status_code == 403
