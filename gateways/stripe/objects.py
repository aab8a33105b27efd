"""Stripe's objects in our words, strictly: what pays is read surely or not at all."""

from datetime import UTC, datetime
from typing import Any, TypeGuard

from core.money import BadAmount
from gateways.interface import AccountStanding, Capability, TakenBack, Transfer, Unreadable
from gateways.stripe.amounts import from_stripe

TRANSFER_ID = "payout_transfer_id"
REVERSAL_ID = "payout_reversal_id"
TEXT_CHARACTERS_MAX = 255
REQUIREMENTS_MAX = 100


def read_transfer(value: object) -> Transfer:
    """A transfer; raises Unreadable."""
    fields = object_of(value, "transfer")
    currency = currency_of(fields)
    live = fields.get("livemode")
    if not isinstance(live, bool):
        raise Unreadable("livemode of the transfer is missing")
    return Transfer(
        provider_id=required(fields, "id"),
        transfer_id=_ours(fields, TRANSFER_ID),
        group=optional(fields, "transfer_group"),
        destination=id_of(fields.get("destination"), "destination"),
        amount_minor=minor_of(fields, "amount", currency),
        reversed_minor=minor_of(fields, "amount_reversed", currency),
        currency=currency,
        live=live,
        created_at=moment_of(fields.get("created")),
        balance_entry_id=_id_or_nothing(fields.get("balance_transaction")),
        taken_back=_taken_back(fields.get("reversals"), currency),
    )


def read_account(value: object) -> AccountStanding:
    """A connected account; raises Unreadable."""
    fields = object_of(value, "account")
    capabilities = fields.get("capabilities")
    said = capabilities.get("transfers") if isinstance(capabilities, dict) else None
    needs = fields.get("requirements")
    needs = needs if isinstance(needs, dict) else {}
    return AccountStanding(
        account_id=required(fields, "id"),
        country=optional(fields, "country"),
        currency=optional(fields, "default_currency").upper(),
        transfers=capability_of(said),
        payouts_enabled=fields.get("payouts_enabled") is True,
        currently_due=_names(needs.get("currently_due")),
        past_due=_names(needs.get("past_due")),
        disabled_reason=optional(needs, "disabled_reason"),
    )


def read_available(value: object) -> dict[str, int]:
    """Available minor units by currency; one that we do not know is left out.

    Raises Unreadable.
    """
    entries = object_of(value, "balance").get("available")
    if not isinstance(entries, list):
        raise Unreadable("available of the balance is not a list")
    available: dict[str, int] = {}
    for entry in entries:
        fields = object_of(entry, "an entry of available")
        amount, currency = fields.get("amount"), fields.get("currency")
        if not isinstance(amount, int) or isinstance(amount, bool) or not _is_text(currency):
            raise Unreadable("an entry of available has no amount or currency")
        try:
            minor = from_stripe(amount, currency.upper())
        except BadAmount:
            continue
        available[currency.upper()] = available.get(currency.upper(), 0) + minor
    return available


def capability_of(value: object) -> Capability:
    """Whatever is not said to be active is not: absent is unrequested, a new word inactive."""
    if value is None:
        return Capability.UNREQUESTED
    try:
        return Capability(value)  # type: ignore[arg-type]
    except ValueError:
        return Capability.INACTIVE


def object_of(value: object, name: str) -> dict[str, Any]:
    """An object of Stripe's; raises Unreadable, also for one of another kind."""
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is not an object")
    kind = value.get("object", name)
    if name in {"transfer", "account", "balance", "list", "event"} and kind != name:
        raise Unreadable(f"it is a {kind!s:.40}, not a {name}")
    return value


def required(fields: dict[str, Any], key: str) -> str:
    """A text that must be there; raises Unreadable."""
    value = fields.get(key)
    if not _is_text(value) or not 0 < len(value) <= TEXT_CHARACTERS_MAX:
        raise Unreadable(f"{key} is not a text of 1 to {TEXT_CHARACTERS_MAX} characters")
    return value


def optional(fields: dict[str, Any], key: str) -> str:
    """A text, empty without one."""
    value = fields.get(key)
    return value[:TEXT_CHARACTERS_MAX] if isinstance(value, str) else ""


def id_of(value: object, name: str) -> str:
    """An id, or the id of the object that was expanded in its place; raises Unreadable."""
    if isinstance(value, dict):
        return required(value, "id")
    return required({name: value}, name)


def currency_of(fields: dict[str, Any]) -> str:
    """The currency in capitals; raises Unreadable."""
    return required(fields, "currency").upper()


def minor_of(fields: dict[str, Any], key: str, currency: str) -> int:
    """Our minor units, 0 or more; raises Unreadable."""
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Unreadable(f"{key} is not a whole number of 0 or more")
    try:
        return from_stripe(value, currency)
    except BadAmount as error:
        raise Unreadable(str(error)) from None


def moment_of(value: object) -> datetime:
    """UTC of Unix seconds; raises Unreadable."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unreadable("created is not a moment in seconds")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise Unreadable("created is out of bounds") from None


def _taken_back(value: object, currency: str) -> tuple[TakenBack, ...]:
    """The reversals that are told along; one that cannot be read is left out."""
    rows = value.get("data") if isinstance(value, dict) else None
    found = []
    for row in rows if isinstance(rows, list) else []:
        try:
            fields = object_of(row, "transfer_reversal")
            found.append(
                TakenBack(
                    provider_id=required(fields, "id"), reversal_id=_ours(fields, REVERSAL_ID),
                    amount_minor=minor_of(fields, "amount", currency),
                )
            )  # fmt: skip
        except Unreadable:
            continue
    return tuple(found)


def _ours(fields: dict[str, Any], name: str) -> str:
    """An id of ours that went along as metadata; empty without one."""
    metadata = fields.get("metadata")
    return optional(metadata, name) if isinstance(metadata, dict) else ""


def _id_or_nothing(value: object) -> str:
    return id_of(value, "balance_transaction") if value else ""


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(name[:100] for name in value[:REQUIREMENTS_MAX] if isinstance(name, str))


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str)
