from ipaddress import ip_network
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config.environment import LIVE_DARAJA, Environment, read_environment

GOOD = {
    "DATABASE_URL": "postgresql://postgres@/vault",
    "VAULT_SECRET_KEY": "s" * 40,
    "VAULT_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "VAULT_PUBLIC_URL": "https://vault.example",
}


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Only these variables, read anew."""
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    def read(**values: str) -> Environment:
        for name, value in {**GOOD, **values}.items():
            monkeypatch.setenv(name, value)
        return read_environment.__wrapped__()

    return read


class TestReading:
    def test_defaults_are_those_of_the_documents(self, variables: Any) -> None:
        found = variables()

        assert found.vault_time_scale == 1
        assert found.daraja_base_url == "https://sandbox.safaricom.co.ke"
        assert found.mpesa_environment == "sandbox"

    def test_no_network_inside_is_called_unless_it_is_named(self, variables: Any) -> None:
        usual, told = variables(), variables(VAULT_MIFOS_PRIVATE_NETWORKS="10.20.0.0/16, fd00::/8")

        assert usual.vault_mifos_private_networks == ()
        assert told.vault_mifos_private_networks == (
            ip_network("10.20.0.0/16"), ip_network("fd00::/8"),
        )  # fmt: skip

    def test_lists_are_written_with_commas(self, variables: Any) -> None:
        first, second = Fernet.generate_key().decode(), Fernet.generate_key().decode()

        found = variables(
            VAULT_ENCRYPTION_KEYS=f"{first}, {second}", VAULT_CALLBACK_SOURCES="127.0.0.0/8,::1"
        )

        assert found.vault_encryption_keys == (first, second)
        assert found.vault_callback_sources == (ip_network("127.0.0.0/8"), ip_network("::1/128"))

    def test_callbacks_are_expected_from_the_published_addresses(self, variables: Any) -> None:
        found = variables(VAULT_CALLBACK_SOURCES="")

        assert ip_network("196.201.214.200/32") in found.vault_callback_sources

    def test_rent_is_as_the_source_document_says_unless_told_otherwise(
        self, variables: Any
    ) -> None:
        usual = variables()
        told = variables(PLATFORM_FEE_PERCENTAGE="7.5", AUTO_DISBURSEMENT="false")

        assert (usual.platform_fee_percentage, usual.auto_disbursement) == (5, True)
        assert (int(told.platform_fee_percentage * 100), told.auto_disbursement) == (750, False)

    def test_the_live_page_is_set_up_as_the_source_document_says(self, variables: Any) -> None:
        usual = variables()
        told = variables(
            REDIS_URL="redis://cache.example:6379/0",
            WS_ALLOWED_ORIGINS="https://desk.example, http://localhost:3000",
        )

        assert (usual.ws_heartbeat_interval, usual.ws_reconnect_delay) == (30_000, 5_000)
        assert (usual.redis_url, usual.ws_allowed_origins) == ("", ())
        assert told.redis_url == "redis://cache.example:6379/0"
        assert told.ws_allowed_origins == ("https://desk.example", "http://localhost:3000")

    def test_checks_are_as_the_source_document_says_unless_told_otherwise(
        self, variables: Any
    ) -> None:
        usual = variables()
        told = variables(
            RECONCILE_CALLBACK_DELAY_S="2", RECONCILE_EVERY_MINUTES="5",
            RECONCILE_STUCK_MAX="50", RECONCILE_RUNS_KEPT_DAYS="30",
            RECONCILE_CALLS_PER_MINUTE="600",
        )  # fmt: skip

        assert (usual.reconcile_callback_delay_s, usual.reconcile_every_minutes) == (0, 15)
        assert (usual.reconcile_stuck_max, usual.reconcile_runs_kept_days) == (10, 90)
        assert (told.reconcile_callback_delay_s, told.reconcile_every_minutes) == (2, 5)
        assert (told.reconcile_stuck_max, told.reconcile_runs_kept_days) == (50, 30)
        assert usual.reconcile_calls_per_minute == 120
        assert told.reconcile_calls_per_minute == 600

    def test_who_is_told_of_alerts_is_written_with_commas(self, variables: Any) -> None:
        usual = variables()
        told = variables(
            ADMIN_EMAIL="ops@example.org, finance@example.org",
            ADMIN_PHONE="+254700010001, 0700 010 002", VAULT_ALERT_ESCALATE_MINUTES="5",
            VAULT_ALERT_DIGEST_HOUR="0",
        )  # fmt: skip

        assert (usual.admin_email, usual.admin_phone) == ((), ())
        assert (usual.vault_alert_escalate_minutes, usual.vault_alert_digest_hour) == (30, 7)
        assert told.admin_email == ("ops@example.org", "finance@example.org")
        assert told.admin_phone == ("254700010001", "254700010002")
        assert (told.vault_alert_escalate_minutes, told.vault_alert_digest_hour) == (5, 0)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("ADMIN_EMAIL", "ops"),
            ("ADMIN_PHONE", "12345"),
            ("VAULT_ALERT_ESCALATE_MINUTES", "0"),
            ("VAULT_ALERT_DIGEST_HOUR", "24"),
        ],
    )
    def test_nobody_who_can_be_told_is_named(self, variables: Any, name: str, value: str) -> None:
        with pytest.raises(ImproperlyConfigured, match=f"{name}: "):
            variables(**{name: value})

    @pytest.mark.parametrize(
        "name",
        [
            "RECONCILE_CALLBACK_DELAY_S", "RECONCILE_EVERY_MINUTES", "RECONCILE_STUCK_MAX",
            "RECONCILE_RUNS_KEPT_DAYS", "RECONCILE_CALLS_PER_MINUTE",
        ],
    )  # fmt: skip
    def test_a_number_of_checks_that_is_none_is_named(self, variables: Any, name: str) -> None:
        with pytest.raises(ImproperlyConfigured, match=f"{name}: "):
            variables(**{name: "-1"})

    @pytest.mark.parametrize("percentage", ["-1", "100.5", "7.125", "five", "NaN"])
    def test_a_percentage_that_is_none_is_named(self, variables: Any, percentage: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="PLATFORM_FEE_PERCENTAGE: "):
            variables(PLATFORM_FEE_PERCENTAGE=percentage)

    def test_all_wrong_variables_are_told_at_once(self, variables: Any) -> None:
        with pytest.raises(ImproperlyConfigured) as told:
            variables(
                DATABASE_URL="mysql://here",
                VAULT_SECRET_KEY="short",
                VAULT_ENCRYPTION_KEYS="not-a-key",
                VAULT_TIME_SCALE="fast",
                VAULT_CALLBACK_SOURCES="everywhere",
                VAULT_MIFOS_PRIVATE_NETWORKS="10.20",
                MPESA_ENVIRONMENT="live",
                REDIS_URL="cache.example",
                WS_HEARTBEAT_INTERVAL="10",
                WS_ALLOWED_ORIGINS="https://desk.example/page",
            )

        for name in (
            "DATABASE_URL", "VAULT_SECRET_KEY", "VAULT_ENCRYPTION_KEYS", "VAULT_TIME_SCALE",
            "VAULT_CALLBACK_SOURCES", "VAULT_MIFOS_PRIVATE_NETWORKS", "MPESA_ENVIRONMENT",
            "REDIS_URL", "WS_HEARTBEAT_INTERVAL", "WS_ALLOWED_ORIGINS",
        ):  # fmt: skip
            assert name in str(told.value)

    def test_no_value_is_told(self, variables: Any) -> None:
        with pytest.raises(ImproperlyConfigured) as told:
            variables(VAULT_SECRET_KEY="hunter2", VAULT_ENCRYPTION_KEYS="opensesame")

        assert "hunter2" not in str(told.value)
        assert "opensesame" not in str(told.value)

    def test_what_is_not_set_is_named(
        self, variables: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(GOOD, "VAULT_PUBLIC_URL", "")

        with pytest.raises(ImproperlyConfigured, match="VAULT_PUBLIC_URL is not set"):
            variables()

    @pytest.mark.parametrize(
        "address", ["https://mpesa.example", "https://a.example/M-Pesa", "https://sqlhost.example"]
    )
    def test_an_address_that_safaricom_refuses_is_refused(
        self, variables: Any, address: str
    ) -> None:
        with pytest.raises(ImproperlyConfigured, match="Safaricom refuses"):
            variables(VAULT_PUBLIC_URL=address)


class TestRealMoney:
    def test_the_live_address_wants_the_word_production(self, variables: Any) -> None:
        with pytest.raises(ImproperlyConfigured, match="MPESA_ENVIRONMENT is sandbox"):
            variables(DARAJA_BASE_URL=LIVE_DARAJA)

    def test_the_word_production_wants_the_live_address(self, variables: Any) -> None:
        with pytest.raises(ImproperlyConfigured, match="MPESA_ENVIRONMENT is production"):
            variables(MPESA_ENVIRONMENT="production")

    def test_no_wait_is_shortened_for_real_money(self, variables: Any) -> None:
        live = {"DARAJA_BASE_URL": LIVE_DARAJA, "MPESA_ENVIRONMENT": "production"}

        assert variables(**live).vault_time_scale == 1
        with pytest.raises(ImproperlyConfigured, match="VAULT_TIME_SCALE must be 1"):
            variables(**live, VAULT_TIME_SCALE="60")
