"""What a test of a connection finds: each thing in words, and what to do about it.

Of the server's answers only; whoever asked it hands them over (fineract.md 5, 3.7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateways.interface import LoanUser, PaymentType
from loans.rules import payment_types

ALL, ALL_READ = "ALL_FUNCTIONS", "ALL_FUNCTIONS_READ"
NEEDED = {
    "READ_LOAN": "read loans",
    "READ_CLIENT": "read the phone of a client",
    "DISBURSE_LOAN": "book what was paid",
    "READ_PAYMENTTYPE": "find the payment type",
    "READ_BUSINESS_DATE": "know the day that it books on",
    "READ_CONFIGURATION": "know whether its business date counts",
}
ADVISED = {
    "CREATE_LOANNOTE": "leave a note on a loan that was paid and could not be booked",
    "READ_AUDIT": "see what a checker decided",
}
UNWANTED = {
    "APPROVE_LOAN": "whoever has its password could approve loans and be paid",
    ALL: "whoever has its password could do everything there",
    "CHECKER_SUPER_USER": "it would pass every check by a second person there",
}
# Before these versions the permission did not exist, and nothing is lost without it.
SINCE = {"READ_BUSINESS_DATE": (1, 8)}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`ok` False: loans cannot be paid or booked like this, or, as a `warning`, can all the
    same."""

    what: str
    ok: bool
    text: str
    what_to_do: str = ""
    warning: bool = False

    @property
    def stops(self) -> bool:
        """Whether it must be mended before loans are paid."""
        return not self.ok and not self.warning


def of_permissions(user: LoanUser, *, username: str, version: str) -> list[Finding]:
    """Each permission that is needed or advised, then those that it had better not have."""
    found = []
    for code, why in {**NEEDED, **ADVISED}.items():
        if _older(version, SINCE.get(code, ())):
            continue
        has = _has(user, code)
        found.append(
            Finding(
                what=f"permission {code}",
                ok=has,
                text=f"{username} may {why}." if has else f"{username} may not {why}.",
                what_to_do="" if has else f"In Mifos X, give {code} to a role of {username}.",
                warning=code in ADVISED,
            )
        )
    return [*found, *_unwanted(user, username)]


def of_office(user: LoanUser, *, office_name: str) -> Finding:
    """Only loans of the user's office and those below it are seen (fineract.md 2.2)."""
    if office_name:
        ok = user.office.casefold() == office_name.casefold()
        wanted = f"{office_name}, as set here"
    else:
        ok, wanted = user.sees_all_offices, "the head office"
    return Finding(
        what="office", ok=ok, warning=not ok,
        text=f"The user belongs to {user.office or 'no office'}: loans of other offices are not "
        "seen." if not ok else f"The user belongs to {user.office}.",
        what_to_do="" if ok else f"Move it to {wanted}, or write its office into the settings.",
    )  # fmt: skip


def of_payment_types(types: Sequence[PaymentType], *, name: str) -> Finding:
    """It is there once, and needs no cashier (fineract.md 3.6)."""
    found = payment_types.named(types, name)
    what = "payment type"
    if found is None:
        there = ", ".join(sorted(each.name for each in types)) or "none"
        return Finding(
            what=what, ok=False,
            text=f"There is not exactly one payment type {name!r}; there are: {there}.",
            what_to_do=f"Add it in Mifos X (Admin, System, Payment types) as {name!r}, not cash, "
            "or change its name in the settings.",
        )  # fmt: skip
    if found.is_cash:
        return Finding(
            what=what, ok=False, text=f"{found.name} is a cash payment: it needs a cashier.",
            what_to_do="Untick 'Is cash payment' of it in Mifos X, or name another one.",
        )  # fmt: skip
    return Finding(what=what, ok=True, text=f"{found.name} is there, with id {found.type_id}.")


def of_business_date(day: date, *, today: date, time_zone: str) -> Finding:
    """The server refuses later days than its own (fineract.md 3.7)."""
    if day == today:
        return Finding(what="business date", ok=True, text=f"It books on {day}, as we reckon.")
    apart = abs((day - today).days)
    side = "behind" if day < today else "ahead of"
    todo = (
        "See in Mifos X whether the job that moves the business date runs."
        if day < today
        else "See the time zone of the tenant in Mifos X, and the one in the settings."
    )
    return Finding(
        what="business date", ok=False, warning=True, what_to_do=todo,
        text=f"It books on {day}, {apart} day{'s' if apart > 1 else ''} {side} {today} in "
        f"{time_zone}.",
    )  # fmt: skip


def of_version(version: str, *, override: str) -> Finding:
    """Which of the two ways to list loans it takes (fineract.md 2.1)."""
    if version:
        more = f"; by the settings it is taken for {override}" if override else ""
        return Finding(what="version", ok=True, text=f"It says {version}{more}.")
    if override:
        return Finding(what="version", ok=True, text=f"It does not say; taken for {override}.")
    return Finding(
        what="version", ok=False, warning=True,
        text="It does not say which version it is: lists are asked for in the way of 1.9.",
        what_to_do="Write its version into the settings, such as 1.8.4.",
    )  # fmt: skip


def of_products(configured: Sequence[tuple[int, str, bool]], *, seen: set[int]) -> list[Finding]:
    """`configured`: id, name and whether enabled; a mistyped id pays nothing, and says nothing."""
    if not any(enabled for _, _, enabled in configured):
        return [
            Finding(
                what="products", ok=False, warning=True,
                text="No loan product is switched on: no loan is paid.",
                what_to_do="Add one under Loan products, and enable it.",
            )
        ]  # fmt: skip
    found = []
    for product_id, name, enabled in configured:
        if enabled:
            named = f"{product_id} {name}".strip()
            was_seen = product_id in seen
            found.append(
                Finding(
                    what=f"product {product_id}", ok=was_seen, warning=not was_seen,
                    text=f"Loans of product {named} were seen."
                    if was_seen else f"No loan of product {named} was seen yet.",
                    what_to_do="" if was_seen else "Compare the id with the product in Mifos X.",
                )
            )  # fmt: skip
    return found


def _unwanted(user: LoanUser, username: str) -> list[Finding]:
    return [
        Finding(
            what=f"permission {code}", ok=False, warning=True,
            text=f"{username} has {code}: {why}.",
            what_to_do=f"Take {code} from it: a user with only what is needed is safer.",
        )
        for code, why in UNWANTED.items()
        if code in user.permissions
    ]  # fmt: skip


def _has(user: LoanUser, code: str) -> bool:
    granted = {code, ALL, *([ALL_READ] if code.startswith("READ_") else [])}
    return bool(granted & user.permissions)


def _older(version: str, since: tuple[int, ...]) -> bool:
    numbers = version.split(".")[:2]
    if not since or len(numbers) < len(since) or not all(each.isdigit() for each in numbers):
        return False
    return tuple(int(each) for each in numbers) < since
