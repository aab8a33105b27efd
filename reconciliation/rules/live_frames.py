"""What a client may say on the socket, and how much of it."""

import json
from dataclasses import dataclass

FRAME_BYTES_MAX = 4_096
SESSION_ID_LENGTH_MAX = 200
EXAMPLES = {
    "ping": '{"type": "ping"}',
    "get_stats": '{"type": "get_stats"}',
    "reconcile_session": '{"type": "reconcile_session", "sessionId": '
    '"0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"}',
}
KNOWN = ", ".join(EXAMPLES)


class BadFrame(Exception):
    """What is wrong with the message, and an example of a right one."""


class TooLarge(BadFrame):
    """Longer than any message of ours: the socket is closed."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What the client asks for; `session_id` of reconcile_session."""

    kind: str
    session_id: str = ""


def read_frame(text: str | None, data: bytes | None) -> Command:
    """The command of a frame. Raises BadFrame, TooLarge."""
    if len(data or text or "") > FRAME_BYTES_MAX or len((text or "").encode()) > FRAME_BYTES_MAX:
        raise TooLarge(f"A message has at most {FRAME_BYTES_MAX} bytes")
    if text is None:
        raise BadFrame(f"Send text, not bytes, such as {EXAMPLES['ping']}")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame(f"This is not JSON; send such as {EXAMPLES['ping']}") from None
    if not isinstance(content, dict):
        raise BadFrame(f"Send an object, such as {EXAMPLES['ping']}")
    kind = content.get("type")
    if not isinstance(kind, str) or kind not in EXAMPLES:
        raise BadFrame(f"type: is one of {KNOWN}, such as {EXAMPLES['ping']}")
    return Command(kind=kind, session_id=_session_id(content) if "session" in kind else "")


def _session_id(content: dict[str, object]) -> str:
    found = content.get("sessionId")
    if not isinstance(found, str) or not 1 <= len(found.strip()) <= SESSION_ID_LENGTH_MAX:
        raise BadFrame(
            f"sessionId: is a text of 1 to {SESSION_ID_LENGTH_MAX} characters, such as "
            f"{EXAMPLES['reconcile_session']}"
        )
    return found.strip()


class Allowance:
    """So many messages at once, and so many a second; `now_s` is of a clock that only goes up."""

    def __init__(self, *, burst: int, per_second: float, now_s: float) -> None:
        self.burst = burst
        self.per_second = per_second
        self.left: float = burst
        self.seen_s = now_s

    def take(self, *, now_s: float) -> bool:
        """Whether one more is allowed."""
        self.left = min(self.burst, self.left + (now_s - self.seen_s) * self.per_second)
        self.seen_s = now_s
        if self.left < 1:
            return False
        self.left -= 1
        return True
