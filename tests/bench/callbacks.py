"""`bench callbacks`: our callback view beside a minimal view that inserts one row.

Same server, same database, same bodies, in turns, so that a busy machine slows both alike.
"""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection

from tests.bench.surroundings import child, peak_mb

COUNT = 16_000
ROUNDS = 4
CLIENTS = 8
GOAL = 0.8
START_LIMIT_S = 30
BODY = json.dumps(
    {
        "Result": {
            "ResultType": 0,
            "ResultCode": 0,
            "ResultDesc": "The service request is processed successfully.",
            "OriginatorConversationID": "PV0123456789ABCDEFG",
            "ConversationID": "AG_20261121_0000bench",
            "TransactionID": "UKL0000001",
            "ResultParameters": {
                "ResultParameter": [
                    {"Key": "TransactionAmount", "Value": 1250},
                    {"Key": "TransactionReceipt", "Value": "UKL0000001"},
                    {"Key": "ReceiverPartyPublicName", "Value": "254700000001 - A EXAMPLE"},
                ]
            },
        }
    }
).encode()


def run(count: int | None) -> dict[str, Any]:
    """Serve, post in turns, and compare the medians of the rounds."""
    from gateways import inbox

    each = (count or COUNT) // ROUNDS
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_row (id bigserial PRIMARY KEY, body bytea NOT NULL,"
            " received_at timestamptz NOT NULL DEFAULT now())"
        )
    port = _free_port()
    secret = inbox.new_secret(provider="daraja", kind="payout")
    ours, minimal = [], []
    with child("manage.py", "serve", "--port", str(port)) as server:
        _wait_until_up(port)
        for _ in range(ROUNDS):
            minimal.append(_rate(port, "/bench/row/", each))
            ours.append(_rate(port, f"/callbacks/daraja/payout/{secret}/", each))
        peak = max(peak_mb(pid) for pid in [server.pid, *_children(server.pid)])
    kept = _count("gateways_callback")
    if kept != each * ROUNDS:
        raise SystemExit(f"{kept} of {each * ROUNDS} callbacks were kept")
    return {
        "callbacks": each * ROUNDS,
        "clients": CLIENTS,
        "minimal view, per second": round(median(minimal), 1),
        "our callback view, per second": round(median(ours), 1),
        "ratio": round(median(ours) / median(minimal), 2),
        "goal": f"at least {GOAL}",
        "peak memory of a server process, MB": peak,
    }


def _rate(port: int, path: str, count: int) -> float:
    share = count // CLIENTS
    started = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda _: _client(port, path, share), range(CLIENTS)))
    return share * CLIENTS / (time.monotonic() - started)


def _client(port: int, path: str, count: int) -> None:
    """One kept-alive connection that posts and reads by hand: a client that costs little."""
    request = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n"
    ).encode() + BODY
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connected:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            connected.sendall(request)
            answer = b""
            while b"}" not in answer:
                more = connected.recv(4096)
                if not more:
                    raise SystemExit("the server closed the connection")
                answer += more
            if not answer.startswith(b"HTTP/1.1 200"):
                raise SystemExit(answer[:200].decode())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(port: int) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [
        int(child_pid)
        for task in tasks.iterdir()
        for child_pid in (task / "children").read_text().split()
    ]


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]
