"""A tenant's receipt: for whoever has the link, and for nobody who guesses."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from gateways.interface import PayerPhone, PhoneForm
from tests import money_in
from tests.rents.statements.conftest import Estate
from vault.models import Payment
from vault.queries.receipts import TOKEN_LENGTH, receipt_url

PHONE = "254700012345"


@pytest.fixture
def rent(estate: Estate) -> Payment:
    return money_in.allocated_payment(
        estate.house, estate.tenant, at=estate.clock(), payer=money_in.full(PHONE)
    )


def path_of(payment: Payment) -> str:
    return receipt_url(payment).removeprefix(settings.VAULT_PUBLIC_URL)


class TestReceiptPage:
    def test_it_shows_the_rent_and_hides_the_payer(self, rent: Payment) -> None:
        answer = Client().get(path_of(rent))

        page = answer.content.decode()
        assert answer.status_code == 200
        for text in (rent.receipt, "KES 10,000.00", "Sunset Example", "A3", "21 Nov 2026, 11:00"):
            assert text in page
        assert "+254 700 ••• 345" in page
        assert PHONE not in page

    def test_it_tells_nothing_of_fee_owner_or_their_account(self, rent: Payment) -> None:
        page = Client().get(path_of(rent)).content.decode()

        for text in ("500.00", "9,500", "Mary Example", "600222", "PROP001", "Amina"):
            assert text not in page

    def test_it_is_neither_indexed_nor_kept(self, rent: Payment) -> None:
        answer = Client().get(path_of(rent))

        assert "noindex" in answer["X-Robots-Tag"]
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"

    def test_it_speaks_the_tenants_language_or_that_which_is_asked_for(
        self, rent: Payment
    ) -> None:
        type(rent.tenant).objects.update(language="sw")

        usual = Client().get(path_of(rent)).content.decode()
        asked = Client().get(f"{path_of(rent)}?lang=en").content.decode()

        assert "Risiti ya kodi" in usual
        assert "Rent receipt" in asked

    def test_a_number_that_is_told_in_part_is_shown_so_and_a_hash_is_not(
        self, estate: Estate
    ) -> None:
        masked = money_in.allocated_payment(estate.house, payer=money_in.masked(PHONE))
        digest = PayerPhone(form=PhoneForm.HASHED, text="a" * 64)
        hashed = money_in.allocated_payment(estate.house, payer=digest)

        assert "25470****345" in Client().get(path_of(masked)).content.decode()
        assert "aaaa" not in Client().get(path_of(hashed)).content.decode()

    def test_a_post_is_refused(self, rent: Payment) -> None:
        assert Client().post(path_of(rent)).status_code == 405


class TestLink:
    def test_it_is_short_enough_for_a_message(self, rent: Payment) -> None:
        assert len(path_of(rent)) == len("/r/") + TOKEN_LENGTH == 47

    @pytest.mark.parametrize("place", [0, 10, 21, 22, 30, 43])
    def test_any_other_letter_opens_nothing(self, rent: Payment, place: int) -> None:
        path = path_of(rent)
        at = len("/r/") + place
        other = "A" if path[at] != "A" else "B"

        answer = Client().get(path[:at] + other + path[at + 1 :])

        assert answer.status_code == 404
        assert rent.receipt not in answer.content.decode()

    @pytest.mark.parametrize(
        "token", ["x", "é" * TOKEN_LENGTH, "%00" * TOKEN_LENGTH, "A" * TOKEN_LENGTH, "=" * 44]
    )
    def test_nonsense_opens_nothing(self, estate: Estate, token: str) -> None:
        assert Client().get(f"/r/{token}").status_code == 404

    def test_it_ends_after_a_year(self, estate: Estate, rent: Payment) -> None:
        estate.clock.forward(hours=timedelta(days=365).total_seconds() / 3600 - 1)
        assert Client().get(path_of(rent)).status_code == 200

        estate.clock.forward(hours=1)
        assert Client().get(path_of(rent)).status_code == 404

    def test_it_dies_when_the_payment_turns_out_to_be_anothers(
        self, estate: Estate, rent: Payment
    ) -> None:
        old = path_of(rent)
        estate.take_back(rent)
        assert Client().get(old).status_code == 404

        estate.give(rent, estate.court)
        rent.refresh_from_db()
        assert Client().get(old).status_code == 404
        assert Client().get(path_of(rent)).status_code == 200

    def test_an_old_key_still_opens_and_a_forgotten_one_does_not(
        self, rent: Payment, settings: object
    ) -> None:
        path = path_of(rent)
        old = settings.SECRET_KEY  # type: ignore[attr-defined]
        settings.SECRET_KEY = "another-key"  # type: ignore[attr-defined]

        assert Client().get(path).status_code == 404
        settings.SECRET_KEY_FALLBACKS = [old]  # type: ignore[attr-defined]
        assert Client().get(path).status_code == 200
