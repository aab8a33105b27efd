"""What a Mifos X connection is made of, its normal form, and what is wrong with it.

Whether the host may be reached at all is asked of the border, which resolves its name.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from zoneinfo import available_timezones

from vault.rules.names import problem_of

Problems = list[tuple[str, str]]

REQUESTS_PER_MINUTE_MAX = 1_200
PASSWORD_CHARACTERS_MAX = 200
CA_CHARACTERS_MAX = 65_536
HOST_CHARACTERS_MAX = 255
VERSION_CHARACTERS_MAX = 40
# Whoever changes one of these changes who says what is paid, or from which account.
CONFIRMED = ("host", "tenant", "username", "ca_bundle", "shortcode")
# With another server, user or trust the password is typed anew: it goes nowhere unasked.
PASSWORD_ANEW = ("host", "username", "ca_bundle")
# What a test of the connection found out does not hold for another one of these.
CHECKED = ("host", "tenant", "username", "ca_bundle", "password")
LABELS = {
    "ca_bundle": "certificates", "payment_type_name": "payment type", "office_name": "office",
    "version_override": "version", "time_zone": "time zone",
    "requests_per_minute": "requests a minute",
}  # fmt: skip
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)
_VERSION = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){1,2}([-.][A-Za-z0-9.-]{1,20})?", re.ASCII)
_API_PATH = re.compile(r"/fineract-provider(/api(/v1)?)?/*$")
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


@dataclass(frozen=True, kw_only=True)
class ConnectionValues:
    """All of a connection that people set. `password` None leaves it as it is; `shortcode` is a
    number, empty where the partner has one. Requests per minute."""

    host: str
    tenant: str
    username: str
    password: str | None = field(default=None, repr=False)
    ca_bundle: str = ""
    time_zone: str = "Africa/Nairobi"
    version_override: str = ""
    payment_type_name: str = "M-Pesa"
    office_name: str = ""
    shortcode: str = ""
    requests_per_minute: int = 120


def checked(values: ConnectionValues) -> tuple[ConnectionValues, Problems]:
    """The normal form, and each problem as (field, sentence)."""
    values = replace(
        values,
        host=_normal_host(values.host),
        ca_bundle=values.ca_bundle.strip().replace("\r\n", "\n"),
        **{name: getattr(values, name).strip() for name in _TEXTS},
    )
    problems = [*_address_problems(values), *_text_problems(values)]
    if not 1 <= values.requests_per_minute <= REQUESTS_PER_MINUTE_MAX:
        wanted = f"write 1 to {REQUESTS_PER_MINUTE_MAX} requests a minute, such as 120"
        problems.append(("requests_per_minute", wanted))
    return values, problems


def label(name: str) -> str:
    """The column's name for people, as the trail has it."""
    return LABELS.get(name, name)


def digest(*, host: str, tenant: str, username: str, ca_bundle: str, shortcode: str) -> str:
    """What a person who confirms has seen: 16 characters that change with any part of it."""
    parts = [host, tenant, username, ca_bundle, shortcode]
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:16]


def place(host: str, tenant: str) -> tuple[str, str]:
    """Where loans are, however it was written: the same for two ways to the same tenant."""
    return re.sub(r"^(https://[^/]+):443(?=/|$)", r"\1", host), tenant.casefold()


def ca_in_words(ca_bundle: str) -> str:
    """Which certificates are trusted, short enough for a trail."""
    if not ca_bundle:
        return "those of the system"
    count = ca_bundle.count("-----BEGIN CERTIFICATE-----")
    return f"{count} of its own, sha256 {hashlib.sha256(ca_bundle.encode()).hexdigest()[:16]}"


_TEXTS = (
    "tenant", "username", "time_zone", "version_override", "payment_type_name", "office_name",
    "shortcode",
)  # fmt: skip


def _normal_host(text: str) -> str:
    """`https://mifos.example.org:8443`, also of an address copied out of a browser."""
    host = _API_PATH.sub("", text.strip()).rstrip("/")
    scheme, found, rest = host.partition("://")
    if not found:
        return host
    name, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{name.lower()}{slash}{path}"


def _address_problems(values: ConnectionValues) -> Iterable[tuple[str, str]]:
    if not values.host or len(values.host) > HOST_CHARACTERS_MAX:
        yield "host", "write the address of the server, such as https://mifos.example.org:8443"
    if not _TENANT.fullmatch(values.tenant):
        yield (
            "tenant",
            ("write 1 to 100 letters, digits, dots, dashes and underscores, such as default"),
        )
    if values.username.count(":") or problem_of(
        values.username, length_max=100, example="payment-vault"
    ):
        yield "username", "write 1 to 100 characters without a colon, such as payment-vault"
    if values.password is not None and not 1 <= len(values.password) <= PASSWORD_CHARACTERS_MAX:
        yield "password", f"write 1 to {PASSWORD_CHARACTERS_MAX} characters"
    if values.ca_bundle and (
        len(values.ca_bundle) > CA_CHARACTERS_MAX or _CERTIFICATE.sub("", values.ca_bundle).strip()
    ):
        yield (
            "ca_bundle",
            (
                "paste certificates only, as PEM, each from -----BEGIN CERTIFICATE----- to "
                "-----END CERTIFICATE-----, or leave it empty"
            ),
        )


def _text_problems(values: ConnectionValues) -> Iterable[tuple[str, str]]:
    if values.time_zone not in _zones():
        yield (
            "time_zone",
            (f"{values.time_zone[:40]!r} is no time zone: write it as Africa/Nairobi"),
        )
    if len(values.version_override) > VERSION_CHARACTERS_MAX or (
        values.version_override and not _VERSION.fullmatch(values.version_override)
    ):
        yield "version_override", "write it as 1.8.4, or leave it empty to have it found out"
    wrong = problem_of(values.payment_type_name, length_max=100, example="M-Pesa")
    if wrong:
        yield "payment_type_name", wrong
    if values.office_name:
        wrong = problem_of(values.office_name, length_max=100, example="Head Office")
        if wrong:
            yield "office_name", wrong


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
