"""One call, one try: a total deadline, a byte cap, no redirects (platform.md 5)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from urllib.parse import urlencode

import requests
from urllib3.exceptions import HTTPError

from core import clock
from core.masking import without_secrets
from gateways.errors import Unclear, Unreachable
from gateways.http.connections import current
from gateways.http.guarded import Guard, Guarded, adapter_for
from gateways.interface import Exchange

USER_AGENT = "Mozilla/5.0 (compatible; PaymentVault/1.0)"
READ_BYTES = 65_536
LOGGED_CHARACTERS_MAX = 4_000
ERROR_CHARACTERS_MAX = 300
GUARDED = "guarded"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long one call may take and how much it may bring back, after decompression."""

    connect_timeout_s: float = 5.0
    read_timeout_s: float = 20.0
    deadline_s: float = 25.0
    body_bytes_max: int = 262_144


LIMITS = Limits()


@dataclass(frozen=True, kw_only=True)
class HttpAnswer:
    """A whole answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    exchange: Exchange


def post_json(
    *, url: str, body: Mapping[str, object], headers: Mapping[str, str], limits: Limits = LIMITS,
    guard: Guard | None = None,
) -> HttpAnswer:  # fmt: skip
    """POST once. Raises Unreachable when nothing left this machine, Unclear after that.

    What `guard` does not let out is Unreachable with the code GUARDED.
    """
    content = json.dumps(body, ensure_ascii=False).encode()
    whole = {"Content-Type": "application/json", **headers}
    return _call("POST", url, content, whole, limits, guard)


def post_form(
    *, url: str, fields: Mapping[str, str], headers: Mapping[str, str], limits: Limits = LIMITS
) -> HttpAnswer:
    """POST a form once. Raises like post_json."""
    content_type = {"Content-Type": "application/x-www-form-urlencoded"}
    whole = {**content_type, **headers}
    return _call("POST", url, urlencode(fields).encode(), whole, limits, None)


def get(
    *, url: str, headers: Mapping[str, str], limits: Limits = LIMITS, guard: Guard | None = None
) -> HttpAnswer:
    """GET once. Raises like post_json."""
    return _call("GET", url, None, headers, limits, guard)


def _call(
    method: str, url: str, content: bytes | None, headers: Mapping[str, str], limits: Limits,
    guard: Guard | None,
) -> HttpAnswer:  # fmt: skip
    started_at, began_s = clock.now(), clock.stopwatch_s()
    current.deadline_s = began_s + limits.deadline_s
    current.connecting = current.sent = False
    status: int | None = None
    body = b""
    try:
        with _open(method, url, content, headers, limits, guard) as response:
            status = response.status_code
            body = _read(response, limits.body_bytes_max)
    except Guarded as error:
        exchange = _exchange(method, url, content, started_at, began_s, None, b"", str(error))
        raise Unreachable(_short(str(error)), code=GUARDED, exchange=exchange) from error
    except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        exchange = _exchange(method, url, content, started_at, began_s, status, body, reason)
        if _may_have_arrived(error) or status is not None:
            raise Unclear(_short(reason), exchange=exchange) from error
        raise Unreachable(_short(reason), exchange=exchange) from error
    exchange = _exchange(method, url, content, started_at, began_s, status, body, "")
    return HttpAnswer(status=status, headers=response.headers, body=body, exchange=exchange)


def _may_have_arrived(error: Exception) -> bool:
    # A TLS handshake that times out is a ReadTimeout too: the connection itself knows better.
    return current.sent or (not current.connecting and isinstance(error, requests.ReadTimeout))


def _open(
    method: str, url: str, content: bytes | None, headers: Mapping[str, str], limits: Limits,
    guard: Guard | None,
) -> requests.Response:  # fmt: skip
    # Straight to the adapter: no redirects, no cookies, no proxies or .netrc of the environment.
    request = requests.PreparedRequest()
    own = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"}
    request.prepare(method=method, url=url, headers={**own, **headers}, data=content)
    adapter = adapter_for(url, guard)
    timeout = (limits.connect_timeout_s, limits.read_timeout_s)
    return adapter.send(request, stream=True, timeout=timeout, verify=True)


def _read(response: requests.Response, bytes_max: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(READ_BYTES):
        body += chunk
        if len(body) > bytes_max:
            raise ValueError(f"the answer is larger than {bytes_max} bytes")
    return bytes(body)


def _exchange(
    method: str, url: str, content: bytes | None, started_at: datetime, began_s: float,
    status: int | None, body: bytes, error: str,
) -> Exchange:  # fmt: skip
    return Exchange(
        method=method,
        url=without_secrets(url),
        started_at=started_at,
        duration_ms=int((clock.stopwatch_s() - began_s) * 1000),
        request_body=_logged(content or b""),
        http_status=status,
        response_body=_logged(body),
        error=_short(error),
    )


def _logged(body: bytes) -> str:
    text = body.decode("utf-8", "replace").replace("\0", "")
    # Cut after masking: a secret cut in two would no longer be seen as one.
    return without_secrets(text)[:LOGGED_CHARACTERS_MAX]


def _short(reason: str) -> str:
    return without_secrets(reason.replace("\0", ""))[:ERROR_CHARACTERS_MAX]
