"""What an owner, a property and a tenant are made of, and what is wrong with it.

Each check answers the facts in normal form and every problem as (field, sentence).
"""

import re
from dataclasses import asdict, dataclass, replace
from datetime import date, time
from typing import TypeVar

from core import money, phones
from vault.rules import names, receivers
from vault.rules.forward_schedule import AT_ONCE, BY_HAND, DAILY, MONTHLY, WEEKLY
from vault.rules.receivers import PHONE, Receiver

Problems = list[tuple[str, str]]

NAME_LENGTH_MAX = 120
UNIT_LENGTH_MAX = 30
ACCOUNT_LENGTH_MAX = 12
RENT_UNITS_MAX = 10_000_000
HOLD_HOURS_MAX = 60 * 24
PHONES_MAX = 10
EMAIL_LENGTH_MAX = 254
LANGUAGES = ("en", "sw")
WHENS = (AT_ONCE, DAILY, WEEKLY, MONTHLY, BY_HAND)
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f.]+")


@dataclass(frozen=True, kw_only=True)
class ForwardingFacts:
    """Where and when rent is forwarded; on a property, blank or None is as the owner says."""

    paid_to: str = ""
    receiver_number: str = ""
    receiver_account: str = ""
    receiver_msisdn: str = ""
    forward_when: str = ""
    forward_time: time | None = None
    forward_weekday: int | None = None
    forward_monthday: int | None = None
    forward_minimum_minor: int | None = None
    hold_hours: int | None = None

    @property
    def receiver(self) -> Receiver:
        """Whom it is paid to."""
        return Receiver(
            paid_to=self.paid_to,
            receiver_number=self.receiver_number,
            receiver_account=self.receiver_account,
            receiver_msisdn=self.receiver_msisdn,
        )


@dataclass(frozen=True, kw_only=True)
class OwnerFacts(ForwardingFacts):
    """An owner. `phone` and `email` are for notices; no `forward_when`: AUTO_DISBURSEMENT's."""

    name: str
    phone: str = ""
    email: str = ""
    language: str = "en"
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class PropertyFacts(ForwardingFacts):
    """A property. `rent_minor` is for tenants who have no rent of their own."""

    name: str
    account_reference: str
    rent_minor: int
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class TenantFacts:
    """A tenant. Without an account they pay under the property's; no rent: the property's."""

    name: str
    phones: tuple[str, ...] = ()
    unit: str = ""
    account_reference: str = ""
    rent_minor: int | None = None
    email: str = ""
    language: str = "en"
    since_date: date | None = None
    is_active: bool = True


Forwarding = TypeVar("Forwarding", bound=ForwardingFacts)


def check_owner(facts: OwnerFacts) -> tuple[OwnerFacts, Problems]:
    """An owner says where and when."""
    facts, problems = _check_forwarding(replace(facts, name=facts.name.strip()))
    problems += _name_problems(facts.name, example="'Amina Example'")
    if not facts.paid_to:
        problems.append(("paid_to", "is missing: write paybill, till, phone or nowhere"))
    if not facts.forward_when:
        problems.append(("forward_when", f"is missing: write {', '.join(WHENS)}"))
    phone, wrong = _phone(facts.phone)
    problems += [("phone", wrong)] if wrong else []
    facts = replace(facts, phone=phone, email=facts.email.strip())
    return facts, problems + _contact_problems(facts.email, facts.language)


def check_property(facts: PropertyFacts, *, currency: str) -> tuple[PropertyFacts, Problems]:
    """A property's blank parts of forwarding are its owner's."""
    account = facts.account_reference.strip()
    facts, problems = _check_forwarding(
        replace(facts, name=facts.name.strip(), account_reference=account)
    )
    problems += _name_problems(facts.name, example="'Sunset Apartments'")
    problems += _account_problems(account, needed=True)
    return facts, problems + _rent_problems(facts.rent_minor, currency)


