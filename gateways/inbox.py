"""What comes in: secrets of callback paths, the raw store, and reading it (daraja.md 7).

Stored first, answered at once, understood later. Twice is the same as once.
"""

import base64
import hashlib
import json
import logging
import os
import re
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from core import alerts, clock, jobs
from core.locks import try_transaction_lock
from core.masking import bytes_without_secrets
from core.models import AlertSeverity
from gateways import registry
from gateways.interface import Delivery, Event, Unreadable
from gateways.models import Callback

__all__ = [
    "NotStored", "Unreadable", "anything_unread", "callback_url", "claim_unread", "mark",
    "new_secret", "read", "replay", "secret_digest", "secret_fits", "standing_digests",
    "standing_secret", "store", "take_in_spool",
]  # fmt: skip

logger = logging.getLogger(__name__)

RANDOM_BYTES = 16
PROOF_BYTES = 12
SECRET_CHARACTERS = 38
CONTENT_TYPE_CHARACTERS_MAX = 100
NOTE_CHARACTERS_MAX = 2_000
SUBJECT_CHARACTERS_MAX = 60
SPOOL_BATCH_MAX = 1_000
DELIVERY_JOB = "deliver"
_SALT = "gateways.inbox.callback"
_STANDING_SALT = "gateways.inbox.standing"
_SECRET = re.compile(rf"[A-Za-z0-9_-]{{{SECRET_CHARACTERS}}}", re.ASCII)
# Plain SQL: through the ORM the INSERT costs three times as much, and this is the hot path.
_INSERT = """
    INSERT INTO gateways_callback (
        provider, kind, secret_digest, secret_ok, body, content_type, source_address,
        source_listed, received_at, tries, outcome, note, subject_id
    ) VALUES (
        %(provider)s, %(kind)s, %(secret_digest)s, %(secret_ok)s, %(body)s, %(content_type)s,
        %(source_address)s, %(source_listed)s, COALESCE(%(received_at)s, now()), 0, '', '', ''
    ) RETURNING id
"""
# Where none of these occurs, core.masking has nothing to remove.
_SECRET_WORDS = (
    b"credential", b"password", b"token", b"secret", b"consumerkey", b"consumer_key",
    b"authorization", b"passkey", b"api_key", b"apikey", b"callbacks",
)  # fmt: skip
# No address may contain one of these, in any case (daraja.md 5.4).
_FORBIDDEN = re.compile("m-?pesa|safaricom|exe|cmd|sql|query", re.IGNORECASE)


class NotStored(Exception):
    """Neither the database nor the spool took the message: the sender must hear of it."""


def new_secret(*, provider: str, kind: str) -> str:
    """38 URL-safe characters that prove themselves, good for `kind` and its time-out."""
    while True:
        chance = secrets.token_bytes(RANDOM_BYTES)
        secret = _proven(provider, kind, chance, settings.SECRET_KEY)
        if not _FORBIDDEN.search(secret):
            return secret


def standing_secret(*, provider: str, kind: str, subject: str) -> str:
    """The lasting secret of an address that is registered once for `subject`, always the same.

    It stays good while its SECRET_KEY is among the fallbacks (docs/decisions/0015).
    """
    return _standing(provider, kind, subject, settings.SECRET_KEY)


def standing_digests(*, provider: str, kind: str, subject: str) -> frozenset[bytes]:
    """What messages to the subject's address carry as secret_digest, under every key of ours."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return frozenset(secret_digest(_standing(provider, kind, subject, key)) for key in keys)


def secret_fits(*, provider: str, kind: str, secret: str) -> bool:
    """Whether we made this secret for this provider and kind; needs no database."""
    if not _SECRET.fullmatch(secret):
        return False
    content = base64.urlsafe_b64decode(f"{secret}==")
    chance, proof = content[:RANDOM_BYTES], content[RANDOM_BYTES:]
    return any(
        constant_time_compare(proof, _proof(provider, kind, chance, key))
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def secret_digest(secret: str) -> bytes:
    """What is kept of a secret: its SHA-256."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def callback_url(*, provider: str, kind: str, secret: str) -> str:
    """The address that the provider is given for one kind of callback."""
    return f"{settings.VAULT_PUBLIC_URL}/callbacks/{provider}/{kind}/{secret}/"


def store(
    *, provider: str, kind: str, secret: str, secret_ok: bool, body: bytes,
    content_type: str, source_address: str | None, source_listed: bool,
) -> int:  # fmt: skip
    """Keep a message with one INSERT; its row's id, or 0 when it went to the spool.

    Only a message whose secret fits is spooled. Raises NotStored.
    """
    values: dict[str, Any] = {
        "provider": provider,
        "kind": kind,
        "secret_digest": secret_digest(secret),
        "secret_ok": secret_ok,
        "body": _without_secrets(body),
        "content_type": content_type.replace("\0", "")[:CONTENT_TYPE_CHARACTERS_MAX],
        "source_address": source_address,
        "source_listed": source_listed,
        "received_at": clock.stand_in(),
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, values)
            callback_id: int = cursor.fetchone()[0]
    except (DatabaseError, InterfaceError) as error:
        if not secret_ok:
            raise NotStored("The database does not answer") from error
        logger.warning("A callback goes to the spool: %s", error)
        _spool(values)
        return 0
    jobs.after_commit(DELIVERY_JOB)
    return callback_id


