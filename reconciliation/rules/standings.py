"""Whether the sides tell the same of what became of the money, try by try.

The provider's last word counts: a payment that it tells of later overtakes a failure, and one
that may be somebody else's word does not. Of what we hold for not paid every word that it was
paid is a difference, whatever else was said.
"""

from collections.abc import Iterator, Sequence

from core import money
from reconciliation.rules.sides import Difference, Record, Side, Standing

PAID = frozenset({Standing.PAID, Standing.RETURNED})
AGAINST = frozenset({Standing.NOT_PAID, Standing.UNKNOWN_THERE})
NOT_HERE = frozenset({Standing.SILENT, Standing.UNKNOWN_THERE})
PERSONS = "persons"
# Sources of what was said because we asked.
ASKED = frozenset({"status", "read", "pull"})
WORDS = {
    Standing.OPEN: "under way",
    Standing.PAID: "paid",
    Standing.NOT_PAID: "not paid",
    Standing.RETURNED: "paid, and came back",
    Standing.UNKNOWN_THERE: "no such transaction",
    Standing.SILENT: "nothing",
}


def differences(record: Record) -> Iterator[Difference]:
    """status_mismatch, missing_at_provider and missing_here."""
    if record.row.standing in NOT_HERE:
        yield from _missing_here(record)
        return
    for about, words in _by_try(record).items():
        found = _of_try(record, ours_of(record, about), words)
        if found is not None:
            yield found


def ours_of(record: Record, about: str) -> Side:
    """What we say of this try; where our row is past what its tries tell, what the row says."""
    ours = next((each for each in record.tries if each.about == about), record.row)
    if record.row.standing == Standing.NOT_PAID and ours.standing in PAID:
        return record.row
    none_paid = not any(each.standing in PAID for each in record.tries)
    if record.row.standing in PAID and none_paid and _is_latest(record, about):
        return record.row
    return ours


def is_told_paid(record: Record) -> bool:
    """Whether anybody but us says that it was paid, be it as an answer to our question."""
    told = [each for each in record.others if each.standing in PAID]
    return any(not each.is_hearsay or each.source in ASKED for each in told)


def is_paid_by_our_word_alone(record: Record) -> bool:
    """Whether we say that it was paid, and neither two persons nor anybody else does."""
    return record.row.standing in PAID and not record.is_said_for and not is_told_paid(record)


def is_denied_what_we_paid(record: Record) -> bool:
    """Whether somebody says of a try that it did not pay, and we say that it did."""
    denied = (each.about for each in record.others if each.standing in AGAINST)
    return any(ours_of(record, about).standing in PAID for about in denied)


def _is_latest(record: Record, about: str) -> bool:
    return not record.tries or record.tries[-1].about == about


def _by_try(record: Record) -> dict[str, list[Side]]:
    """Everything conclusive that was said, by what it is about, oldest first."""
    words: dict[str, list[Side]] = {}
    for side in record.others:
        if side.standing in PAID | AGAINST:
            words.setdefault(side.about, []).append(side)
    return words


def _of_try(record: Record, ours: Side, words: Sequence[Side]) -> Difference | None:
    paid = [each for each in words if each.standing in PAID]
    said_for = record.is_said_for or ours.source == PERSONS
    last = words[-1] if words[-1].standing not in PAID else _latest(words)
    if ours.standing in PAID:
        if last.standing in PAID or (said_for and last.standing == Standing.UNKNOWN_THERE):
            return None
        if last.standing == Standing.UNKNOWN_THERE:
            return _missing_there(record, ours, last)
        return _mismatch(record, ours, last, is_loss=False)
    if ours.standing == Standing.NOT_PAID and paid:
        word = _latest(paid)
        return _mismatch(record, ours, word, is_loss=not word.is_hearsay)
    if ours.standing == Standing.OPEN and paid and _is_denied(words):
        return _contradiction(record, words)
    return None


def _latest(words: Sequence[Side]) -> Side:
    """The provider's, if any of them is."""
    return ([each for each in words if not each.is_hearsay] or words)[-1]


def _is_denied(words: Sequence[Side]) -> bool:
    """Said not to be paid as well; that it was not found counts only after it was."""
    first_paid = next(at for at, each in enumerate(words) if each.standing in PAID)
    return any(each.standing == Standing.NOT_PAID for each in words) or any(
        each.standing == Standing.UNKNOWN_THERE for each in words[first_paid:]
    )


def _mismatch(record: Record, ours: Side, word: Side, *, is_loss: bool) -> Difference:
    return Difference(
        kind="status_mismatch",
        about=word.about,
        text=f"{word.name} says: {WORDS[word.standing]}. We say: {WORDS[ours.standing]}",
        here=_facts(ours),
        there=_facts(word),
        there_name=word.name,
        stake_minor=_stake(record, word),
        currency=word.currency or record.row.currency,
        is_loss=is_loss,
    )


def _contradiction(record: Record, words: Sequence[Side]) -> Difference:
    """Two words that cannot both be true, while nothing is settled."""
    paid = next(each for each in words if each.standing in PAID)
    denied = next(each for each in words if each.standing not in PAID)
    return Difference(
        kind="status_mismatch",
        about=paid.about,
        text=f"{paid.name} says: {WORDS[paid.standing]}. "
        f"{denied.name} says: {WORDS[denied.standing]}. It is not settled",
        here=_facts(record.row),
        there={
            "status": f"{WORDS[paid.standing]}, and {WORDS[denied.standing]}",
            "receipt": paid.receipt,
        },
        there_name=paid.name,
        stake_minor=_stake(record, paid),
        currency=paid.currency or record.row.currency,
    )


def _missing_there(record: Record, ours: Side, word: Side) -> Difference:
    return Difference(
        kind="missing_at_provider",
        about=word.about,
        text=f"We say: {WORDS[ours.standing]}. {word.name} says: {WORDS[word.standing]}",
        here=_facts(record.row),
        there=_facts(word),
        there_name=word.name,
        stake_minor=record.row.amount_minor,
        currency=record.row.currency,
        is_loss=False,
    )


def _missing_here(record: Record) -> Iterator[Difference]:
    for side in record.others:
        if side.standing in PAID:
            yield Difference(
                kind="missing_here",
                about=side.receipt or side.about,
                text=f"{side.name} tells of {_amount(side)}, and nothing of ours accounts for it",
                here={"status": "nothing"},
                there=_facts(side),
                there_name=side.name,
                stake_minor=side.amount_minor,
                currency=side.currency,
            )


def _facts(side: Side) -> dict[str, str]:
    facts = {"status": WORDS[side.standing], "receipt": side.receipt, **side.sender}
    if side.amount_minor is not None and side.currency:
        facts["amount"] = money.shown(side.amount_minor, side.currency)
    return {name: text for name, text in facts.items() if text}


def _amount(side: Side) -> str:
    if side.amount_minor is None or not side.currency:
        return "money"
    return money.shown(side.amount_minor, side.currency)


def _stake(record: Record, word: Side) -> int | None:
    return word.amount_minor if word.amount_minor is not None else record.row.amount_minor
