"""Ask what the wallets hold, write down what they held, and tell when the float runs low."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core.models import AlertSeverity
from core.secrets import CannotOpen
from gateways import inbox, registry
from gateways.errors import GatewayError
from gateways.interface import (
    Acknowledgement,
    Arrival,
    BalanceAnswer,
    BalanceQuestion,
    CallbackUrls,
    Delivery,
    Rail,
    WalletBalance,
)
from gateways.models import Call
from vault import queries
from vault.models import BalanceQuery, BalanceReading, Shortcode, ShortcodeKind, Wallet
from vault.operations.account_alerts import (
    CREDENTIALS_CLOSED,
    CREDENTIALS_REFUSED,
    LOW_FLOAT,
    NOT_ANSWERED,
    close,
    tell,
    tell_closed,
)
from vault.rules import wallets
from vault.rules.credentials import CREDENTIAL_CODES

RAIL = Rail.MPESA_B2C
KIND = "balance"
REMARKS = "Balance of our wallets"
FROM_QUERY = "balance query"
FROM_PAYOUT = "payout result"
TIMED_OUT = "timeout"


@dataclass(frozen=True, kw_only=True)
class _Asked:
    shortcode: Shortcode
    query: BalanceQuery
    wording: BalanceQuestion


def ask_balances(*, at: datetime, but: Collection[UUID] = ()) -> int:
    """Ask for the balances of every active paybill and till `but` these; how many were taken.

    A shortcode whose initiator was refused is left alone until a person closes that alert:
    asking on would lock the initiator (daraja.md 6).
    """
    refused = queries.open_alert_keys(kind=CREDENTIALS_REFUSED)
    asked = [
        _write_down(shortcode, at)
        for shortcode in queries.active_shortcodes()
        if shortcode.kind != ShortcodeKind.STRIPE
        and shortcode.number not in refused
        and shortcode.pk not in but
    ]
    return sum(_send(each, at) for each in asked)


def apply_balance_answer(
    *, event: BalanceAnswer, arrival: Arrival, at: datetime
) -> tuple[Delivery, str]:
    """Write the readings down, once; what became of the answer, and the shortcode's id."""
    with transaction.atomic():
        query = (
            BalanceQuery.objects.select_for_update(of=("self",))
            .select_related("shortcode")
            .filter(secret_digest=arrival.secret_digest)
            .first()
        )
        if query is None:
            return Delivery.UNMATCHED, ""
        shortcode = query.shortcode
        if query.answered_at is not None:
            return Delivery.DUPLICATE, str(shortcode.pk)
        query.code, query.text = event.code, event.text
        if event.code != TIMED_OUT:
            # a queue time-out is no answer: the real one may still come
            query.answered_at = at
        query.save(update_fields=["code", "text", "answered_at"])
        if event.code == "0":
            _write_readings(shortcode, event.wallets, arrival.received_at)
            _judge_float(shortcode, at)
            close(NOT_ANSWERED, shortcode, at=at)
        else:
            _tell_refusal(shortcode, f"{event.code} {event.text}".strip(), at, code=event.code)
        return Delivery.APPLIED, str(shortcode.pk)


def record_utility_reading(
    *, shortcode: Shortcode, available_minor: int, currency: str, at: datetime
) -> None:
    """What a payout's result says is left to pay from; only a change is written down."""
    wallet, _ = Wallet.objects.get_or_create(
        shortcode=shortcode, name=wallets.UTILITY, currency=currency
    )
    latest = BalanceReading.objects.filter(wallet=wallet).order_by("-read_at", "-id").first()
    if latest is not None and (latest.available_minor == available_minor or latest.read_at > at):
        return
    BalanceReading.objects.create(
        wallet=wallet,
        current_minor=available_minor,
        available_minor=available_minor,
        read_at=at,
        source=FROM_PAYOUT,
    )
    _judge(shortcode, available_minor, currency, at)