def check_tenant(facts: TenantFacts, *, currency: str) -> tuple[TenantFacts, Problems]:
    """A tenant's phones in normal form, each once."""
    facts = replace(
        facts, name=facts.name.strip(), unit=facts.unit.strip(), email=facts.email.strip(),
        account_reference=facts.account_reference.strip(),
    )  # fmt: skip
    problems = _name_problems(facts.name, example="'Juma Example'")
    problems += _account_problems(facts.account_reference, needed=False)
    if facts.unit:
        wrong = names.problem_of(facts.unit, length_max=UNIT_LENGTH_MAX, example="A3")
        problems += [("unit", wrong)] if wrong else []
    if facts.rent_minor is not None:
        problems += _rent_problems(facts.rent_minor, currency)
    problems += _contact_problems(facts.email, facts.language)
    if len(facts.phones) > PHONES_MAX:
        problems.append(("phones", f"write {PHONES_MAX} at the most, such as 0712 345 678"))
    read = [_phone(each) for each in facts.phones]
    problems += [("phones", wrong) for _, wrong in read if wrong]
    return replace(facts, phones=tuple(dict.fromkeys(each for each, _ in read if each))), problems


def _check_forwarding(facts: Forwarding) -> tuple[Forwarding, Problems]:
    receiver = Receiver(**{name: value.strip() for name, value in asdict(facts.receiver).items()})
    problems = receivers.problems_of(receiver)
    msisdn = receiver.receiver_msisdn
    if receiver.paid_to == PHONE and not problems:
        msisdn = phones.normal_form(msisdn)
    when = facts.forward_when.strip()
    facts = replace(
        facts,
        paid_to=receiver.paid_to,
        receiver_number=receiver.receiver_number,
        receiver_account=receiver.receiver_account,
        receiver_msisdn=msisdn,
        forward_when=when,
        forward_weekday=facts.forward_weekday if when == WEEKLY else None,
        forward_monthday=facts.forward_monthday if when == MONTHLY else None,
    )
    return facts, problems + _schedule_problems(facts)


def _schedule_problems(facts: ForwardingFacts) -> Problems:
    problems: Problems = []
    if facts.forward_when not in ("", *WHENS):
        problems.append(("forward_when", f"write {', '.join(WHENS)}"))
    if facts.forward_when == WEEKLY and facts.forward_weekday not in range(7):
        problems.append(("forward_weekday", "name the day of the week, such as Friday"))
    if facts.forward_when == MONTHLY and facts.forward_monthday not in range(1, 32):
        problems.append(("forward_monthday", "write the day, 1 to 31 (31: the last day)"))
    if facts.forward_minimum_minor is not None and facts.forward_minimum_minor < 0:
        problems.append(("forward_minimum", "write 0 or more shillings, such as 1000"))
    if facts.hold_hours is not None and not 0 <= facts.hold_hours <= HOLD_HOURS_MAX:
        problems.append(("hold_hours", f"write 0 to {HOLD_HOURS_MAX} hours, such as 24"))
    return problems


def _name_problems(name: str, *, example: str) -> Problems:
    wrong = names.problem_of(name, length_max=NAME_LENGTH_MAX, example=example)
    return [("name", wrong)] if wrong else []


def _account_problems(account: str, *, needed: bool) -> Problems:
    if not account and not needed:
        return []
    if len(account) > ACCOUNT_LENGTH_MAX:
        wrong = (
            f"has {len(account)} characters: a prompt takes {ACCOUNT_LENGTH_MAX} at the most, "
            "such as PROP001"
        )
    else:
        wrong = receivers.account_problem(account).replace("a paybill needs one", "write one")
    return [("account_reference", wrong)] if wrong else []


def _rent_problems(rent_minor: int, currency: str) -> Problems:
    try:
        units = money.whole_units(rent_minor, currency)
    except money.BadAmount as error:
        return [("rent", str(error))]
    if not 1 <= units <= RENT_UNITS_MAX:
        return [("rent", f"write 1 to {RENT_UNITS_MAX:,} shillings, such as 10000")]
    return []


def _contact_problems(email: str, language: str) -> Problems:
    problems: Problems = []
    if email and (len(email) > EMAIL_LENGTH_MAX or not _EMAIL.fullmatch(email)):
        problems.append(("email", "is no address, such as amina@example.org"))
    if language not in LANGUAGES:
        problems.append(("language", "write en or sw"))
    return problems


def _phone(text: str) -> tuple[str, str]:
    """The number in normal form, or why it is none; blank stays blank."""
    if not text.strip():
        return "", ""
    try:
        return phones.normal_form(text), ""
    except phones.BadPhone as error:
        return "", str(error)
