"""What we have on record of payments received, and who told us of them, many at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core import masking, money
from core.clock import NAIROBI
from core.ids import uuids_of
from core.models import Alert, Step
from gateways.interface import Delivery, PaymentConfirmed, PromptAnswered
from reconciliation.sources.payment_books import Shares, booked_for, shares_of
from reconciliation.sources.payout_rows import shown_amount
from reconciliation.sources.told import Told, told_of
from vault.models import Collection as Collecting
from vault.models import Method, Payment, Prompt
from vault.operations.pull import GAP_ALERT
from vault.operations.receive import TOLD_BY, Source
from vault.rules import pulling
from vault.states import PromptStatus

# As receive.py notes it when Pull tells of a receipt otherwise.
PULL_CONTRADICTS = f"contradiction: {TOLD_BY[Source.PULL]} "
STEP_TYPE = "Payment"


@dataclass(frozen=True, kw_only=True)
class Received:
    """A payment with all that was told of it.

    `claims`: other paid prompts that were told this receipt. `pull_contradicts`: what Pull told
    otherwise, after it last agreed. `pull_has_passed`: Pull told of that time, and not of it.
    """

    row: Payment
    shares: Shares
    prompt: Prompt | None
    claims: Sequence[Prompt]
    told: Sequence[Told]
    pull_contradicts: str
    pull_has_passed: bool
    business_number: str

    @property
    def id(self) -> str:
        return str(self.row.pk)

    @property
    def is_cash(self) -> bool:
        """Nobody but the partner can tell of it."""
        return self.row.method == Method.CASH


def load(ids: Sequence[str]) -> dict[str, Received]:
    """Those of these payments that there are, by id."""
    wanted = uuids_of(ids)
    found = Payment.objects.filter(pk__in=wanted).select_related(
        "partner", "shortcode", "owner", "tenant", "property"
    )
    rows = {str(row.pk): row for row in found}
    if not rows:
        return {}
    prompts = _prompts(rows.values())
    told = told_of(
        [*rows, *(str(each.pk) for each in prompts.values())],
        events=(PaymentConfirmed, PromptAnswered),
    )
    claims = _claims(rows.values())
    booked = booked_for(rows)
    notes = _contradictions(rows)
    set_ups = _set_ups(rows.values())
    passed = _passed_by_pull(rows.values(), set_ups)
    return {
        payment_id: Received(
            row=row, shares=shares_of(row, booked[payment_id]), prompt=prompts.get(row.pk),
            claims=[each for each in claims.get(row.receipt, ()) if each.payment_id != row.pk],
            told=_told(payment_id, prompts.get(row.pk), told),
            pull_contradicts=_still_contradicts(row, notes.get(payment_id)),
            pull_has_passed=row.pk in passed,
            business_number=_business_number(set_ups.get(row.shortcode_id)),
        )
        for payment_id, row in rows.items()
    }  # fmt: skip


def reference(row: Payment) -> str:
    """What people know it by."""
    return row.receipt


def details(row: Payment, *, kind: str) -> Mapping[str, object]:
    """What people know it by, as the documented result shows it."""
    payer = row.tenant.name if row.tenant else row.payer_name
    return {
        "client": masking.without_phones(payer),
        "psychologist": row.owner.name if row.owner else row.partner.name,
        "amount": shown_amount(row.amount_minor, row.currency),
        "transactionId": row.receipt,
        "kind": kind,
        "reference": masking.without_phones(row.account_typed),
        "currency": row.currency,
        "partner": row.partner.name,
        "status": row.status,
    }


def title(row: Payment) -> str:
    """`UKL0000001, KES 10,000.00, allocated`."""
    return f"{row.receipt}, {money.shown(row.amount_minor, row.currency)}, {row.status}"


def _prompts(rows: Collection[Payment]) -> dict[UUID, Prompt]:
    return {
        each.payment_id: each
        for each in Prompt.objects.filter(payment__in=rows)
        if each.payment_id
    }


def _told(
    payment_id: str, prompt: Prompt | None, told: Mapping[str, Sequence[Told]]
) -> Sequence[Told]:
    """Of the payment itself, and of its prompt, in the order of arrival."""
    found = told.get(str(prompt.pk), ()) if prompt else ()
    of_prompt = [each for each in found if each.outcome != Delivery.UNMATCHED]
    return sorted(
        (*told.get(payment_id, ()), *of_prompt), key=lambda each: (each.at, each.callback_id)
    )


def _claims(rows: Iterable[Payment]) -> dict[str, list[Prompt]]:
    """Prompts that are held for paid, by the receipt that they were told."""
    receipts = [row.receipt for row in rows]
    found: dict[str, list[Prompt]] = {}
    paid = Prompt.objects.filter(receipt__in=receipts, status=PromptStatus.PAID)
    for prompt in paid.exclude(receipt=""):
        found.setdefault(prompt.receipt, []).append(prompt)
    return found


def _contradictions(rows: Collection[str]) -> dict[str, Step]:
    """The latest note that Pull told of a payment otherwise."""
    steps = Step.objects.filter(
        subject_type=STEP_TYPE, subject_id__in=rows, because__startswith=PULL_CONTRADICTS
    )
    return {step.subject_id: step for step in steps.order_by("id")}


def _still_contradicts(row: Payment, step: Step | None) -> str:
    if step is None or (row.pulled_at is not None and row.pulled_at > step.at):
        return ""
    return step.because.removeprefix("contradiction: ")


def _set_ups(rows: Iterable[Payment]) -> dict[UUID, Collecting]:
    found = Collecting.objects.filter(shortcode__in={row.shortcode_id for row in rows})
    return {each.shortcode_id: each for each in found}


def _business_number(set_up: Collecting | None) -> str:
    """Of a till: the number under which it is told of as well."""
    return set_up.business_number if set_up else ""


def _passed_by_pull(rows: Iterable[Payment], set_ups: Mapping[UUID, Collecting]) -> set[UUID]:
    """Payments that Pull should have told of by now: it was asked for their hours, by overlap
    also for those that it tells late, and no gap is known."""
    late = [
        row
        for row in rows
        if row.method == Method.MPESA
        and row.pulled_at is None
        and _is_behind_watermark(row, set_ups.get(row.shortcode_id))
    ]
    gaps = _gaps({row.shortcode.number for row in late}) if late else {}
    return {
        row.pk
        for row in late
        if not any(
            since <= row.received_at <= until
            for since, until in gaps.get(row.shortcode.number, ())
        )
    }


def _is_behind_watermark(row: Payment, set_up: Collecting | None) -> bool:
    if set_up is None or set_up.pull_registered_at is None or set_up.pulled_until is None:
        return False
    if row.received_at < set_up.pull_registered_at:
        return False
    return set_up.pulled_until >= row.received_at + pulling.OVERLAP


def _gaps(numbers: Collection[str]) -> dict[str, list[tuple[datetime, datetime]]]:
    """Times that Pull was never asked for, by shortcode, an overlap wider on both sides."""
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for alert in Alert.objects.filter(kind=GAP_ALERT):
        number, _, since = alert.key.partition(":")
        if number in numbers:
            begun_at = datetime.strptime(since, "%Y-%m-%d %H:%M").replace(tzinfo=NAIROBI)
            until = alert.first_at - pulling.REACH
            found.setdefault(number, []).append(
                (begun_at - pulling.OVERLAP, until + pulling.OVERLAP)
            )
    return found
