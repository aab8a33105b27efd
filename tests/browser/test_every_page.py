"""Each page in light, in dark, on a phone: no serious fault, no error, no scrolling sideways."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.conftest import faults_in_every_look
from tests.browser.pages import LIST, THE_DESK, addresses
from tests.browser.scene import Scene

PARTS = 2


class TestEveryPage:
    @pytest.mark.parametrize("part", range(PARTS))
    def test_no_look_of_it_has_a_serious_fault(
        self, part: int, open_desk: Callable[..., Page], scene: Scene
    ) -> None:
        every = addresses(scene)[part::PARTS]
        page = open_desk()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))

        for path in every:
            page.goto(path)
            wrong += faults_in_every_look(page, path)

        assert not wrong, "\n".join(wrong)

    def test_the_attempts_below_a_row_have_none_either(
        self, open_desk: Callable[..., Page], scene: Scene
    ) -> None:
        scene.morning()
        page = open_desk()
        page.goto(f"{THE_DESK}?status=failed")
        page.locator("[data-attempts]").first.click()
        page.locator("tr.pv-below table").wait_for()

        assert not faults_in_every_look(page, "attempts in the list")

    def test_the_doors_are_for_everyone_too(
        self, open_desk: Callable[..., Page], pay: Any
    ) -> None:
        row = pay("00001")
        page = open_desk("viewer.example", role="Viewer")
        refused = reverse(f"{LIST}_cancel", args=[row.pk])
        wrong: list[str] = []

        for path in ("/admin/", refused, "/admin/nothing-here/", THE_DESK):
            page.goto(path)
            wrong += faults_in_every_look(page, path)
        page.context.clear_cookies()
        page.goto("/admin/login/")
        wrong += faults_in_every_look(page, "login")

        assert not wrong, "\n".join(wrong)
