"""Loans at the desk: what is held, what is paid and not booked, two persons, every page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from loans.models import (
    LoanBooking,
    LoanProductAutoDisbursalConfig,
    LoanProposal,
    LoanSyncRun,
    LoanTracking,
    MifosConnection,
)
from tests.browser.conftest import DESK, PHONE, faults_in_every_look
from tests.browser.pages import tables
from tests.lending import (
    a_connection,
    a_product,
    a_tenant,
    an_approved_loan,
    loan_of,
    script,
    sync,
    tell,
)
from tests.loans.admin.scene import Lent, lent, row
from tests.wire import Wire
from vault.models import Partner, Shortcode

OpenDesk = Callable[..., Page]
REASON = "The branch manager has confirmed it"
MENDED = "The holiday was taken out in Mifos X"
SECOND = {
    "light": {"viewport": DESK, "color_scheme": "light"},
    "phone": {"viewport": PHONE, "color_scheme": "dark", "has_touch": True},
}
LOANS = "admin:loans_loantracking_changelist"


class TestADayOfLoans:
    @pytest.mark.parametrize("look", SECOND)
    def test_all_of_it(
        self, look: str, open_desk: OpenDesk, wire: Wire, a_partner: Partner,
        a_shortcode: Shortcode,
    ) -> None:  # fmt: skip
        changed, unbooked = two_loans(wire, a_partner)
        page = open_desk("operator.example", **SECOND[look])

        released(page, changed)
        synced(page)
        wire.run(also=["loans"])
        booked_again(page, unbooked)
        wire.run(also=["loans"])
        read_on_its_page(page, loan_of(a_partner, changed))
        found_by_number(page, unbooked)

        assert set(LoanBooking.objects.values_list("status", flat=True)) == {"booked"}


def two_loans(wire: Wire, partner: Partner) -> tuple[int, int]:
    """One whose amount was changed in Mifos X before it was paid, one that is not booked."""
    tenant = a_tenant(wire)
    a_connection(partner, tenant)
    a_product(partner)
    unbooked = an_approved_loan(wire, tenant, 7002, phone="0700 100 002")
    script(wire, tenant, "book_403_rule", loan_id=unbooked)
    sync(wire, partner)
    wire.run(also=["loans"])
    changed = an_approved_loan(wire, tenant, 7001)
    sync(wire, partner, "fetch")
    tell(wire, tenant, "change-loan", loanId=changed, net="4500", gross="5000")
    sync(wire, partner)
    return changed, unbooked


def in_the_list(page: Page, number: int) -> Locator:
    """The row's link: its number above, the partner below."""
    return page.locator("#result_list").get_by_role("link", name=re.compile(f"^{number}"))


def released(page: Page, number: int) -> None:
    """From the home page to the loan, its difference read, accepted with a reason."""
    page.goto("/admin/")
    page.get_by_role("link", name="Loans held").click()
    in_the_list(page, number).click()
    changes = page.get_by_role("region", name="What changed in Mifos X")
    expect(changes).to_contain_text("KES 9,500.00")
    expect(changes.locator("mark").first).to_have_text("KES 4,500.00")
    page.get_by_role("link", name="Release…").click()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Release KES 4,500.00").click()
    expect(page.get_by_text("The loan is released")).to_be_visible()
    expect(page.locator(".pv-headline")).to_contain_text("Pending disbursement")


def synced(page: Page) -> None:
    """At once, and what it did in words."""
    page.goto(reverse(LOANS))
    page.get_by_role("link", name="Sync now…").click()
    page.get_by_label("What", exact=True).select_option("Fetch, pay and book")
    page.get_by_label("Reason").fill("The client waits at the branch")
    page.get_by_role("button", name="Sync now").click()
    expect(page.locator(".pv-headline")).to_contain_text("1 handed over to be paid")


def booked_again(page: Page, number: int) -> None:
    """From the queue on the home page, once the cause is put right."""
    page.goto("/admin/")
    page.get_by_role("link", name="Paid, not booked").click()
    in_the_list(page, number).click()
    page.get_by_role("link", name="Book again…").click()
    page.get_by_label("Reason").fill(MENDED)
    page.get_by_role("button", name="Book KES 10,000.00 in Mifos X").click()
    expect(page.get_by_text("It is booked again within minutes")).to_be_visible()


