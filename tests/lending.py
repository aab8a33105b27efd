"""What a test of loans begins with, on the `wire` (tests/wire.py): the Mifos X side and ours.

    def test_an_approved_loan_is_paid(wire, a_partner, a_shortcode):
        tenant = a_tenant(wire)                        # at the simulated Mifos X, tenant "umoja"
        a_connection(a_partner, tenant)                # ours: confirmed, switched on
        a_product(a_partner)
        loan_id = an_approved_loan(wire, tenant, net=9_500, gross=10_000)
        sync(wire, a_partner)
        assert [each["loanId"] for each in lent(wire)["disbursals"]] == [loan_id]

Amounts of the Mifos X side are shillings (Decimals as text for cents: "9500.50"). `tell(wire,
tenant, "loan", …)` changes anything there; `script(wire, tenant, "book_lost", loan_id=5)` makes
the next booking of the loan go wrong, `script(wire, tenant, "loan_list_500")` the next list. Names
and meanings: docs/simulator.md.
"""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from core import clock, secrets
from loans.models import LoanProductAutoDisbursalConfig, LoanSyncRun, LoanTracking, MifosConnection
from tests.wire import MIFOS_HOST, Wire
from vault.models import Partner, Shortcode

HOST = MIFOS_HOST
PHONE = "0700 100 001"
USERNAME = "vault"
PASSWORD = "only-for-tests"
PAYMENT_TYPE_ID = 2
NAIROBI = ZoneInfo("Africa/Nairobi")
NEW, OLD = "1.12.0", "1.8.4"


@dataclass
class Tenant:
    """A tenant of the simulated Mifos X, with the user that the vault is there."""

    name: str = "umoja"
    version: str = NEW
    username: str = USERNAME
    password: str = field(default=PASSWORD, repr=False)


def control(wire: Wire, address: str, /, **values: Any) -> Any:
    """Tell the simulated Mifos X something, or read from it when there is nothing to tell."""
    method, body = ("POST", json.dumps(values).encode()) if values else ("GET", b"")
    reply = wire.simulator.handle(method, f"/_simulator/fineract/{address}", {}, body)
    assert reply.status == 200, reply.body
    return reply.json()


def tell(wire: Wire, tenant: Tenant | str, address: str, /, **values: Any) -> Any:
    """`control` in one tenant."""
    return control(wire, address, tenant=_name(tenant), **values)


def a_tenant(wire: Wire, version: str = NEW, name: str = "umoja", **changes: Any) -> Tenant:
    """A tenant with a user that may all the vault needs, two offices, product 1 (plain, KES),
    product 2 (several disbursals), payment types 1 "Money Transfer" and 2 "M-Pesa".

    `changes`: see `tenant` in docs/simulator.md, such as timeZone, businessDate, makerChecker.
    """
    control(wire, "tenant", tenant=name, version=version, **changes)
    control(wire, "user", tenant=name, username=USERNAME, password=PASSWORD)
    return Tenant(name=name, version=version)


def a_connection(
    partner: Partner, tenant: Tenant | str = "umoja", *, on: bool = True, confirmed: bool = True,
    shortcode: Shortcode | None = None, **changes: Any,
) -> MifosConnection:  # fmt: skip
    """The partner's connection to the simulated server, ready to be used."""
    spoken = tenant if isinstance(tenant, Tenant) else Tenant(name=tenant)
    at = clock.now()
    row = MifosConnection(
        partner=partner, host=HOST, tenant=spoken.name, username=spoken.username,
        version_detected=spoken.version, shortcode=shortcode, is_mifos_configured=True,
        mifos_auto_disbursement_enabled=on, changed_by="setter",
        confirmed_by="confirmer" if confirmed else "", confirmed_at=at if confirmed else None,
        created_at=at, checked_at=at, next_sync_at=at,
    )  # fmt: skip
    for name, value in changes.items():
        setattr(row, name, value)
    row.sealed_password = secrets.seal({"password": spoken.password}, context=row.context)
    row.save()
    return row


def a_product(
    partner: Partner, product_id: int = 1, *, minimum: int = 100, maximum: int = 250_000,
    auto_approve: bool = True, enabled: bool = True, **limits: Any,
) -> LoanProductAutoDisbursalConfig:  # fmt: skip
    """Loans of this product are paid by themselves. Amounts in shillings; `limits` are fields."""
    return LoanProductAutoDisbursalConfig.objects.create(
        partner=partner, product_id=product_id, product_name=f"Product {product_id}",
        enabled=enabled, auto_approve=auto_approve, min_amount_minor=minimum * 100,
        max_amount_minor=maximum * 100, created_at=clock.now(), **limits,
    )  # fmt: skip


