"""Loans kept elsewhere: read what is approved, tell what was paid (fineract.md 2 to 5).

Amounts are minor units of `currency`; moments are UTC; days are dates of the tenant's zone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Protocol

from gateways.errors import Declined, Unreachable
from gateways.interface.shared import Exchange

LOANS_PAGE_MAX = 100
LOAN_KEY_CHARACTERS_MAX = 50
LOAN_EXTERNAL_ID_CHARACTERS_MAX = 100
LOAN_RECEIPT_CHARACTERS_MAX = 50
LOAN_NOTE_CHARACTERS_MAX = 1_000


class LoanState(IntEnum):
    """Status ids that we act on; others come as plain numbers (fineract.md 2.3)."""

    SUBMITTED = 100
    APPROVED = 200
    ACTIVE = 300
    WITHDRAWN = 400
    REJECTED = 500
    CLOSED = 600
    OVERPAID = 700


PAID_OUT_LOAN_STATES = frozenset({300, 303, 304, 600, 601, 602, 700})


class AccessRefused(Declined):
    """Our user, tenant or a permission is refused: nothing of this server works until mended.

    `permission` is the one that is missing, such as DISBURSE_LOAN; empty for user or tenant.
    """

    permission = ""


class AskAgain(Unreachable):
    """Surely not carried out by this call, and a later one may be (409, 425, 429, 503).

    425: an earlier call under the key may be under way, or done: look before giving up.
    `new_key`: the next try needs another idempotency key (fineract.md 4).
    """

    new_key = False


@dataclass(frozen=True, kw_only=True)
class LoanAccess:
    """What is needed to speak with one tenant. Never logged: the password is out of its repr.

    `owner` names the connection pool: one per partner. `version` such as `1.9.0`, empty when not
    known.
    """

    owner: str
    host: str
    tenant: str
    username: str
    password: str = field(repr=False)
    ca_bundle: str = ""
    version: str = ""
    time_zone: str = "Africa/Nairobi"


class CallKeeper(Protocol):
    """Whoever answers for the calls to one server: it may refuse one, and keeps each."""

    def before_call(self) -> None:
        """Just before a call leaves; what it raises goes to the caller, and nothing leaves."""

    def after_call(self, exchange: Exchange) -> None:
        """One exchange, also one that failed."""


@dataclass(frozen=True, kw_only=True)
class ListedLoan:
    """A row of the list. What the list does not carry is None."""

    loan_id: int
    state: int
    gross_minor: int | None = None
    net_minor: int | None = None
    approved_on: date | None = None
    product_id: int | None = None
    client_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class LoanPage:
    """One page, ordered by loan id. `unreadable`: ids (0 if none) of rows that made no sense.

    `total` is what the server counts over all pages.
    """

    rows: Sequence[ListedLoan]
    unreadable: Sequence[int]
    total: int


@dataclass(frozen=True, kw_only=True)
class LoanFacts:
    """One loan as it is now. The amounts are those of its next disbursal.

    `gross_minor` goes into the books, `net_minor` to the client (fineract.md 2.5); None where the
    amount is not told, or has a fraction of a minor unit. `kind` is individual | group | jlg |
    glim | other.
    """

    loan_id: int
    state: int
    account_no: str
    product_id: int
    product_name: str
    client_id: int | None
    client_name: str
    kind: str
    gross_minor: int | None
    net_minor: int | None
    currency: str
    approved_on: date | None
    expected_on: date | None
    several_disbursals: bool


@dataclass(frozen=True, kw_only=True)
class LoanClient:
    """Whose loan it is. `phone_as_written` is free text, empty when there is none."""

    client_id: int
    name: str
    active: bool
    phone_as_written: str


@dataclass(frozen=True, kw_only=True)
class DisbursalOrder:
    """What is booked. `body` is complete and goes out as it is, whenever it is repeated."""

    loan_id: int
    idempotency_key: str
    body: dict[str, str | int | float]


@dataclass(frozen=True, kw_only=True)
class DisbursalRecorded:
    """The server says by `changes` that the loan is disbursed."""

    transaction_id: int | None


@dataclass(frozen=True, kw_only=True)
class AwaitsChecker:
    """The server kept the command for a second person there; the loan is as before."""

    command_id: int


@dataclass(frozen=True, kw_only=True)
class FoundDisbursal:
    """A disbursal on the loan; `receipt` and `external_id` are empty where it has none."""

    transaction_id: int
    external_id: str
    receipt: str
    reversed: bool
    amount_minor: int | None
    on: date | None


class LoanBook(Protocol):
    """One call, one try each.

    All raise AccessRefused, Declined (`code` is the server's own, fineract.md 1.5), AskAgain,
    Unreachable, Unclear.
    """

    def approved(self, *, offset: int) -> LoanPage:
        """A page of LOANS_PAGE_MAX loans, ascending by id; filtered by the server's version."""

    def loan(self, loan_id: int) -> LoanFacts:
        """The loan as it is now. Declined with code `404` when it is not there for us."""

    def client(self, client_id: int) -> LoanClient:
        """The loan's client."""

    def record(self, order: DisbursalOrder) -> DisbursalRecorded | AwaitsChecker:
        """Book a disbursal; Unclear whenever the answer does not prove it."""

    def disbursals(self, loan_id: int, *, external_id: str = "") -> Sequence[FoundDisbursal]:
        """The loan's disbursals; an undone one is sure to be among them by its `external_id`,
        where the server can be asked by it (1.9 and later)."""

    def leave_note(self, *, loan_id: int, text: str) -> None:
        """A note for people on the loan."""


@dataclass(frozen=True, kw_only=True)
class LoanUser:
    """What our user is there: its permission codes, its office, whether the password expires."""

    permissions: frozenset[str]
    office: str
    sees_all_offices: bool


@dataclass(frozen=True, kw_only=True)
class PaymentType:
    """A payment type of the server; cash ones need a cashier (fineract.md 3.6)."""

    type_id: int
    name: str
    is_cash: bool


@dataclass(frozen=True, kw_only=True)
class CheckerVerdict:
    """What became of a command that waited: waits | approved | rejected | gone."""

    state: str


class LoanDesk(Protocol):
    """What is asked of the server beside its loans. Raises as LoanBook does."""

    def version(self) -> str:
        """Such as `1.9.0`; empty when the server does not say."""

    def user(self) -> LoanUser:
        """Who we are there."""

    def payment_types(self) -> Sequence[PaymentType]:
        """All payment types."""

    def business_date(self) -> date:
        """The day that the server books on (fineract.md 3.7)."""

    def checker_verdict(self, *, loan_id: int, command_id: int) -> CheckerVerdict:
        """What the checker did with a command of ours."""


@dataclass(frozen=True, kw_only=True)
class LoanChanged:
    """The server says that something happened to a loan: a hint to look, nothing more."""

    loan_id: int
    entity: str
    action: str
