"""What is sent to Mifos X: addresses, headers, the list's filter (fineract.md 1, 2.1, 3.2)."""

import re
from base64 import b64encode
from urllib.parse import quote, urlencode

from gateways.errors import Declined
from gateways.interface import (
    LOAN_KEY_CHARACTERS_MAX,
    LOANS_PAGE_MAX,
    AccessRefused,
    DisbursalOrder,
    LoanAccess,
)

SERVLET = "/fineract-provider"
API = f"{SERVLET}/api/v1"
TENANT_HEADER = "Fineract-Platform-TenantId"
KEY_HEADER = "Idempotency-Key"
APPROVED = 200
# From here on: `status` instead of `sqlSearch`, idempotency, transactions by external id.
NEW_FAMILY = (1, 9)
BAD_ORDER = "bad_order"
_HEADER_TEXT = re.compile(r"[!-~]{1,100}", re.ASCII)
_KEY = re.compile(rf"[!-~]{{1,{LOAN_KEY_CHARACTERS_MAX}}}", re.ASCII)
_VERSION = re.compile(
    r"(?<![0-9.])([0-9]{1,3})\.([0-9]{1,3})(?:\.([0-9]{1,3}))?(?![0-9])", re.ASCII
)


def server_of(host: str) -> str:
    """The address before the servlet, whether the host was written with its path or not."""
    return host.rstrip("/").removesuffix(API).removesuffix(SERVLET).rstrip("/")


def headers_of(access: LoanAccess) -> dict[str, str]:
    """Tenant and Basic credentials, on each call. Raises AccessRefused."""
    if not _HEADER_TEXT.fullmatch(access.tenant):
        raise AccessRefused("The tenant is its identifier, such as default", code="tenant")
    if not access.username or ":" in access.username or not access.password:
        raise AccessRefused("The user has a name without a colon, and a password", code="user")
    pair = b64encode(f"{access.username}:{access.password}".encode()).decode()
    return {TENANT_HEADER: access.tenant, "Authorization": f"Basic {pair}"}


def list_query(*, version: str, offset: int) -> str:
    """The filter of this version's family, a page, and the order that it lacks by itself."""
    family = family_of(version)
    older = bool(family) and family < NEW_FAMILY
    told: dict[str, str | int] = (
        {"sqlSearch": f"l.loan_status_id in ({APPROVED})"} if older else {"status": APPROVED}
    )
    page = {"orderBy": "id", "sortOrder": "ASC", "limit": LOANS_PAGE_MAX, "offset": offset}
    return urlencode(told | page)


def finds_by_external_id(version: str) -> bool:
    """Whether a transaction can be looked up by its external id; unknown versions are tried."""
    family = family_of(version)
    return not family or family >= NEW_FAMILY


def in_path(text: str) -> str:
    """A text as one segment of a path."""
    return quote(text, safe="")


def plain_version(text: str) -> str:
    """`1.9.0` of `1.9.0-SNAPSHOT`; empty for what names no release, such as 0.0.0."""
    found = _VERSION.search(text)
    if not found or found[1] == "0":
        return ""
    return ".".join(part for part in found.groups() if part is not None)


def family_of(version: str) -> tuple[int, ...]:
    """(1, 9) of `1.9.0`; empty for none."""
    return tuple(int(part) for part in plain_version(version).split(".")[:2] if part)


def check_order(order: DisbursalOrder) -> None:
    """What the server would misread does not leave. Raises Declined `bad_order`."""
    problem = ""
    if not _KEY.fullmatch(order.idempotency_key):
        problem = f"The key has 1 to {LOAN_KEY_CHARACTERS_MAX} plain characters, such as a UUID"
    elif order.loan_id <= 0 or not order.body.get("actualDisbursementDate"):
        problem = "An order names its loan and its day, such as 7 and 2026-11-21"
    if problem:
        raise Declined(problem, code=BAD_ORDER)
