"""Transfers and their reversals: money from the platform to an account, and back."""

from datetime import datetime

from gateways.simulator.stripe import currencies
from gateways.simulator.stripe.events import tell
from gateways.simulator.stripe.forms import metadata, only, text, whole
from gateways.simulator.stripe.pages import PAGING, page
from gateways.simulator.stripe.refusals import Record, Refusal, invalid, missing, no_such
from gateways.simulator.stripe.state import State, seconds

CREATE = (
    "amount", "currency", "destination", "transfer_group", "description", "metadata",
    "source_transaction", "source_type",
)  # fmt: skip
FILTERS = ("destination", "transfer_group")
SOURCE_TYPES = ("card", "bank_account", "fpx")
REVERSALS_INLINED = 10
# What Stripe has against an account: code, status, message (stripe.md 3.2).
REFUSALS = {
    "transfers_not_allowed": (400, "Transfers are not allowed. Contact Stripe."),
    "service_agreement": (400, "Funds can't be sent to this country under the full agreement."),
    "resource_missing": (400, "No such destination."),
    "account_invalid": (403, "The provided key does not have access to this account."),
    "testmode_charges_only": (400, "Your account can only make test charges."),
    "platform_account_required": (400, "Only Stripe Connect platforms can do this."),
    "action_blocked": (400, "This action is blocked."),
    "card_error": (402, "The request failed."),
}


def check(state: State, values: Record) -> None:
    """What Stripe sees before it begins: nothing of this is kept for the key. Raises Refusal."""
    only(values, CREATE)
    amount = whole(values, "amount")
    currency = text(values, "currency", required=True)
    destination = text(values, "destination", required=True)
    if amount is None:
        raise missing("amount")
    currencies.check(currency, amount)
    metadata(values)
    text(values, "description")
    text(values, "transfer_group")
    if text(values, "source_type") not in ("", *SOURCE_TYPES):
        raise invalid("source_type", f"source_type must be one of {', '.join(SOURCE_TYPES)}")
    if charge := text(values, "source_transaction"):
        raise no_such("charge", charge, param="source_transaction", status_code=400)
    gone = state.refusals.get(destination) == "resource_missing"
    if gone or destination not in state.tables["account"]:
        raise no_such("destination", destination, param="destination", status_code=400)


def create(state: State, values: Record, at: datetime, *, event_fault: str = "") -> Record:
    """POST /v1/transfers, once it was checked. Raises a Refusal that the key keeps."""
    amount, currency, destination = (
        int(values["amount"]),
        values["currency"],
        values["destination"],
    )
    _refuse(state, destination)
    if state.balances[currency] < amount:
        raise Refusal(
            status_code=400, code="balance_insufficient", saved=True,
            message="You have insufficient available funds in your Stripe account.",
        )  # fmt: skip
    identifier = state.new_id("tr")
    line = state.move(
        kind="transfer", currency=currency, amount_minor=-amount, source=identifier, at=at
    )
    transfer: Record = {
        "id": identifier, "object": "transfer", "amount": amount, "amount_reversed": 0,
        "balance_transaction": line, "created": seconds(at), "currency": currency,
        "description": values.get("description"), "destination": destination,
        "destination_payment": state.new_id("py"), "livemode": False,
        "metadata": metadata(values), "reversed": False, "source_transaction": None,
        "source_type": values.get("source_type", "card"),
        "transfer_group": values.get("transfer_group"), "reversals": _no_reversals(identifier),
    }  # fmt: skip
    state.put("transfer", transfer)
    state.account_balances[destination, currency] += amount
    tell(state, "transfer.created", transfer, at=at, fault=event_fault)
    return transfer


def get(state: State, identifier: str, values: Record, _at: datetime) -> Record:
    """GET /v1/transfers/{id}."""
    only(values, ())
    return _find(state, identifier)


def update(state: State, identifier: str, values: Record, at: datetime) -> Record:
    """POST /v1/transfers/{id}: description and metadata only."""
    only(values, ("description", "metadata"))
    transfer = dict(_find(state, identifier))
    if "description" in values:
        transfer["description"] = text(values, "description")
    transfer["metadata"] = transfer["metadata"] | metadata(values)
    state.put("transfer", transfer)
    tell(state, "transfer.updated", transfer, at=at)
    return transfer


