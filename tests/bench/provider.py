"""A provider that takes every payout after 100 ms: `python -m tests.bench.provider`."""

import asyncio
import contextlib
import json

DELAY_S = 0.1
TOKEN = json.dumps({"access_token": "bench", "expires_in": "3599"}).encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = 0
            for line in head.split(b"\r\n"):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            sent = await reader.readexactly(length)
            body = TOKEN if head.startswith(b"GET") else await taken(sent)
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
            )
            await writer.drain()
    writer.close()


async def taken(sent: bytes) -> bytes:
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


async def main() -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
