"""Payout jobs in a browser: a settlement with a mistake, a retry, money back by two persons."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from disbursements import jobs
from disbursements.models import PayoutJob, TransferReversal
from tests.browser.conftest import DESK, PHONE, scrolls_sideways, serious_faults
from tests.paid_out import paid_out, row_of
from tests.winners import a_stripe_account
from tests.wire import Wire
from vault.models import Partner

OpenDesk = Callable[..., Page]
JOBS = "/admin/disbursements/payoutjob/"
REASON = "Float was topped up at 14:30"
WRONG = "user_id,amount\nuser-1,50.00\nuser-1,30.00\nuser-3,-4\n"
MENDED = "user_id,amount\nuser-1,50.00\nuser-2,30.00\nuser-3,4\n"
LOOKS = {
    "light": {"viewport": DESK, "color_scheme": "light"},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light"},
}


def written(page: Page, winners: str) -> None:
    """A settlement, typed and pasted."""
    page.get_by_label("Partner").select_option(label="Umoja Example Ltd")
    page.get_by_label("Settlement", exact=True).fill("SET-1")
    page.get_by_label("Contest").fill("cup-1")
    page.get_by_label("Currency").fill("USD")
    page.get_by_label("Prize pool").fill("100")
    page.get_by_label("Winners, one in a line").fill(winners)
    page.get_by_role("button", name="Preview").click()


def searched(page: Page, address: str, text: str) -> None:
    """By the key that leads to the search box of a list; what comes of it is still on its way."""
    page.goto(address)
    page.keyboard.press("/")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def faults(page: Page) -> list[str]:
    """What is wrong with the page that is open."""
    found = serious_faults(page)
    return [*found, "it scrolls sideways"] if scrolls_sideways(page) else found


class TestASettlement:
    @pytest.mark.parametrize("look", LOOKS)
    def test_a_mistake_is_named_mended_and_confirmed(
        self, look: str, open_desk: OpenDesk, a_partner: Partner, wire: Wire
    ) -> None:
        a_stripe_account(a_partner)
        page = open_desk(**LOOKS[look])
        page.goto(JOBS)
        page.get_by_role("link", name="Upload a settlement").click()
        written(page, WRONG)
        told = page.locator("#what-is-wrong-with-the-winners")
        expect(told).to_contain_text("stands in line 2 already")
        expect(told).to_contain_text("is less than 0")
        wrong = faults(page)
        page.get_by_label("Winners, one in a line").fill(MENDED)
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_text("Step 2 of 2")).to_be_visible()
        wrong += faults(page)
        assert not PayoutJob.objects.exists()

        page.get_by_label("Reason").fill("The cup has ended, all is checked")
        page.get_by_role("button", name="Pay out 3 winners, USD 84.00").dblclick()

        expect(page.get_by_text("3 winners queued, USD 84.00.")).to_be_visible()
        expect(page.get_by_role("progressbar")).to_be_visible()
        wrong += faults(page)
        assert PayoutJob.objects.get().total_minor == 8_400
        assert not wrong, "\n".join(wrong)

    def test_what_was_typed_outlives_the_session(
        self, open_desk: OpenDesk, a_partner: Partner, wire: Wire
    ) -> None:
        a_stripe_account(a_partner)
        page = open_desk()
        page.goto(f"{JOBS}upload/")
        page.get_by_label("Winners, one in a line").fill(MENDED)
        page.context.clear_cookies()

        page.goto(f"{JOBS}upload/")
        page.get_by_label("Username").fill("wanjiku.example")
        page.get_by_label("Password").fill("a long enough word")
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/upload/")

        expect(page.get_by_label("Winners, one in a line")).to_have_value(MENDED)


class TestAJob:
    def test_one_winner_is_ticked_and_retried(
        self, open_desk: OpenDesk, a_partner: Partner, wire: Wire
    ) -> None:
        job = paid_out(wire, a_partner)
        page = open_desk("operator.example", role="Administrator")
        page.goto(reverse("admin:disbursements_payoutjob_change", args=[job.pk]))
        row = page.locator("#result_list tbody tr").filter(has_text="FAILED")

        row.locator("input.action-select").check()
        page.locator("select[name=action]").select_option("force_winners")
        page.get_by_role("button", name="Run").click()
        expect(page.get_by_role("heading", name="winners of SET-2026-11-21")).to_be_visible()
        page.get_by_label("Reason").fill(REASON)
        page.get_by_role("button", name="Force 1 payout — USD 20.00").click()

        expect(page.get_by_text("1 queued")).to_be_visible()
        assert row_of("FAILED").status == "retrying"
        assert row_of("UNKNOWN").status == "unknown"

    def test_its_figures_lead_to_the_winners_behind_them(
        self, open_desk: OpenDesk, a_partner: Partner, wire: Wire
    ) -> None:
        job = paid_out(wire, a_partner)
        page = open_desk()
        page.goto(reverse("admin:disbursements_payoutjob_change", args=[job.pk]))

        page.locator(".pv-job__table").get_by_role("link", name="1").last.click()

        expect(page.locator("#result_list tbody tr")).to_have_count(1)
        expect(page.locator("#result_list")).to_contain_text("FAILED")
        expect(page.locator(".pv-chips")).to_contain_text("State: Not paid")

    def test_a_user_is_found_from_anywhere(
        self, open_desk: OpenDesk, a_partner: Partner, wire: Wire
    ) -> None:
        paid_out(wire, a_partner)
        page = open_desk()

        searched(page, JOBS, "acct_INACTIVE")
        expect(page.locator(".pv-headline")).to_contain_text("SET-2026-11-21")
        searched(page, "/admin/disbursement-retries/", "INACTIVE")
        expect(page.locator(".pv-headline")).to_contain_text("acct_INACTIVE")


class TestMoneyBack:
    def test_one_proposes_it_and_only_another_approves(
        self, open_desk: OpenDesk, a_partner: Partner, wire: Wire
    ) -> None:
        paid_out(wire, a_partner)
        operator = open_desk("operator.example", role="Operator")
        payout = reverse(
            "admin:disbursements_disbursementrequest_change", args=[row_of("PAID").pk]
        )
        operator.goto(payout)
        operator.get_by_role("link", name="Take it back").click()
        operator.get_by_label("Amount to take back").fill("12.50")
        operator.get_by_label("Reason").fill("Paid to the wrong user, who agreed")
        operator.get_by_role("button", name="Propose it to a second person").click()
        operator.wait_for_url("**/transferreversal/**")
        expect(operator.get_by_role("link", name="Approve")).to_have_count(0)
        refused = operator.goto(operator.url.replace("/change/", "/approve/"))

        approver = open_desk("approver.example", role="Approver")
        approver.get_by_role("link", name="Reversals waiting for my approval").click()
        approver.locator("#result_list tbody th a").first.click()
        approver.get_by_role("link", name="Approve").click()
        approver.get_by_label("Reason").fill("I looked the payout up myself")
        approver.get_by_role("button", name="Approve: take USD 12.50 back").click()
        expect(approver.get_by_text("Approved. Stripe is asked within a minute")).to_be_visible()
        jobs.reversals()
        approver.reload()
        expect(approver.locator(".pv-headline")).to_contain_text("Done")

        assert refused is not None
        assert refused.status == 403
        reversal = TransferReversal.objects.get()
        assert (reversal.proposed_by, reversal.decided_by) == (
            "operator.example", "approver.example",
        )  # fmt: skip
        assert row_of("PAID").returned_minor == 1_250
