"""One-time tickets: a signed-in page opens one socket without a long-lived token in any log."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser

from reconciliation.models import Ticket

LIFE = timedelta(seconds=60)
BYTES = 32
LENGTH_MAX = 100


@dataclass(frozen=True, kw_only=True)
class NewTicket:
    """The text, which nobody keeps."""

    text: str = field(repr=False)
    expires_at: datetime


def issue(*, user: AbstractBaseUser, at: datetime) -> NewTicket:
    """A ticket for this person; it opens a socket from a session of theirs."""
    text = secrets.token_urlsafe(BYTES)
    expires_at = at + LIFE
    Ticket.objects.create(digest=_digest(text), user_id=user.pk, expires_at=expires_at)
    return NewTicket(text=text, expires_at=expires_at)


def use(*, text: str, user_id: int, at: datetime) -> bool:
    """Whether it was good: this person's, in time, and not used before; from now on it is."""
    if len(text) > LENGTH_MAX:
        return False
    mine = Ticket.objects.filter(digest=_digest(text), user_id=user_id)
    return mine.filter(used_at=None, expires_at__gt=at).update(used_at=at) == 1


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
