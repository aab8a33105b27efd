"""The live page in Chromium: told at once by a socket, and by itself where there is none."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from core import clock
from reconciliation.admin import live
from reconciliation.models import SubjectKind
from reconciliation.operations.check_many import check_due
from reconciliation.operations.request_check import request
from reconciliation.rules.sides import Side
from tests.browser.conftest import DESK, PASSWORD, PHONE, TIMEOUT_MS, faults_in_every_look
from tests.browser.serving import Served
from tests.sockets import free_port
from tests.watching import TOLD, TableSource, only_source

LIVE = "/admin/reconciliation/live/"
OTHERWISE = replace(TOLD, amount_minor=100_000)
BADGE = ".pv-badge"
QUICK = {"WS_RECONNECT_DELAY": "200"}
# What the badge says from now on, also where it soon says something else.
NOTED = """(badge) => {
  window.said = [];
  new MutationObserver(() => said.push(badge.textContent)).observe(badge, { childList: true });
}"""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A page that watches, a server that can be ended, and checks made beside both."""

    page: Page
    server: Served
    source: TableSource

    def check(self, *ids: str, told: Side = TOLD) -> None:
        """From now on the other side says this of these, and each is checked."""
        self.source.say(*ids, told=told)
        request(
            subjects=[(SubjectKind.PAYMENT, each, None) for each in ids], trigger="callback",
            actor="system", at=clock.now(),
        )  # fmt: skip
        check_due()


