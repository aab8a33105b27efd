"""A loan as Mifos X says it now, in our columns, and what of it was tracked otherwise."""

import unicodedata
from datetime import date
from typing import Protocol, TypedDict

from gateways.interface.loans import LoanClient, LoanFacts
from loans.rules.phones_in_text import PhonesRead, read_phones

ACCOUNT_CHARACTERS_MAX = 100
NAME_CHARACTERS_MAX = 200
PRODUCT_CHARACTERS_MAX = 100
PHONE_CHARACTERS_MAX = 100
CURRENCY_CHARACTERS_MAX = 3
COMPARED = (
    "msisdn", "net_minor", "gross_minor", "currency", "client_id", "product_id", "approved_on",
    "several_disbursals",
)  # fmt: skip
_NOT_KEPT = frozenset({"Cc", "Cf", "Cs"})


class Difference(TypedDict):
    """`field` is one of COMPARED; amounts in minor units, days as 2026-11-21."""

    field: str
    tracked: str | int | bool | None
    now: str | int | bool | None


class Columns(TypedDict):
    """The columns of LoanTracking that say what Mifos X says."""

    account_no: str
    product_id: int
    product_name: str
    client_id: int | None
    client_name: str
    phone_as_written: str
    msisdn: str
    gross_minor: int
    net_minor: int
    currency: str
    approved_on: date | None
    expected_on: date | None
    several_disbursals: bool


class Tracked(Protocol):
    """A row with the facts that a loan is paid by, such as LoanTracking."""

    @property
    def msisdn(self) -> str: ...
    @property
    def net_minor(self) -> int: ...
    @property
    def gross_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def client_id(self) -> int | None: ...
    @property
    def product_id(self) -> int: ...
    @property
    def approved_on(self) -> date | None: ...
    @property
    def several_disbursals(self) -> bool: ...


def phone_of(client: LoanClient | None) -> PhonesRead:
    """The client's one number, or why there is none."""
    return read_phones(client.phone_as_written if client else "")


def columns(facts: LoanFacts, client: LoanClient | None) -> Columns:
    """What is kept of these; an amount that has no whole minor units is kept as 0."""
    return Columns(
        account_no=_kept(facts.account_no, ACCOUNT_CHARACTERS_MAX),
        product_id=facts.product_id,
        product_name=_kept(facts.product_name, PRODUCT_CHARACTERS_MAX),
        client_id=facts.client_id,
        client_name=_kept(
            (client.name if client else "") or facts.client_name, NAME_CHARACTERS_MAX
        ),
        phone_as_written=_kept(client.phone_as_written if client else "", PHONE_CHARACTERS_MAX),
        msisdn=phone_of(client).msisdn,
        gross_minor=facts.gross_minor or 0,
        net_minor=facts.net_minor or 0,
        currency=_kept(facts.currency, CURRENCY_CHARACTERS_MAX),
        approved_on=facts.approved_on,
        expected_on=facts.expected_on,
        several_disbursals=facts.several_disbursals,
    )


def differences(tracked: Tracked, facts: LoanFacts, client: LoanClient | None) -> list[Difference]:
    """What is said otherwise than it was tracked, in the order of COMPARED.

    What was not there when it was tracked (no phone, no client, no readable amount) kept the loan
    from being paid: that it is there now is no difference. A day of approval counts where both
    are known.
    """
    now = columns(facts, client)
    found = []
    for name in COMPARED:
        before, after = getattr(tracked, name), now[name]  # type: ignore[literal-required]
        mended = before in ("", 0, None) and before is not False
        unknown_day = name == "approved_on" and after is None
        if before != after and not mended and not unknown_day:
            found.append(Difference(field=name, tracked=_plain(before), now=_plain(after)))
    return found


def _plain(value: str | int | date | None) -> str | int | None:
    return value.isoformat() if isinstance(value, date) else value


def _kept(text: str, characters_max: int) -> str:
    """Without what a database or a page cannot show, and cut."""
    shown = "".join(
        " " if unicodedata.category(character) in _NOT_KEPT else character for character in text
    )
    return shown.strip()[:characters_max]
