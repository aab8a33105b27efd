"""The sides of one payment received, and what of them no general rule sees."""

from collections.abc import Iterator, Sequence

from core import money, states
from gateways.interface import PaymentConfirmed
from reconciliation.models import FindingKind
from reconciliation.rules.sides import Difference, Record, Side, Standing
from reconciliation.sources import payment_rows
from reconciliation.sources.payment_books import book_of, is_split_otherwise
from reconciliation.sources.payment_rows import Received
from reconciliation.sources.told import Told
from vault.models import Payment
from vault.states import PaymentStatus

PULL = "Pull Transactions"
LEDGER = "our ledger"


def record_of(payment: Received, *, kind: str) -> Record:
    """All that is told of it. `is_said_for`: cash, or a person allocated what only hearsay told
    of."""
    row, told = payment.row, list(_told(payment))
    trusted = any(each.standing == Standing.PAID and not each.is_hearsay for each in told)
    by_person = row.allocated_by not in ("", states.SYSTEM)
    return Record(
        kind=kind, subject_id=payment.id, partner_id=str(row.partner_id),
        reference=payment_rows.reference(row), row=_row_side(row),
        book=book_of(row, payment.shares),
        others=tuple(told if trusted or by_person else map(_not_believed, told)),
        is_said_for=payment.is_cash or (by_person and not trusted),
        problems=tuple(_problems(payment, told)),
        details=dict(payment_rows.details(row, kind=kind)),
    )  # fmt: skip


def _row_side(row: Payment) -> Side:
    returned = row.status == PaymentStatus.RETURNED
    return Side(
        name="our record", source="row",
        standing=Standing.RETURNED if returned else Standing.PAID,
        amount_minor=row.amount_minor, currency=row.currency, receipt=row.receipt,
        is_final=True, at=row.received_at,
    )  # fmt: skip


def _told(payment: Received) -> Iterator[Side]:
    """Each word once, in the order of arrival; Pull's last, for it was asked for."""
    seen: set[tuple[object, ...]] = set()
    for told in payment.told:
        side = _callback(told)
        word = (side.standing, side.amount_minor, side.currency, side.receipt, side.is_hearsay)
        if side.standing == Standing.PAID and word not in seen:
            seen.add(word)
            yield side
    if payment.row.pulled_at is not None:
        yield Side(
            name=PULL, source="pull", standing=Standing.PAID, receipt=payment.row.receipt,
            is_final=True, at=payment.row.pulled_at,
        )  # fmt: skip


def _callback(told: Told) -> Side:
    event = told.event
    if isinstance(event, PaymentConfirmed):
        paid, currency = True, event.currency
    else:
        # A prompt is always in shillings, and its answer does not say so.
        paid, currency = event.paid, ""
    return Side(
        name=told.name, source="callback",
        standing=Standing.PAID if paid else Standing.SILENT,
        amount_minor=event.amount_minor, currency=currency, receipt=event.receipt,
        is_final=True, is_hearsay=not told.source_listed, at=told.at,
    )  # fmt: skip


def _not_believed(side: Side) -> Side:
    """Hearsay alone says nothing: it waits for Pull, or for a person."""
    return Side(
        name=side.name, source=side.source, standing=Standing.OPEN,
        amount_minor=side.amount_minor, currency=side.currency, receipt=side.receipt,
        is_hearsay=True, at=side.at,
    )  # fmt: skip


def _problems(payment: Received, told: Sequence[Side]) -> Iterator[Difference]:
    yield from _told_of_another_shortcode(payment)
    yield from _claimed_by_others(payment)
    yield from _pull_contradicts(payment)
    yield from _not_pulled(payment, told)
    yield from _split(payment)


