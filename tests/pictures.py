"""`python -m tests.pictures`: the pictures in docs/pictures, taken at the running demo.

Needs Chromium (Debian: `apt-get install chromium`), the packages that `python3 run.py test` puts
into .venv, and a demo whose tables `python3 run.py` has printed: from then on each number does
what docs/simulator.md says. The demo's own user uploads a few payees, retries and settles some,
so that every picture has something to show; the difference is that of TRY-5 in the README.
"""

import argparse
import json
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
THE_DESK = "/admin/disbursement-retries/"
PAYOUTS = "/admin/disbursements/disbursementrequest/"
PAYMENTS = "/admin/vault/payment/"
LIVE = "/admin/reconciliation/live/"
DIFFERENCES = "/admin/reconciliation/finding/"
CODES = "/admin/disbursements/resultcoderule/"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LARGE: ViewportSize = {"width": 1400, "height": 1000}
SMALL: ViewportSize = {"width": 390, "height": 844}
HEIGHT_MAX, MARGIN = 1_750, 24
BYTES_MAX = 300_000
TIMEOUT_MS = 20_000
LOOKS_MAX, LOOK_MS = 240, 500

PARTNER = "Highland Wages (demo)"
FAILS_TWICE, DAILY_LIMIT, TIMES_OUT = "99102", "99004", "99212"
NAMES = ("Amina", "Wafula", "Pendo", "Juma", "Neema", "Zawadi")
WAITING = 2 * len(NAMES)
PAYEES = [
    *((FAILS_TWICE, name) for name in NAMES + NAMES),
    *((DAILY_LIMIT, name) for name in ("Barasa", "Makena")),
    *((TIMES_OUT, name) for name in ("Otieno", "Wanjiku")),
]


@dataclass(frozen=True, kw_only=True)
class Album:
    """A browser that is logged in, and the folder that its pictures go to."""

    page: Page
    folder: Path

    def take(self, name: str, path: str = "", *, to: str = "") -> None:
        """The window as a picture, at `path` if one is given; or down to the end of part `to`."""
        if path:
            self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        window = self.page.viewport_size or LARGE
        if to:
            self.page.set_viewport_size({"width": window["width"], "height": HEIGHT_MAX})
            box = self.page.locator(to).last.bounding_box() or {"y": 0, "height": 0}
            height = min(int(box["y"] + box["height"]) + MARGIN, HEIGHT_MAX)
            tall = max(height, window["height"])
            self.page.set_viewport_size({"width": window["width"], "height": tall})
        self.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        file = self.folder / f"{name}.png"
        self.page.screenshot(path=file)
        self.page.set_viewport_size(window)
        if file.stat().st_size > BYTES_MAX:
            sys.exit(f"{file} has {file.stat().st_size:,} bytes, more than {BYTES_MAX:,}")
        sys.stdout.write(f"{file.name}: {file.stat().st_size:,} bytes\n")

    def wait_for(self, path: str, *, count: int) -> None:
        """Look at a list again and again until it holds so many rows."""
        for _ in range(LOOKS_MAX):
            self.page.goto(path)
            if self.page.locator("#result_list input.action-select").count() == count:
                return
            self.page.wait_for_timeout(LOOK_MS)
        sys.exit(f"{path} never held {count} rows: has the demo printed its table yet?")

    def press(self, button: str, *, reason: str) -> None:
        """The button of a confirmation page, whose name begins so."""
        self.page.get_by_label("Reason").fill(reason)
        self.page.get_by_role("button", name=button).click()
        self.page.wait_for_load_state("load")


