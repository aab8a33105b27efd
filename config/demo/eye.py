"""What somebody at the live page would see: the messages of one socket, with their moments."""

import base64
import json
import os
import socket
import struct
from contextlib import suppress
from datetime import datetime
from threading import Thread
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings

from core import clock
from reconciliation.models import LiveEvent

PATH = "/ws/real-time-reconciliation"
ALERT = "discrepancy_alert"
ANSWER_LIMIT_S = 10
TEXT, LENGTH_16, LENGTH_64 = 1, 126, 127


class Eye:
    """Notes when each alert was seen first, and how often it was shown."""

    def __init__(self) -> None:
        self._moments: dict[tuple[str, str], list[datetime]] = {}

    def look(self) -> None:
        """Nothing to do where messages come by themselves."""

    def close(self) -> None:
        """See nothing more."""

    def forget(self) -> None:
        """What was seen until now."""
        self.look()
        self._moments.clear()

    def seen_at(self, subject_id: str, kind: str) -> datetime | None:
        """When a difference of this kind was shown of this subject."""
        self.look()
        return min(self._moments.get((subject_id, kind), ()), default=None)

    def times(self, subject_id: str, kind: str) -> int:
        """How often."""
        self.look()
        return len(self._moments.get((subject_id, kind), ()))

    def note(self, data: dict[str, Any], *, at: datetime) -> None:
        """One discrepancy_alert."""
        for issue in data["issues"]:
            self._moments.setdefault((data["sessionId"], issue["type"]), []).append(at)


class EventsEye(Eye):
    """Reads the events where no live server answers: all but the last step to the page."""

    def __init__(self) -> None:
        super().__init__()
        newest = LiveEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
        self._read = newest or 0

    def look(self) -> None:
        """Those since the last look."""
        for event in LiveEvent.objects.filter(pk__gt=self._read).order_by("pk"):
            self._read = event.pk
            if event.kind == ALERT:
                self.note(event.data, at=event.created_at)


class SocketEye(Eye):
    """A client of the live page's socket, in a thread of its own."""

    def __init__(self, token: str) -> None:
        """Raises OSError when nobody answers, or not as a socket does."""
        super().__init__()
        place = urlsplit(settings.VAULT_PUBLIC_URL)
        port = place.port or (443 if place.scheme == "https" else 80)
        self._line = socket.create_connection((place.hostname or "", port), ANSWER_LIMIT_S)
        self._stream = self._line.makefile("rb")
        self._shake_hands(place.netloc, token)
        Thread(target=self._hear, daemon=True, name="eye").start()

    def close(self) -> None:
        """Leave."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()

    def _shake_hands(self, host: str, token: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            f"GET {PATH}?token={quote(token)} HTTP/1.1", f"Host: {host}", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}",
        )  # fmt: skip
        self._line.sendall("\r\n".join([*lines, "", ""]).encode())
        if b" 101 " not in self._stream.readline():
            raise ConnectionRefusedError("The live server does not open a socket")
        while self._stream.readline().strip():
            continue
        message = self._message() or {}
        if message.get("type") != "connected":
            raise ConnectionRefusedError(f"The live server says: {message.get('message')}")
        self._line.settimeout(None)

    def _hear(self) -> None:
        with suppress(OSError, ValueError, struct.error):
            while (message := self._message()) is not None:
                if message.get("type") == ALERT:
                    self.note(message["data"], at=clock.now())

    def _message(self) -> dict[str, Any] | None:
        """The next one; None when the line was closed. What is no text is passed over."""
        while head := self._stream.read(2):
            length = head[1]
            if length == LENGTH_16:
                (length,) = struct.unpack(">H", self._stream.read(2))
            elif length == LENGTH_64:
                (length,) = struct.unpack(">Q", self._stream.read(8))
            body = self._stream.read(length)
            if head[0] & 0x0F == TEXT:
                message: dict[str, Any] = json.loads(body)
                return message
        return None