def take_in_spool() -> int:
    """Move spooled messages into the database, each once, whatever crashes; returns how many."""
    waiting = sorted(Path(settings.VAULT_SPOOL_DIR).glob("*.json"))[:SPOOL_BATCH_MAX]
    return sum(_take_in(path) for path in waiting)


def anything_unread() -> bool:
    """Whether a message waits to be read, in the table or in the spool."""
    if Callback.objects.filter(processed_at__isnull=True).exists():
        return True
    return any(Path(settings.VAULT_SPOOL_DIR).glob("*.json"))


def claim_unread(limit: int) -> list[int]:
    """Ids of messages not yet read, oldest first; the reader locks each with SKIP LOCKED."""
    unread = Callback.objects.filter(processed_at__isnull=True).order_by("id")
    return list(unread.values_list("id", flat=True)[:limit])


def read(callback: Callback) -> Event:
    """The typed event of a stored message; raises Unreadable."""
    body = registry.parse(callback.provider, bytes(callback.body))
    try:
        reader = registry.reader(callback.provider, callback.kind)
    except KeyError:
        raise Unreadable(f"nobody reads {callback.provider} {callback.kind}") from None
    return reader(body)


def mark(
    callback: Callback, *, outcome: Delivery, at: datetime, note: str = "", subject_id: str = ""
) -> None:
    """Write down what became of a message, in the transaction of its effect."""
    callback.processed_at = at
    callback.outcome = outcome
    callback.note = note.replace("\0", "")[:NOTE_CHARACTERS_MAX]
    callback.subject_id = subject_id[:SUBJECT_CHARACTERS_MAX]
    callback.save(update_fields=["processed_at", "outcome", "note", "subject_id"])


def replay(*, callback_id: int) -> None:
    """Have a message read again; what it did before is not done twice.

    Raises Callback.DoesNotExist.
    """
    found = Callback.objects.filter(pk=callback_id).update(processed_at=None, tries=0)
    if not found:
        raise Callback.DoesNotExist(f"There is no callback {callback_id}")
    jobs.after_commit(DELIVERY_JOB)


def _standing(provider: str, kind: str, subject: str, key: str) -> str:
    number = 0
    while True:
        value = f"{provider}\n{kind}\n{subject}\n{number}"
        chance = salted_hmac(_STANDING_SALT, value, secret=key, algorithm="sha256").digest()
        secret = _proven(provider, kind, chance[:RANDOM_BYTES], key)
        if not _FORBIDDEN.search(secret):
            return secret
        number += 1


def _proven(provider: str, kind: str, chance: bytes, key: str) -> str:
    proof = _proof(provider, kind, chance, key)
    return base64.urlsafe_b64encode(chance + proof).rstrip(b"=").decode()


def _proof(provider: str, kind: str, chance: bytes, key: str) -> bytes:
    # A result and its time-out share one secret: both lead to the same attempt or question.
    value = f"{provider}\n{kind.removesuffix('-timeout')}\n{chance.hex()}"
    return salted_hmac(_SALT, value, secret=key, algorithm="sha256").digest()[:PROOF_BYTES]


def _without_secrets(body: bytes) -> bytes:
    lowered = body.lower()
    if any(word in lowered for word in _SECRET_WORDS):
        return bytes_without_secrets(body)
    return body


def _spool(values: dict[str, Any]) -> None:
    at = clock.now()
    folder = Path(settings.VAULT_SPOOL_DIR)
    path = folder / f"{at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(8)}.json"
    message = values | {
        "secret_digest": values["secret_digest"].hex(),
        "body": base64.b64encode(values["body"]).decode(),
        "received_at": at.isoformat(),
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(json.dumps(message))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        _sync_folder(folder)
    except OSError as error:
        raise NotStored("Neither the database nor the spool takes the message") from error


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _take_in(path: Path) -> int:
    try:
        values = json.loads(path.read_text())
        values["secret_digest"] = bytes.fromhex(values["secret_digest"])
        values["body"] = base64.b64decode(values["body"])
        values["received_at"] = datetime.fromisoformat(values["received_at"])
        callback = Callback(**values)
    except FileNotFoundError:
        return 0
    except (ValueError, KeyError, TypeError):
        _put_aside(path)
        return 0
    with transaction.atomic():
        if not try_transaction_lock(f"spool:{path.name}"):
            return 0
        # A crash after the commit leaves the file: the message is known by its moment and words.
        known = Callback.objects.filter(
            received_at=callback.received_at,
            secret_digest=callback.secret_digest,
            body=callback.body,
        ).exists()
        if not known:
            callback.save(force_insert=True)
    path.unlink(missing_ok=True)
    return 0 if known else 1


def _put_aside(path: Path) -> None:
    path.rename(path.with_suffix(".unreadable"))
    alerts.raise_alert(
        kind="spool_unreadable",
        key=path.name,
        text=f"The spooled callback {path.name} is damaged and was put aside",
        at=clock.now(),
        severity=AlertSeverity.CRITICAL,
    )
