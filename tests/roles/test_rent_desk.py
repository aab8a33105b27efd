"""Rent at the desk: which role opens which page, and who may act."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.urls import reverse

from tests.roles.conftest import Person

NOBODY = UUID("0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11")
ROLES = ("Viewer", "Operator", "Approver", "Administrator", "Auditor")
ACTS = {"Operator", "Administrator"}
READS = (
    "admin:vault_payment_changelist", "admin:vault_prompt_changelist",
    "admin:rents_forward_changelist", "rent_unallocated", "rent_ageing", "rent_figures",
)  # fmt: skip
PAGES = (
    "admin:vault_prompt_collect", "admin:vault_payment_record-cash",
    "admin:vault_payment_forward-many", "admin:vault_payment_export",
)  # fmt: skip
ROW_PAGES = (
    "admin:vault_payment_allocate", "admin:vault_payment_take-back",
    "admin:vault_payment_forward", "admin:vault_payment_retry", "admin:rents_forward_release",
)  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
class TestPages:
    def test_every_role_reads(self, somebody: Callable[..., Person], role: str) -> None:
        page = somebody(role).page

        found = {name: page.get(reverse(name)).status_code for name in READS}

        assert set(found.values()) == {200}, found

    def test_operators_and_administrators_act(
        self, somebody: Callable[..., Person], role: str
    ) -> None:
        page = somebody(role).page

        pages = {page.get(reverse(name)).status_code for name in PAGES}
        rows = {page.get(reverse(name, args=[NOBODY])).status_code for name in ROW_PAGES}

        assert (pages, rows) == (({200}, {404}) if role in ACTS else ({403}, {403}))
