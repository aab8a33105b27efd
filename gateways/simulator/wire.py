"""What goes back over the wire: answers, error bodies, and answers that never come."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

Body = dict[str, Any]

JSON_TYPE = "application/json;charset=UTF-8"
HTML_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Response:
    """An HTTP answer, to be given after `delay_s` seconds.

    `callbacks_first`: the callbacks that are due now reach the receiver before this answer does.
    """

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": JSON_TYPE})
    delay_s: float = 0.0
    callbacks_first: bool = False

    def json(self) -> Any:
        """The body read as JSON. Raises ValueError when it is not."""
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class NoAnswer:
    """The connection ends without an answer: at once ("dropped"), or after `delay_s` ("hang").

    `accepted` says what the caller cannot know: whether the request was carried out.
    """

    reason: Literal["dropped", "hang"]
    accepted: bool
    delay_s: float = 0.0


Reply = Response | NoAnswer


def json_response(status: int, body: object) -> Response:
    """An answer with a JSON body."""
    return Response(status=status, body=json.dumps(body).encode())


def html_response(status: int, body: str) -> Response:
    """An answer with an HTML page, as a firewall or a proxy gives."""
    return Response(status=status, body=body.encode(), headers={"Content-Type": HTML_TYPE})


def error(status: int, code: str, message: str, *, draw: Random) -> Response:
    """The gateway's error body (daraja.md 1.3)."""
    request_id = f"{draw.getrandbits(16):04x}-{draw.getrandbits(24)}-1"
    return json_response(
        status, {"requestId": request_id, "errorCode": code, "errorMessage": message}
    )


def invalid_field(name: str, *, draw: Random) -> Response:
    """400.002.02: one field is wrong (daraja.md 1.3)."""
    return error(400, "400.002.02", f"Bad Request - Invalid {name}", draw=draw)


def read_object(body: bytes) -> Body | None:
    """A JSON object, or None for anything else."""
    try:
        value: Body = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
