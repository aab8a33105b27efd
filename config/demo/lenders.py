"""The demo's lenders: two partners whose loans are approved in Mifos X, one of each family."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from config.demo.provider import simulator
from core.callers import Caller
from core.clock import NAIROBI
from core.refusals import Refused
from gateways import inbox
from loans.models import LoanProductAutoDisbursalConfig, MifosConnection
from loans.operations import check, connections, products
from loans.rules.connection_values import ConnectionValues
from loans.rules.product_values import ProductValues
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner
from vault.operations.add_shortcode import Credentials, add_shortcode

ACTOR = "demo"
SETTER, CONFIRMER, DESK = "demo-admin", "demo-approver", "demo-operator"
REASON = "set up for the demo"
USERNAME = "vault"
PASSWORD = "demo-only"  # noqa: S105 - the simulator's, worth nothing
PRODUCT = 1
LOANS = 30
FLOAT_UNITS = 5_000_000
REQUESTS_PER_MINUTE = 1_200
# What Mifos X has against the first try of each: three reasons that people meet.
HOLIDAY, CHECKER, REPAYMENT = ("umoja", 7), ("tumaini", 11), ("umoja", 19)
REFUSED_AT_FIRST = {HOLIDAY: "book_403_rule", CHECKER: "book_checker_rejected"}


@dataclass(frozen=True, kw_only=True)
class Lender:
    """A partner with a tenant of its own; `version` is that of its Mifos X."""

    tenant: str
    version: str
    name: str
    number: str
    prefix: str


LENDERS = (
    Lender(tenant="umoja", version="1.12.0", name="Umoja Loans (demo)", number="600333",
           prefix="0700 3"),
    Lender(tenant="tumaini", version="1.8.4", name="Tumaini Loans (demo)", number="600444",
           prefix="+254 700 4"),
)  # fmt: skip


def set_up(*, at: datetime) -> None:
    """Partners, connections and loans; a second time adds nothing. Raises what they refuse."""
    for lender in LENDERS:
        partner = Partner.objects.filter(name=lender.name).first() or add_partner(
            name=lender.name, actor=ACTOR, at=at
        )
        _shortcode(lender, partner, at)
        at_mifos("tenant", lender, version=lender.version)
        at_mifos("user", lender, username=USERNAME, password=PASSWORD)
        _loans(lender, at.astimezone(NAIROBI).date())
        if not MifosConnection.objects.filter(partner=partner).exists():
            _connect(lender, partner, at)


def at_mifos(address: str, lender: Lender, **values: Any) -> Any:
    """Change something at the simulated Mifos X (docs/simulator.md)."""
    told = {"tenant": lender.tenant, **values}
    return simulator("POST", f"fineract/{address}", json=told).json()


def host() -> str:
    """Where the simulated Mifos X answers: beside the simulated M-Pesa."""
    return settings.DARAJA_BASE_URL


def person(name: str, *permissions: str) -> Caller:
    """Somebody at the demo's desk."""
    return Caller(actor=name, origin="command", partners=None, permissions=frozenset(permissions))


def _connect(lender: Lender, partner: Partner, at: datetime) -> None:
    """One person names the server and tests it, another confirms it, then it is switched on."""
    setter = person(SETTER, connections.ADD, connections.CHANGE, check.PERMISSION, products.ADD)
    row = connections.save_connection(
        partner_id=partner.pk, reason=REASON, caller=setter, at=at,
        values=ConnectionValues(
            host=host(), tenant=lender.tenant, username=USERNAME, password=PASSWORD,
            shortcode=lender.number, requests_per_minute=REQUESTS_PER_MINUTE,
        ),
    )  # fmt: skip
    _product(partner, setter, at)
    found = check.check(connection_id=row.pk, caller=setter, at=at)
    connections.confirm_connection(
        connection_id=row.pk, reason=REASON, at=at, caller=person(CONFIRMER, connections.CONFIRM)
    )
    row.refresh_from_db()
    if not row.is_mifos_configured:
        raise Refused("; ".join(each.text for each in found if not each.ok))
    connections.switch(connection_id=row.pk, auto=True, reason=REASON, caller=setter, at=at)
    secret = inbox.standing_secret(provider="fineract", kind="loan", subject=str(partner.pk))
    url = inbox.callback_url(provider="fineract", kind="loan", secret=secret)
    at_mifos("hook", lender, url=url)


def _product(partner: Partner, setter: Caller, at: datetime) -> None:
    rows = LoanProductAutoDisbursalConfig.objects.filter(partner=partner, product_id=PRODUCT)
    if rows.exists():
        return
    products.save_product(
        partner_id=partner.pk, product_id=PRODUCT, reason=REASON, caller=setter, at=at,
        values=ProductValues(
            min_amount_minor=100_00, max_amount_minor=250_000_00, enabled=True, auto_approve=True,
            product_name="Business Loan",
        ),
    )  # fmt: skip


def _loans(lender: Lender, today: date) -> None:
    known = {
        each["id"]
        for each in simulator("GET", "fineract/loans").json()["loans"]
        if each["tenant"] == lender.tenant
    }
    for number in range(1, LOANS + 1):
        if number in known:
            continue
        at_mifos("loan", lender, loanId=number, **dict(terms(lender, number, today)))
        if fault := REFUSED_AT_FIRST.get((lender.tenant, number)):
            at_mifos("script", lender, loanId=number, faults=[fault])


def terms(lender: Lender, number: int, today: date) -> Iterator[tuple[str, Any]]:
    """A loan of a few thousand; of every third one a charge is kept back at disbursement."""
    gross = 2_000 + 350 * number
    yield "gross", str(gross)
    yield "net", str(gross - (0 if number % 3 else 150))
    yield "phone", f"{lender.prefix}{number:05}"
    yield "clientName", f"Client {number} of {lender.tenant.title()} Example"
    if (lender.tenant, number) == REPAYMENT:
        yesterday = (today - timedelta(days=1)).isoformat()
        yield "firstRepaymentOn", yesterday
        yield "approvedOn", yesterday


def _shortcode(lender: Lender, partner: Partner, at: datetime) -> None:
    if Shortcode.objects.filter(number=lender.number).exists():
        return
    simulator("POST", "top-up", json={"shortcode": lender.number, "amount": FLOAT_UNITS})
    add_shortcode(
        number=lender.number, partner_id=partner.pk, kind="paybill",
        initiator_name="demo-initiator",
        credentials=Credentials(
            consumer_key=f"demo-{lender.tenant}",
            consumer_secret="demo-consumer-secret",  # noqa: S106 - the simulator's
            initiator_password="Demo#2026",  # noqa: S106
        ),
        certificate=simulator("GET", "certificate").content, actor=ACTOR, at=at,
    )  # fmt: skip
