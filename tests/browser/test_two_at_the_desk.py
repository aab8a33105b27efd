"""What happens while the page is open: other people, the provider, a finger that clicks twice."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.callers import Caller
from disbursements.admin import desk
from disbursements.models import BulkRun, DisbursementRequest
from disbursements.operations import bulk
from tests.browser.scene import Scene
from tests.wire import MovedClock

OpenDesk = Callable[..., Page]
THE_DESK = "/admin/disbursement-retries/"
LIST = "admin:disbursements_disbursementrequest"
EVIDENCE = "Statement of 20 November, page 4: no such payment"
REASON = "The payee was entered twice"
REFRESH = "document.dispatchEvent(new Event('visibilitychange'))"


class TestWhatIsSeen:
    def test_figures_and_rows_follow_without_a_reload(
        self, open_desk: OpenDesk, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(desk, "REFRESH_S", 3_600)  # not by itself, but when it is seen again
        scene.pay("00001", reference="SOON", payee_name="Amina Example")
        page = open_desk()
        page.goto(THE_DESK)
        page.evaluate("window.stillHere = true")
        successful = page.locator("a.pv-tile").filter(has_text="Successful").first
        expect(successful.locator(".pv-tile__figure")).to_have_text("0")

        scene.pass_by(minutes=1)
        page.evaluate(REFRESH)

        expect(successful.locator(".pv-tile__figure")).to_have_text("1")
        expect(page.locator("#result_list td.field-state")).to_contain_text("Completed")
        assert page.evaluate("window.stillHere")


class TestTwoPersons:
    def test_one_proposes_how_an_unknown_ended_and_only_another_approves(
        self, open_desk: OpenDesk, scene: Scene
    ) -> None:
        scene.morning()
        row = scene.row("UNKNOWN")
        operator = open_desk("operator.example", role="Operator")
        operator.goto(reverse(f"{LIST}_change", args=[row.pk]))
        operator.get_by_role("link", name="Settle with evidence").click()
        operator.get_by_label("How did it end?").select_option("not_paid")
        operator.get_by_label("Evidence").fill(EVIDENCE)
        operator.get_by_label("Reason").fill("The payee has called three times")
        operator.get_by_role("button", name="Propose it to a second person").click()
        operator.wait_for_url("**/settlement/**")
        expect(operator.get_by_role("link", name="Approve")).to_have_count(0)
        proposed = operator.url
        refused = operator.goto(proposed.replace("/change/", "/approve/"))

        approver = open_desk("approver.example", role="Approver")
        approver.goto(proposed)
        approver.get_by_role("link", name="Approve").click()
        approver.get_by_label("Reason").fill("I looked the statement up myself")
        approver.get_by_role("button", name="Approve: not paid").click()

        expect(approver.get_by_text("Approved: settled as not paid.")).to_be_visible()
        assert refused is not None
        assert refused.status == 403
        assert scene.row("UNKNOWN").status == "failed"


class TestRuns:
    def test_a_run_is_stopped_and_the_rest_stays(
        self, open_desk: OpenDesk, pay: Any, moved: MovedClock
    ) -> None:
        rows = [pay(f"0000{number}") for number in range(3)]
        caller = Caller(actor="operator", origin="test", partners=None, permissions=None)
        run = bulk.start(
            verb="cancel", reason=REASON, caller=caller, at=moved(), ids=[row.pk for row in rows]
        )
        page = open_desk()
        page.goto(reverse("admin:disbursements_bulkrun_change", args=[run.pk]))

        page.get_by_role("link", name="Stop").click()
        page.get_by_label("Reason").fill("They are wanted after all")
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".pv-headline")).to_contain_text("Stopped")

        bulk.work(run_id=run.pk)
        assert set(DisbursementRequest.objects.values_list("status", flat=True)) == {"queued"}

    def test_a_double_click_is_one_run(self, open_desk: OpenDesk, pay: Any) -> None:
        row = pay("00001")
        page = open_desk()
        page.goto(reverse(f"{LIST}_cancel", args=[row.pk]))
        page.get_by_label("Reason").fill(REASON)

        page.get_by_role("button", name="Cancel 1 payout — KES 1,250.00").dblclick()

        expect(page.get_by_text("1 cancelled. No money moved.")).to_be_visible()
        assert BulkRun.objects.count() == 1
