"""A partner's Mifos X and its loan products at the desk."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gateways import registry
from gateways.memory import MemoryLoans, memory_loan_book, memory_loan_desk
from loans.models import LoanProductAutoDisbursalConfig, MifosConnection
from tests.people import a_person
from tests.rents.a_street import text_of
from tests.staff import REASON, at_the_desk, superuser
from tests.wire import MovedClock
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner

CONFIRMED = {"confirmed": "yes", "reason": REASON}
TYPED = {
    **CONFIRMED, "host": "https://mifos.test", "tenant": "umoja", "username": "vault",
    "shortcode": "", "payment_type_name": "M-Pesa", "office_name": "",
    "time_zone": "Africa/Nairobi", "version_override": "", "ca_bundle": "",
    "requests_per_minute": "120", "password": "",
}  # fmt: skip
LIMITS = {
    **CONFIRMED, "product_name": "Business loan", "enabled": "yes", "auto_approve": "no",
    "minimum": "1,000", "maximum": "50,000", "daily_count_max": "", "daily_amount": "",
}  # fmt: skip


@pytest.fixture
def desk(engine_db: None) -> Client:
    return superuser()


@pytest.fixture
def server() -> Iterator[MemoryLoans]:
    loans = MemoryLoans()
    with registry.use_loan_book(memory_loan_book(loans), memory_loan_desk(loans)):
        yield loans


def page(verb: str, row: Any = None, model: str = "mifosconnection") -> str:
    name = f"admin:loans_{model}_{verb}"
    return reverse(name, args=[row.pk] if row is not None else [])


class TestTheConnection:
    def test_it_is_set_up_at_the_desk(
        self, desk: Client, a_partner: Partner, a_shortcode: Shortcode
    ) -> None:
        typed = {**TYPED, "partner": str(a_partner.pk), "password": "only-for-tests"}

        answer = desk.post(page("new"), typed, follow=True)

        row = MifosConnection.objects.get()
        assert row.password() == "only-for-tests"
        assert "Test the connection next" in text_of(answer)
        assert "only-for-tests" not in answer.content.decode()

    def test_a_partner_has_one(self, desk: Client, mifos: MifosConnection) -> None:
        typed = {**TYPED, "partner": str(mifos.partner_id), "password": "another"}

        answer = desk.post(page("new"), typed)

        assert answer.status_code == 422
        assert "has a connection already" in text_of(answer)

    def test_a_wrong_field_is_said_and_nothing_typed_is_lost(
        self, desk: Client, a_partner: Partner
    ) -> None:
        typed = {**TYPED, "partner": str(a_partner.pk), "password": "x", "time_zone": "Nairobi"}

        answer = desk.post(page("new"), typed)

        assert answer.status_code == 422
        assert "Time zone of the tenant" in text_of(answer)
        assert "umoja" in answer.content.decode()
        assert not MifosConnection.objects.exists()

    def test_the_page_shows_how_it_stands_and_never_the_password(
        self, desk: Client, mifos: MifosConnection
    ) -> None:
        shown = desk.get(page("change", mifos))

        text = text_of(shown)
        assert "Not ready" in text
        assert "The address is not confirmed" in text
        assert "/callbacks/fineract/loan/" in text
        assert mifos.sealed_password not in shown.content.decode()

    def test_whoever_may_only_look_sees_no_button_and_no_secret_address(
        self, mifos: MifosConnection
    ) -> None:
        viewer = at_the_desk("loans.view_mifosconnection")

        text = text_of(viewer.get(page("change", mifos)))

        assert "https://mifos.test" in text
        assert "callbacks" not in text
        assert "Change…" not in text

    def test_a_change_keeps_the_password_that_is_there(
        self, desk: Client, mifos: MifosConnection
    ) -> None:
        asked = desk.get(page("edit", mifos))

        desk.post(page("edit", mifos), {**TYPED, "requests_per_minute": "30"})

        mifos.refresh_from_db()
        assert "only-for-tests" not in asked.content.decode()
        assert (mifos.requests_per_minute, mifos.password()) == (30, "only-for-tests")

    def test_another_partners_staff_find_nothing(
        self, mifos: MifosConnection, moved: MovedClock, client: Client
    ) -> None:
        other = add_partner(name="Upendo Example Ltd", actor="test", at=moved())
        names = ("view", "change", "confirm", "check")
        person = a_person(*(f"loans.{each}_mifosconnection" for each in names), partner=other)
        client.force_login(person)

        listed = client.get(page("changelist"))

        assert "mifos.test" not in listed.content.decode()
        for verb in ("edit", "confirm", "test"):
            assert client.post(page(verb, mifos), CONFIRMED).status_code == 404


class TestTwoPersons:
    def test_another_person_confirms_what_they_see(self, mifos: MifosConnection) -> None:
        second = superuser()
        asked = second.get(page("confirm", mifos))
        seen = asked.context_data["form"].initial["seen"]

        second.post(page("confirm", mifos), {**CONFIRMED, "seen": seen})

        mifos.refresh_from_db()
        assert "https://mifos.test" in text_of(asked)
        assert mifos.confirmed_by.startswith("person")

    def test_whoever_set_it_is_told_to_fetch_another(
        self, desk: Client, a_partner: Partner, a_shortcode: Shortcode
    ) -> None:
        typed = {**TYPED, "partner": str(a_partner.pk), "password": "only-for-tests"}
        desk.post(page("new"), typed)
        row = MifosConnection.objects.get()

        answer = desk.post(page("confirm", row), {**CONFIRMED, "seen": "x"})

        row.refresh_from_db()
        assert "another person must confirm it" in text_of(answer)
        assert row.confirmed_by == ""

    def test_the_permission_to_change_does_not_confirm(self, mifos: MifosConnection) -> None:
        changes = at_the_desk("loans.view_mifosconnection", "loans.change_mifosconnection")

        assert changes.get(page("confirm", mifos)).status_code == 403


class TestTheSwitch:
    def test_it_is_offered_when_nothing_is_missing(
        self, desk: Client, mifos: MifosConnection
    ) -> None:
        before = desk.get(page("switch_on", mifos)).status_code
        MifosConnection.objects.filter(pk=mifos.pk).update(
            is_mifos_configured=True, confirmed_by="baraka", confirmed_at=mifos.created_at
        )

        desk.post(page("switch_on", mifos), CONFIRMED)

        mifos.refresh_from_db()
        assert before == 404
        assert mifos.pays

    def test_it_is_switched_off_again(self, desk: Client, mifos: MifosConnection) -> None:
        MifosConnection.objects.filter(pk=mifos.pk).update(mifos_auto_disbursement_enabled=True)

        answer = desk.post(page("switch_off", mifos), CONFIRMED, follow=True)

        mifos.refresh_from_db()
        assert not mifos.mifos_auto_disbursement_enabled
        assert "is switched off" in text_of(answer)


class TestTheTest:
    def test_its_report_names_each_permission(
        self, desk: Client, mifos: MifosConnection, server: MemoryLoans
    ) -> None:
        server.permissions.discard("DISBURSE_LOAN")

        answer = desk.post(page("test", mifos), {"confirmed": "yes"}, follow=True)

        text = text_of(answer)
        assert "Missing: permission DISBURSE_LOAN" in text
        assert "In Mifos X, give DISBURSE_LOAN to a role of vault." in text

    def test_it_says_before_and_after_that_what_is_missing_stops_everything(
        self, desk: Client, mifos: MifosConnection, server: MemoryLoans
    ) -> None:
        server.permissions.discard("DISBURSE_LOAN")

        before = text_of(desk.get(page("test", mifos)))
        after = text_of(desk.post(page("test", mifos), {"confirmed": "yes"}, follow=True))

        assert "nothing is fetched, paid or booked until a test finds nothing missing" in before
        said = "Nothing is fetched, paid or booked there until a test finds nothing missing."
        assert after.count(said) >= 2

    def test_looking_at_the_page_asks_nothing(
        self, desk: Client, mifos: MifosConnection, server: MemoryLoans
    ) -> None:
        desk.get(page("test", mifos))

        assert server.calls == []

    def test_what_the_server_says_cannot_write_into_the_page(
        self, desk: Client, mifos: MifosConnection, server: MemoryLoans
    ) -> None:
        server.office, server.sees_all_offices = "<script>alert(1)</script>", False

        answer = desk.post(page("test", mifos), {"confirmed": "yes"}, follow=True)

        assert "<script>alert(1)" not in answer.content.decode()


class TestProducts:
    def test_one_is_added_and_changed(self, desk: Client, a_partner: Partner) -> None:
        model = "loanproductautodisbursalconfig"
        desk.post(
            page("new", model=model), {**LIMITS, "partner": str(a_partner.pk), "product_id": "7"}
        )
        row = LoanProductAutoDisbursalConfig.objects.get()

        answer = desk.post(
            page("edit", row, model=model), {**LIMITS, "daily_count_max": "20"}, follow=True
        )

        row.refresh_from_db()
        assert (row.min_amount_minor, row.daily_count_max) == (100_000, 20)
        assert "KES 1,000.00 to KES 50,000.00" in text_of(answer)
        assert "Business loan" in text_of(desk.get(page("changelist", model=model)))

    def test_more_than_mpesa_pays_is_refused(self, desk: Client, a_partner: Partner) -> None:
        model = "loanproductautodisbursalconfig"
        typed = {**LIMITS, "partner": str(a_partner.pk), "product_id": "7", "maximum": "300,000"}

        answer = desk.post(page("new", model=model), typed)

        assert answer.status_code == 422
        assert "At most: write 10 to 250,000 shillings" in text_of(answer)
