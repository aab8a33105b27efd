"""Each page in light, in dark, on a phone: no serious fault, no error, no scrolling sideways."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, scrolls_sideways, serious_faults
from tests.browser.pages import LIST, THE_DESK, addresses
from tests.browser.scene import Scene

ZOOMED = {"width": DESK["width"] // 2, "height": DESK["height"] // 2}
LOOKS = {
    "light": {"viewport": DESK, "color_scheme": "light"},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light"},
}


class TestEveryPage:
    @pytest.mark.parametrize("look", LOOKS)
    def test_it_has_no_serious_fault_and_fits(
        self, look: str, open_desk: Callable[..., Page], scene: Scene
    ) -> None:
        every = addresses(scene)
        page = open_desk(**LOOKS[look])
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))

        for path in every:
            page.goto(path)
            wrong += faults(page, path, look)
        page.goto(f"{THE_DESK}?status=failed")
        page.locator("[data-attempts]").first.click()
        page.locator("tr.pv-below table").wait_for()
        wrong += faults(page, "attempts in the list", look)

        assert not wrong, "\n".join(wrong)

    @pytest.mark.parametrize("look", LOOKS)
    def test_the_doors_are_for_everyone_too(
        self, look: str, open_desk: Callable[..., Page], pay: Any
    ) -> None:
        row = pay("00001")
        page = open_desk("viewer.example", role="Viewer", **LOOKS[look])
        refused = reverse(f"{LIST}_cancel", args=[row.pk])
        wrong: list[str] = []

        for path in ("/admin/", refused, "/admin/nothing-here/", THE_DESK):
            page.goto(path)
            wrong += faults(page, path, look)
        page.context.clear_cookies()
        page.goto("/admin/login/")
        wrong += faults(page, "login", look)

        assert not wrong, "\n".join(wrong)


def faults(page: Page, path: str, look: str) -> list[str]:
    """What is wrong with the page that is open; dark differs from light in colours alone."""
    only = ["color-contrast"] if look == "dark" else []
    wrong = [f"{path}: {fault}" for fault in serious_faults(page, only=only)]
    if scrolls_sideways(page):
        wrong.append(f"{path}: scrolls sideways")
    if look == "light":
        page.set_viewport_size(ZOOMED)
        if scrolls_sideways(page):
            wrong.append(f"{path}: scrolls sideways at 200 %")
        page.set_viewport_size(DESK)
    return wrong