def _told_of_another_shortcode(payment: Received) -> Iterator[Difference]:
    """One receipt is one payment to one shortcode."""
    row = payment.row
    ours = {row.shortcode.number, payment.business_number}
    for told in payment.told:
        event = told.event
        if not isinstance(event, PaymentConfirmed) or event.shortcode in ours:
            continue
        yield Difference(
            kind=FindingKind.DUPLICATE,
            about=f"{row.receipt} to {event.shortcode}",
            text=f"{row.receipt} was paid to {row.shortcode.number}; {told.name} tells of it as "
            f"paid to {event.shortcode}",
            here={"shortcode": row.shortcode.number, "amount": _amount(row)},
            there={
                "shortcode": event.shortcode,
                "amount": money.shown(event.amount_minor, event.currency),
            },
            there_name=told.name,
            stake_minor=event.amount_minor,
            currency=event.currency,
            is_loss=told.source_listed,
        )


def _claimed_by_others(payment: Received) -> Iterator[Difference]:
    """One receipt can only have paid one prompt."""
    row = payment.row
    for prompt in payment.claims:
        yield Difference(
            kind=FindingKind.DUPLICATE,
            about=f"prompt {prompt.pk}",
            text=f"{row.receipt} was told as the payment of a second prompt, {prompt.pk}: only "
            "one of them was paid by it",
            here={"prompt": str(payment.prompt.pk) if payment.prompt else "none"},
            there={"prompt": str(prompt.pk), "status": prompt.status},
            there_name="the answer to the other prompt",
            stake_minor=prompt.amount_minor,
            currency=prompt.currency,
            is_loss=True,
        )


def _pull_contradicts(payment: Received) -> Iterator[Difference]:
    if payment.pull_contradicts:
        yield Difference(
            kind=FindingKind.AMOUNT_MISMATCH,
            about="pull",
            text=payment.pull_contradicts,
            here={"amount": _amount(payment.row), "shortcode": payment.row.shortcode.number},
            there={"told": payment.pull_contradicts.rpartition(": ")[2]},
            there_name=PULL,
            stake_minor=payment.row.amount_minor,
            currency=payment.row.currency,
            is_loss=True,
        )


def _not_pulled(payment: Received, told: Sequence[Side]) -> Iterator[Difference]:
    """Pull knows every payment. Two that were told from M-Pesa's own addresses weigh more."""
    believed = [each for each in told if not each.is_hearsay]
    names = {each.name for each in believed}
    if not payment.pull_has_passed or payment.pull_contradicts or len(names) > 1:
        return
    row = payment.row
    acted_on = row.status == PaymentStatus.ALLOCATED
    yield Difference(
        kind=FindingKind.MISSING_AT_PROVIDER,
        about="pull",
        text=f"{row.receipt} was told by {_who(told)}, and Pull, which was asked for its hours "
        "since, does not have it",
        here={"status": row.status, "amount": _amount(row), "receipt": row.receipt},
        there={"receipt": "none such"},
        there_name=PULL,
        stake_minor=row.amount_minor,
        currency=row.currency,
        is_loss=acted_on and not believed,
    )


def _split(payment: Received) -> Iterator[Difference]:
    row, shares = payment.row, payment.shares
    if row.fee_minor is None or row.owed_minor is None:
        return
    adds_up = row.fee_minor + row.owed_minor == row.amount_minor
    if adds_up and not is_split_otherwise(row, shares):
        return
    here = {"fee": _shown(row, row.fee_minor), "owed": _shown(row, row.owed_minor)}
    there = {"fee": _shown(row, shares.fee_minor), "owed": _shown(row, shares.owed_minor)}
    said = "" if adds_up else f" They do not add up to {_amount(row)}."
    yield Difference(
        kind=FindingKind.FEE_MISMATCH,
        text=f"Our row keeps {here['fee']} as fee and owes {here['owed']}; our ledger booked "
        f"{there['fee']} and {there['owed']}.{said}",
        here=here,
        there=there,
        there_name=LEDGER,
        stake_minor=abs(row.fee_minor - shares.fee_minor),
        currency=row.currency,
    )


def _who(told: Sequence[Side]) -> str:
    return ", ".join(dict.fromkeys(each.name for each in told)) or "nobody whose word we have"


def _amount(row: Payment) -> str:
    return _shown(row, row.amount_minor)


def _shown(row: Payment, minor: int) -> str:
    return money.shown(minor, row.currency)