def _write_down(shortcode: Shortcode, at: datetime) -> _Asked:
    provider = registry.provider_of(RAIL)
    secret = inbox.new_secret(provider=provider, kind=KIND)
    with transaction.atomic(durable=True):
        query = BalanceQuery.objects.create(
            shortcode=shortcode, secret_digest=inbox.secret_digest(secret), asked_at=at
        )
    url = inbox.callback_url
    return _Asked(
        shortcode=shortcode,
        query=query,
        wording=BalanceQuestion(
            remarks=REMARKS,
            urls=CallbackUrls(
                result=url(provider=provider, kind=KIND, secret=secret),
                timeout=url(provider=provider, kind=f"{KIND}-timeout", secret=secret),
            ),
        ),
    )


def _send(asked: _Asked, at: datetime) -> bool:
    try:
        access = asked.shortcode.access()
    except CannotOpen as error:
        tell_closed(asked.shortcode, error, at=at)
        return False
    answer: Acknowledgement | GatewayError
    try:
        answer = registry.disburser(RAIL, access).ask_balance(asked.wording)
    except GatewayError as error:
        answer = error
    with transaction.atomic(durable=True):
        return _record(asked, answer, at)


def _record(asked: _Asked, answer: Acknowledgement | GatewayError, at: datetime) -> bool:
    close(CREDENTIALS_CLOSED, asked.shortcode, at=at)
    if answer.exchange is not None:
        Call.objects.from_exchange(
            answer.exchange,
            provider=registry.provider_of(RAIL),
            kind=KIND,
            shortcode=asked.shortcode.number,
            subject_id=str(asked.shortcode.pk),
        ).save()
    query = BalanceQuery.objects.filter(pk=asked.query.pk)
    if isinstance(answer, GatewayError):
        # the answer may be there already when the acknowledgement was lost
        query.filter(answered_at=None).update(code=answer.code[:20], text=answer.text)
        _tell_refusal(asked.shortcode, str(answer), at)
        return False
    query.update(conversation_id=answer.conversation_id)
    return True


def _write_readings(
    shortcode: Shortcode, balances: Iterable[WalletBalance], read_at: datetime
) -> None:
    for balance in balances:
        wallet, _ = Wallet.objects.get_or_create(
            shortcode=shortcode, name=balance.name, currency=balance.currency
        )
        BalanceReading.objects.create(
            wallet=wallet,
            current_minor=balance.current_minor,
            available_minor=balance.available_minor,
            reserved_minor=balance.reserved_minor,
            uncleared_minor=balance.uncleared_minor,
            read_at=read_at,
            source=FROM_QUERY,
        )


def _judge_float(shortcode: Shortcode, at: datetime) -> None:
    """By the newest reading, which is not always the one that has just arrived."""
    for reading in queries.latest_readings(shortcode_id=shortcode.pk):
        if wallets.is_utility(reading.wallet.name):
            _judge(shortcode, reading.available_minor, reading.wallet.currency, at)


def _judge(shortcode: Shortcode, available_minor: int, currency: str, at: datetime) -> None:
    text = wallets.low_float_text(
        number=shortcode.number, available_minor=available_minor,
        low_minor=shortcode.low_float_minor, currency=currency,
    )  # fmt: skip
    if text:
        tell(LOW_FLOAT, shortcode, text, at=at, severity=AlertSeverity.WARNING)
    else:
        close(LOW_FLOAT, shortcode, at=at)


def _tell_refusal(shortcode: Shortcode, reason: str, at: datetime, *, code: str = "") -> None:
    text = f"The balances of {shortcode.number} were not told: {reason}"
    if code in CREDENTIAL_CODES:
        text += ". They are not asked for again until this alert is closed"
        tell(CREDENTIALS_REFUSED, shortcode, text, at=at)
    else:
        tell(NOT_ANSWERED, shortcode, text, at=at, severity=AlertSeverity.WARNING)
