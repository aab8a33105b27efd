"""What people do at the desk, in a browser: typed text survives, progress shows by itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.callers import Caller
from disbursements.models import BulkRun, DisbursementRequest
from disbursements.operations import bulk
from tests.browser.conftest import PASSWORD, PHONE, scrolls_sideways, serious_faults
from tests.wire import MovedClock

LIST = "admin:disbursements_disbursementrequest"
REASON = "The payees were entered twice"
OPERATOR = Caller(actor="operator", origin="test", partners=None, permissions=None)
OpenDesk = Callable[..., Page]


@pytest.fixture
def queued(pay: Any) -> list[DisbursementRequest]:
    return [pay(f"0000{number}", payee_name="Amina Example") for number in (1, 2, 3)]


class TestConfirming:
    def test_ticked_rows_are_cancelled_with_a_reason(
        self, open_desk: OpenDesk, queued: list[DisbursementRequest]
    ) -> None:
        page = open_desk()
        page.goto(reverse(f"{LIST}_changelist"))
        for box in page.locator("input.action-select").all():
            box.check()
        page.locator("select[name=action]").select_option("cancel_selected")
        page.get_by_role("button", name="Run").click()

        page.get_by_label("Reason").fill(REASON)
        page.get_by_role("button", name="Cancel 3 payouts — KES 3,750.00").click()

        expect(page.get_by_text("3 cancelled. No money moved.")).to_be_visible()
        assert set(DisbursementRequest.objects.values_list("status", flat=True)) == {"cancelled"}

    def test_more_than_a_page_is_chosen_by_its_filter_and_back_keeps_the_place(
        self, open_desk: OpenDesk, pay: Any
    ) -> None:
        for number in range(53):
            pay(f"000{number:02}")
        listed = f"{reverse(f'{LIST}_changelist')}?status=queued"
        page = open_desk()
        page.goto(listed)
        page.locator("#action-toggle").check()
        page.get_by_role("link", name="Select all 53 payouts").click()
        page.locator("select[name=action]").select_option("cancel_selected")
        page.get_by_role("button", name="Run").click()

        expect(page.get_by_text("status queued")).to_be_visible()
        expect(
            page.get_by_role("button", name="Cancel 53 payouts — KES 66,250.00")
        ).to_be_visible()
        assert "ids" not in page.url
        page.get_by_role("link", name="Back, change nothing").click()
        page.wait_for_url(f"**{listed}")

    def test_a_typed_reason_survives_the_end_of_the_session(
        self, open_desk: OpenDesk, queued: list[DisbursementRequest]
    ) -> None:
        page = open_desk()
        page.goto(reverse(f"{LIST}_cancel", args=[queued[0].pk]))
        page.get_by_label("Reason").press_sequentially(REASON)
        Session.objects.all().delete()
        page.get_by_role("button", name="Cancel 1 payout").click()

        page.get_by_label("Username").fill("wanjiku.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()

        expect(page.get_by_label("Reason")).to_have_value(REASON)
        page.get_by_role("button", name="Cancel 1 payout").click()
        expect(page.get_by_text("1 cancelled. No money moved.")).to_be_visible()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("viewport", [None, PHONE])
    def test_the_pages_are_for_everyone(
        self, open_desk: OpenDesk, queued: list[DisbursementRequest], moved: MovedClock,
        scheme: str, viewport: Any,
    ) -> None:  # fmt: skip
        run = begun(queued, moved)
        bulk.work(run_id=run.pk)
        options = {"viewport": viewport} if viewport else {}
        page = open_desk(color_scheme=scheme, **options)

        for address in (
            f"{reverse(f'{LIST}_change_limit')}?all=yes&status=queued,cancelled",
            reverse(f"{LIST}_retry", args=[queued[0].pk]),
            reverse("admin:disbursements_bulkrun_change", args=[run.pk]),
            reverse("admin:disbursements_bulkrun_changelist"),
        ):
            page.goto(address)
            assert serious_faults(page) == []
            assert not scrolls_sideways(page)


class TestProgress:
    def test_the_figures_follow_the_work_without_a_reload(
        self, open_desk: OpenDesk, queued: list[DisbursementRequest], moved: MovedClock
    ) -> None:
        run = begun(queued, moved)
        page = open_desk()
        page.goto(reverse("admin:disbursements_bulkrun_change", args=[run.pk]))
        bar = page.get_by_role("progressbar")
        expect(bar).to_have_attribute("aria-valuenow", "0")

        bulk.work(run_id=run.pk)

        expect(bar).to_have_attribute("aria-valuenow", "3")
        expect(page.get_by_text("It has ended.")).to_be_visible()


def begun(rows: list[DisbursementRequest], moved: MovedClock) -> BulkRun:
    """A run that cancels these, nothing of it done yet."""
    return bulk.start(
        verb="cancel", reason=REASON, caller=OPERATOR, at=moved(), ids=[row.pk for row in rows]
    )
