"""The work queues and the figures of loans on the home page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config import health_figures
from config.work_queues import Queue
from core.admin import shown
from loans.models import LoanTracking, MifosConnection
from tests.loans.admin.scene import Lent, lent
from tests.staff import at_the_desk, superuser
from tests.wire import Wire
from vault.models import Partner, Shortcode

HOME = "admin:index"
SEES = ("loans.view_loantracking", "loans.view_loanproposal")


@pytest.fixture
def loans(wire: Wire, a_partner: Partner, a_shortcode: Shortcode) -> Lent:
    return lent(wire, a_partner)


@pytest.fixture
def desk(engine_db: None) -> Client:
    return superuser()


def queues(person: Client) -> Mapping[str, Queue]:
    return {each.name: each for each in person.get(reverse(HOME)).context_data["queues"]}


def changed(**values: Any) -> None:
    MifosConnection.objects.update(**values)


class TestBookings:
    def test_after_an_hour_what_is_still_open_is_work(self, desk: Client, loans: Lent) -> None:
        loans.morning()
        early = queues(desk)
        loans.wire.clock.forward(minutes=61)

        late = queues(desk)["Booking in Mifos X > 1 h"]

        assert "Booking in Mifos X > 1 h" not in early
        assert (late.count, late.money) == (1, "KES 10,000.00")
        assert desk.get(late.url).context_data["cl"].result_count == late.count


class TestHeld:
    def test_an_approval_that_was_taken_back_is_nobodys_work(
        self, desk: Client, loans: Lent
    ) -> None:
        loans.morning()
        before = queues(desk)["Loans held"].count
        held = LoanTracking.objects.filter(status="held").order_by("pk")
        LoanTracking.objects.filter(pk=held.values("pk")[:1]).update(held_code="not_approved")

        after = queues(desk)["Loans held"]

        assert (before > 0, after.count) == (True, before - 1)
        assert desk.get(after.url).context_data["cl"].result_count == after.count


class TestProposals:
    def test_ones_own_wait_for_another_person(self, loans: Lent) -> None:
        loans.morning()
        person = at_the_desk(*SEES, "loans.approve_loanproposal")
        loans.proposal(by=person.get(reverse(HOME)).wsgi_request.user.get_username())

        found = queues(person)

        assert found["My proposals for loans"].count == 1
        assert found["Loans waiting for my approval"].count == 0
        listed = person.get(found["My proposals for loans"].url).context_data["cl"]
        assert listed.result_count == 1

    def test_those_of_others_are_not_mine(self, loans: Lent) -> None:
        loans.morning()
        loans.proposal(by="somebody.else")

        assert "My proposals for loans" not in queues(at_the_desk(*SEES))


class TestMifos:
    def test_an_address_that_nobody_confirmed(self, desk: Client, loans: Lent) -> None:
        before = queues(desk)
        changed(confirmed_by="", confirmed_at=None, mifos_auto_disbursement_enabled=False)

        found = queues(desk)["Mifos X addresses to confirm"]

        assert "Mifos X addresses to confirm" not in before
        assert (found.count, "second person" in found.text) == (1, True)
        assert desk.get(found.url).context_data["cl"].result_count == 1

    def test_switched_on_and_not_ready_is_trouble_until_it_is_tested(
        self, desk: Client, loans: Lent
    ) -> None:
        changed(is_mifos_configured=False, checked_at=None)

        found = queues(desk)["Mifos X in trouble"]
        changed(is_mifos_configured=True)

        assert found.count == 1
        assert f"{loans.partner}: It was not tested as it is set now." in found.text
        assert "Mifos X in trouble" not in queues(desk)

    def test_what_a_test_missed_is_named(self, desk: Client, loans: Lent) -> None:
        report = [{"what": "permission READ_LOAN", "ok": False, "text": "vault may not."}]
        changed(is_mifos_configured=False, check_report=report)

        assert "permission READ_LOAN" in queues(desk)["Mifos X in trouble"].text

    def test_switched_off_it_is_nobodys_work(self, desk: Client, loans: Lent) -> None:
        changed(is_mifos_configured=False, mifos_auto_disbursement_enabled=False)

        assert "Mifos X in trouble" not in queues(desk)


class TestHealth:
    def test_one_that_is_fetched_is_good(self, desk: Client, loans: Lent) -> None:
        changed(last_sync_at=loans.wire.clock())

        page = desk.get(reverse(HOME)).content.decode()

        assert (figure(loans).tone, figure(loans).value) == (shown.GOOD, "Pays")
        assert f"Mifos X of {loans.partner}" in page

    def test_fetched_more_than_an_hour_ago_is_bad(self, loans: Lent) -> None:
        changed(last_sync_at=loans.wire.clock())
        loans.wire.clock.forward(minutes=61)

        assert (figure(loans).is_bad, figure(loans).value) == (True, "Not fetched for long")

    def test_not_ready_is_bad(self, loans: Lent) -> None:
        changed(is_mifos_configured=False)

        assert (figure(loans).is_bad, figure(loans).value) == (True, "Not ready")

    def test_the_first_silence_is_to_be_looked_at_and_the_third_is_bad(self, loans: Lent) -> None:
        changed(trouble="It gave no answer.", failures=1)
        first = figure(loans)
        changed(failures=3)

        assert (first.tone, figure(loans).tone) == (shown.WARN, shown.BAD)
        assert "It gave no answer." in first.text

    def test_one_that_is_switched_off_has_no_figure(self, loans: Lent) -> None:
        changed(mifos_auto_disbursement_enabled=False)

        assert not [each for each in figures(loans.wire.clock()) if each.group == "Mifos X"]


def figure(loans: Lent) -> health_figures.Reading:
    [found] = [each for each in figures(loans.wire.clock()) if each.group == "Mifos X"]
    return found


def figures(at: datetime) -> list[health_figures.Reading]:
    return health_figures.readings(at=at)
