"""Cash at the desk, and who may do what about rent there."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.rents.a_street import Street, text_of
from tests.staff import REASON, at_the_desk
from vault.models import Payment, Prompt, StaffMember
from vault.operations.add_partner import add_partner

CONFIRMED = {"confirmed": "yes", "reason": REASON}
COLLECT = "admin:vault_prompt_collect"
CASH = "admin:vault_payment_record-cash"
MAY = {
    "allocate": "vault.allocate_payment", "take-back": "vault.allocate_payment",
    "forward": "vault.forward_payment", "retry": "vault.forward_payment",
}  # fmt: skip


def address(verb: str, row: Payment) -> str:
    return reverse(f"admin:vault_payment_{verb}", args=[row.pk])


def of_amina(street: Street) -> str:
    return f"property={street.sunset.pk}&tenant={street.amina.pk}"


class TestCash:
    def test_it_is_recorded_and_never_forwarded(self, desk: Client, street: Street) -> None:
        typed = {**CONFIRMED, "amount": "10000", "receipt_number": "0012"}

        card = text_of(desk.post(f"{reverse(CASH)}?{of_amina(street)}", typed, follow=True))

        row = Payment.objects.get()
        assert (row.method, row.tenant, row.fee_minor) == ("cash", street.amina, 50_000)
        assert "in cash is recorded" in card
        assert "Not forwarded here" in card
        assert "Forward now…" not in card

    def test_the_same_paper_receipt_counts_once(self, desk: Client, street: Street) -> None:
        typed = {**CONFIRMED, "amount": "10000", "receipt_number": "0012"}
        desk.post(f"{reverse(CASH)}?{of_amina(street)}", typed)

        again = desk.post(f"{reverse(CASH)}?{of_amina(street)}", typed)

        assert again.status_code == 422
        assert "recorded already" in text_of(again)
        assert Payment.objects.count() == 1

    @pytest.mark.parametrize(
        ("changed", "told"), [({"amount": "-5"}, "Amount:"), ({"receipt_number": "?"}, "Receipt:")]
    )
    def test_bad_input_is_named(
        self, changed: dict[str, str], told: str, desk: Client, street: Street
    ) -> None:
        typed = {**CONFIRMED, "amount": "10000", "receipt_number": "0012", **changed}

        answer = text_of(desk.post(f"{reverse(CASH)}?{of_amina(street)}", typed))

        assert told in answer
        assert "Nothing was recorded." in answer
        assert not Payment.objects.exists()


class TestWhoMay:
    @pytest.mark.parametrize("verb", MAY)
    def test_only_with_the_permission(self, verb: str, street: Street) -> None:
        rows = {"allocate": street.nobodys()}
        row = rows.get(verb) or street.rent(street.juma)

        without = at_the_desk("vault.view_payment").post(address(verb, row), CONFIRMED)
        having = at_the_desk("vault.view_payment", MAY[verb]).get(address(verb, row))

        assert without.status_code == 403
        assert having.status_code == (404 if verb == "retry" else 200)

    def test_only_whoever_collects_prompts(self, street: Street) -> None:
        url = f"{reverse(COLLECT)}?{of_amina(street)}"

        assert at_the_desk("vault.view_prompt").get(url).status_code == 403
        assert at_the_desk("vault.collect_payment").get(url).status_code == 200

    def test_another_partners_staff_reach_nobody(self, street: Street) -> None:
        row = street.nobodys()
        other = add_partner(name="Other Example Ltd", actor="test", at=street.clock())
        client = at_the_desk(*MAY.values(), "vault.view_payment", "vault.collect_payment")
        StaffMember.objects.create(user_id=client.session["_auth_user_id"], partner=other)

        allocating = client.post(f"{address('allocate', row)}?{of_amina(street)}", CONFIRMED)
        prompting = client.post(
            f"{reverse(COLLECT)}?{of_amina(street)}",
            {**CONFIRMED, "other_phone": "0700000005", "amount": "900"},
        )
        ageing = client.get(reverse("rent_ageing"))

        assert allocating.status_code == 404
        assert "Search for a tenant" in text_of(prompting)
        assert not Prompt.objects.exists()
        assert "All clear" in text_of(ageing)
