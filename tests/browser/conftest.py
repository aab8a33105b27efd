"""A real browser at the desk: headless Chromium on a live server, with axe-core at hand."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.auth.models import Group, User
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.between_tests import put_roles
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
SERIOUS = ["serious", "critical"]
POLICY = "Content Security Policy"
TIMEOUT_MS = 60_000
START_TIMEOUT_MS = 180_000
expect.set_options(timeout=TIMEOUT_MS)
# None of a page without style sheets, which looks as the browser likes.
GROUND = "document.styleSheets.length ? getComputedStyle(document.body).backgroundColor : null"
# What nobody looks at is not reckoned: the selector of each node, and the rules of the style
# sheets, which axe wants for rules that are experiments.
AXE_OPTIONS = {"resultTypes": ["violations"], "selectors": False, "preload": False}
FAULTS_BY_AXE = """async ([options, impacts]) => {
  if (!window.axe) return null;
  await new Promise(requestAnimationFrame);  // what hangs on the colours or the width has heard
  document.getAnimations().forEach((each) => each instanceof CSSTransition && each.finish());
  const { violations } = await window.axe.run(options);
  return violations
    .filter(({ impact }) => impacts.includes(impact))
    .map(({ id, impact, nodes }) => `${id} (${impact}), ${nodes.length} times: ${nodes[0].html}`);
}"""


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
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=START_TIMEOUT_MS
        )
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_desk(
    browser: Browser, engine_db: None, live_server: Any
) -> Iterator[Callable[..., Page]]:
    """Log a member of staff in through the login page; answers with their first page.

    `role` names a group; without one it is a superuser. Nothing that a page does may be against
    its Content-Security-Policy.
    """
    contexts: list[BrowserContext] = []
    against: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if POLICY in message.text:
            against.append(f"{message.location.get('url')}: {message.text}")

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
        context.on("console", note)
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
    assert not against, "\n".join(against)


@pytest.fixture
def scene(wire: Wire, pay: Any) -> Scene:
    """Payouts over the simulator, nothing paid yet."""
    return Scene(wire=wire, pay=pay)


def _hired(username: str, role: str) -> None:
    user = User.objects.create_user(
        username, password=PASSWORD, is_staff=True, is_superuser=not role
    )
    if role:
        put_roles()
        user.groups.add(Group.objects.get(name=role))


def serious_faults(page: Page, *, only: Sequence[str] = ()) -> list[str]:
    """What axe-core calls serious or critical on this page: rule, count and the first element.

    `only` names the rules to look at; all of them without it.
    """
    options: dict[str, Any] = dict(AXE_OPTIONS)
    if only:
        options["runOnly"] = {"type": "rule", "values": list(only)}
    found = page.evaluate(FAULTS_BY_AXE, [options, SERIOUS])
    if found is None:  # the page is new: axe comes once, its half megabyte takes a while
        page.evaluate(AXE_SCRIPT)
        found = page.evaluate(FAULTS_BY_AXE, [options, SERIOUS])
    return list(found)


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    script = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return bool(page.evaluate(script))


def in_the_dark(page: Page, is_dark: bool) -> None:
    """Let the page that is open change its colours, which it asks for only when it comes."""
    page.emulate_media(color_scheme="dark" if is_dark else "light")
    page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", is_dark)


def faults_in_every_look(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is open: on a desk, at 200 %, in the dark, on a phone.

    All of axe's rules on the desk, and again those that the colours or the width decide.
    """
    wrong = serious_faults(page)
    page.set_viewport_size(ZOOMED)
    if scrolls_sideways(page):
        wrong.append("scrolls sideways at 200 %")
    page.set_viewport_size(DESK)
    by_day = page.evaluate(GROUND)
    in_the_dark(page, True)
    wrong += [f"in the dark: {fault}" for fault in serious_faults(page, only=BY_COLOUR)]
    if by_day is not None and page.evaluate(GROUND) == by_day:
        wrong.append("is as light in the dark")
    in_the_dark(page, False)
    if scrolls_sideways(page):
        wrong.append("scrolls sideways")
    page.set_viewport_size(PHONE)
    wrong += [f"on a phone: {fault}" for fault in serious_faults(page, only=BY_WIDTH)]
    if scrolls_sideways(page):
        wrong.append("scrolls sideways on a phone")
    page.set_viewport_size(DESK)
    return [f"{name}: {fault}" for fault in wrong]
