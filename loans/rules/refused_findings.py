"""What a refusal, or no answer, tells of how a connection is set up, and what mends it."""

from core.masking import for_log
from gateways.errors import Declined, GatewayError
from gateways.interface import AccessRefused
from loans.rules.mifos_findings import Finding

CHARACTERS_MAX = 300
# By the code of the refusal (gateways/fineract): what is wrong, in words, and what to do.
_WRONG: dict[str, tuple[str, str, str]] = {
    "address": (
        "server", "{host} may not be called or is not trusted",
        ("Compare the host and its certificates under Change. An address inside must be in "
        "VAULT_MIFOS_PRIVATE_NETWORKS."),
    ),
    "400": (
        "tenant", "There is no tenant {tenant}",
        "Ask who runs the server for the tenant's identifier, such as default.",
    ),
    "error.msg.password.outdated": (
        "user", "The password of {username} has ended",
        "In Mifos X, give it a new one that never expires; type it here under Change too.",
    ),
    "two_factor": (
        "user", "{username} is asked for a second factor",
        "In Mifos X, give BYPASS_TWOFACTOR to a role of {username}.",
    ),
    "error.msg.invalid.instance.type": (
        "server", "{host} only lets itself be read",
        "Name the instance that writes too, or ask who runs it.",
    ),
    "401": (
        "user", "{username} or its password is refused",
        "Compare both with Mifos X, and type the password anew under Change.",
    ),
}  # fmt: skip
_WRONG |= {
    "tenant": _WRONG["400"], "error.msg.invalid.tenant.identifier": _WRONG["400"],
    "user": _WRONG["401"], "error.msg.not.authenticated": _WRONG["401"],
}  # fmt: skip
_ANOTHER_SERVER = (
    "server", "Something else than Mifos X answers at {host}",
    "Compare the host, its port and its path: the API is below /fineract-provider/api/v1.",
)  # fmt: skip


def of_refusal(
    what: str, error: GatewayError, *, host: str, tenant: str, username: str
) -> Finding:
    """Why `what` could not be asked."""
    names = {"host": host, "tenant": tenant, "username": username}
    said = for_log(str(error))[:CHARACTERS_MAX]
    if isinstance(error, AccessRefused) and error.permission:
        return Finding(
            what=what, ok=False, text=f"It refused to answer: {said}",
            what_to_do=f"In Mifos X, give {error.permission} to a role of {username}.",
        )  # fmt: skip
    if isinstance(error, AccessRefused):
        about, wrong, todo = _WRONG.get(error.code, _ANOTHER_SERVER)
        return Finding(
            what=about, ok=False, text=f"{wrong.format(**names)}: {said}",
            what_to_do=todo.format(**names),
        )  # fmt: skip
    if isinstance(error, Declined):
        return Finding(
            what=what, ok=False, text=f"It refused to answer: {said}",
            what_to_do="Read what it says, mend it there, and test again.",
        )  # fmt: skip
    return Finding(
        what="server", ok=False, text=f"{host} gave no usable answer: {said}",
        what_to_do="See whether the server runs and can be reached from here.",
    )  # fmt: skip
