"""Notices: everybody with a role may look; only administrators switch kinds on and off."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError
from django.urls import reverse

from tests.roles.conftest import Person
from vault.models import NoticeSetting, Partner, Shortcode

ROLES = ("Viewer", "Operator", "Approver", "Administrator", "Auditor")
REASON = "the owners asked to be told"


@pytest.mark.parametrize("role", ROLES)
class TestDoors:
    def test_pages(self, somebody: Callable[..., Person], role: str) -> None:
        page = somebody(role).page

        looked = [
            page.get(reverse(f"admin:vault_{name}_changelist")).status_code
            for name in ("notice", "noticesetting")
        ]
        switched = page.get(reverse("admin:vault_noticesetting_switch")).status_code

        assert looked == [200, 200]
        assert switched == (200 if role == "Administrator" else 403)

    def test_commands(
        self, somebody: Callable[..., Person], role: str, a_partner: Partner
    ) -> None:
        person = somebody(role)
        change = (
            "notice_settings", "--partner", str(a_partner.pk), "--kind", "rent_received",
            "--sms", "on", "--reason", REASON,
        )  # fmt: skip

        person.command("notices")
        person.command("notice_settings")
        refused = []
        for arguments in (change, ("notices", "--report-address")):
            try:
                person.command(*arguments)
            except CommandError as error:
                refused.append(str(error))

        assert len(refused) == (0 if role == "Administrator" else 2)
        assert all("vault.change_noticesetting" in text for text in refused)
        assert NoticeSetting.objects.exists() is (role == "Administrator")


class TestOnePartner:
    def test_a_partners_staff_see_and_switch_their_own_only(
        self, somebody: Callable[..., Person], a_partner: Partner, other_shortcode: Shortcode
    ) -> None:
        theirs = somebody("Administrator", partner=a_partner)
        form = {"confirmed": "yes", "kind": "rent_received", "by_sms": "on", "reason": REASON}

        own = theirs.page.post(
            reverse("admin:vault_noticesetting_switch"), form | {"partner": str(a_partner.pk)}
        )
        others = theirs.page.post(
            reverse("admin:vault_noticesetting_switch"),
            form | {"partner": str(other_shortcode.partner_id)},
        )

        assert (own.status_code, others.status_code) == (302, 422)
        assert [row.partner for row in NoticeSetting.objects.all()] == [a_partner]