def listed(state: State, values: Record, at: datetime) -> Record:
    """GET /v1/transfers. With the fault `list_lag` a transfer is not shown for a minute."""
    only(values, (*PAGING, *FILTERS))
    since = seconds(at - state.world.wait(60))
    shown = (
        transfer
        for transfer in state.tables["transfer"].values()
        if transfer["created"] <= since
        or not state.world.plan.hits("transfer_list_lag", transfer["id"])
    )
    return page(shown, values, url="/v1/transfers", filters=FILTERS)


def reverse(state: State, identifier: str, values: Record, at: datetime) -> Record:
    """POST /v1/transfers/{id}/reversals: all that is left, or a part of it."""
    only(values, ("amount", "description", "metadata", "refund_application_fee"))
    transfer = dict(_find(state, identifier))
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = whole(values, "amount")
    amount = left if amount is None else amount
    if not left:
        raise invalid("id", f"Transfer {identifier} is already fully reversed")
    if not 0 < amount <= left:
        raise invalid("amount", f"Amount must be from 1 to {left}", "parameter_invalid_integer")
    currency, destination = transfer["currency"], transfer["destination"]
    if state.account_balances[destination, currency] < amount:
        message = "The account has insufficient funds for this reversal."
        raise Refusal(status_code=400, code="balance_insufficient", message=message, saved=True)
    return _reversed(state, transfer, values, amount, at)


def reversals(state: State, identifier: str, values: Record, _at: datetime) -> Record:
    """GET /v1/transfers/{id}/reversals."""
    only(values, PAGING)
    _find(state, identifier)
    url = f"/v1/transfers/{identifier}/reversals"
    return page(_of(state, identifier), values, url=url, filters=())


def _reversed(state: State, transfer: Record, values: Record, amount: int, at: datetime) -> Record:
    identifier, currency = state.new_id("trr"), transfer["currency"]
    line = state.move(
        kind="transfer_refund", currency=currency, amount_minor=amount, source=identifier, at=at
    )
    reversal: Record = {
        "id": identifier, "object": "transfer_reversal", "amount": amount, "currency": currency,
        "balance_transaction": line, "created": seconds(at), "metadata": metadata(values),
        "destination_payment_refund": state.new_id("pyr"), "source_refund": None,
        "transfer": transfer["id"],
    }  # fmt: skip
    state.put("reversal", reversal)
    state.account_balances[transfer["destination"], currency] -= amount
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    newest = list(reversed(_of(state, transfer["id"])))
    transfer["reversals"] = _no_reversals(transfer["id"]) | {
        "data": newest[:REVERSALS_INLINED], "total_count": len(newest),
        "has_more": len(newest) > REVERSALS_INLINED,
    }  # fmt: skip
    state.put("transfer", transfer)
    tell(state, "transfer.reversed", transfer, at=at)
    return reversal


def _refuse(state: State, destination: str) -> None:
    if against := state.refusals.get(destination):
        status_code, message = REFUSALS[against]
        code = "" if against in ("service_agreement", "card_error") else against
        raise Refusal(status_code=status_code, code=code, message=message, saved=True)
    if state.tables["account"][destination]["capabilities"].get("transfers") != "active":
        raise Refusal(
            status_code=400, code="insufficient_capabilities_for_transfer", saved=True,
            message="Your destination account needs to have at least one of the following "
            "capabilities enabled: transfers, crypto_transfers, legacy_payments",
        )  # fmt: skip


def _find(state: State, identifier: str) -> Record:
    transfer = state.tables["transfer"].get(identifier)
    if transfer is None:
        raise no_such("transfer", identifier)
    return transfer


def _of(state: State, identifier: str) -> list[Record]:
    found = state.tables["reversal"].values()
    return [reversal for reversal in found if reversal["transfer"] == identifier]


def _no_reversals(identifier: str) -> Record:
    url = f"/v1/transfers/{identifier}/reversals"
    return {"object": "list", "data": [], "has_more": False, "total_count": 0, "url": url}
