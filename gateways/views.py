"""The door for callbacks: store, acknowledge, nothing else (daraja.md 7).

Only a validation is answered with more (gateways/validation.py).
"""

import logging
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from core import clock, peers
from gateways import inbox, registry, validation

logger = logging.getLogger(__name__)

BODY_BYTES_MAX = 1_048_576
STRANGERS_A_MINUTE_MAX = 60
ACCEPTED = b'{"ResultCode": 0, "ResultDesc": "Accepted"}'
JSON_TYPE = "application/json"
Network = IPv4Network | IPv6Network


class _Allowance:
    """So many a minute for this process."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._lock = Lock()
        self._minute = -1
        self._taken = 0

    def take(self) -> bool:
        """Whether one more is allowed in this minute."""
        minute = int(clock.stopwatch_s() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._taken = minute, 0
            self._taken += 1
            return self._taken <= self._a_minute


strangers = _Allowance(STRANGERS_A_MINUTE_MAX)


@csrf_exempt
def receive(request: HttpRequest, provider: str, kind: str, secret: str) -> HttpResponse:
    """Keep the raw body and answer 200; 503 only when it could not be kept anywhere.

    A stranger's body is never read, so that nobody holds a thread with a slow one.
    """
    began_s = clock.stopwatch_s()
    if kind not in registry.callback_kinds(provider):
        return HttpResponse(status=404)
    if request.method != "POST":
        return _not_posted(request, provider, kind, secret)
    fits = inbox.secret_fits(provider=provider, kind=kind, secret=secret)
    if not fits and not strangers.take():
        return HttpResponse(status=404)
    try:
        body = _body(request) if fits else b""
    except OSError:
        return HttpResponse(status=400)
    if body is None:
        return HttpResponse(status=413)
    if fits and not registry.signature_fits(
        provider=provider, headers=request.headers, body=body, at=clock.now()
    ):
        logger.error("A %s %s callback is not signed by its sender", provider, kind)
        return HttpResponse(status=400)
    listing = registry.is_from_a_list(provider)
    sources = tuple(settings.VAULT_CALLBACK_SOURCES) if listing else ()
    source, listed = _judge(peers.claimed_address(request), sources)
    try:
        inbox.store(
            provider=provider,
            kind=kind,
            secret=secret,
            secret_ok=fits,
            body=body,
            content_type=request.META.get("CONTENT_TYPE", ""),
            source_address=source,
            source_listed=listed,
        )
    except inbox.NotStored as error:
        logger.critical("A callback was not stored: %s", error)
        return HttpResponse(status=503 if fits else 404)
    if not fits:
        return HttpResponse(status=404)
    if registry.waits_for_us(provider, kind):
        digest = inbox.secret_digest(secret)
        answer = validation.reply(
            provider=provider, kind=kind, body=body, secret_digest=digest, began_s=began_s
        )
        return HttpResponse(answer, content_type=JSON_TYPE)
    return HttpResponse(ACCEPTED, content_type=JSON_TYPE)


def _not_posted(request: HttpRequest, provider: str, kind: str, secret: str) -> HttpResponse:
    """Some providers open an address before they register it (fineract.md 6.1)."""
    if request.method != "GET" or not registry.is_tried_by_get(provider, kind):
        return HttpResponse(status=405, headers={"Allow": "POST"})
    fits = inbox.secret_fits(provider=provider, kind=kind, secret=secret)
    return HttpResponse(status=200 if fits else 404)


def _body(request: HttpRequest) -> bytes | None:
    """The raw body, None when it is over BODY_BYTES_MAX; never more than that is read."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdigit() and int(announced) > BODY_BYTES_MAX:
        return None
    stream = request
    if not announced and "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        # Django takes a body without a length for an empty one.
        stream = request.META.get("wsgi.input", request)
    body = stream.read(BODY_BYTES_MAX + 1)
    return None if len(body) > BODY_BYTES_MAX else body


@lru_cache(maxsize=1024)
def _judge(address: str, sources: tuple[Network, ...]) -> tuple[str | None, bool]:
    """The address in normal form, and whether it is listed; without a list everybody is."""
    source = peers.normal_form(address)
    if not source:
        return None, not sources
    judged = ip_address(source)
    return source, not sources or any(judged in network for network in sources)
