"""A real browser at the desk: headless Chromium on a live server, with axe-core at hand."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.contrib.auth.models import Group, User
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.scene import Scene
from tests.wire import Wire

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESK = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}
ZOOMED = {"width": DESK["width"] // 2, "height": DESK["height"] // 2}
BY_COLOUR = ["color-contrast"]
BY_WIDTH = ["scrollable-region-focusable", "target-size"]
PASSWORD = "a long enough word"
SERIOUS = {"serious", "critical"}
TIMEOUT_MS = 15_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium these are skipped, and say so; in CI the test command installs it."""
    if CHROMIUM is None and os.environ.get("CI") != "true":
        reason = "no Chromium here: `apt-get install chromium` lets the browser tests run"
        for item in items:
            if "tests/browser/" in item.path.as_posix():
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process.

    Playwright keeps an event loop in this thread, in which Django would refuse its database.
    """
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_desk(
    browser: Browser, engine_db: None, live_server: Any
) -> Iterator[Callable[..., Page]]:
    """Log a member of staff in through the login page; answers with their first page.

    `role` names a group; without one it is a superuser.
    """
    contexts: list[BrowserContext] = []

    def log_in(username: str = "wanjiku.example", *, role: str = "", **options: Any) -> Page:
        if not User.objects.filter(username=username).exists():
            _hired(username, role)
        context = browser.new_context(
            **{
                "viewport": DESK, "base_url": live_server.url, "accept_downloads": True,
                "timezone_id": "Africa/Nairobi", **options,
            }
        )  # fmt: skip
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        page.goto("/admin/login/?next=/admin/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{live_server.url}/admin/")
        return page

    yield log_in
    for context in contexts:
        context.close()


@pytest.fixture
def scene(wire: Wire, pay: Any) -> Scene:
    """Payouts over the simulator, nothing paid yet."""
    return Scene(wire=wire, pay=pay)


def _hired(username: str, role: str) -> None:
    user = User.objects.create_user(
        username, password=PASSWORD, is_staff=True, is_superuser=not role
    )
    if role:
        import_module("config.migrations.0001_roles").make_roles(apps, None)
        import_module("config.migrations.0002_rent_roles").add_rent(apps, None)
        import_module("config.migrations.0003_payout_roles").add_payouts(apps, None)
        import_module("config.migrations.0004_loan_roles").add_loans(apps, None)
        user.groups.add(Group.objects.get(name=role))


def serious_faults(page: Page, *, only: Sequence[str] = ()) -> list[str]:
    """What axe-core calls serious or critical on this page: rule, count and the first element.

    `only` names the rules to look at; all of them without it.
    """
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if only:
        options["runOnly"] = {"type": "rule", "values": list(only)}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['id']} ({each['impact']}), {len(each['nodes'])} times: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in SERIOUS
    ]


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    script = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return bool(page.evaluate(script))


def faults_in_every_look(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is open: on a desk, at 200 %, in the dark, on a phone.

    All of axe's rules on the desk, and again those that the colours or the width decide.
    """
    wrong = serious_faults(page)
    page.set_viewport_size(ZOOMED)
    if scrolls_sideways(page):
        wrong.append("scrolls sideways at 200 %")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(DESK)
    wrong += [f"in the dark: {fault}" for fault in serious_faults(page, only=BY_COLOUR)]
    page.emulate_media(color_scheme="light")
    if scrolls_sideways(page):
        wrong.append("scrolls sideways")
    page.set_viewport_size(PHONE)
    wrong += [f"on a phone: {fault}" for fault in serious_faults(page, only=BY_WIDTH)]
    if scrolls_sideways(page):
        wrong.append("scrolls sideways on a phone")
    page.set_viewport_size(DESK)
    return [f"{name}: {fault}" for fault in wrong]
