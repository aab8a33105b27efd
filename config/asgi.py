"""The ASGI doors: `application` answers pages and sockets on one port, `live` sockets alone."""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
pages = get_wsgi_application()

from config.lost_peers import close_lost_peers  # noqa: E402 - Django is set up first
from config.serving import THREADS  # noqa: E402
from config.wsgi_bridge import WsgiBridge  # noqa: E402
from reconciliation.consumers import PATH, ReconciliationConsumer  # noqa: E402
from reconciliation.operations.live import live_here, stop_here  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

socket = ReconciliationConsumer.as_asgi()
http = WsgiBridge(pages, threads=THREADS)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Pages, API, callbacks and the socket."""
    if scope["type"] == "http":
        await http(scope, receive, send)
    else:
        await live(scope, receive, send)


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """The socket, and whether it is there."""
    if scope["type"] == "websocket" and scope["path"] == PATH:
        await socket(scope, receive, send)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close"})
    elif scope["type"] == "http":
        await _only_sockets(scope, send)
    else:
        await _lifespan(receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    live_here()
    closing = asyncio.create_task(close_lost_peers())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    closing.cancel()
    await stop_here()
    await send({"type": "lifespan.shutdown.complete"})


async def _only_sockets(scope: Scope, send: Send) -> None:
    is_up = scope["path"] == "/health/live"
    status = HTTPStatus.OK if is_up else HTTPStatus.UPGRADE_REQUIRED
    headers = [(b"content-type", b"application/json"), (b"upgrade", b"websocket")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b'{"status": "ok"}' if is_up else b'{"success": false, "error": "Sockets only."}'
    await send({"type": "http.response.body", "body": body})