def an_approved_loan(
    wire: Wire, tenant: Tenant | str = "umoja", loan_id: int | None = None, *,
    net: int | str = 9_500, gross: int | str = 10_000, phone: str = PHONE, **changes: Any,
) -> int:  # fmt: skip
    """A loan that waits for disbursal, with a client of its own; its id.

    `changes`: see `loan` in docs/simulator.md, such as productId, clientName, expectedOn,
    approvedOn, kind="group", status. Tells nobody: `hook=True` posts the LOAN/APPROVE hook.
    """
    named = {} if loan_id is None else {"loanId": loan_id}
    made = tell(
        wire, tenant, "loan", gross=str(Decimal(gross)), net=str(Decimal(net)), phone=phone,
        **named, **changes,
    )  # fmt: skip
    return int(made["id"])


def script(wire: Wire, tenant: Tenant | str, *faults: str, loan_id: int | None = None) -> None:
    """What befalls the next requests, one each, and then nothing: bookings of this loan; without
    a loan, any list, read or booking in the tenant that the fault is made for."""
    tell(
        wire,
        tenant,
        "script",
        faults=list(faults),
        **({} if loan_id is None else {"loanId": loan_id}),
    )


def act(
    wire: Wire, tenant: Tenant | str, loan_id: int, command: str, by: str = "officer",
    **body: Any,
) -> Any:  # fmt: skip
    """A person of the lender does something to the loan in Mifos X: `approve`, `undoapproval`,
    `undodisbursal`, `disburse` (with its body), `reject`; hooks fire. The answer."""
    return tell(wire, tenant, "act", path=f"/loans/{loan_id}", command=command, by=by, body=body)


def disburse_by_hand(wire: Wire, tenant: Tenant | str, loan_id: int, **body: Any) -> Any:
    """Somebody presses Disburse in Mifos X, without a receipt of ours."""
    day = {"actualDisbursementDate": _today(wire), "locale": "en", "dateFormat": "yyyy-MM-dd"}
    return act(wire, tenant, loan_id, "disburse", **{**day, **body})


def change_loan(wire: Wire, tenant: Tenant | str, loan_id: int, **changes: Any) -> None:
    """Change what Mifos X has of the loan, without a hook: gross, net, locked, expectedOn,
    approvedOn, firstRepaymentOn, clientId, state, … (see `there`)."""
    tell(wire, tenant, "change-loan", loanId=loan_id, **changes)


def change_client(wire: Wire, tenant: Tenant | str, loan_id: int, **changes: Any) -> None:
    """Change the loan's client there: phone="0711 000 000", name, active=False, officeId."""
    client_id = there(wire, tenant, loan_id)["clientId"]
    tell(wire, tenant, "client", clientId=client_id, **changes)


def check(wire: Wire, tenant: Tenant | str, command_id: int, decision: str = "approve") -> Any:
    """The lender's checker approves or rejects what waits for a second person."""
    return tell(
        wire, tenant, "act", path=f"/makercheckers/{command_id}", command=decision, by="officer"
    )


def register_hook(wire: Wire, tenant: Tenant | str, url: str) -> None:
    """Post events of this tenant to this address, as its administrator would have it."""
    tell(wire, tenant, "hook", url=url)


def there(wire: Wire, tenant: Tenant | str, loan_id: int) -> Any:
    """The loan as Mifos X has it: status, amounts, transactions, notes."""
    (found,) = [
        each
        for each in control(wire, "loans")["loans"]
        if (each["tenant"], each["id"]) == (_name(tenant), loan_id)
    ]
    return found


def lent(wire: Wire) -> Any:
    """The book of Mifos X: `disbursals` (tenant, loanId, amount, receipt, externalId, by,
    reversed, …), `count` of living ones, `bookedTwice`."""
    return control(wire, "book")


def loan_of(partner: Partner, loan_id: int) -> LoanTracking:
    """What we know of the loan."""
    return LoanTracking.objects.get(partner=partner, loan_id=loan_id)


def sync(wire: Wire, partner: Partner, *steps: str) -> LoanSyncRun:
    """Fetch, process and book this partner's loans now, or only these steps."""
    from loans.operations.sync import sync as run_now

    named = {"steps": steps} if steps else {}
    return run_now(partner_id=partner.pk, trigger="test", actor="test", at=wire.clock(), **named)


def _today(wire: Wire) -> str:
    return wire.clock().astimezone(NAIROBI).date().isoformat()


def _name(tenant: Tenant | str) -> str:
    return tenant.name if isinstance(tenant, Tenant) else tenant
