"""An owner's statement: what the ledger says of their accounts in a period, in words.

The book is never changed, and each thing is booked when it is heard of: a statement of days that
are over says the same tomorrow.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from core.refusals import Refused
from ledger import queries as books
from ledger.models import Entry, EntryKind, Line
from rents.queries.statement_facts import Facts, read_facts
from rents.rules.period import Period
from rents.rules.statement_lines import (
    LineKind,
    StatementLine,
    Totals,
    totals,
    with_balances,
)
from vault.models import Owner, Payment
from vault.states import PaymentStatus

LINES_MAX = 20_000
CURRENCY = "KES"
JUST_BEFORE = timedelta(microseconds=1)
SUBJECT = re.compile(r"(payment|forward):([0-9a-f-]{36}):([a-z_]+)", re.ASCII)


class TooManyLines(Refused):
    """The statement would be longer than LINES_MAX; a shorter period would do."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What an owner has to get, in minor units: `owed`, and of it handed to a payout already."""

    owed_minor: int
    forwarding_minor: int

    @property
    def total_minor(self) -> int:
        """What the owner does not have yet."""
        return self.owed_minor + self.forwarding_minor


@dataclass(frozen=True, kw_only=True)
class Statement:
    """`opening` + what the lines add up to = `closing`. Minor units of `currency`."""

    owner: Owner
    period: Period
    currency: str
    opening: Standing
    closing: Standing
    lines: Sequence[StatementLine]
    totals: Totals


@dataclass(kw_only=True)
class _Booked:
    """What one entry did to the owner's two accounts, and the fee that it kept."""

    reference: str
    kind: str
    at: datetime
    description: str
    owed_minor: int = 0
    forwarding_minor: int = 0
    fee_minor: int = 0


def statement(*, owner: Owner, period: Period, currency: str = CURRENCY) -> Statement:
    """The owner's statement. Raises TooManyLines."""
    opening = standing(owner_id=owner.pk, at=period.starts_at - JUST_BEFORE, currency=currency)
    booked = _booked(owner.pk, period, currency)
    rents_for_nothing = _owing_nothing(owner.pk, period, currency)
    if len(booked) + len(rents_for_nothing) > LINES_MAX:
        raise TooManyLines(
            f"has more than {LINES_MAX:,} lines; take a shorter one, such as one month",
            field="period",
        )
    facts = read_facts(
        owner_id=owner.pk,
        payments={_subject(each.reference)[1] for each in booked if _is_of("payment", each)},
        forwards={_subject(each.reference)[1] for each in booked if _is_of("forward", each)},
    )
    told = [_line(each, facts) for each in booked if each.owed_minor + each.forwarding_minor]
    told += [_line_for_nothing(payment) for payment in rents_for_nothing]
    told.sort(key=lambda line: line.at)
    lines = with_balances(told, opening_minor=opening.total_minor)
    return Statement(
        owner=owner, period=period, currency=currency, opening=opening, lines=lines,
        closing=Standing(
            owed_minor=opening.owed_minor + sum(each.owed_minor for each in booked),
            forwarding_minor=opening.forwarding_minor
            + sum(each.forwarding_minor for each in booked),
        ),
        totals=totals(lines),
    )  # fmt: skip


def standing(*, owner_id: UUID, at: datetime | None, currency: str = CURRENCY) -> Standing:
    """What the owner has to get at a moment, included; None: now."""
    found = {
        row.code: row.balance_minor
        for row in books.balances(at=at, prefix=f"owner:{owner_id}:")
        if row.currency == currency
    }
    owed, forwarding = _codes(owner_id, currency)
    return Standing(owed_minor=found.get(owed, 0), forwarding_minor=found.get(forwarding, 0))


def standings(owner_ids: Collection[UUID], *, currency: str = CURRENCY) -> dict[UUID, Standing]:
    """What each of these owners has to get now, by one query."""
    codes = {code for owner_id in owner_ids for code in _codes(owner_id, currency)}
    sums = dict(
        Line.objects.filter(account__code__in=codes)
        .values_list("account__code")
        .annotate(balance_minor=Sum(F("credit_minor") - F("debit_minor")))
    )
    found = {}
    for owner_id in owner_ids:
        owed, forwarding = (int(sums.get(code, 0)) for code in _codes(owner_id, currency))
        found[owner_id] = Standing(owed_minor=owed, forwarding_minor=forwarding)
    return found


def _codes(owner_id: UUID, currency: str) -> tuple[str, str]:
    return f"owner:{owner_id}:owed:{currency}", f"owner:{owner_id}:forwarding:{currency}"


