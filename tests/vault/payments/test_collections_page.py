"""The desk sees what is registered and how far Pull has come."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.money_in import make_collection
from tests.staff import at_the_desk
from tests.vault.payments.conftest import PHONE_1
from tests.wire import START
from vault.models import Collection, Shortcode

LIST = "admin:vault_collection_changelist"


@pytest.fixture
def desk(paybill: Shortcode) -> Client:
    return at_the_desk("vault.view_collection")


class TestThePage:
    @pytest.mark.parametrize(
        ("hours", "said"), [(1, "Up to date"), (25, "Behind"), (37, "Far behind")]
    )
    def test_it_says_how_far_behind_pull_is(
        self, desk: Client, paybill: Shortcode, hours: int, said: str
    ) -> None:
        row = make_collection(
            paybill, pull_registered_at=START - timedelta(days=9),
            pulled_until=START - timedelta(hours=hours), pull_problem="Unreachable: nobody",
        )  # fmt: skip

        listed = desk.get(reverse(LIST)).content.decode()
        shown = desk.get(reverse("admin:vault_collection_change", args=[row.pk])).content.decode()

        assert said in listed
        assert said in shown
        assert "Unreachable: nobody" in shown

    def test_the_nominated_line_is_masked(self, desk: Client, paybill: Shortcode) -> None:
        row = make_collection(paybill, nominated_msisdn=PHONE_1)

        shown = desk.get(reverse("admin:vault_collection_change", args=[row.pk])).content.decode()

        assert PHONE_1[-7:] not in shown.replace(" ", "")
        assert "Not pulled" in shown

    def test_nobody_sees_it_without_the_permission(self, paybill: Shortcode) -> None:
        make_collection(paybill)

        answer = at_the_desk("vault.view_payment").get(reverse(LIST))

        assert answer.status_code == 403
        assert Collection.objects.count() == 1
