"""The yardstick of `bench live`: a bare socket server that sends each message to everybody."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
_everybody: set[Callable[[Message], Awaitable[None]]] = set()


async def application(scope: Message, receive: Any, send: Any) -> None:
    """No database, no rights, no queues: what the server itself can do."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    _everybody.add(send)
    try:
        while (message := await receive())["type"] == "websocket.receive":
            text = {"type": "websocket.send", "text": message["text"]}
            await asyncio.gather(*(each(text) for each in _everybody))
    finally:
        _everybody.discard(send)
