"""What we have on record of prompts, and who told us how they ended, many at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from core import clock, masking, money
from core.ids import uuids_of
from gateways.interface import PromptAnswered
from gateways.models import Call
from reconciliation.sources.code_verdicts import Verdicts
from reconciliation.sources.payout_rows import shown_amount
from reconciliation.sources.told import Told, told_of
from vault.models import Payment, Prompt
from vault.rules import prompting

STEP_TYPE = "Prompt"
PUSH, QUERY = "prompt", "prompt-query"
CALLS_MAX = 20
# After the last moment at which a prompt expires that nobody could ask about.
ENDS_WITHIN = prompting.EXPIRES_UNASKED_AFTER + timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Prompted:
    """A prompt with all that was told of it; `calls` are the push and the questions, oldest
    first."""

    row: Prompt
    told: Sequence[Told]
    calls: Sequence[Call]
    verdicts: Verdicts

    @property
    def id(self) -> str:
        return str(self.row.pk)

    @property
    def ends_by(self) -> datetime:
        """When its story should be over."""
        return self.row.created_at + clock.scaled(ENDS_WITHIN)

    @property
    def payment(self) -> Payment | None:
        """What it made."""
        return self.row.payment


def load(ids: Sequence[str]) -> dict[str, Prompted]:
    """Those of these prompts that there are, by id."""
    wanted = uuids_of(ids)
    found = Prompt.objects.filter(pk__in=wanted).select_related(
        "partner", "shortcode", "payment", "tenant", "property__owner"
    )
    rows = {str(row.pk): row for row in found}
    if not rows:
        return {}
    told = told_of(rows, events=(PromptAnswered,))
    calls = _calls(rows)
    verdicts = Verdicts()
    return {
        prompt_id: Prompted(
            row=row, told=[each for each in told.get(prompt_id, ()) if _is_of(each, row)],
            calls=calls.get(prompt_id, ()), verdicts=verdicts,
        )
        for prompt_id, row in rows.items()
    }  # fmt: skip


def _calls(rows: Collection[str]) -> dict[str, list[Call]]:
    """Of each prompt the latest calls about it, oldest first."""
    place = Window(RowNumber(), partition_by=F("subject_id"), order_by=F("id").desc())
    calls = Call.objects.filter(subject_id__in=rows, kind__in=(PUSH, QUERY))
    latest: Iterable[Call] = (
        calls.annotate(place=place).filter(place__lte=CALLS_MAX).order_by("id")
    )
    found: dict[str, list[Call]] = {}
    for call in latest:
        found.setdefault(call.subject_id, []).append(call)
    return found


def _is_of(told: Told, row: Prompt) -> bool:
    """What came to its address may be about another prompt: that is a stranger."""
    return row.checkout_id is None or told.event.checkout_id == row.checkout_id


def details(row: Prompt, *, kind: str) -> Mapping[str, object]:
    """What people know it by, as the documented result shows it."""
    client = row.tenant.name if row.tenant else masking.masked_phone(row.msisdn)
    return {
        "client": masking.without_phones(client),
        "psychologist": row.property.owner.name,
        "amount": shown_amount(row.amount_minor, row.currency),
        "transactionId": row.receipt,
        "kind": kind,
        "reference": account_of(row),
        "currency": row.currency,
        "partner": row.partner.name,
        "status": row.status,
    }


def account_of(row: Prompt) -> str:
    """What it is paid under, as it may be shown: some write a phone there."""
    return masking.without_phones(row.account)


def title(row: Prompt) -> str:
    """`Prompt for SUN-A3, KES 10,000.00, paid`."""
    shown = money.shown(row.amount_minor, row.currency)
    return f"Prompt for {account_of(row)}, {shown}, {row.status}"
