"""What M-Pesa itself said of payouts: its raw callbacks, read anew, never our notes on them.

A queue time-out says nothing. That nothing was found says nothing either while the attempt was
too young to be found, or before it was paid.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from core import clock, masking, phones
from disbursements.models import DisbursementRetryLog, StatusQuestion
from disbursements.rules.asking import NOT_FOUND_AGE_MIN
from gateways import registry
from gateways.interface import PaymentState, PayoutResult, StatusAnswer
from reconciliation.rules.sides import Difference, Side, Standing
from reconciliation.rules.standings import AGAINST
from reconciliation.sources import told
from reconciliation.sources.code_verdicts import Verdicts
from reconciliation.sources.payout_rows import Payout, about

STATES: dict[PaymentState, Standing] = {
    PaymentState.COMPLETED: Standing.PAID,
    PaymentState.NOT_PAID: Standing.NOT_PAID,
    PaymentState.NOT_FOUND: Standing.UNKNOWN_THERE,
    PaymentState.IN_FLIGHT: Standing.OPEN,
    PaymentState.REFUSED: Standing.SILENT,
}
SUFFIX_DIGITS = 9
_MSISDN = re.compile(r"(?<![0-9])(?:254[0-9]{9}|0[17][0-9]{8})(?![0-9])", re.ASCII)
_BEFORE_NAME = re.compile(r"\s*[0-9*]+\s*-\s*", re.ASCII)


@dataclass(kw_only=True)
class Words:
    """What was said of one payout, oldest first, and what of it does not fit the payee."""

    sides: list[Side] = field(default_factory=list)
    problems: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Question:
    attempt: DisbursementRetryLog
    asked: StatusQuestion


def told_of(payouts: Mapping[str, Payout]) -> dict[str, Words]:
    """What was said of each payout."""
    words = {subject_id: Words() for subject_id in payouts}
    attempts = {
        bytes(each.secret_digest): each for payout in payouts.values() for each in payout.attempts
    }
    questions = _questions(attempts.values())
    verdicts = Verdicts()
    found = told.told_of(list(payouts), events=(PayoutResult, StatusAnswer))
    for subject_id, callbacks in found.items():
        payout, said = payouts[subject_id], words[subject_id]
        for callback in callbacks:
            digest = callback.secret_digest
            if isinstance(callback.event, PayoutResult):
                _result(said, payout, callback, attempts.get(digest), verdicts)
            elif digest in questions:
                said.sides.append(_answer(payout, callback, questions[digest]))
    return words


def _questions(attempts: Iterable[DisbursementRetryLog]) -> dict[bytes, _Question]:
    by_id = {each.pk: each for each in attempts}
    found = StatusQuestion.objects.filter(attempt__in=by_id)
    return {
        bytes(each.secret_digest): _Question(attempt=by_id[each.attempt_id], asked=each)
        for each in found
    }


def _result(
    words: Words,
    payout: Payout,
    callback: told.Told,
    attempt: DisbursementRetryLog | None,
    verdicts: Verdicts,
) -> None:
    """A final result. Repeated word for word it is said once."""
    event: PayoutResult = callback.event
    named = attempt or next(_named(payout, event), None)
    ours = attempt is not None and _is_of(attempt, event)
    is_hearsay = not callback.source_listed or not ours
    side = Side(
        name=callback.name, source="callback",
        standing=_standing(event, verdicts), amount_minor=event.amount_minor,
        currency=payout.row.currency if event.amount_minor is not None else "",
        fee_minor=event.charge_minor, receipt=event.receipt, receiver=_name_in(event.receiver),
        about=about(named) if named else "", is_final=True, is_hearsay=is_hearsay,
        at=callback.at,
    )  # fmt: skip
    if any(_same(side, each) for each in words.sides):
        return
    words.sides.append(side)
    words.problems.extend(_another_payee(payout, event, side))


def _standing(event: PayoutResult, verdicts: Verdicts) -> Standing:
    """A code that the table does not call a failure leaves it open."""
    if event.paid:
        return Standing.PAID
    api = registry.result_api(event.rail)
    failed = verdicts.is_failure(api=api, code=event.code, text=event.text)
    return Standing.NOT_PAID if failed else Standing.OPEN


def _answer(payout: Payout, callback: told.Told, question: _Question) -> Side:
    """The answer to a question of ours, about the moment when we asked."""
    event: StatusAnswer = callback.event
    attempt, asked_at = question.attempt, question.asked.asked_at
    ours = event.reference in ("", attempt.asked_by)
    standing = STATES[event.state]
    age = clock.lived(asked_at - attempt.retry_timestamp)
    too_young = standing == Standing.UNKNOWN_THERE and age < NOT_FOUND_AGE_MIN
    completed_at = payout.row.completed_at
    too_early = completed_at is not None and asked_at <= completed_at
    if standing in AGAINST and (too_young or too_early):
        standing = Standing.OPEN
    is_hearsay = not callback.source_listed or not ours
    return Side(
        name=callback.name, source="status",
        standing=standing, amount_minor=event.amount_minor,
        currency=payout.row.currency if event.amount_minor is not None else "",
        receipt=event.receipt, about=about(attempt), is_hearsay=is_hearsay,
        is_final=event.state in (PaymentState.COMPLETED, PaymentState.NOT_PAID),
        at=callback.at,
    )  # fmt: skip


def _named(payout: Payout, event: PayoutResult) -> Iterator[DisbursementRetryLog]:
    """The attempts that it names, under whatever secret it came."""
    return (each for each in payout.attempts if each.asked_by == event.reference)


def _is_of(attempt: DisbursementRetryLog, event: PayoutResult) -> bool:
    """B2B knows no reference of ours: without an acknowledgement any id may be right."""
    return attempt.asked_by in ("", event.reference)


def _same(left: Side, right: Side) -> bool:
    return left.source == right.source and (
        (left.about, left.standing, left.amount_minor, left.receipt, left.receiver)
        == (right.about, right.standing, right.amount_minor, right.receipt, right.receiver)
        and left.is_hearsay == right.is_hearsay
    )


def _name_in(receiver: str) -> str:
    """The name of `2547… - NAME` or `600222 - NAME`, without a phone anywhere."""
    return masking.without_phones(_BEFORE_NAME.sub("", receiver, count=1)).strip()


def _another_payee(payout: Payout, event: PayoutResult, side: Side) -> Iterator[Difference]:
    """Another phone than was instructed. What business was paid, names tell better: a till's
    result may name its store's number."""
    found = _MSISDN.search(event.receiver)
    msisdn = payout.row.msisdn
    if not event.paid or not msisdn or found is None:
        return
    if found.group()[-SUFFIX_DIGITS:] == msisdn[-SUFFIX_DIGITS:]:
        return
    here, there = (
        masking.masked_phone(msisdn),
        masking.masked_phone(phones.normal_form(found.group())),
    )
    yield Difference(
        kind="wrong_beneficiary",
        about=f"phone {side.receipt or side.about}",
        text=f"Meant was {here}; {side.name} names {there}",
        here={"phone": here},
        there={"phone": there, **side.sender},
        there_name=side.name,
        stake_minor=payout.row.amount_minor,
        currency=payout.row.currency,
        is_loss=not side.is_hearsay,
    )
