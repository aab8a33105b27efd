"""An owner's statement in a real browser: read, taken away as PDF, and a tenant's receipt."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from gateways.simulator import Simulator
from tests import money_in
from tests.browser.conftest import PHONE, scrolls_sideways, serious_faults
from tests.rents.statements.reading import page_count, texts
from tests.wire import MovedClock, Wire
from vault.models import Partner, Payment
from vault.queries.receipts import receipt_url


@pytest.fixture
def rent(a_partner: Partner, simulator: Simulator, wire: Wire, moved: MovedClock) -> Payment:
    """One of thirty rents of an owner in November."""
    shortcode = money_in.make_shortcode(a_partner, simulator.certificate_pem)
    owner = money_in.make_owner(a_partner, name="Mary Example", forward_when="by_hand")
    house = money_in.make_property(owner, shortcode, name="Sunset Example")
    tenant = money_in.make_tenant(house, name="Amina Example", unit="A3")
    payer = money_in.full("254700012345")
    return [money_in.allocated_payment(house, tenant, at=moved(), payer=payer) for _ in range(30)][
        -1
    ]


class TestStatement:
    def test_it_can_be_read_and_taken_away(
        self, open_desk: Callable[..., Page], rent: Payment, tmp_path: Path
    ) -> None:
        page = open_desk()
        page.goto(reverse("owner_statements"))
        assert not serious_faults(page)
        page.get_by_role("link", name="Mary Example").click()

        expect(page.get_by_text(rent.receipt)).to_be_visible()
        expect(page.get_by_role("heading", name="Mary Example")).to_be_visible()
        assert not serious_faults(page)
        with page.expect_download() as started:
            page.get_by_role("button", name="PDF", exact=True).click()
        file = tmp_path / "statement.pdf"
        started.value.save_as(file)

        assert started.value.suggested_filename.startswith("statement_mary-example_2026-11-01_")
        said = texts(file.read_bytes())
        assert page_count(file.read_bytes()) == said.count("Receipt") == 2
        assert rent.receipt in said
        assert "KES 285,000.00" in said

    def test_it_fits_a_phone_and_the_dark(
        self, open_desk: Callable[..., Page], rent: Payment
    ) -> None:
        page = open_desk(viewport=PHONE, color_scheme="dark")

        for path in (
            reverse("owner_statement", args=[rent.owner_id]), reverse("rent_revenue"),
            receipt_url(rent).removeprefix(settings.VAULT_PUBLIC_URL),
        ):  # fmt: skip
            page.goto(path)
            assert not scrolls_sideways(page), path
            assert not serious_faults(page), path
