"""Whose machine sent a request: an address in normal form."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def claimed_address(request: HttpRequest) -> str:
    """As it was said; a forwarded one only from as many proxies as we run ourselves."""
    proxies = settings.VAULT_TRUSTED_PROXIES
    if proxies == 0:
        return request.META.get("REMOTE_ADDR", "")
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return hops[-proxies] if len(hops) >= proxies else ""


def address_of(request: HttpRequest) -> str:
    """The sender's address in normal form; empty when it cannot be told."""
    return normal_form(claimed_address(request))


def normal_form(address: str) -> str:
    """Without blanks and scope, IPv4 also when it came mapped into IPv6; empty when unreadable."""
    try:
        found = ip_address(address.strip())
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found).partition("%")[0]
