"""A day of one member of staff: find, look, retry, force, cancel, classify, take away."""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.scene import TEMPORARY, UNNAMED, Scene

OpenDesk = Callable[..., Page]
THE_DESK = "/admin/disbursement-retries/"
REASON = "Float was topped up at 14:30"
RETRIED, PAGES = 51, (1, 2)
LOOKS = {
    "light": {"viewport": DESK, "color_scheme": "light"},
    "phone": {"viewport": PHONE, "color_scheme": "dark", "has_touch": True},
}


class TestADay:
    @pytest.mark.parametrize("look", LOOKS)
    def test_all_of_it(self, look: str, open_desk: OpenDesk, scene: Scene) -> None:
        many = ["RETRYING"]
        for number in range(49):
            many.append(f"MANY-{number}")
            scene.pay(TEMPORARY, reference=many[-1])
        scene.pay(UNNAMED, reference="UNNAMED")
        scene.pay(TEMPORARY, reference="ONE", payee_name="Zawadi Example")
        scene.morning(paused=False)
        page = open_desk("operator.example", **LOOKS[look])

        found_by_phone(page, "+254 700 100002", reference="ACCEPTED")
        expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
        retried(page, "ONE")
        scene.work()
        fifty_retried(page)
        forced(page)
        scene.pay("00003", reference="LATEST", payee_name="Neema Example")
        cancelled(page, "LATEST")
        classified(page)
        scene.pass_by(minutes=1)
        left_as_shown(page)

        paid = {scene.row(reference).status for reference in [*many, "ONE"]}
        assert paid == {"completed"}
        assert scene.row("LATEST").status == "cancelled"
        assert scene.row("FAILED").attempts_made == 2


def found_by_phone(page: Page, typed: str, *, reference: str) -> None:
    """Into the search box, and the one hit opens."""
    page.goto(THE_DESK)
    page.locator("#searchbar").fill(typed)
    page.locator("#searchbar").press("Enter")
    expect(page.locator(".pv-headline")).to_contain_text(reference)


def opened(page: Page, reference: str) -> None:
    """Its page, by its reference."""
    page.goto(THE_DESK)
    page.locator("#searchbar").fill(reference)
    page.locator("#searchbar").press("Enter")
    expect(page.locator(".pv-headline")).to_contain_text(reference)


def retried(page: Page, reference: str) -> None:
    """One, from its page; the timeline tells of it."""
    opened(page, reference)
    page.get_by_role("link", name="Retry now").click()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Retry 1 payout — KES 1,250.00").click()
    expect(page.get_by_text("1 queued")).to_be_visible()
    opened(page, reference)
    expect(page.get_by_text(REASON)).to_be_visible()


def fifty_retried(page: Page) -> None:
    """All that wait for their next try, chosen in the list, told in figures before."""
    page.goto(f"{THE_DESK}?status=retrying&code=100000002&when=any")
    page.locator("#action-toggle, #select-all").first.check()
    page.locator("select[name=action]").select_option("retry_selected")
    page.get_by_role("button", name="Run").click()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Retry 50 payouts — KES 62,500.00").click()
    expect(page.get_by_text("50 queued")).to_be_visible()


def forced(page: Page) -> None:
    """What failed for good, once more."""
    opened(page, "FAILED")
    page.get_by_role("link", name="Force a retry").click()
    page.get_by_label("Reason").fill("The payee has registered meanwhile")
    page.get_by_role("button", name="Force 1 payout — KES 1,250.00").click()
    expect(page.get_by_text("1 queued")).to_be_visible()


def cancelled(page: Page, reference: str) -> None:
    """What was not sent yet."""
    opened(page, reference)
    page.get_by_role("link", name="Cancel").click()
    page.get_by_label("Reason").fill("The payee was entered twice")
    page.get_by_role("button", name="Cancel 1 payout — KES 1,250.00").click()
    expect(page.get_by_text("1 cancelled. No money moved.")).to_be_visible()


def classified(page: Page) -> None:
    """A code that no row names, from the list of codes."""
    page.goto("/admin/disbursements/resultcoderule/")
    page.get_by_role("link", name="Classify 7777").click()
    page.get_by_label("What happened", exact=True).fill("The payee's wallet is closed")
    page.get_by_label("What it proves").select_option("failed")
    page.get_by_label("What we do").select_option("never")
    page.get_by_label("Reason").fill("Safaricom's letter of 20 November")
    page.get_by_role("button", name="Add the code").click()
    expect(page.get_by_text("b2c 7777 is classified.")).to_be_visible()


def left_as_shown(page: Page) -> None:
    """The file holds the rows of the screen: as many, in their order, with their values."""
    shown: list[tuple[str, ...]] = []
    for number in PAGES:
        page.goto(f"{THE_DESK}?status=completed&retries=1%2B&when=any&p={number}")
        shown += [as_shown(row) for row in page.locator("#result_list tbody tr").all()]
    page.get_by_role("link", name="Export…").click()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Export ").click()
    with Path(downloading.value.path()).open(newline="", encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    assert len(shown) == RETRIED
    assert [as_written(line) for line in lines] == shown


def as_shown(row: Locator) -> tuple[str, ...]:
    """Reference, partner, amount and status of a row on the screen."""
    reference, partner = row.locator(".field-reference").inner_text().split("\n")
    cells = [row.locator(f".field-{name}").inner_text() for name in ("amount", "state")]
    return reference, partner, *cells


def as_written(line: dict[str, str]) -> tuple[str, ...]:
    """The same of a line of the file."""
    amount = f"{line['currency']} {Decimal(line['amount']):,.2f}"
    return line["reference"], line["partner"], amount, line["status"].capitalize()
