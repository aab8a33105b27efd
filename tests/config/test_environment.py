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
            )

        for name in (
            "DATABASE_URL", "VAULT_SECRET_KEY", "VAULT_ENCRYPTION_KEYS", "VAULT_TIME_SCALE",
            "VAULT_CALLBACK_SOURCES", "VAULT_MIFOS_PRIVATE_NETWORKS", "MPESA_ENVIRONMENT",
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
