"""Stripe's notices: the signature at the door, and each event in our words (stripe.md 5)."""

import hashlib
import hmac
import re
from collections.abc import Callable, Collection
from datetime import datetime
from types import MappingProxyType
from typing import Any

from gateways.interface import (
    AccountChanged,
    AccountLeft,
    BalanceAvailable,
    BankPayoutFailed,
    CapabilityChanged,
    NothingForUs,
    TransferChange,
    TransferChanged,
    TransferEvent,
)
from gateways.stripe.objects import (
    capability_of,
    id_of,
    object_of,
    optional,
    read_account,
    read_available,
    read_transfer,
    required,
)

SIGNATURE_HEADER = "Stripe-Signature"
AGE_S_MAX = 300
SIGNATURES_MAX = 10
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def is_signed(*, header: str, body: bytes, secrets: Collection[str], at: datetime) -> bool:
    """Whether one of `secrets` signed these bytes within AGE_S_MAX before or after `at`.

    Only `v1` counts. The library's own check lets any moment in the future pass.
    """
    moments: list[str] = []
    signatures: list[str] = []
    for part in header.split(",", SIGNATURES_MAX * 2):
        name, _, value = part.strip().partition("=")
        if name == "t":
            moments.append(value)
        elif name == "v1" and _SHA256.fullmatch(value):
            signatures.append(value)
    if len(moments) != 1 or not _SECONDS.fullmatch(moments[0]):
        return False
    if abs(at.timestamp() - int(moments[0])) > AGE_S_MAX:
        return False
    signed = moments[0].encode() + b"." + body
    wanted = [
        hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        for secret in secrets
        if secret
    ]
    return any(
        hmac.compare_digest(given, right)
        for given in signatures[:SIGNATURES_MAX]
        for right in wanted
    )


def read_event(body: object) -> TransferEvent:
    """One event; NothingForUs for a type that we do not act on. Raises Unreadable."""
    event = object_of(body, "event")
    event_id, kind = required(event, "id"), required(event, "type")
    data = event.get("data")
    subject = data.get("object") if isinstance(data, dict) else None
    read = _BY_TYPE.get(kind)
    if read is None:
        return NothingForUs(event_id=event_id, kind=kind)
    return read(event_id, event, subject)


def _changed(change: TransferChange) -> Callable[[str, dict[str, Any], object], TransferEvent]:
    def read(event_id: str, event: dict[str, Any], subject: object) -> TransferEvent:
        # With an account it is a transfer that a connected account made: whatever it says of
        # itself, it moved none of our money.
        if event.get("account"):
            return NothingForUs(event_id=event_id, kind=required(event, "type"))
        return TransferChanged(event_id=event_id, change=change, transfer=read_transfer(subject))

    return read


def _account(event_id: str, _event: dict[str, Any], subject: object) -> TransferEvent:
    return AccountChanged(event_id=event_id, standing=read_account(subject))


def _capability(event_id: str, event: dict[str, Any], subject: object) -> TransferEvent:
    fields = object_of(subject, "capability")
    if required(fields, "id") != "transfers":
        return NothingForUs(event_id=event_id, kind=required(event, "type"))
    return CapabilityChanged(
        event_id=event_id,
        account_id=id_of(fields.get("account"), "account"),
        transfers=capability_of(fields.get("status")),
    )


def _left(event_id: str, event: dict[str, Any], _subject: object) -> TransferEvent:
    return AccountLeft(event_id=event_id, account_id=required(event, "account"))


def _balance(event_id: str, event: dict[str, Any], subject: object) -> TransferEvent:
    # With an account it is the payee's balance, which is no concern of our queue.
    if event.get("account"):
        return NothingForUs(event_id=event_id, kind=required(event, "type"))
    return BalanceAvailable(event_id=event_id, available_minor=read_available(subject))


def _bank_failed(event_id: str, event: dict[str, Any], subject: object) -> TransferEvent:
    # Without an account it is our own payout to our own bank.
    if not event.get("account"):
        return NothingForUs(event_id=event_id, kind=required(event, "type"))
    fields = object_of(subject, "payout")
    return BankPayoutFailed(
        event_id=event_id,
        account_id=required(event, "account"),
        payout_id=required(fields, "id"),
        code=optional(fields, "failure_code"),
        text=optional(fields, "failure_message"),
    )


_BY_TYPE: MappingProxyType[str, Callable[[str, dict[str, Any], object], TransferEvent]] = (
    MappingProxyType(
        {
            "transfer.created": _changed(TransferChange.CREATED),
            "transfer.updated": _changed(TransferChange.UPDATED),
            "transfer.reversed": _changed(TransferChange.REVERSED),
            "account.updated": _account,
            "capability.updated": _capability,
            "account.application.deauthorized": _left,
            "balance.available": _balance,
            "payout.failed": _bank_failed,
        }
    )
)

# Two addresses, for Connect events come over an endpoint of their own, with its own secret.
READERS: MappingProxyType[str, Callable[[object], TransferEvent]] = MappingProxyType(
    {"platform": read_event, "connect": read_event}
)