def read_on_its_page(page: Page, loan: LoanTracking) -> None:
    """Booked = to the client + charges; both sides in one timeline."""
    page.goto(reverse("admin:loans_loantracking_change", args=[loan.pk]))
    card = page.locator("#loan-card")
    expect(card).to_contain_text("KES 5,000.00")
    expect(card).to_contain_text("KES 4,500.00")
    expect(card).to_contain_text("KES 500.00")
    expect(card).to_contain_text("Booked")
    expect(page.locator(".pv-lane--1").first).to_be_visible()
    expect(page.locator(".pv-lane--2").first).to_be_visible()


def found_by_number(page: Page, number: int) -> None:
    """Its number in Mifos X, typed where one searches, opens it."""
    page.goto(reverse(LOANS))
    page.locator("#searchbar").fill(str(number))
    page.locator("#searchbar").press("Enter")
    expect(page.locator(".pv-headline")).to_contain_text(f"Loan {number} of")


class TestTwoPersons:
    def test_what_one_proposes_another_approves(
        self, open_desk: OpenDesk, scene_of_loans: Lent
    ) -> None:
        scene_of_loans.morning()
        first = open_desk("first.example")
        second = open_desk("second.example")

        first.goto(reverse("admin:loans_loantracking_change", args=[row(107).pk]))
        first.get_by_role("link", name="Propose to give it up…").click()
        first.get_by_label("Reason").fill(REASON)
        first.get_by_role("button", name="Propose it to a second person").click()
        expect(first.get_by_text("You proposed this")).to_be_visible()
        expect(first.get_by_role("link", name="Approve…")).to_have_count(0)
        second.goto("/admin/")
        second.get_by_role("link", name="Loans waiting for my approval").click()
        in_the_list(second, 107).click()
        second.get_by_role("link", name="Approve…").click()
        second.get_by_label("Reason").fill("Booked in Mifos X by hand, I saw it")
        second.get_by_role("button", name="Approve: give the booking up").click()
        expect(second.locator(".pv-headline")).to_contain_text("Given up")

        assert LoanProposal.objects.get().decided_by == "second.example"


@pytest.fixture
def scene_of_loans(wire: Wire, a_partner: Partner, a_shortcode: Shortcode) -> Lent:
    return lent(wire, a_partner)


class TestEveryPageOfLoans:
    def test_no_look_of_it_has_a_serious_fault(
        self, open_desk: OpenDesk, scene_of_loans: Lent
    ) -> None:
        every = addresses(scene_of_loans)
        page = open_desk()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))

        for path in every:
            page.goto(path)
            wrong += faults_in_every_look(page, path)

        assert not wrong, "\n".join(wrong)


def addresses(scene: Lent) -> list[str]:
    """Every page of loans, with something to see on each."""
    scene.morning()
    scene.run()
    scene.proposal(by="somebody.else")
    unbooked: Any = LoanBooking.objects.get(loan__loan_id=107)
    undone: Any = LoanBooking.objects.get(loan__loan_id=109)
    payout = row(106).disbursement_id
    loans = {
        "change": (102, 103, 105, 106, 107, 109, 110), "release": (102,), "hold": (101,),
        "recheck": (101,), "retry-payment": (105,),
    }  # fmt: skip
    return [
        "/admin/",
        f"{reverse(LOANS)}?status=held&amount_from=1",
        f"{reverse(LOANS)}?status=failed&held=changed",
        *(
            reverse(f"admin:loans_loantracking_{verb}", args=[row(number).pk])
            for verb, numbers in loans.items()
            for number in numbers
        ),
        reverse("admin:disbursements_disbursementrequest_change", args=[payout]),
        f"{reverse('admin:loans_loanbooking_changelist')}?status=not_booked",
        reverse("admin:loans_loanbooking_change", args=[unbooked.pk]),
        reverse("admin:loans_loanbooking_book-again", args=[unbooked.pk]),
        reverse("admin:loans_loanbooking_pay-again", args=[undone.pk]),
        *tables(
            LoanTracking, LoanBooking, LoanProposal, LoanSyncRun, MifosConnection,
            LoanProductAutoDisbursalConfig,
        ),
    ]  # fmt: skip
