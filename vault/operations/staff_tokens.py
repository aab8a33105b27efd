"""Tokens of people: short lives, ended by a new password or a lost account."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.crypto import constant_time_compare, salted_hmac

from core.refusals import Refused
from vault.rules import staff_token
from vault.rules.staff_token import BadToken, Claims, TokenExpired

_SIGNING = "vault.staff_tokens.signing"
_STAMPING = "vault.staff_tokens.stamp"
ID_BYTES = 16
ENDED = "This account may not sign in any more"


class TokenRefused(Refused):
    """`code` is for programs: token_invalid, token_expired or token_ended."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """The token, to be sent in `Authorization: Bearer …` until it expires."""

    text: str = field(repr=False)
    expires_at: datetime


def issue(*, user: User, at: datetime) -> NewToken:
    """A token of this person for VAULT_STAFF_TOKEN_MINUTES."""
    expires_at = at + staff_token.lifetime(settings.VAULT_STAFF_TOKEN_MINUTES)
    claims = Claims(
        user_id=user.pk,
        password_stamp=_stamp(user, settings.SECRET_KEY),
        token_id=secrets.token_hex(ID_BYTES),
        issued_at=at,
        expires_at=expires_at.replace(microsecond=0),
    )
    return NewToken(
        text=staff_token.written(claims, key=_key(settings.SECRET_KEY)),
        expires_at=claims.expires_at,
    )


def owner(*, text: str, at: datetime) -> User:
    """Whose token it is, as that account stands now. Raises TokenRefused.

    What the person still is (staff, an owner, a tenant) is asked of queries.may_have_token.
    """
    claims, secret = _claims(text, at)
    user = User.objects.filter(pk=claims.user_id).first()
    if user is None or not user.is_active:
        raise TokenRefused(ENDED, code="token_ended")
    if not constant_time_compare(claims.password_stamp, _stamp(user, secret)):
        raise TokenRefused("The password was changed. Sign in again", code="token_ended")
    return user


def _claims(text: str, at: datetime) -> tuple[Claims, str]:
    """The claims and the secret whose key signed them: today's or one before it."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return staff_token.read(text, key=_key(secret), at=at), secret
        except TokenExpired:
            raise TokenRefused(
                "This token has expired. Sign in again", code="token_expired"
            ) from None
        except BadToken:
            continue
    raise TokenRefused("This token is not valid. Sign in again", code="token_invalid")


def _key(secret: str) -> bytes:
    return salted_hmac(_SIGNING, "", secret=secret, algorithm="sha256").digest()


def _stamp(user: User, secret: str) -> str:
    return salted_hmac(_STAMPING, user.password, secret=secret, algorithm="sha256").hexdigest()
