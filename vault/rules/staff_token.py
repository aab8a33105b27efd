"""The form of a staff token: a JWT signed with HS256, and nothing else that a JWT may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

ALGORITHM = "HS256"
LENGTH_MAX = 2_000
CLAIMS = ("sub", "iat", "exp", "jti", "pwd")


class BadToken(Exception):
    """The text is no token that we signed."""


class TokenExpired(Exception):
    """It was one, until its time ran out."""


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Whom a token is for, from when to when, and the password that it was given for."""

    user_id: int
    password_stamp: str
    token_id: str
    issued_at: datetime
    expires_at: datetime


def written(claims: Claims, *, key: bytes) -> str:
    """The token; `expires_at` is cut to a whole second."""
    content = {
        "sub": str(claims.user_id),
        "iat": int(claims.issued_at.timestamp()),
        "exp": int(claims.expires_at.timestamp()),
        "jti": claims.token_id,
        "pwd": claims.password_stamp,
    }
    return jwt.encode(content, key, algorithm=ALGORITHM)


def read(text: str, *, key: bytes, at: datetime) -> Claims:
    """The claims, when `key` signed them. Raises BadToken, TokenExpired."""
    if len(text) > LENGTH_MAX:
        raise BadToken("is too long")
    try:
        content = jwt.decode(
            text, key, algorithms=[ALGORITHM],
            options={"require": list(CLAIMS), "verify_exp": False, "verify_iat": False},
        )  # fmt: skip
    except (jwt.InvalidTokenError, ValueError) as error:
        raise BadToken(str(error)) from None
    claims = _claims(content)
    if claims.expires_at <= at:
        raise TokenExpired
    return claims


def has_token_form(text: str) -> bool:
    """Three parts with points between."""
    return text.count(".") == 2


def lifetime(minutes: int) -> timedelta:
    """How long a token of so many minutes lasts: real time, however fast the clock runs."""
    return timedelta(minutes=minutes)


def _claims(content: Mapping[str, Any]) -> Claims:
    try:
        return Claims(
            user_id=int(content["sub"]),
            password_stamp=str(content["pwd"]),
            token_id=str(content["jti"]),
            issued_at=datetime.fromtimestamp(int(content["iat"]), UTC),
            expires_at=datetime.fromtimestamp(int(content["exp"]), UTC),
        )
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise BadToken("has claims that are not ours") from None
