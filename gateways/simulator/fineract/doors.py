"""Who is let in (fineract.md 1.2, 1.3): the tenant first, then user and password."""

import base64
import binascii
import json
from collections.abc import Mapping

from gateways.simulator.fineract.refusals import page, refusal
from gateways.simulator.fineract.state import State
from gateways.simulator.journal import Record
from gateways.simulator.wire import read_object

TENANT_HEADER = "fineract-platform-tenantid"
TENANT_QUERY = "tenantIdentifier"


def tenant_of(state: State, headers: Mapping[str, str], query: Mapping[str, str]) -> Record:
    """The tenant that is named. Raises Refusal: 400, no JSON."""
    found = state.tenant(headers.get(TENANT_HEADER) or query.get(TENANT_QUERY) or "")
    if found is None:
        raise page(400)
    return found


def user_of(state: State, tenant: Record, headers: Mapping[str, str]) -> Record:
    """The user of the Basic header. Raises Refusal: 401, no JSON; 400 for an old password."""
    username, password = _basic(headers.get("authorization", ""))
    user = state.find("user", tenant["name"], username)
    if user is None or user["password"] != password:
        raise page(401)
    if user["passwordOutdated"]:
        raise refusal(400, "error.msg.password.outdated", "The password of the user is outdated.")
    return user


def authenticate(state: State, tenant: Record, body: bytes) -> Record:
    """POST /authentication: what the user may, and a key that is only base64. Raises Refusal."""
    given = read_object(body) or {}
    user = state.find("user", tenant["name"], given.get("username"))
    if user is None or user["password"] != given.get("password"):
        raise refusal(401, "error.msg.not.authenticated", "Unauthenticated. Please login.")
    office = state.find("office", tenant["name"], user["officeId"])
    key = base64.b64encode(f"{user['id']}:{user['password']}".encode()).decode()
    return {
        "username": user["id"], "userId": user["number"], "authenticated": True,
        "base64EncodedAuthenticationKey": key, "officeId": user["officeId"],
        "officeName": office["name"] if office else None, "permissions": user["permissions"],
        "roles": [{"id": 2, "name": "Disburser", "description": "Disburser", "disabled": False}],
        "shouldRenewPassword": user["passwordOutdated"],
        "isTwoFactorAuthenticationRequired": False, "clients": [],
    }  # fmt: skip


def info(state: State, headers: Mapping[str, str]) -> str:
    """GET /actuator/info, of the tenant that is named, else of the newest. Raises Refusal: 404."""
    tenants = state.journal.tables["tenant"]
    named = state.tenant(headers.get(TENANT_HEADER, ""))
    tenant = named or (list(tenants.values())[-1] if tenants else None)
    if tenant is None or tenant["hidesVersion"]:
        raise page(404)
    version = tenant["version"]
    return json.dumps(
        {
            "git": {
                "branch": version, "tags": version, "build": {"version": version},
                "closest": {"tag": {"name": version}}, "commit": {"id": {"abbrev": "4198b0b"}},
            }
        }
    )  # fmt: skip


def _basic(authorization: str) -> tuple[str, str]:
    kind, _, value = authorization.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        username, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return username, password