@pytest.fixture
def watch(transactional_db: None, browser: Browser) -> Iterator[Watch]:
    """Somebody is logged in and looks at the live page of a real server."""
    User.objects.create_superuser("amina.example", password=PASSWORD)
    source, port = TableSource(), free_port()
    with only_source(source), Served(port, **QUICK) as server:
        context = browser.new_context(viewport=DESK, base_url=f"http://localhost:{port}")
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        page.goto(f"/admin/login/?next={LIVE}")
        page.get_by_label("Username").fill("amina.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        try:
            yield Watch(page=page, server=server, source=source)
        finally:
            context.close()


class TestWithASocket:
    def test_checks_appear_by_themselves_stop_and_come_back(self, watch: Watch) -> None:
        page = watch.page
        expect(page.locator(BADGE)).to_have_text("Connected")

        appears(watch, "1")
        differs(watch, "2")
        pauses(watch, "3", "4")
        checks_by_hand(watch, "5")
        server_restarts(watch, "6")
        stays_away(watch)

        assert page.locator(".pv-stream > li").count() == 6


def line(page: Page, reference: str) -> Any:
    """The one line of this check."""
    return page.locator(".pv-stream > li").filter(has_text=f"REF-{reference}")


def appears(watch: Watch, subject_id: str) -> None:
    """By the socket, for the page cannot read itself anew; it opens and tells the rest."""
    itself = f"**{LIVE}"
    watch.page.route(itself, lambda reading: reading.abort())
    watch.check(subject_id)
    mine = line(watch.page, subject_id)
    expect(mine).to_have_count(1)
    watch.page.unroute(itself)
    expect(mine).to_contain_text("Matched")
    expect(mine).to_contain_text("1,250")
    mine.locator("summary").click()
    expect(mine).to_contain_text("Amina Example")
    expect(mine.get_by_role("link", name="Open this check")).to_have_attribute(
        "href", re.compile("/reconciliationrun/[0-9a-f-]{36}/change/")
    )
    expect(watch.page.locator("[data-stat=totalProcessed]")).to_have_text("1")


def differs(watch: Watch, subject_id: str) -> None:
    """Its alert stands beside it, with the severity in words."""
    watch.check(subject_id, told=OTHERWISE)
    expect(line(watch.page, subject_id)).to_contain_text("Discrepancy")
    alerts = watch.page.locator("[data-part=alerts]")
    expect(alerts).to_contain_text("Amounts differ: 1 open")
    expect(alerts.locator(".pv-status").first).to_have_text("High")
    expect(watch.page.locator("[data-part=figures]")).to_contain_text("Money is at risk")
    expect(watch.page).to_have_title(re.compile(r"^\(1\) "))


def pauses(watch: Watch, *ids: str) -> None:
    """What comes meanwhile is counted, and shown afterwards."""
    page = watch.page
    page.get_by_role("button", name="Pause").click()
    watch.check(*ids)
    go_on = page.get_by_role("button", name=f"Go on, {len(ids)} new")
    expect(go_on).to_be_visible()
    expect(line(page, ids[0])).to_have_count(0)
    go_on.click()
    for each in ids:
        expect(line(page, each)).to_have_count(1)


def checks_by_hand(watch: Watch, subject_id: str) -> None:
    """Its answer stands below the field; what is not known is refused there. The server has no
    such source: what is known here is not known there."""
    page = watch.page
    page.get_by_label("Id, reference, receipt or loan number").fill("NOT-HERE")
    page.get_by_role("button", name="Check now").click()
    expect(page.locator("[data-checked]")).to_contain_text("Nothing has 'NOT-HERE'")
    watch.check(subject_id)
    expect(line(page, subject_id)).to_have_count(1)


def server_restarts(watch: Watch, subject_id: str) -> None:
    """It says so, comes back by itself, and shows what was missed."""
    page = watch.page
    watch.server.end()
    expect(page.locator(BADGE)).to_have_text(re.compile("Reconnecting…"))
    watch.check(subject_id)
    watch.server.begin()
    expect(page.locator(BADGE)).to_have_text("Connected")
    expect(line(page, subject_id)).to_have_count(1)


def stays_away(watch: Watch) -> None:
    """Told not to, it comes back by itself no more; told to, it does at once."""
    page = watch.page
    tries: list[str] = []
    again = page.get_by_label("Reconnect by itself")
    again.uncheck()
    page.locator(BADGE).evaluate(NOTED)
    watch.server.end()
    page.wait_for_function("said.includes('Disconnected.')")
    page.on("request", lambda each: tries.append(each.url) if "/ticket/" in each.url else None)
    watch.server.begin()
    expect(page.locator(BADGE)).not_to_have_text("Connected")
    assert tries == []
    again.check()
    expect(page.locator(BADGE)).to_have_text("Connected")


class TestWithout:
    def test_it_reads_itself_anew_and_says_so(
        self, open_desk: Callable[..., Page], monkeypatch: pytest.MonkeyPatch, moved: Any
    ) -> None:
        monkeypatch.setattr(live, "REFRESH_S", 1)
        source = TableSource()
        page = open_desk()
        with only_source(source):
            watch = Watch(page=page, server=Served(0), source=source)
            page.goto(LIVE)
            expect(page.locator(BADGE)).to_have_text(re.compile("Updating every 1 s"))
            watch.check("1")
            expect(line(page, "1")).to_have_count(1)
            expect(page.locator("[data-stat=totalProcessed]")).to_have_text("1")

    def test_the_field_answers_below_itself(self, open_desk: Callable[..., Page]) -> None:
        source = TableSource()
        source.say("QHX1", told=OTHERWISE)
        page = open_desk()
        with only_source(source):
            page.goto(LIVE)
            field = page.get_by_label("Id, reference, receipt or loan number")
            field.fill("QHX1")
            field.press("Enter")
            answer = page.locator("[data-checked]")
            expect(answer).to_contain_text("REF-QHX1")
            expect(answer).to_contain_text("Discrepancy")
            page.get_by_role("button", name="Queue it").click()
            expect(answer).to_contain_text("QHX1 is queued")


class TestLooks:
    @pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
    def test_full_of_checks_it_has_no_serious_fault(
        self, size: dict[str, int], open_desk: Callable[..., Page], moved: Any
    ) -> None:
        source = TableSource()
        page = open_desk(viewport=size)
        with only_source(source):
            watch = Watch(page=page, server=Served(0), source=source)
            watch.check("1", "2", "3")
            watch.check("4", "5", told=OTHERWISE)
            page.goto(LIVE)
            page.locator(".pv-stream summary").first.click()

            wrong = faults_in_every_look(page, "live")

        assert not wrong, "\n".join(wrong)
