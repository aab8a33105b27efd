"""OAuth: a token for a consumer key (daraja.md 1.2)."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal
from urllib.parse import parse_qs

from gateways.simulator.wire import Reply, Response, error, json_response

TOKEN_LIFE_S = 3599
EARLY_LIFE_S = 20
TOKENS_KEPT_MAX = 10_000

ExpiresAs = Literal["number", "string", "either"]


@dataclass
class TokenOffice:
    """Gives and checks tokens. With no registered consumer, any key and secret are accepted."""

    consumers: dict[str, str] = field(default_factory=dict)
    everyone: bool = False
    one_token: bool = True
    expires_as: ExpiresAs = "either"
    _valid_until: dict[str, datetime] = field(default_factory=dict)
    _token_of: dict[str, str] = field(default_factory=dict)

    def generate(
        self,
        *,
        query: str,
        headers: Mapping[str, str],
        at: datetime,
        draw: Random,
        early: bool = False,
    ) -> Reply:
        """GET /oauth/v1/generate. `early`: the token dies long before it says so."""
        if parse_qs(query).get("grant_type") != ["client_credentials"]:
            return error(400, "400.008.02", "Invalid grant type passed", draw=draw)
        credentials = _basic(headers.get("authorization", ""))
        if credentials is None:
            return error(400, "400.008.01", "Invalid Authentication passed", draw=draw)
        if not self._knows(*credentials):
            return _refused(draw)
        token = f"{draw.getrandbits(168):042x}"
        self._keep(credentials[0], token, at, EARLY_LIFE_S if early else TOKEN_LIFE_S)
        return json_response(200, {"access_token": token, "expires_in": self._expiry(draw)})

    def accepts(self, *, authorization: str, at: datetime) -> bool:
        """Whether this `Authorization` header carries a token that is still valid."""
        kind, _, token = authorization.partition(" ")
        valid_until = self._valid_until.get(token.strip())
        return kind.lower() == "bearer" and valid_until is not None and at < valid_until

    def forget_all(self) -> None:
        """Make every token invalid, as a provider's restart does."""
        self._valid_until.clear()
        self._token_of.clear()

    def _knows(self, key: str, secret: str) -> bool:
        if not key or not secret:
            return False
        return self.everyone or not self.consumers or self.consumers.get(key) == secret

    def _keep(self, key: str, token: str, at: datetime, life_s: int) -> None:
        if self.one_token and key in self._token_of:
            self._valid_until.pop(self._token_of[key], None)
        if len(self._valid_until) >= TOKENS_KEPT_MAX:
            self._valid_until.pop(next(iter(self._valid_until)))
        self._token_of[key] = token
        self._valid_until[token] = at + timedelta(seconds=life_s)

    def _expiry(self, draw: Random) -> int | str:
        as_text = self.expires_as == "string"
        if self.expires_as == "either":
            as_text = draw.random() < 0.5
        return str(TOKEN_LIFE_S) if as_text else TOKEN_LIFE_S


def _basic(authorization: str) -> tuple[str, str] | None:
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    key, colon, secret = text.partition(":")
    return (key, secret) if colon else None


def _refused(draw: Random) -> Response:
    # Seen with a body and without one.
    if draw.random() < 0.5:
        return Response(status=400, body=b"")
    return error(400, "400.008.01", "Invalid Authentication passed", draw=draw)
