"""Sides that agree, to be bent: a payout of KES 1,250.00 that was paid once."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from reconciliation.rules.judge import judge
from reconciliation.rules.sides import Book, Judgement, Record, Side, Standing

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
AMOUNT_MINOR = 125_000
RECEIPT = "UKL1000001"


def row(standing: Standing = Standing.PAID, **more: Any) -> Side:
    """Our record."""
    facts: dict[str, Any] = {
        "amount_minor": AMOUNT_MINOR, "currency": "KES", "returned_minor": 0,
        "receipt": RECEIPT if standing in (Standing.PAID, Standing.RETURNED) else "",
    }  # fmt: skip
    return Side(name="our record", source="row", standing=standing, **(facts | more))


def word(standing: Standing = Standing.PAID, **more: Any) -> Side:
    """M-Pesa's."""
    facts: dict[str, Any] = {"name": "M-Pesa's callback 1", "source": "callback"}
    if standing == Standing.PAID:
        facts |= {"amount_minor": AMOUNT_MINOR, "currency": "KES", "receipt": RECEIPT}
    return Side(standing=standing, **(facts | more))


def asked(standing: Standing = Standing.PAID, **more: Any) -> Side:
    """M-Pesa's answer to a question of ours."""
    return replace(word(standing, **more), source="status", name="M-Pesa's callback 2")


def our_try(standing: Standing, about: str = "", **more: Any) -> Side:
    """Our word on one attempt."""
    facts: dict[str, Any] = {"name": "our attempt", "source": "row"}
    return Side(standing=standing, about=about, **(facts | more))


def record(ours: Side | None = None, *others: Side, **more: Any) -> Record:
    """All sides; the ledger fits the row unless it is given."""
    ours = ours or row()
    is_paid = ours.standing in (Standing.PAID, Standing.RETURNED)
    book = Book(
        paid_minor=ours.amount_minor or 0 if is_paid else 0,
        returned_minor=ours.returned_minor or 0,
    )
    facts: dict[str, Any] = {
        "kind": "disbursement", "subject_id": "1", "partner_id": "p", "reference": "REF-1",
        "book": book,
    }  # fmt: skip
    return Record(row=ours, others=others, **(facts | more))


def judged(ours: Side | None = None, *others: Side, **more: Any) -> Judgement:
    """What it comes to."""
    return judge(record(ours, *others, **more), at=AT)


def kinds(ours: Side | None = None, *others: Side, **more: Any) -> list[str]:
    """The kinds of difference."""
    return [each.kind for each in judged(ours, *others, **more).differences]
