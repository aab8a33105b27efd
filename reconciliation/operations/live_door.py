"""Who may open a socket and keep it: a person's token, or a ticket and the session behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host

from core.callers import Caller
from core.peers import address_of
from core.refusals import Refused
from reconciliation.operations import tickets
from vault.operations import staff_tokens
from vault.queries import caller_of
from vault.rules import api_key

ORIGIN = "websocket"
MAY_WATCH = "reconciliation.view_reconciliationrun"
SIGN_IN_AGAIN = 4401
NOT_ALLOWED = 4403
FIELDS_MAX = 10
HOW = (
    "connect to /ws/real-time-reconciliation?token=… with the token of POST /api/auth/token, or "
    "from a signed-in page with ?ticket=…"
)
ENDED = "You are not signed in any more; sign in again"


class DoorClosed(Refused):
    """Nobody comes in; `close_code` is the socket's, `code` for programs."""

    def __init__(self, message: str, *, code: str, close_code: int = SIGN_IN_AGAIN) -> None:
        super().__init__(message)
        self.code = code
        self.close_code = close_code


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What proves again and again who is there: a token, or the key of a session."""

    token: str = field(default="", repr=False)
    session_key: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who is there, as the account stood when it was last looked at."""

    user_id: int
    caller: Caller
    proof: Proof
    seen_at: datetime


class _Looked(dict[str, Any]):
    """A session that is looked at only: after a change of VAULT_SECRET_KEY Django would give it
    another key, which a socket cannot tell the browser."""

    def cycle_key(self) -> None:
        """The next page does so."""

    def flush(self) -> None:
        """The next page does so."""


def origin_is_ours(headers: Mapping[str, str]) -> bool:
    """Whether a page that may do so opens the socket; programs name no origin."""
    origin = headers.get("origin")
    if origin is None:
        return True
    if origin.lower().rstrip("/") in {each.lower() for each in _named_origins()}:
        return True
    host = headers.get("host", "")
    try:
        named = urlsplit(origin)
    except ValueError:
        return False
    if named.scheme not in ("http", "https") or named.netloc.lower() != host.lower():
        return False
    name, _ = split_domain_port(host)
    return validate_host(name, settings.ALLOWED_HOSTS)


def address_of_knock(client: str, headers: Mapping[str, str]) -> str:
    """Whose machine knocks, in normal form, behind our own proxies too."""
    request = HttpRequest()
    request.META = {
        "REMOTE_ADDR": client,
        "HTTP_X_FORWARDED_FOR": headers.get("x-forwarded-for", ""),
    }
    return address_of(request)


def admit(*, query: str, headers: Mapping[str, str], at: datetime) -> Visitor:
    """Who it is. Raises DoorClosed."""
    token, ticket = _asked(query)
    if bool(token) == bool(ticket):
        raise DoorClosed(f"Give a token or a ticket: {HOW}", code="credentials_missing")
    if token:
        return look_again(Proof(token=token), at=at)
    cookies = parse_cookie(headers.get("cookie", ""))
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    proof = Proof(session_key=key if key.isalnum() else "")
    visitor = look_again(proof, at=at)
    if not tickets.use(text=ticket, user_id=visitor.user_id, at=at):
        raise DoorClosed(
            f"This ticket was used, is older than {tickets.LIFE.seconds} s, or is not yours: "
            "load the page again",
            code="ticket_invalid",
        )
    return visitor


def look_again(proof: Proof, *, at: datetime) -> Visitor:
    """The same person as the account stands now. Raises DoorClosed."""
    user = _of_token(proof.token, at=at) if proof.token else _of_session(proof.session_key)
    caller = caller_of(user, origin=ORIGIN)
    if not user.is_staff or not caller.may(MAY_WATCH):
        raise DoorClosed(
            f"You lack the permission {MAY_WATCH}; an administrator gives it, for instance with "
            "the group Viewer",
            code="permission_missing",
            close_code=NOT_ALLOWED,
        )
    return Visitor(user_id=user.pk, caller=caller, proof=proof, seen_at=at)


def _asked(query: str) -> tuple[str, str]:
    try:
        asked = parse_qs(query, max_num_fields=FIELDS_MAX)
    except ValueError:
        return "", ""
    return asked.get("token", [""])[-1], asked.get("ticket", [""])[-1]


def _of_token(text: str, *, at: datetime) -> User:
    if api_key.has_key_form(text):
        raise DoorClosed(f"An API key opens no socket: {HOW}", code="staff_only")
    try:
        return staff_tokens.owner(text=text, at=at)
    except staff_tokens.TokenRefused as error:
        raise DoorClosed(f"{error}: {HOW}", code=error.code) from None


def _of_session(key: str) -> User:
    request = HttpRequest()
    kept = import_module(settings.SESSION_ENGINE).SessionStore(key or None)
    request.session = _Looked(kept.load())  # type: ignore[assignment]
    user = get_user(request)
    if not isinstance(user, User):
        raise DoorClosed(ENDED, code="session_ended")
    return user


def _named_origins() -> list[str]:
    public = urlsplit(settings.VAULT_PUBLIC_URL)
    return [f"{public.scheme}://{public.netloc}", *settings.WS_ALLOWED_ORIGINS]
