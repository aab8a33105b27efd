"""Tenants of the simulated Mifos X: their switches, users, offices and what they begin with."""

from typing import Any
from zoneinfo import ZoneInfo

from gateways.simulator.fineract.days import release
from gateways.simulator.fineract.state import State
from gateways.simulator.journal import Record

OFFICER = "officer"
VAULT_MAY = (
    "READ_LOAN", "DISBURSE_LOAN", "READ_CLIENT", "READ_PAYMENTTYPE", "READ_BUSINESS_DATE",
    "READ_CONFIGURATION", "READ_LOANNOTE", "CREATE_LOANNOTE", "READ_AUDIT", "READ_OFFICE",
)  # fmt: skip
SWITCHES: Record = {
    "version": "1.12.0", "timeZone": "Africa/Nairobi", "businessDate": "", "businessDateOn": False,
    "makerChecker": False, "checkedPermissions": ["DISBURSE_LOAN"], "sameMakerChecker": False,
    "readOnly": False, "jobRunning": False, "holidays": [], "allowHolidays": False,
    "nonWorkingDays": [], "allowNonWorkingDays": False, "closedUntil": "",
    "requiredDatatable": "", "hidesVersion": False,
}  # fmt: skip


def switches(values: Record) -> Record:
    """The switches of a tenant that are named. Raises ValueError."""
    for name, value in values.items():
        if name not in SWITCHES:
            raise ValueError(f"{name} is no switch; there are {', '.join(SWITCHES)}")
        if type(value) is not type(SWITCHES[name]):
            raise ValueError(f"{name} must be like {SWITCHES[name]!r}")
    if "version" in values and len(release(values["version"])) < 3:
        raise ValueError('version must have three numbers, for example {"version": "1.8.4"}')
    if "timeZone" in values:
        _zone(values["timeZone"])
    return values


def open_tenant(state: State, name: str, changes: Record) -> Record:
    """A tenant with an officer, two offices, two products and two payment types."""
    tenant = state.add("tenant", name, id=name, name=name, **{**SWITCHES, **changes})
    for office_id, title, hierarchy in ((1, "Head Office", "."), (2, "Branch Example", ".2.")):
        state.add("office", name, id=office_id, name=title, hierarchy=hierarchy)
    set_user(state, name, OFFICER, permissions=["ALL_FUNCTIONS", "CHECKER_SUPER_USER"])
    for product_id, title, several in ((1, "Business Loan", False), (2, "Stage Loan", True)):
        state.add("product", name, id=product_id, name=title, several=several, currency="KES")
    for type_id, title in ((1, "Money Transfer"), (2, "M-Pesa")):
        state.add(
            "payment_type", name, id=type_id, name=title, description="", isCashPayment=False,
            position=type_id,
        )  # fmt: skip
    return tenant


def set_user(state: State, tenant: str, username: str, **changes: Any) -> Record:
    """A user, new or changed; a new one may what the vault needs. Raises ValueError."""
    fields: Record = {
        "password": "password", "permissions": list(VAULT_MAY), "officeId": 1,
        "passwordOutdated": False,
    }  # fmt: skip
    unknown = set(changes) - set(fields)
    if unknown:
        raise ValueError(f"{min(unknown)} is nothing of a user; there are {', '.join(fields)}")
    found = state.find("user", tenant, username)
    if found is not None:
        return state.change("user", found, **changes)
    number = len(state.rows("user", tenant)) + 1
    return state.add("user", tenant, id=username, number=number, **{**fields, **changes})


def _zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (OSError, ValueError):
        raise ValueError(
            'timeZone must be one that exists: {"timeZone": "Asia/Kolkata"}'
        ) from None
