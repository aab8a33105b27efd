"""The source document's own JavaScript, in Node and in Chromium, against a running server."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser

from config.processes import wait_until
from reconciliation.operations.tell_live import tell
from tests.browser.documented import a_token, clock_from_now, fetched
from tests.browser.serving import LIMIT_S, Served
from tests.sockets import free_port
from tests.wire import MovedClock

DEBIANS = "/usr/share/nodejs"
WRITTEN_FOR = "localhost:5000"

# As the document has it, but for the port.
CUSTOM_CLIENT = """
const ws = new WebSocket(`ws://localhost:5000/ws/real-time-reconciliation?token=${token}`);

ws.onmessage = (event) => {
  const message = JSON.parse(event.data);

  if (message.type === 'discrepancy_alert') {
    // Handle discrepancy alert
    showNotification(`Discrepancy in session ${message.data.sessionId}`);
  }
};
"""
ITS_MESSAGES = """
ws.addEventListener('open', () => {
  ws.send(`{ "type": "ping" }`);
  ws.send(`{ "type": "get_stats" }`);
  ws.send(`{
  "type": "reconcile_session",
  "sessionId": "507f1f77bcf86cd799439011"
}`);
});
ws.addEventListener('message', (event) => heard(JSON.parse(event.data).type));
"""
IN_NODE = """
const WebSocket = require('ws');
const token = process.env.TOKEN;
const heard = (text) => console.log(text);
const showNotification = heard;
"""
IN_PAGE = """(token) => {
window.said = [];
const heard = (text) => window.said.push(text);
const showNotification = heard;
%s
}"""
API_INTEGRATION = """
// Trigger reconciliation
const response = await fetch('/api/real-time-reconciliation/session/123', {
  method: 'POST',
  headers: {
    'Authorization': `Bearer ${token}`,
    'Content-Type': 'application/json'
  },
  body: JSON.stringify({ trigger: 'manual' })
});

const result = await response.json();
console.log('Reconciliation result:', result);
"""
FIRST = {"connected", "pong", "reconciliation_stats", "error"}
ALERT = {
    "sessionId": "507f1f77bcf86cd799439011",
    "issues": [{"type": "amount_mismatch", "message": "M-Pesa amount differs"}],
    "severity": "high",
    "timestamp": "2024-12-14T10:30:00.000Z",
}
NOTIFICATION = "Discrepancy in session 507f1f77bcf86cd799439011"


@pytest.fixture
def moved() -> Iterator[MovedClock]:
    with clock_from_now() as source:
        yield source


@pytest.fixture
def port(transactional_db: None) -> Iterator[int]:
    """`manage.py serve` on this test's database: pages and the socket on one port.

    Its heartbeats, which are pongs too, come when the test is over.
    """
    port = free_port()
    with Served(port, WS_HEARTBEAT_INTERVAL="600000"):
        yield port


@pytest.fixture
def token(transactional_db: None) -> str:
    return a_token()


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where Node finds the package `ws`: the system's, or one that npm fetches."""
    if not shutil.which("node"):
        pytest.skip("no Node here: `apt-get install node-ws` lets this test run")
    if Path(DEBIANS, "ws").exists():
        return DEBIANS
    return str(fetched(tmp_path_factory.mktemp("node"), "ws@8") / "node_modules")


def at(port: int, script: str) -> str:
    """The document's script for a server on another port."""
    assert WRITTEN_FOR in script
    return script.replace(WRITTEN_FOR, f"localhost:{port}")


class TestAsDocumented:
    def test_in_node_and_in_chromium(
        self, port: int, token: str, modules: str, browser: Browser
    ) -> None:
        script = at(port, CUSTOM_CLIENT) + ITS_MESSAGES
        node = subprocess.Popen(
            ["node", "-e", IN_NODE + script], stdout=subprocess.PIPE, text=True,
            env=os.environ | {"TOKEN": token, "NODE_PATH": modules},
        )  # fmt: skip
        said: list[str] = []
        reading = threading.Thread(target=lambda: said.extend(map(str.strip, node.stdout or [])))
        page = browser.new_page()
        page.set_default_timeout(LIMIT_S * 1_000)
        try:
            reading.start()
            page.goto(f"http://localhost:{port}/admin/login/")
            page.evaluate(IN_PAGE % script, token)
            page.wait_for_function(
                f"{json.dumps(sorted(FIRST))}.every((kind) => window.said.includes(kind))"
            )
            assert wait_until(lambda: set(said) >= FIRST, limit_s=LIMIT_S)
            tell("discrepancy_alert", ALERT, None)
            page.wait_for_function(f"window.said.includes({json.dumps(NOTIFICATION)})")
            assert wait_until(lambda: NOTIFICATION in said, limit_s=LIMIT_S)
            seen: list[Any] = page.evaluate("window.said")
        finally:
            page.close()
            node.kill()
            reading.join(LIMIT_S)
            connection.close()

        assert [seen.count(NOTIFICATION), said.count(NOTIFICATION)] == [1, 1]
        assert [seen.count("pong"), said.count("pong")] == [1, 1]


class TestApiAsDocumented:
    def test_its_call_is_answered_in_chromium(
        self, port: int, pay: Any, token: str, browser: Browser
    ) -> None:
        row = pay(reference="123")
        page = browser.new_page()
        page.set_default_timeout(LIMIT_S * 1_000)
        logged: list[str] = []
        page.on("console", lambda message: logged.append(message.text))

        try:
            page.goto(f"http://localhost:{port}/admin/login/")
            answer = page.evaluate(
                f"async (token) => {{ {API_INTEGRATION} return result; }}", token
            )
        finally:
            page.close()
            connection.close()

        assert answer["success"] is True
        assert answer["result"]["sessionId"] == str(row.pk)
        assert answer["result"]["reconciliationMetadata"]["trigger"] == "manual"
        assert any(text.startswith("Reconciliation result:") for text in logged)
