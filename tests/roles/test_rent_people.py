"""Owners, properties, tenants and fees: only administrators change them, at each door."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError
from django.urls import reverse

from tests.roles.conftest import Person

NOBODY = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
ROLES = ("Viewer", "Operator", "Approver", "Administrator", "Auditor")
MAY = {"view": set(ROLES), "change": {"Administrator"}}
PAGES = {
    "view": ("owner_changelist", "property_changelist", "tenant_changelist", "feerule_changelist"),
    "change": ("owner_new", "feerule_new"),
}
ROW_PAGES = (
    "owner_plan", "owner_edit", "owner_sign_in", "owner_new_property", "owner_new_fee",
    "property_plan", "property_edit", "property_move", "property_new_tenant", "property_new_fee",
    "tenant_edit", "tenant_sign_in",
)  # fmt: skip
REASON = ("--reason", "the owner wrote on 20 November", "--dry-run")
COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "view": (("owners",), ("properties",), ("tenants",)),
    "change": (
        ("add_owner", "X", "--partner", NOBODY, "--paid-to", "nowhere", "--dry-run"),
        ("change_owner", NOBODY, "--name", "X", *REASON),
        ("add_property", "X", "--owner", NOBODY, "--account", "X", "--rent", "1", "--dry-run"),
        ("add_tenant", "X", "--property", NOBODY, "--dry-run"),
        ("add_fee_rule", "--owner", NOBODY, "--percent", "5", "--dry-run"),
        ("import_tenants", __file__, "--partner", NOBODY, "--dry-run"),
    ),
}


@pytest.mark.parametrize("role", ROLES)
class TestDoors:
    def test_pages(self, somebody: Callable[..., Person], role: str) -> None:
        page = somebody(role).page

        found = {
            name: page.get(reverse(f"admin:vault_{name}")).status_code == 200
            for names in PAGES.values()
            for name in names
        }
        rows = {
            page.get(reverse(f"admin:vault_{name}", args=[NOBODY])).status_code
            for name in ROW_PAGES
        }

        assert all(found[name] is (role in MAY[verb]) for verb in PAGES for name in PAGES[verb])
        assert rows == {404 if role in MAY["change"] else 403}

    def test_commands(self, somebody: Callable[..., Person], role: str) -> None:
        person = somebody(role)

        for verb, commands in COMMANDS.items():
            for arguments in commands:
                refused = ""
                try:
                    person.command(*arguments)
                except CommandError as error:
                    refused = str(error)
                may = "lacks the permission" not in refused
                assert may is (role in MAY[verb]), (arguments, refused)
