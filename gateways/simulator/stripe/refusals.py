"""How Stripe says no (stripe.md 3.1): an error object, and whether the key remembers it."""

import json
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]


@dataclass(kw_only=True)
class Refusal(Exception):
    """A request that is refused. `saved`: execution had begun, so its key repeats the answer."""

    status_code: int
    message: str
    code: str = ""
    param: str = ""
    type: str = "invalid_request_error"
    saved: bool = False
    reason: str = ""

    def body(self) -> str:
        """The error object as JSON."""
        error: Record = {"type": self.type, "message": self.message}
        if self.code:
            error["code"] = self.code
        if self.param:
            error["param"] = self.param
        return json.dumps({"error": error})


def missing(param: str) -> Refusal:
    """400: a required parameter is not there."""
    return Refusal(
        status_code=400, code="parameter_missing", param=param,
        message=f"Missing required param: {param}.",
    )  # fmt: skip


def unknown(param: str) -> Refusal:
    """400: a parameter that this address does not take."""
    return Refusal(
        status_code=400, code="parameter_unknown", param=param,
        message=f"Received unknown parameter: {param}",
    )  # fmt: skip


def invalid(param: str, message: str, code: str = "") -> Refusal:
    """400: a value that cannot be."""
    return Refusal(status_code=400, code=code, param=param, message=message)


def no_such(kind: str, identifier: str, *, param: str = "id", status_code: int = 404) -> Refusal:
    """There is no such object."""
    return Refusal(
        status_code=status_code, code="resource_missing", param=param,
        message=f"No such {kind}: '{identifier}'",
    )  # fmt: skip


def mismatch(message: str) -> Refusal:
    """400: the key was used for something else before."""
    return Refusal(status_code=400, type="idempotency_error", message=message)


def running() -> Refusal:
    """409: the first request with this key has not ended."""
    return Refusal(
        status_code=409, code="idempotency_key_in_use",
        message="There is currently another in-progress request using this Idempotent Key.",
    )  # fmt: skip


def too_many(code: str = "rate_limit", reason: str = "endpoint-rate") -> Refusal:
    """429: refused before execution; `lock_timeout` means that the object is busy."""
    text = "Request rate limit exceeded" if code == "rate_limit" else "This object is locked"
    return Refusal(status_code=429, code=code, message=f"{text}. Try again.", reason=reason)


def internal_error() -> Refusal:
    """500, which the key repeats whatever happens to the work."""
    return Refusal(
        status_code=500, type="api_error", saved=True,
        message="An unknown error occurred.",
    )  # fmt: skip
