"""What the server says on the socket, in the shapes of the source document."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconciliation.rules.moments import told

# Kinds of events that are messages too; of the others only the figures change.
TOLD_KINDS = frozenset({"reconciliation_result", "discrepancy_alert"})
GREETING = "Connected to real-time reconciliation service"
RESYNC = "Messages were lost, for they were not read in time: read what you show anew"


def connected(*, client_id: str, at: datetime) -> str:
    """The first message."""
    return _written(type="connected", clientId=client_id, message=GREETING, timestamp=told(at))


def pong(*, at: datetime) -> str:
    """The answer to `ping`; also the heartbeat, unasked."""
    return _written(type="pong", timestamp=told(at))


def stats(data: Mapping[str, Any]) -> str:
    """The figures."""
    return _written(type="reconciliation_stats", data=data)


def event(kind: str, data_json: str) -> str:
    """What happened: the data is JSON already."""
    return f'{{"type":"{kind}","data":{data_json}}}'


def resync(*, at: datetime) -> str:
    """Some messages are lost."""
    return _written(type="resync", message=RESYNC, timestamp=told(at))


def error(message: str, *, code: str, at: datetime) -> str:
    """What is wrong; `code` is for programs."""
    return _written(type="error", code=code, message=message, timestamp=told(at))


def _written(**content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