def _booked(owner_id: UUID, period: Period, currency: str) -> list[_Booked]:
    """Every entry on the owner's accounts in the period, in the order of time."""
    codes = _codes(owner_id, currency)
    entries = Entry.objects.filter(
        at__gte=period.starts_at, at__lt=period.ends_at,
        pk__in=Line.objects.filter(account__code__in=codes).values("entry_id"),
    )  # fmt: skip
    rows = (
        Line.objects.filter(entry__in=entries, currency=currency)
        .order_by("entry__at", "entry_id", "pk")
        .values_list(
            "entry_id", "entry__reference", "entry__kind", "entry__at", "entry__description",
            "account__code", "debit_minor", "credit_minor",
        )
    )  # fmt: skip
    found: dict[int, _Booked] = {}
    for entry_id, reference, kind, at, description, code, debit_minor, credit_minor in rows:
        one = found.setdefault(
            entry_id, _Booked(reference=reference, kind=kind, at=at, description=description)
        )
        change_minor = credit_minor - debit_minor
        if code == codes[0]:
            one.owed_minor += change_minor
        elif code == codes[1]:
            one.forwarding_minor += change_minor
        elif code.startswith("partner:") and code.endswith(f":fees:{currency}"):
            one.fee_minor += change_minor
    return list(found.values())


def _owing_nothing(owner_id: UUID, period: Period, currency: str) -> QuerySet[Payment]:
    """Rents that the fee took whole: they stand on no account of the owner."""
    return Payment.objects.filter(
        owner_id=owner_id, status=PaymentStatus.ALLOCATED, owed_minor=0, currency=currency,
        status_at__gte=period.starts_at, status_at__lt=period.ends_at,
    ).select_related("property", "tenant")  # fmt: skip


def _subject(reference: str) -> tuple[str, UUID, str]:
    """`payment` or `forward`, its id, and what happened; ("", …) for anything else."""
    found = SUBJECT.match(reference)
    return (found[1], UUID(found[2]), found[3]) if found else ("", UUID(int=0), "")


def _is_of(subject: str, booked: _Booked) -> bool:
    return _subject(booked.reference)[0] == subject


def _kind(booked: _Booked) -> LineKind:
    subject, _, verb = _subject(booked.reference)
    is_reversal = booked.kind == EntryKind.REVERSAL
    if (subject, verb) == ("payment", "allocated"):
        return LineKind.TAKEN_BACK if is_reversal else LineKind.RENT
    if (subject, verb) == ("forward", "paid"):
        return LineKind.FORWARD_REVERSED if is_reversal else LineKind.FORWARD
    if (subject, verb) == ("payment", "handed_over"):
        return LineKind.HANDED_OVER
    return LineKind.OTHER


def _line(booked: _Booked, facts: Facts) -> StatementLine:
    kind = _kind(booked)
    change_minor = booked.owed_minor + booked.forwarding_minor
    if kind in (LineKind.RENT, LineKind.TAKEN_BACK):
        rent = facts.rent(_subject(booked.reference)[1], entry=booked.reference)
        return StatementLine(
            at=booked.at, kind=kind, entry=booked.reference, owed_minor=change_minor,
            fee_minor=booked.fee_minor, received_minor=change_minor + booked.fee_minor,
            **vars(rent),
        )  # fmt: skip
    if kind in (LineKind.FORWARD, LineKind.FORWARD_REVERSED):
        transfer = facts.transfer(_subject(booked.reference)[1])
        return StatementLine(
            at=booked.at, kind=kind, entry=booked.reference, paid_out_minor=-change_minor,
            **vars(transfer),
        )  # fmt: skip
    if kind is LineKind.HANDED_OVER:
        rent = facts.rent(_subject(booked.reference)[1], entry=booked.reference)
        return StatementLine(
            at=booked.at, kind=kind, entry=booked.reference, paid_out_minor=-change_minor,
            **vars(rent),
        )  # fmt: skip
    return StatementLine(
        at=booked.at,
        kind=kind,
        entry=booked.reference,
        owed_minor=change_minor,
        note=booked.description,
    )


def _line_for_nothing(payment: Payment) -> StatementLine:
    return StatementLine(
        at=payment.status_at, kind=LineKind.RENT, entry=f"payment:{payment.pk}",
        receipt=payment.receipt, payment_id=payment.pk, paid_at=payment.paid_at,
        property_name=payment.property.name if payment.property else "",
        tenant_name=payment.tenant.name if payment.tenant else "",
        unit=payment.tenant.unit if payment.tenant else "",
        received_minor=payment.amount_minor, fee_minor=payment.fee_minor or 0,
    )  # fmt: skip
