"""Rent at the desk: the card, the queue of unallocated money, the collect button, every page."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from gateways.simulator import Simulator
from rents.models import Forward
from tests.browser.conftest import DESK, PHONE, faults_in_every_look
from tests.browser.pages import tables
from tests.rents.a_street import Street, a_street
from tests.wire import MovedClock, Wire
from vault.models import (
    AccountReference,
    Collection,
    FeeRule,
    Notice,
    NoticeSetting,
    Owner,
    Partner,
    Payment,
    Prompt,
    Property,
    Tenant,
)

OpenDesk = Callable[..., Page]
REASON = "The tenant called the office"
DAY_LOOKS = {
    "light": {"viewport": DESK, "color_scheme": "light"},
    "phone": {"viewport": PHONE, "color_scheme": "dark", "has_touch": True},
}


@pytest.fixture
def street(wire: Wire, simulator: Simulator, a_partner: Partner, moved: MovedClock) -> Street:
    return a_street(wire, simulator, a_partner, moved)


class TestADayOfRent:
    @pytest.mark.parametrize("look", DAY_LOOKS)
    def test_all_of_it(self, look: str, open_desk: OpenDesk, street: Street) -> None:
        lost = street.nobodys("SUN-A33")
        page = open_desk("operator.example", role="", **DAY_LOOKS[look])

        allocated_and_remembered(page, lost)
        prompted(page)
        street.work()
        street.forwarded()
        read_on_the_card(page, lost)
        street.rent(street.juma)
        forwarded_from_the_ageing(page)

        assert AccountReference.objects.get(source="learned").tenant == street.amina
        assert Prompt.objects.get().status == "paid"
        assert Forward.objects.filter(owner=street.by_hand).count() == 1


def allocated_and_remembered(page: Page, lost: Payment) -> None:
    """From the home page by the queue to the likeliest, whose account is remembered."""
    page.goto("/admin/")
    page.get_by_role("link", name="Unallocated money").click()
    page.get_by_role("link", name="Allocate to Amina Example").click()
    expect(page.get_by_text("KES 10,000.00 = KES 500.00 fee")).to_be_visible()
    page.get_by_label("Remember this account").check()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Allocate KES 10,000.00 to Amina Example").click()
    expect(page.get_by_text("is allocated to Amina Example")).to_be_visible()
    expect(page.locator(".pv-headline")).to_contain_text(lost.receipt)


def prompted(page: Page) -> None:
    """The collect button: search, see, send."""
    page.goto("/admin/vault/prompt/")
    page.get_by_role("link", name="Prompt a tenant").click()
    page.get_by_label("Name, account, unit or phone").fill("amina")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Prompt Amina Example").click()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Send the prompt").click()
    expect(page.get_by_text("The prompt for KES 10,000.00 stands on")).to_be_visible()


def read_on_the_card(page: Page, row: Payment) -> None:
    """Received = fee + out, and both legs."""
    page.goto(reverse("admin:vault_payment_change", args=[row.pk]))
    card = page.locator("#rent-card")
    expect(card).to_contain_text("KES 10,000.00")
    expect(card).to_contain_text("KES 500.00")
    expect(card).to_contain_text("KES 9,500.00")
    expect(card).to_contain_text("Forwarded")
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()


def forwarded_from_the_ageing(page: Page) -> None:
    """What waits for a person, all of one owner."""
    page.goto(reverse("rent_ageing"))
    page.get_by_role("link", name="Forward now to Otieno Example").click()
    page.get_by_label("Reason").fill("The owner asked for it today")
    page.get_by_role("button", name="Forward 1 rent, KES 9,500.00").click()
    expect(page.get_by_text("1 payout is instructed")).to_be_visible()


class TestEveryPageOfRent:
    def test_no_look_of_it_has_a_serious_fault(self, open_desk: OpenDesk, street: Street) -> None:
        every = addresses(street)
        page = open_desk()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))

        for path in every:
            page.goto(path)
            wrong += faults_in_every_look(page, path)

        assert not wrong, "\n".join(wrong)


def addresses(street: Street) -> list[str]:
    """Every page of rent, with something to see on each."""
    street.prompt()
    street.work()
    street.forwarded()
    paid = Payment.objects.get()
    waits, lost = street.rent(street.juma), street.nobodys()
    prompt = street.prompt("00002", "800")
    to_amina = f"property={street.sunset.pk}&tenant={street.amina.pk}"
    return [
        "/admin/",
        reverse("admin:vault_payment_changelist"),
        f"{reverse('admin:vault_payment_changelist')}?leg=failed",
        *(reverse(f"rent_{name}") for name in ("unallocated", "ageing", "figures")),
        *(reverse("admin:vault_payment_change", args=[row.pk]) for row in (paid, waits, lost)),
        reverse("admin:vault_payment_allocate", args=[lost.pk]),
        f"{reverse('admin:vault_payment_allocate', args=[lost.pk])}?find=example",
        f"{reverse('admin:vault_payment_allocate', args=[lost.pk])}?{to_amina}",
        reverse("admin:vault_payment_take-back", args=[waits.pk]),
        reverse("admin:vault_payment_forward", args=[waits.pk]),
        f"{reverse('admin:vault_payment_forward-many')}?owner={street.by_hand.pk}",
        reverse("admin:vault_prompt_changelist"),
        reverse("admin:vault_prompt_change", args=[prompt.pk]),
        f"{reverse('admin:vault_prompt_collect')}?find=example",
        f"{reverse('admin:vault_prompt_collect')}?{to_amina}",
        f"{reverse('admin:vault_payment_record-cash')}?{to_amina}",
        f"{reverse('admin:vault_payment_export')}?leg=pending",
        reverse("admin:rents_forward_changelist"),
        reverse("admin:rents_forward_change", args=[Forward.objects.get().pk]),
        *tables(Owner, Property, Tenant, FeeRule, Notice, NoticeSetting, Collection),
    ]
