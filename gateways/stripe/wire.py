"""Stripe's own library over our one HTTP client: one try, our deadline, and the raw answer.

Loaded when the first call is made: the library is large, and most processes never call it. It
makes our requests. It never gets to read an answer, for with bytes that it cannot decode, or with
a notice that it turns into a warning, it would raise instead of telling that money moved.
"""

import logging
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qsl

import stripe

from gateways.http import HttpAnswer, get, post_form

# The library would report its timings and leave a file in the home folder.
stripe.enable_telemetry = False
# Each request would be a line; gateways keep a log of calls.
logging.getLogger("stripe").setLevel(logging.WARNING)


class Answered(Exception):
    """Carries a whole answer, whatever its status, past the library."""

    def __init__(self, answer: HttpAnswer) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.answer = answer


class OneTry(stripe.HTTPClient):
    """What the library calls with. Unreachable and Unclear of gateways.http pass through it.

    It knows whether anything left this machine, which the library's own client does not tell.
    """

    name = "vault"

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None,
        **_options: Any,
    ) -> NoReturn:  # fmt: skip
        """One exchange. Raises Answered, or like gateways.http."""
        if method.lower() == "get":
            raise Answered(get(url=url, headers=headers or {}))
        fields = dict(parse_qsl(post_data or "", keep_blank_values=True))
        raise Answered(post_form(url=url, fields=fields, headers=headers or {}))

    def close(self) -> None:
        """The connections are the process's own."""


def library(*, base_url: str, secret_key: str) -> Any:
    """The library's client for one platform account. It makes no retries of its own."""
    return stripe.StripeClient(
        secret_key,
        base_addresses={"api": base_url},
        max_network_retries=0,
        http_client=OneTry(),
    )


LibraryError = stripe.StripeError
