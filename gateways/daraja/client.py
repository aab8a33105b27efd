"""Calling Daraja: one shared token per consumer key, one try per call (daraja.md 1)."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Protocol

from django.db import DatabaseError, InterfaceError, connection

from core import clock, secrets
from core.locks import session_lock
from gateways.daraja.answers import Sort, Sorted, sort_answer, sort_token_answer
from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.http import (
    HttpAnswer,
    NotJson,
    get,
    post_json,
    read_json,
    refuse_in_transaction,
)
from gateways.interface import Acknowledgement, CollectionAccess, Exchange, ShortcodeAccess
from gateways.models import AccessToken

TOKEN_PATH = "/oauth/v1/generate?grant_type=client_credentials"  # noqa: S105 - an address
REFRESH_BEFORE = timedelta(seconds=60)
TOKEN_LIFE_S_MAX = 86_400
TOKEN_WAIT_S = 45.0
_TOKEN = re.compile(r"[\x21-\x7e]{1,4000}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,6}", re.ASCII)


class Sorter(Protocol):
    """What tells an acceptance from a refusal from a doubt."""

    def __call__(self, *, status: int, body: bytes) -> Sorted:
        """The answer, sorted."""


@dataclass(frozen=True)
class _Kept:
    token: str
    fresh_until: datetime


@dataclass(frozen=True)
class _Failure:
    error: GatewayError
    at_s: float


_kept: dict[str, _Kept] = {}
_failures: dict[str, _Failure] = {}
_locks: dict[str, Lock] = {}
_guard = Lock()


def forget_tokens() -> None:
    """Empty this process's memory of tokens; the shared table stays."""
    _kept.clear()


@dataclass(frozen=True, kw_only=True)
class Client:
    """Calls Daraja at `base_url` for one shortcode."""

    base_url: str
    access: ShortcodeAccess | CollectionAccess

    def acknowledge(
        self, path: str, body: Mapping[str, object], *, api: str = "b2c"
    ) -> Acknowledgement:
        """POST once; a refused token is replaced and the same body sent once more.

        `api` says which result codes a ResponseCode is read by. Raises Declined, Unreachable or
        Unclear (daraja.md 1.3, 3.3).
        """
        answer, found = self.exchange(path, body, sort=partial(sort_answer, api=api))
        if found.sort is Sort.ACCEPTED:
            return Acknowledgement(
                conversation_id=found.conversation_id,
                originator_id=found.originator_id,
                text=found.text,
                exchange=numbered(answer.exchange, found),
            )
        raise error_of(found, answer)

    def exchange(
        self, path: str, body: Mapping[str, object], *, sort: Sorter
    ) -> tuple[HttpAnswer, Sorted]:
        """POST as `acknowledge` does; whatever came back, and what `sort` made of it.

        Raises what gateways.http raises, and Declined or Unreachable for want of a token.
        """
        token = self._token(refused="")
        answer, found = self._post(path, body, token, sort)
        if found.sort is Sort.TOKEN_REFUSED:
            answer, found = self._post(path, body, self._token(refused=token), sort)
        return answer, found

    def _post(
        self, path: str, body: Mapping[str, object], token: str, sort: Sorter
    ) -> tuple[HttpAnswer, Sorted]:
        answer = post_json(
            url=f"{self.base_url}{path}",
            body=body,
            headers={"Authorization": f"Bearer {token}"},
        )
        return answer, sort(status=answer.status, body=answer.body)

    def _token(self, *, refused: str) -> str:
        """The shared token, another than `refused`; fetched by one worker at a time."""
        key, asked_s = self._key_digest(), clock.stopwatch_s()
        kept = _fresh(key, refused)
        if kept is None:
            with _guard:
                lock = _locks.setdefault(key, Lock())
            with lock:
                kept = _fresh(key, refused) or self._shared_once(key, refused, asked_s)
        return kept.token

    def _shared_once(self, key: str, refused: str, asked_s: float) -> _Kept:
        """One try serves everyone who waited for it, also when it fails."""
        failure = _failures.get(key)
        if failure is not None and failure.at_s >= asked_s:
            error = failure.error
            raise type(error)(error.text, code=error.code, exchange=error.exchange)
        try:
            kept = _kept[key] = self._shared_token(key, refused)
        except GatewayError as error:
            _failures[key] = _Failure(error, clock.stopwatch_s())
            raise
        return kept

    def _shared_token(self, key: str, refused: str) -> _Kept:
        refuse_in_transaction()
        try:
            with _own_connection(), session_lock(f"token:{key}", wait_s=TOKEN_WAIT_S):
                return _stored(key, refused) or self._fetch(key)
        except (DatabaseError, InterfaceError) as error:
            raise Unreachable("The shared access token cannot be read just now") from error

    def _fetch(self, key: str) -> _Kept:
        pair = f"{self.access.consumer_key}:{self.access.consumer_secret}"
        basic = b64encode(pair.encode()).decode()
        try:
            answer = get(
                url=f"{self.base_url}{TOKEN_PATH}", headers={"Authorization": f"Basic {basic}"}
            )
        except Unclear as error:
            # No payment rides on a token request: whatever became of it, sending is safe.
            raise Unreachable(error.text, exchange=error.exchange) from error
        token, life_s = _read_token(answer)
        now = clock.database_now()
        AccessToken.objects.update_or_create(
            key_digest=key,
            defaults={
                "sealed_token": secrets.seal({"token": token}, context=key),
                "fetched_at": now,
                "expires_at": now + timedelta(seconds=life_s),
            },
        )
        return _keeping(token, timedelta(seconds=life_s))

    def _key_digest(self) -> str:
        # The secret is in it, so that a wrong secret never gets a token that a right one fetched.
        parts = (self.base_url, self.access.consumer_key, self.access.consumer_secret)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _fresh(key: str, refused: str) -> _Kept | None:
    kept = _kept.get(key)
    if kept is None or kept.token == refused or clock.now() >= kept.fresh_until:
        return None
    return kept


