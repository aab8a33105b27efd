"""Connected accounts and what they may receive (stripe.md 6)."""

from datetime import datetime

from gateways.simulator.stripe.events import tell
from gateways.simulator.stripe.forms import metadata, only, text
from gateways.simulator.stripe.pages import PAGING, page
from gateways.simulator.stripe.refusals import Record, invalid, no_such
from gateways.simulator.stripe.state import State, seconds

CREATE = (
    "type", "country", "email", "default_currency", "business_type", "capabilities", "metadata",
    "tos_acceptance", "controller", "business_profile", "individual", "company", "settings",
    "external_account",
)  # fmt: skip
CAPABILITY_STATES = ("active", "pending", "inactive", "unrequested")
CURRENCY_OF = {"US": "usd", "GB": "gbp", "DE": "eur", "FR": "eur", "KE": "kes", "JP": "jpy"}


def create(state: State, values: Record, at: datetime) -> Record:
    """POST /v1/accounts: the transfers capability stays inactive until it is made active."""
    only(values, CREATE)
    country = text(values, "country", longest=2) or "US"
    currency = text(values, "default_currency", longest=3)
    asked = "transfers" in values.get("capabilities", {})
    return open_account(
        state, state.new_id("acct"), at=at, country=country, currency=currency,
        transfers="inactive" if asked else "", metadata=metadata(values),
        email=text(values, "email"),
    )  # fmt: skip


def open_account(
    state: State,
    identifier: str,
    *,
    at: datetime,
    country: str = "US",
    currency: str = "",
    transfers: str = "active",
    metadata: dict[str, str] | None = None,
    email: str = "",
) -> Record:
    """Keep an account under this id."""
    account: Record = {
        "id": identifier, "object": "account", "type": "express", "country": country,
        "default_currency": currency or CURRENCY_OF.get(country, "usd"), "email": email or None,
        "created": seconds(at), "metadata": metadata or {}, "charges_enabled": False,
        "details_submitted": True,
    }  # fmt: skip
    account |= _standing(transfers)
    state.put("account", account)
    return account


def change_capability(state: State, identifier: str, transfers: str, *, at: datetime) -> Record:
    """Make the transfers capability active, pending or inactive, and tell of it."""
    account = find(state, identifier) | _standing(transfers)
    state.put("account", account)
    subject = capability(state, identifier, {}, at)
    tell(state, "capability.updated", subject, at=at, account=identifier)
    tell(state, "account.updated", account, at=at, account=identifier)
    return account


def find(state: State, identifier: str) -> Record:
    """The account. Raises Refusal."""
    account = state.tables["account"].get(identifier)
    if account is None:
        raise no_such("account", identifier)
    return account


def get(state: State, identifier: str, values: Record, _at: datetime) -> Record:
    """GET /v1/accounts/{id}."""
    only(values, ())
    return find(state, identifier)


def capability(state: State, identifier: str, values: Record, _at: datetime) -> Record:
    """GET /v1/accounts/{id}/capabilities/transfers."""
    only(values, ())
    account = find(state, identifier)
    standing = account["capabilities"].get("transfers", "unrequested")
    return {
        "id": "transfers", "object": "capability", "account": identifier, "status": standing,
        "requested": standing != "unrequested", "requested_at": account["created"],
        "requirements": account["requirements"],
    }  # fmt: skip


def listed(state: State, values: Record, _at: datetime) -> Record:
    """GET /v1/accounts."""
    only(values, PAGING)
    return page(state.tables["account"].values(), values, url="/v1/accounts", filters=())


def _standing(transfers: str) -> Record:
    if transfers and transfers not in CAPABILITY_STATES:
        raise invalid("transfers", f"transfers must be one of {', '.join(CAPABILITY_STATES)}")
    active = transfers == "active"
    due = [] if active else ["individual.verification.document"]
    return {
        "capabilities": {} if transfers in ("", "unrequested") else {"transfers": transfers},
        "payouts_enabled": active,
        "requirements": {
            "currently_due": due, "eventually_due": due, "past_due": [],
            "pending_verification": [], "current_deadline": None,
            "disabled_reason": None if active else "requirements.past_due",
        },
    }  # fmt: skip
