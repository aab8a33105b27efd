"""Addresses that a person typed in: what may be called at all (attack 38).

An address is judged twice: as it is written, and as what it resolves to when it is called.
"""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

EXAMPLE = "such as https://mifos.example.org:8443"
URL_CHARACTERS_MAX = 255
TLS_PORTS = frozenset({443, 8443})
FREE_PORTS_FROM = 1024
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)
_NUMBER_LIKE = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*", re.ASCII)
_IPV6_GLOBAL = IPv6Network("2000::/3")


def address_problem(url: str, networks: Sequence[Network]) -> str:
    """Why this address may not be called, in a sentence with an example; empty when it may.

    `networks`: those inside that may be called all the same, and without TLS.
    """
    if not url or len(url) > URL_CHARACTERS_MAX:
        return f"write 1 to {URL_CHARACTERS_MAX} characters, {EXAMPLE}"
    if not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>'):
        return f"write the address in plain letters, without blanks, {EXAMPLE}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return f"that is not an address, {EXAMPLE}"
    return _parts_problem(parts, port, networks)


def target_problem(
    host: str, address: Address, networks: Sequence[Network], *, secured: bool
) -> str:
    """Why a connection to `address`, which `host` stands for, may not be made; or empty.

    Without TLS only `networks` may be reached.
    """
    judged = _unwrapped(address)
    named = f"{host} is {judged}" if host.strip("[]") != str(judged) else str(judged)
    if judged.is_multicast or judged.is_unspecified or judged.is_link_local:
        return f"{named}, which is never a server's: write the server's own address, {EXAMPLE}"
    if any(judged in network for network in networks):
        return ""
    if not _is_public(judged):
        return (
            f"{named}, which is inside: whoever runs this vault has to name its network in "
            "VAULT_MIFOS_PRIVATE_NETWORKS, such as 10.20.0.0/16"
        )
    if not secured:
        return f"{named}, which is outside: only https is spoken there, {EXAMPLE}"
    return ""


def _parts_problem(parts: SplitResult, port: int | None, networks: Sequence[Network]) -> str:
    if parts.scheme != "https" and not (parts.scheme == "http" and networks):
        return f"write an address that begins with https, {EXAMPLE}"
    if "@" in parts.netloc:
        return f"write the user into its own field, not into the address, {EXAMPLE}"
    if parts.query or parts.fragment or not _PATH.fullmatch(parts.path) or "/.." in parts.path:
        return f"write the address without anything behind its path, {EXAMPLE}"
    secured = parts.scheme == "https"
    used = port if port is not None else (443 if secured else 80)
    if used not in TLS_PORTS and used < FREE_PORTS_FROM:
        return f"port {used} is not called: 443, 8443 and those from 1024 are, {EXAMPLE}"
    return _host_problem(parts, networks, secured=secured)


def _host_problem(parts: SplitResult, networks: Sequence[Network], *, secured: bool) -> str:
    host = parts.hostname or ""
    bracketed = parts.netloc.startswith("[")
    labels = host.split(".")
    if bracketed or _NUMBER_LIKE.fullmatch(labels[-1]):
        try:
            address = ip_address(host)
        except ValueError:
            return f"write a number as four parts, such as https://192.0.2.7, or a name, {EXAMPLE}"
        return target_problem(host, address, networks, secured=secured)
    if not all(_NAME.fullmatch(label) for label in labels):
        return f"that is not the name of a server, {EXAMPLE}"
    if any(label.lower().startswith("xn--") for label in labels):
        return f"names with foreign letters can look like others: write a plain one, {EXAMPLE}"
    return ""


def _unwrapped(address: Address) -> Address:
    """The address that a packet would go to: IPv6 can carry an IPv4 one."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_reserved
    # 6to4 and Teredo lead on to IPv4 addresses that nobody would have judged.
    carries = address.sixtofour is not None or address.teredo is not None
    return address.is_global and address in _IPV6_GLOBAL and not carries
