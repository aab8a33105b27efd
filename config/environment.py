"""The configuration: environment variables, typed, all wrong ones reported at once."""

import base64
import binascii
import re
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from django.core.exceptions import ImproperlyConfigured
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic.networks import IPvAnyNetwork
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core import phones

# Where Daraja's callbacks come from, as published (daraja.md 7); 0.0.0.0/0,::/0 is "anywhere".
PUBLISHED_SOURCES = (
    "196.201.214.200", "196.201.214.206", "196.201.214.207", "196.201.214.208",
    "196.201.213.114", "196.201.213.44", "196.201.212.127", "196.201.212.128",
    "196.201.212.129", "196.201.212.132", "196.201.212.136", "196.201.212.138",
    "196.201.212.69", "196.201.212.74",
)  # fmt: skip
ORIGIN = re.compile(r"https?://[^/\s*]+", re.IGNORECASE)
CommaList = Annotated[tuple[str, ...], NoDecode]
LIVE_DARAJA = "https://api.safaricom.co.ke"
SECRET_KEY_LENGTH_MIN = 32
ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
FORBIDDEN_WORDS = re.compile(r"m-?pesa|safaricom|exe|cmd|sql|query", re.IGNORECASE)


class Environment(BaseSettings):
    """Every variable that the product reads. Names are the environment's, in upper case."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, frozen=True)

    database_url: str = Field(pattern=r"^postgres(ql)?://")
    vault_secret_key: str = Field(min_length=SECRET_KEY_LENGTH_MIN)
    vault_secret_key_fallbacks: CommaList = ()
    vault_encryption_keys: CommaList = Field(min_length=1)
    vault_public_url: str = Field(pattern=r"^https?://[^/\s]+(/[^\s]*)?$")
    vault_time_scale: float = Field(default=1, gt=0, le=100_000)
    vault_data_dir: Path = Path(".vault")
    vault_allowed_hosts: CommaList = ()
    vault_callback_sources: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = Field(
        default=PUBLISHED_SOURCES, validate_default=True
    )
    vault_mifos_private_networks: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    vault_trusted_proxies: int = Field(default=0, ge=0, le=5)
    vault_max_retries_limit: int = Field(default=10, ge=0, le=50)
    vault_confirm_above_kes: int | None = Field(default=None, ge=1)
    vault_staff_token_minutes: int = Field(default=15, ge=1, le=60)
    admin_email: CommaList = ()
    admin_phone: CommaList = ()
    vault_alert_escalate_minutes: int = Field(default=30, ge=1, le=1440)
    vault_alert_digest_hour: int = Field(default=7, ge=0, le=23)
    reconcile_callback_delay_s: int = Field(default=0, ge=0, le=3600)
    reconcile_every_minutes: int = Field(default=15, ge=1, le=1440)
    reconcile_stuck_max: int = Field(default=10, ge=0, le=10_000)
    reconcile_runs_kept_days: int = Field(default=90, ge=1, le=3650)
    reconcile_calls_per_minute: int = Field(default=120, ge=1, le=100_000)
    debug: CommaList = ()
    redis_url: str = Field(default="", pattern=r"^(rediss?://[^\s]+)?$")
    vault_metrics_token: str = Field(default="", pattern=r"^([\x21-\x7e]{16,})?$")
    ws_heartbeat_interval: int = Field(default=30_000, ge=1_000, le=600_000)
    ws_reconnect_delay: int = Field(default=5_000, ge=100, le=600_000)
    ws_allowed_origins: CommaList = ()
    daraja_base_url: str = Field(
        default="https://sandbox.safaricom.co.ke", pattern=r"^https?://[^/\s]+$"
    )
    africastalking_base_url: str = Field(
        default="https://api.sandbox.africastalking.com", pattern=r"^https?://[^/\s]+$"
    )
    africastalking_username: str = ""
    africastalking_api_key: str = ""
    africastalking_sender: str = ""
    email_host: str = ""
    email_port: int = Field(default=587, ge=1, le=65535)
    email_host_user: str = ""
    email_host_password: str = ""
    email_use_tls: bool = True
    default_from_email: str = Field(default="payments@localhost", pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    platform_fee_percentage: Decimal = Field(default=Decimal(5), ge=0, le=100, decimal_places=2)
    auto_disbursement: bool = True
    vault_refuse_unknown_accounts: bool = False
    stripe_api_base: str = Field(default="https://api.stripe.com", pattern=r"^https?://[^/\s]+$")
    stripe_webhook_secrets: CommaList = ()
    mpesa_consumer_key: str = ""
    mpesa_consumer_secret: str = ""
    mpesa_business_short_code: str = Field(default="", pattern=r"^([0-9]{5,7})?$")
    mpesa_passkey: str = ""
    mpesa_initiator_name: str = ""
    mpesa_security_credential: str = ""
    mpesa_environment: Literal["sandbox", "production"] = "sandbox"
    mpesa_c2b_response_type: Literal["Completed", "Cancelled"] = "Completed"

    @field_validator(
        "vault_secret_key_fallbacks",
        "vault_encryption_keys",
        "vault_allowed_hosts",
        "vault_callback_sources",
        "vault_mifos_private_networks",
        "stripe_webhook_secrets",
        "ws_allowed_origins",
        "admin_email",
        "admin_phone",
        "debug",
        mode="before",
    )
    @classmethod
    def split_commas(cls, value: object) -> object:
        """`a, b` is two entries."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("admin_email")
    @classmethod
    def check_addresses(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        """Mailboxes."""
        for address in addresses:
            if not ADDRESS.fullmatch(address):
                raise ValueError(f"{address[:60]!r} is no address, such as ops@example.org")
        return addresses

    @field_validator("admin_phone")
    @classmethod
    def check_phones(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        """Kenyan mobile numbers, in one form."""
        return tuple(phones.normal_form(text) for text in texts)

    @field_validator("vault_public_url")
    @classmethod
    def check_words(cls, url: str) -> str:
        """Safaricom refuses callback addresses with these words (daraja.md 5.4)."""
        found = FORBIDDEN_WORDS.search(url)
        if found:
            raise ValueError(
                f"contains {found.group()!r}, which Safaricom refuses in callback addresses"
            )
        return url

    @field_validator("ws_allowed_origins")
    @classmethod
    def check_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        """Addresses without a path, as a browser names them."""
        for origin in origins:
            if not ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin[:60]!r} is no origin, such as https://desk.example.co.ke"
                )
        return origins

    @field_validator("vault_encryption_keys")
    @classmethod
    def check_keys(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        """Each key is 32 bytes in URL-safe base64, as `Fernet.generate_key()` makes them."""
        for position, key in enumerate(keys, start=1):
            try:
                length = len(base64.urlsafe_b64decode(key.encode()))
            except (binascii.Error, ValueError):
                length = 0
            if length != 32:
                raise ValueError(
                    f"entry {position} is not a key: make one with "
                    "`python3 run.py manage new_encryption_key`"
                )
        return keys

    @model_validator(mode="after")
    def check_live(self) -> Self:
        """Real money is called real money, and moves at the clock's pace."""
        live = self.daraja_base_url == LIVE_DARAJA
        if live != (self.mpesa_environment == "production"):
            raise ValueError(
                f"MPESA_ENVIRONMENT is {self.mpesa_environment}, but DARAJA_BASE_URL is "
                f"{self.daraja_base_url}: production belongs to {LIVE_DARAJA}, and only to it"
            )
        if live and self.vault_time_scale != 1:
            raise ValueError("VAULT_TIME_SCALE must be 1 where DARAJA_BASE_URL is the live one")
        return self


@lru_cache(maxsize=1)
def read_environment() -> Environment:
    """The environment, or ImproperlyConfigured with a line for each wrong variable."""
    try:
        return Environment()  # type: ignore[call-arg]
    except ValidationError as error:
        lines = [_line(problem) for problem in error.errors(include_url=False)]
        raise ImproperlyConfigured(
            "The configuration is not complete:\n" + "\n".join(sorted(lines))
        ) from None


def _line(problem: ErrorDetails) -> str:
    if not problem["loc"]:
        return f"  {problem['msg'].removeprefix('Value error, ')}"
    name = str(problem["loc"][0]).upper()
    if problem["type"] == "missing":
        return f"  {name} is not set"
    return f"  {name}: {problem['msg'].removeprefix('Value error, ')}"