def _stored(key: str, refused: str) -> _Kept | None:
    row = AccessToken.objects.filter(key_digest=key).first()
    if row is None:
        return None
    left = row.expires_at - clock.database_now()
    try:
        token = secrets.unseal(row.sealed_token, context=key)["token"]
    except secrets.CannotOpen:
        return None
    return _keeping(token, left) if token != refused and left > REFRESH_BEFORE else None


def _keeping(token: str, life: timedelta) -> _Kept:
    # A life, not a moment: the clocks of two machines need not agree.
    return _Kept(token, clock.now() + life - REFRESH_BEFORE)


def _read_token(answer: HttpAnswer) -> tuple[str, int]:
    try:
        fields = read_json(answer.body)
    except NotJson:
        fields = None
    if answer.status != 200 or not isinstance(fields, dict) or "access_token" not in fields:
        raise error_of(sort_token_answer(status=answer.status, body=answer.body), answer)
    token, life_s = fields["access_token"], _seconds(fields.get("expires_in"))
    if life_s is None or not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise Unreachable("The token endpoint's answer is malformed", exchange=answer.exchange)
    return token, min(life_s, TOKEN_LIFE_S_MAX)


def _seconds(value: object) -> int | None:
    """`3599` and `"3599"` are both seen (daraja.md 1.2)."""
    if isinstance(value, str) and _SECONDS.fullmatch(value):
        return int(value)
    return value if type(value) is int and value >= 0 else None


def error_of(found: Sorted, answer: HttpAnswer) -> GatewayError:
    """What a sorted answer other than an acceptance is raised as."""
    kinds: dict[Sort, type[GatewayError]] = {
        Sort.DECLINED: Declined,
        Sort.UNREACHABLE: Unreachable,
        Sort.TOKEN_REFUSED: Unreachable,
    }
    kind = kinds.get(found.sort, Unclear)
    return kind(found.text, code=found.code, exchange=numbered(answer.exchange, found))


def numbered(exchange: Exchange, found: Sorted) -> Exchange:
    """The exchange with the number that the provider gave our request."""
    return replace(exchange, request_id=found.request_id) if found.request_id else exchange


@contextmanager
def _own_connection() -> Iterator[None]:
    """A thread that had no database connection gives back the one that it opens here."""
    had_one = connection.connection is not None
    try:
        yield
    finally:
        if not had_one:
            connection.close()
