"""The demo's eye: a client of the live page's socket, or, without one, of its events."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.contrib.auth.models import User

from config.demo.eye import EventsEye, SocketEye
from config.demo.watched import open_eye
from config.processes import wait_until
from core import clock
from reconciliation.operations.tell_live import tell
from tests.chaos.conftest import ROOT, database_url
from tests.sockets import free_port

LIMIT_S = 120
SESSION = "507f1f77bcf86cd799439011"


def alert(*kinds: str) -> dict[str, Any]:
    return {
        "sessionId": SESSION, "severity": "high", "timestamp": "2024-12-14T10:30:00.000Z",
        "issues": [{"type": kind, "message": "It differs"} for kind in kinds],
    }  # fmt: skip


@pytest.fixture
def live(transactional_db: None, settings: Any) -> Iterator[None]:
    """`manage.py live` on this test's database, where the demo looks for it."""
    port = free_port()
    settings.VAULT_PUBLIC_URL = f"http://127.0.0.1:{port}"
    User.objects.create_superuser("amina.example", password="a long enough word")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "live", "--port", str(port)], cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url()}, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert wait_until(lambda: answers(port), limit_s=LIMIT_S)
        yield
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/live", timeout=20).ok
    except requests.RequestException:
        return False


class TestTheEye:
    def test_it_sees_what_the_live_page_sees(self, live: None) -> None:
        eye = open_eye(at=clock.now())
        before = clock.now()

        tell("reconciliation_result", {"sessionId": SESSION, "status": "matched"}, None)
        tell("discrepancy_alert", alert("late", "duplicate"), None)

        assert isinstance(eye, SocketEye)
        assert wait_until(lambda: eye.times(SESSION, "late") == 1, limit_s=LIMIT_S)
        seen_at = eye.seen_at(SESSION, "duplicate")
        assert seen_at is not None
        assert before < seen_at < clock.now()
        assert eye.seen_at(SESSION, "fee_mismatch") is None
        eye.close()

    @pytest.mark.django_db
    def test_without_a_live_server_it_reads_the_events(self, settings: Any) -> None:
        settings.VAULT_PUBLIC_URL = f"http://127.0.0.1:{free_port()}"
        User.objects.create_superuser("amina.example", password="a long enough word")
        tell("discrepancy_alert", alert("late"), None)
        eye = open_eye(at=clock.now())

        tell("discrepancy_alert", alert("late"), None)

        assert isinstance(eye, EventsEye)
        assert (eye.times(SESSION, "late"), eye.times(SESSION, "duplicate")) == (1, 0)
        eye.close()
