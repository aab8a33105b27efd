"""The live page counts heartbeats: two that are missing are a lost line, one that comes is none.

The socket's other end is played here, and the browser's clock is moved on.
"""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.test_live import BADGE, LIVE

INTERVAL_MS = 30_000
SOCKET = "**/ws/real-time-reconciliation?*"


def says(socket: WebSocketRoute, kind: str) -> None:
    """One message of the server's."""
    socket.send(json.dumps({"type": kind, "timestamp": "2026-11-21T08:00:00.000Z"}))


class TestHeartbeat:
    def test_two_that_are_missing_are_a_lost_line(
        self, open_desk: Callable[..., Page], settings: Any
    ) -> None:
        settings.WS_HEARTBEAT_INTERVAL = INTERVAL_MS
        sockets: list[WebSocketRoute] = []

        def let_in_once(socket: WebSocketRoute) -> None:
            sockets.append(socket)
            if len(sockets) == 1:
                says(socket, "connected")

        page = open_desk()
        page.clock.install()
        page.route_web_socket(SOCKET, let_in_once)
        page.goto(LIVE)
        badge = page.locator(BADGE)
        expect(badge).to_have_text("Connected")

        for _ in range(4):
            page.clock.run_for(INTERVAL_MS)
            says(sockets[0], "pong")
        expect(badge).to_have_text("Connected")
        page.clock.run_for(3 * INTERVAL_MS)

        expect(badge).not_to_have_text("Connected")
