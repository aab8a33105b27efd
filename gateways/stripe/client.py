"""Calling Stripe: one try per call, never inside a transaction, the answer read by us."""

import os
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from gateways.errors import Declined, Unclear, Unreachable
from gateways.http import HttpAnswer, refuse_in_transaction
from gateways.interface import PlatformAccess
from gateways.stripe.answers import error_of

PLATFORMS_KEPT_MAX = 32
# Anything else would be quoted, with the key, by the error about a header.
_KEY = re.compile(r"[!-~]{1,300}", re.ASCII)


class Client:
    """Calls Stripe at `base_url` as one platform account."""

    def __init__(self, *, base_url: str, access: PlatformAccess) -> None:
        self._base_url = base_url
        self._access = access

    def call(self, ask: Callable[[Any], object], *, earlier_open: bool = False) -> HttpAnswer:
        """The answer 200 to what `ask` asks of the library's `v1` services.

        Raises Declined, Unreachable or Unclear; with `earlier_open` (as in TransferOrder) only a
        replayed refusal is not Unclear.
        """
        refuse_in_transaction()
        try:
            answer = self._ask(ask)
        except (Declined, Unreachable) as error:
            if earlier_open:
                raise Unclear(error.text, code=error.code, exchange=error.exchange) from error
            raise
        if answer.status != 200:
            raise error_of(answer, earlier_open=earlier_open)
        return answer

    def _ask(self, ask: Callable[[Any], object]) -> HttpAnswer:
        if not _KEY.fullmatch(self._access.secret_key):
            raise Declined("The platform account has no secret key, such as sk_…", code="401")
        from gateways.stripe.wire import Answered, LibraryError

        try:
            ask(_library(self._base_url, self._access.secret_key).v1)
        except Answered as carried:
            return carried.answer
        except LibraryError as error:
            why = f"Stripe's library did not send it: {type(error).__name__}"
            raise Declined(why, code="bad_order") from error
        raise Unclear("Stripe's library returned without an answer")


@lru_cache(maxsize=PLATFORMS_KEPT_MAX)
def _library(base_url: str, secret_key: str) -> Any:
    from gateways.stripe.wire import library

    return library(base_url=base_url, secret_key=secret_key)


os.register_at_fork(after_in_child=_library.cache_clear)
