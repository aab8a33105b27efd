"""Partners, keys and shortcodes at the desk: no credential on any page; revoking a key."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Step
from tests.staff import REASON, at_the_desk, superuser
from vault.models import ApiKey, BalanceReading, Partner, Shortcode, Wallet
from vault.operations.add_api_key import NewKey, add_api_key

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CONFIRMED = {"confirmed": "yes", "reason": REASON}


@pytest.fixture
def desk(db: None) -> Client:
    return superuser()


@pytest.fixture
def key(partner: Partner) -> NewKey:
    return add_api_key(partner_id=partner.pk, actor="test", at=AT)


def page(model: Any, row: Any) -> str:
    return reverse(f"admin:vault_{model._meta.model_name}_change", args=[row.pk])


class TestShortcodes:
    def test_no_credential_reaches_a_page(self, desk: Client, shortcode: Shortcode) -> None:
        access = shortcode.access()

        shown = desk.get(page(Shortcode, shortcode)).content.decode()
        listed = desk.get(reverse("admin:vault_shortcode_changelist")).content.decode()

        for secret in (
            access.consumer_key, access.consumer_secret, access.initiator_password,
            shortcode.sealed_credentials, "BEGIN CERTIFICATE",
        ):  # fmt: skip
            assert secret not in shown + listed

    def test_its_latest_balances_are_on_its_page(self, desk: Client, shortcode: Shortcode) -> None:
        wallet = Wallet.objects.create(shortcode=shortcode, name="Utility Account", currency="KES")
        for minor in (100_00, -5_000_00):
            BalanceReading.objects.create(
                wallet=wallet, current_minor=minor, available_minor=minor, read_at=AT,
                source="balance query",
            )  # fmt: skip

        shown = desk.get(page(Shortcode, shortcode)).content.decode()

        assert "Utility Account" in shown
        assert "KES -5,000.00" in shown
        assert "KES 100.00" not in shown

    def test_columns_of_secrets_cannot_be_probed_by_url(
        self, desk: Client, shortcode: Shortcode
    ) -> None:
        url = reverse("admin:vault_shortcode_changelist")

        answers = [
            desk.get(url, {f"{column}__startswith": "g"})
            for column in ("sealed_credentials", "certificate", "initiator_name")
        ]

        assert all("cl" not in (answer.context or {}) for answer in answers)


class TestPartners:
    def test_a_partners_page_links_its_shortcodes_and_keys(
        self, desk: Client, partner: Partner, shortcode: Shortcode, key: NewKey
    ) -> None:
        shown = desk.get(page(Partner, partner)).content.decode()

        assert page(Shortcode, shortcode) in shown
        assert page(ApiKey, key.row) in shown

    def test_a_hostile_name_is_escaped(self, desk: Client, db: None) -> None:
        partner = Partner.objects.create(name="<script>alert(1)</script>", created_at=AT)

        pages = [
            desk.get(page(Partner, partner)).content.decode(),
            desk.get(reverse("admin:vault_partner_changelist")).content.decode(),
            desk.get(reverse("admin:disbursements_disbursementrequest_upload")).content.decode(),
            desk.get(reverse("admin:disbursements_pause_start")).content.decode(),
        ]

        assert not any("<script>alert" in shown for shown in pages)


class TestKeys:
    def test_the_key_itself_is_never_shown(self, desk: Client, key: NewKey) -> None:
        shown = desk.get(page(ApiKey, key.row)).content.decode()

        assert key.row.prefix in shown
        assert key.key not in shown

    def test_revoking_ends_it_and_keeps_the_reason(self, desk: Client, key: NewKey) -> None:
        revoke = reverse("admin:vault_apikey_revoke", args=[key.row.pk])

        first = desk.post(revoke, CONFIRMED, follow=True)
        second = desk.post(revoke, CONFIRMED)

        key.row.refresh_from_db()
        assert key.row.revoked_at is not None
        assert "is revoked" in first.content.decode()
        assert second.status_code == 404
        assert Step.objects.filter(subject_type="ApiKey", because__contains=REASON).count() == 1

    def test_looking_is_not_revoking(self, key: NewKey) -> None:
        viewer = at_the_desk("vault.view_apikey")

        answer = viewer.post(reverse("admin:vault_apikey_revoke", args=[key.row.pk]), CONFIRMED)

        key.row.refresh_from_db()
        assert answer.status_code == 403
        assert key.row.revoked_at is None