def uploaded(album: Album) -> str:
    """Payees that fail in ways of their own; answers with the address of their list."""
    page, run = album.page, secrets.token_hex(2).upper()
    lines = [
        f"WAGES-{run}-{number:02},2547000{digits},{900 + 50 * number},{name} Example,Casual wages"
        for number, (digits, name) in enumerate(PAYEES, start=1)
    ]
    text = "\n".join(["reference,msisdn,amount,name,remarks", *lines])
    page.goto(f"{PAYOUTS}upload/")
    page.get_by_label("Partner").select_option(label=PARTNER)
    page.get_by_label("File of payees").set_input_files(
        {"name": f"wages-{run}.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Preview").click()
    album.press(f"Instruct {len(PAYEES)} payouts", reason="Casual wages of this week")
    return page.url


def retried(album: Album, those: str) -> None:
    """All that failed twice, retried by hand: the confirmation, and the run that follows."""
    page = album.page
    album.wait_for(f"{those}&status=retrying&attempts=2%2B", count=WAITING)
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("retry_selected")
    page.get_by_role("button", name="Run").click()
    page.get_by_label("Reason").fill("The provider says that its network is back")
    album.take("confirmation", to=".pv-page")
    album.press(f"Retry {WAITING} payouts", reason="The provider says that its network is back")
    run = page.url
    album.wait_for(f"{those}&status=completed", count=WAITING)
    album.take("bulk_run", run, to=".pv-page")


def settled(album: Album, those: str) -> None:
    """How an unknown one ended, proposed by one person to another."""
    page = album.page
    album.wait_for(f"{those}&status=unknown", count=2)
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Settle with evidence").click()
    page.get_by_label("How did it end?").select_option("not_paid")
    page.get_by_label("Evidence").fill("Statement of this morning, page 4: no such payment")
    album.press("Propose it", reason="The payee has called three times")
    page.wait_for_url("**/settlement/**")
    album.take("settlement", to=".pv-page")


def rent(album: Album) -> None:
    """The demo's month of rent: a payment's card, what is nobody's, an owner's statement."""
    page = album.page
    page.goto(f"{PAYMENTS}?leg=completed")
    page.locator("#result_list tbody th a").first.click()
    album.take("rent_card", to=".pv-rent")
    album.take("rent_payments", PAYMENTS)
    album.take("rent_unallocated", "/admin/rent-unallocated/")
    page.goto("/admin/owner-statements/")
    page.locator(".pv-table a").first.click()
    album.take("rent_statement")


def watchtower(album: Album) -> None:
    """The live page, and the newest payout that is registered to somebody else."""
    album.take("watch_live", LIVE)
    album.page.goto(f"{DIFFERENCES}?status=open&type=wrong_beneficiary")
    album.page.locator("#result_list tbody th a").first.click()
    album.take("watch_difference", to=".pv-timeline")


def payouts(album: Album) -> None:
    """The home page and everything about payouts."""
    those = uploaded(album)
    settled(album, those)
    retried(album, those)
    album.take("home", "/admin/")
    album.take("desk", THE_DESK)
    album.take("payouts", f"{PAYOUTS}?status=failed,retrying,unknown,completed&retries=1%2B")
    album.page.goto(f"{those}&status=retrying")
    album.page.locator("#result_list tbody th a").first.click()
    album.take("payout", to=".pv-page")
    album.take("result_codes", CODES)
    album.page.get_by_role("link", name="any 100000002", exact=True).first.click()
    album.take("result_code", to=".pv-page")


def logged_in(browser: Browser, address: str, login: dict[str, str], look: dict[str, Any]) -> Page:
    """The demo's own user, at a window of this look."""
    context = browser.new_context(
        base_url=address, timezone_id="Africa/Nairobi", locale="en-GB", **look
    )
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.goto("/admin/login/?next=/admin/")
    page.get_by_label("Username").fill(login["username"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")
    return page


def main() -> None:
    """All pictures, in the order in which things happen."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--login", type=Path, default=ROOT / ".vault/demo_login.json")
    parser.add_argument("--only-rent", action="store_true", help="of rent and the watchtower")
    parser.add_argument("--to", type=Path, default=ROOT / "docs/pictures")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not installed: `apt-get install chromium`")
    given.to.mkdir(exist_ok=True)
    login = json.loads(given.login.read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        looks = {
            "": {"viewport": LARGE, "color_scheme": "light"},
            "desk_dark": {"viewport": LARGE, "color_scheme": "dark"},
            "desk_phone": {"viewport": SMALL, "color_scheme": "light"},
        }
        for name, look in looks.items():
            album = Album(page=logged_in(browser, given.address, login, look), folder=given.to)
            if not name:
                rent(album)
                watchtower(album)
            if given.only_rent:
                break
            if name:
                album.take(name, THE_DESK)
            else:
                payouts(album)
        browser.close()


if __name__ == "__main__":
    main()
