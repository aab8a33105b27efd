"""The one HTTP client, and the strict reading of what it brings."""

from gateways.http.calls import LIMITS, HttpAnswer, Limits, get, post_form, post_json
from gateways.http.forms import NotForm, read_form
from gateways.http.strict_json import NotJson, read_json

__all__ = [
    "LIMITS", "HttpAnswer", "Limits", "NotForm", "NotJson", "get", "post_form", "post_json",
    "read_form", "read_json",
]  # fmt: skip
