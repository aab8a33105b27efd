"""Each main page in light, in dark and on a phone: no serious fault, no scrolling sideways."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, scrolls_sideways, serious_faults

PAGES = [
    "/admin/",
    "/admin/disbursements/disbursementrequest/",
    "/admin/disbursements/disbursementrequest/?status=failed",
    "/admin/disbursements/resultcoderule/",
    "/admin/disbursements/pause/",
    "/admin/core/alert/",
]
LOOKS = {
    "light": {"viewport": DESK, "color_scheme": "light"},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light"},
}


class TestEveryPage:
    @pytest.mark.parametrize("look", LOOKS)
    def test_it_has_no_serious_fault_and_fits(
        self, look: str, open_desk: Callable[..., Page], pay: Any
    ) -> None:
        pay("00001")
        page = open_desk(**LOOKS[look])

        wrong = []
        for path in PAGES:
            page.goto(path)
            wrong += [f"{path}: {fault}" for fault in serious_faults(page)]
            if scrolls_sideways(page):
                wrong.append(f"{path}: scrolls sideways")

        assert not wrong
