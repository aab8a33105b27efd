"""Addresses that nobody's browser makes: each page answers, and none of them with an error."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.rents.a_street import Street

BAD = ("\x00", "a\x00b", "%", "'; --", "0" * 500, "\u202e", "9" * 30, "-1", "2026-13-99", "[]")
PAGES = {
    "owner_statements": ("q", "p"),
    "rent_unallocated": ("p",),
    "rent_ageing": ("p",),
    "rent_figures": ("when", "when_from", "when_to", "partner"),
    "rent_revenue": ("from", "to", "partner"),
    "admin:vault_prompt_collect": ("find", "tenant", "property"),
    "admin:vault_payment_changelist": (
        "q", "p", "o", "status", "leg", "owner", "property", "tenant", "method", "amount_from",
        "when_from", "when",
    ),
    "admin:vault_prompt_changelist": ("q", "p", "status", "property", "tenant"),
    "admin:vault_owner_changelist": ("q", "p"),
    "admin:vault_property_changelist": ("q", "p", "owner"),
    "admin:vault_tenant_changelist": ("q", "p", "property"),
    "admin:vault_notice_changelist": ("q", "p"),
    "admin:rents_forward_changelist": ("q", "p", "status", "owner"),
}  # fmt: skip


# 302 and 400: Django's own answers to a filter that it does not know.
ANSWERED = (200, 302, 400, 404)


@pytest.mark.usefixtures("street")
class TestHostileAddresses:
    @pytest.mark.parametrize("page", PAGES)
    def test_a_page_answers_whatever_stands_in_its_address(self, desk: Client, page: str) -> None:
        desk.raise_request_exception = False

        answers = {
            (name, value): desk.get(reverse(page), {name: value}).status_code
            for name in PAGES[page]
            for value in BAD
        }

        assert {key for key, status in answers.items() if status not in ANSWERED} == set()

    def test_an_owners_statement_too(self, desk: Client, street: Street) -> None:
        desk.raise_request_exception = False
        url = reverse("owner_statement", args=[street.owner.pk])

        answers = [
            desk.get(url, {name: value}).status_code for name in ("from", "to") for value in BAD
        ]

        assert set(answers) == {200}
