"""Find one in any spelling, walk the list by keys, look into a row, keep a view, come back."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.models import Step
from tests.browser.scene import Scene
from tests.wire import MovedClock

OpenDesk = Callable[..., Page]
THE_DESK = "/admin/disbursement-retries/"
AT = "#result_list tr.pv-at th"


@pytest.fixture
def three(pay: Any, moved: MovedClock) -> None:
    """Newest first in the list: C, B, A."""
    for number, letter in enumerate("ABC"):
        pay(f"0000{number}", reference=f"ROW-{letter}", payee_name=f"Amina Example {letter}")
        moved.forward(seconds=1)


class TestFinding:
    def test_a_phone_in_any_spelling_opens_its_only_payout(
        self, open_desk: OpenDesk, three: None
    ) -> None:
        page = open_desk()

        for typed in ("0700100001", "+254 700 100 001", "700100001"):
            page.goto(THE_DESK)
            page.keyboard.press("/")
            page.keyboard.type(typed)
            page.keyboard.press("Enter")
            expect(page.locator(".pv-headline")).to_contain_text("Amina Example B")

    def test_a_view_keeps_its_filters(self, open_desk: OpenDesk, three: None) -> None:
        page = open_desk()
        page.goto(f"{THE_DESK}?status=failed&when=any")
        page.get_by_role("link", name="Save this view…").click()
        page.get_by_label("Name").fill("Mine that failed")
        page.get_by_role("button", name="Save the view").click()
        expect(page.get_by_role("link", name="Mine that failed")).to_be_visible()

        page.goto(THE_DESK)
        page.get_by_role("link", name="Mine that failed").click()

        expect(page.locator(".pv-chip").filter(has_text="Failed")).to_be_visible()
        expect(page.locator("#result_list")).to_have_count(0)

    def test_back_returns_to_the_same_filter_and_row(
        self, open_desk: OpenDesk, three: None
    ) -> None:
        page = open_desk()
        listed = f"{THE_DESK}?status=queued&when=any"
        page.goto(listed)
        page.locator("#result_list").get_by_role("link", name="ROW-B").click()

        page.locator(".pv-back a").click()

        page.wait_for_url(f"**{listed}")
        expect(page.locator(AT)).to_contain_text("ROW-B")

    def test_a_whole_phone_is_shown_on_request_and_the_trail_keeps_it(
        self, open_desk: OpenDesk, three: None
    ) -> None:
        page = open_desk("operator.example", role="Operator")
        page.goto(f"{THE_DESK}?q=ROW-B")
        expect(page.get_by_text("+254 700 ••• 001")).to_be_visible()

        page.get_by_role("button", name="Show the phone").click()

        expect(page.get_by_text("+254 700 100 001").first).to_be_visible()
        assert Step.objects.filter(because="phone shown", actor="operator.example").count() == 1


class TestKeys:
    def test_rows_are_walked_ticked_and_opened(self, open_desk: OpenDesk, three: None) -> None:
        page = open_desk()
        page.goto(THE_DESK)

        page.keyboard.press("j")
        expect(page.locator(AT)).to_contain_text("ROW-C")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        expect(page.locator(AT)).to_contain_text("ROW-B")
        page.keyboard.press("x")
        expect(page.locator("#result_list input.action-select:checked")).to_have_count(1)
        page.keyboard.press("Enter")

        expect(page.locator(".pv-headline")).to_contain_text("Amina Example B")

    def test_the_list_of_keys_opens_and_closes(self, open_desk: OpenDesk, three: None) -> None:
        page = open_desk()
        page.goto(THE_DESK)

        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        page.keyboard.press("Escape")

        expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()

    def test_none_fires_while_somebody_types(self, open_desk: OpenDesk, three: None) -> None:
        page = open_desk()
        page.goto(THE_DESK)

        page.keyboard.press("/")
        page.keyboard.type("jxk?a/")

        expect(page.locator("#searchbar")).to_have_value("jxk?a/")
        expect(page.locator(AT)).to_have_count(0)
        expect(page.locator("#pv-keys")).to_be_hidden()
        expect(page.locator("#result_list input.action-select:checked")).to_have_count(0)

    def test_attempts_open_below_the_row_and_escape_closes_them(
        self, open_desk: OpenDesk, scene: Scene
    ) -> None:
        scene.morning()
        page = open_desk()
        listed = f"{THE_DESK}?status=failed&when=any"
        page.goto(listed)

        page.keyboard.press("j")
        page.keyboard.press("a")
        expect(page.locator("tr.pv-below")).to_contain_text("2040")
        assert page.url.endswith(listed)
        page.keyboard.press("Escape")

        expect(page.locator("tr.pv-below")).to_have_count(0)
