"""The one HTTP client, and the strict reading of what it brings."""

from gateways.http.addresses import Network, address_problem
from gateways.http.calls import GUARDED, LIMITS, HttpAnswer, Limits, get, post_form, post_json
from gateways.http.forms import NotForm, read_form
from gateways.http.guarded import Guard, ca_bundle_problem
from gateways.http.kept import Parts, kept, only
from gateways.http.strict_json import NotJson, read_json
from gateways.http.transactions import CallInTransaction, refuse_in_transaction

__all__ = [
    "GUARDED", "LIMITS", "CallInTransaction", "Guard", "HttpAnswer", "Limits", "Network",
    "NotForm", "NotJson", "Parts", "address_problem", "ca_bundle_problem", "get", "kept", "only",
    "post_form", "post_json", "read_form", "read_json", "refuse_in_transaction",
]  # fmt: skip
