"""The one HTTP client, and the strict reading of what it brings."""

from gateways.http.calls import LIMITS, HttpAnswer, Limits, get, post_json
from gateways.http.strict_json import NotJson, read_json

__all__ = ["LIMITS", "HttpAnswer", "Limits", "NotJson", "get", "post_json", "read_json"]
