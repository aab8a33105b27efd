"""A provider that takes every payout after 100 ms: `python -m tests.bench.provider`."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from functools import partial

DELAY_S = 0.1
TOKEN = json.dumps({"access_token": "bench", "expires_in": "3599"}).encode()
Reply = Callable[[bytes, bytes], Awaitable[bytes]]


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, by: Reply) -> None:
    """Answer each request of a connection `by` its head and body."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = 0
            for line in head.split(b"\r\n"):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            body = await by(head, await reader.readexactly(length))
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
            )
            await writer.drain()
    writer.close()


async def taken(head: bytes, sent: bytes) -> bytes:
    """A token at once, an acknowledgement after a while."""
    if head.startswith(b"GET"):
        return TOKEN
    await asyncio.sleep(DELAY_S)
    reference = json.loads(sent)["OriginatorConversationID"]
    return json.dumps(
        {
            "ConversationID": f"AG_20261121_{reference}",
            "OriginatorConversationID": reference,
            "ResponseCode": "0",
            "ResponseDescription": "Accept the service request successfully.",
        }
    ).encode()


async def serve(by: Reply) -> None:
    """Answer on a free port, whose number is the first line of standard output."""
    server = await asyncio.start_server(partial(answer, by=by), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(taken))
