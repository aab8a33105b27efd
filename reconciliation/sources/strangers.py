"""Strangers: messages of a provider that tell of money which nothing of ours accounts for.

Their id is the number of the callback. One is cured when something of ours accounts for it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from core import masking, money
from core.callers import Caller
from reconciliation.models import FindingKind, SubjectKind
from reconciliation.rules.sides import Difference, Record, Side, Standing
from reconciliation.sources import stranger_rows
from reconciliation.sources.payout_rows import shown_amount
from reconciliation.sources.source import BATCH_MAX, Found, Owned, StepOf
from reconciliation.sources.stranger_accounts import Account, accounts_for, partners_of
from reconciliation.sources.stranger_rows import Money, as_number, back_since
from vault.models import Partner

KIND = SubjectKind.STRANGER
VIEW = "gateways.view_callback"


class StrangerSource:
    """The subjects of kind `stranger`."""

    STEP_TYPES: frozenset[str] = frozenset()

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """What each told, and what of ours has that money by now."""
        moneys = stranger_rows.load(ids)
        accounts = accounts_for(moneys.values())
        partners = partners_of(moneys.values())
        back = back_since(moneys.values())
        return {
            subject_id: _record(
                each, accounts.get(subject_id), partners.get(subject_id),
                back_minor=max(each.back_minor, back.get(each.receipt, 0)),
            )
            for subject_id, each in moneys.items()
        }  # fmt: skip

    def ask_afresh(
        self,
        ids: Collection[str],  # noqa: ARG002 - nobody can be asked
        *,
        at: datetime,  # noqa: ARG002
    ) -> set[str]:
        """None: there is no question of ours that such a message is the answer to."""
        return set()

    def stuck(self, *, at: datetime, limit: int) -> list[str]:  # noqa: ARG002
        """None: what nothing accounts for is found already, and looked at again as such."""
        return []

    def since(self, moment: datetime) -> Iterator[list[str]]:
        """Those that came since then, the newest first."""
        rows = stranger_rows.candidates().filter(processed_at__gte=moment).order_by("-pk")
        ids = iter(rows.values_list("pk", flat=True).iterator(chunk_size=BATCH_MAX))
        while batch := list(islice(ids, BATCH_MAX)):
            yield [str(pk) for pk in batch]

    def find_many(self, texts: Sequence[str], *, caller: Caller) -> dict[str, list[Found]]:
        """By the number of the callback, for staff of all partners."""
        if caller.partners is not None or not caller.may(VIEW):
            return {}
        numbers = {text: as_number(text) for text in texts}
        wanted = [number for number in numbers.values() if number is not None]
        there = set(stranger_rows.candidates().filter(pk__in=wanted).values_list("pk", flat=True))
        return {
            text: [
                Found(
                    kind=KIND, subject_id=str(number), title=f"Callback {number}", partner_id=None
                )
            ]
            for text, number in numbers.items()
            if number in there
        }

    def of_steps(
        self,
        ids_by_type: Mapping[str, Collection[str]],  # noqa: ARG002 - they have no steps
    ) -> dict[StepOf, Owned]:
        """None: a callback has no steps."""
        return {}


def _record(
    told: Money, account: Account | None, partner: Partner | None, *, back_minor: int
) -> Record:
    problems: tuple[Difference, ...] = ()
    came_back = told.amount_minor is not None and back_minor >= told.amount_minor
    if account is None and not told.was_applied and not came_back:
        problems = (_missing_here(told),)
    return Record(
        kind=KIND, subject_id=told.id, partner_id=str(partner.pk) if partner else None,
        reference=told.receipt or f"callback {told.id}",
        row=_row_side(told, account, is_over=not problems), book=None,
        others=(_callback_side(told, came_back=came_back),), problems=problems,
        details=_details(told, partner),
    )  # fmt: skip


def _row_side(told: Money, account: Account | None, *, is_over: bool) -> Side:
    """Nothing, or the row that has the money by now."""
    if account is not None:
        return Side(
            name=account.name, source="row", standing=Standing.PAID, receipt=told.receipt,
            amount_minor=account.amount_minor, currency=account.currency, is_final=True,
        )  # fmt: skip
    return Side(
        name="nothing of ours", source="row",
        standing=Standing.PAID if is_over else Standing.SILENT, receipt=told.receipt,
        currency=told.currency, is_final=True,
    )  # fmt: skip


def _callback_side(told: Money, *, came_back: bool) -> Side:
    return Side(
        name=told.told.name, source="callback",
        standing=Standing.RETURNED if came_back else Standing.PAID,
        amount_minor=told.amount_minor, currency=told.currency, receipt=told.receipt,
        is_final=True, is_hearsay=not told.told.source_listed, at=told.told.at,
    )  # fmt: skip


def _missing_here(told: Money) -> Difference:
    moved = "came in" if told.is_incoming else "was paid out"
    shown = money.shown(told.amount_minor, told.currency) if told.amount_minor else "Money"
    receipt = f", receipt {told.receipt}," if told.receipt else ""
    return Difference(
        kind=FindingKind.MISSING_HERE,
        about=told.receipt,
        text=f"{told.told.name} says that {shown}{receipt} {moved}, and nothing of ours accounts "
        "for it",
        here={"status": "nothing"},
        there={
            "amount": shown,
            "receipt": told.receipt or "none",
            **_callback_side(told, came_back=False).sender,
        },
        there_name=told.told.name,
        stake_minor=told.amount_minor,
        currency=told.currency,
        is_loss=told.told.source_listed,
    )


def _details(told: Money, partner: Partner | None) -> dict[str, object]:
    shown = shown_amount(told.amount_minor, told.currency) if told.amount_minor else None
    return {
        "client": "",
        "psychologist": partner.name if partner else "",
        "amount": shown,
        "transactionId": masking.without_phones(told.receipt),
        "kind": KIND,
        "reference": f"callback {told.id}",
        "currency": told.currency,
        "partner": partner.name if partner else "",
        "status": told.told.outcome,
    }
