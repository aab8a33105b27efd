"""Why a winner was not paid, or how: one sentence for people, in every status of a payout."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import F, Q

from core import money, states
from core.admin.shown import absolute
from core.models import Step
from disbursements.models import DisbursementRequest, Pause, PauseScope, PayoutTransfer
from disbursements.queries.due import active_pauses
from disbursements.queries.result_codes import CodeTable
from disbursements.rules.receiving import CAUSES, SAID
from disbursements.states import DisbursementStatus
from gateways import registry
from gateways.interface import Rail
from vault.models import Shortcode

S = DisbursementStatus
ENDED = (S.FAILED, S.CANCELLED)
WAKES = "it is sent by itself as soon as that has changed"


@dataclass(frozen=True, kw_only=True)
class _Last:
    """What ended it."""

    because: str
    actor: str


def why(transfer: PayoutTransfer) -> str:
    """How this winner's payout stands, and why it is not paid when it is not. One sentence."""
    return whys([transfer])[transfer.pk]


def whys(transfers: Sequence[PayoutTransfer]) -> dict[UUID, str]:
    """The same of many, whose payouts have been read; at most four queries for all."""
    known = _Known(transfers)
    return {each.pk: _SENTENCES[each.disbursement.status](each, known) for each in transfers}


class _Known:
    """What the sentences need beside the rows, each read once and only when it is needed."""

    def __init__(self, transfers: Sequence[PayoutTransfer]) -> None:
        self._rows = [each.disbursement for each in transfers]

    @cached_property
    def codes(self) -> CodeTable:
        """The result-code table."""
        return CodeTable.read()

    @cached_property
    def pauses(self) -> list[Pause]:
        """Those that are on."""
        return list(active_pauses())

    @cached_property
    def switched_off(self) -> set[UUID]:
        """Stripe accounts that are not active, or whose partner is not."""
        found = Shortcode.objects.filter(
            Q(is_active=False) | Q(partner__is_active=False),
            pk__in={row.shortcode_id for row in self._rows},
        )
        return set(found.values_list("pk", flat=True))

    @cached_property
    def ends(self) -> Mapping[str, _Last]:
        """The latest step to its end, by payout."""
        ids = [str(row.pk) for row in self._rows if row.status in ENDED]
        steps = (
            Step.objects.filter(
                subject_type=DisbursementRequest.__name__, subject_id__in=ids,
                to_status__in=ENDED,
            )
            .exclude(from_status=F("to_status"))
            .order_by("subject_id", "-id")
            .distinct("subject_id")
        )  # fmt: skip
        return {each.subject_id: _Last(because=each.because, actor=each.actor) for each in steps}

    def hindrance(self, row: DisbursementRequest) -> str:
        """What keeps it from being sent though it is due; empty when nothing does."""
        if row.shortcode_id in self.switched_off:
            return "the Stripe account that pays, or its partner, is switched off"
        for pause in self.pauses:
            if _covers(pause, row):
                since = absolute(pause.started_at)
                return f"sending is paused since {since}: {_within(pause.reason)}"
        return ""

    def reason(self, row: DisbursementRequest) -> str:
        """What Stripe said last, in words; else what we noted ourselves."""
        if not row.failure_code:
            return _within(row.retry_reason) or "the provider did not say why"
        return self.meaning(row, row.failure_code, row.failure_text)

    def meaning(self, row: DisbursementRequest, code: str, text: str = "") -> str:
        """`the account is busy (lock_timeout)`."""
        api = registry.result_api(Rail(row.rail))
        return _within(self.codes.in_words(code=code, text=text, api=api).reason)


def _covers(pause: Pause, row: DisbursementRequest) -> bool:
    targets: dict[str, object] = {
        PauseScope.PARTNER: row.partner_id, PauseScope.RAIL: row.rail,
        PauseScope.SHORTCODE: row.shortcode_id,
    }  # fmt: skip
    if pause.scope == PauseScope.EVERYTHING:
        return True
    return pause.target == str(targets[pause.scope])


def _within(text: str) -> str:
    """As a part of a sentence: no full stop, and no capital that only began one."""
    text = text.strip().rstrip(".")
    first = text.partition(" ")[0]
    begins_one = first[:1].isupper() and first[1:].islower() and first != "Stripe"
    return f"{text[0].lower()}{text[1:]}" if begins_one or first == "A" else text


def _amount(row: DisbursementRequest) -> str:
    return money.shown(row.amount_minor, row.currency)


def _held(transfer: PayoutTransfer, known: _Known) -> str:
    if not transfer.skip_code:
        return "Not paid yet: it is held back until a person or its date lets it go."
    return f"Not paid yet: {_skip(transfer, transfer.skip_code, known)}; {WAKES}."


def _skip(transfer: PayoutTransfer, code: str, known: _Known) -> str:
    return SAID.get(code) or known.meaning(transfer.disbursement, code)


def _queued(transfer: PayoutTransfer, known: _Known) -> str:
    return f"Not paid yet: {known.hindrance(transfer.disbursement) or 'it waits to be sent'}."


def _sending(transfer: PayoutTransfer, _known: _Known) -> str:
    number = transfer.disbursement.attempts_made
    return f"Not known to be paid yet: attempt {number} is being made just now."


def _unknown(transfer: PayoutTransfer, _known: _Known) -> str:
    row = transfer.disbursement
    if row.person_needed_at is not None:
        return _for_a_person(row)
    return (
        f"It cannot be told yet whether attempt {row.attempts_made} was paid: Stripe is asked "
        "until there is proof, and nothing new is sent before."
    )


def _for_a_person(row: DisbursementRequest) -> str:
    because = _within(row.person_needed_because) or "what is known contradicts itself"
    return f"A person must settle first whether it was paid: {because}."


def _retrying(transfer: PayoutTransfer, known: _Known) -> str:
    row = transfer.disbursement
    if row.person_needed_at is not None:
        return _for_a_person(row)
    if hindrance := known.hindrance(row):
        return f"Not paid yet: {hindrance}; it is tried again after that."
    again = absolute(row.next_retry_at) if row.next_retry_at else "soon"
    which = f" as retry {row.retry_count} of {row.max_retries}" if row.retry_count else ""
    return (
        f"Not paid yet: {_within(row.retry_reason)}; it is tried again by itself{which}, "
        f"from {again} on."
    )


def _parked(transfer: PayoutTransfer, known: _Known) -> str:
    row = transfer.disbursement
    if row.person_needed_at is not None:
        return _for_a_person(row)
    if row.parked_cause in CAUSES:
        code = row.parked_cause.partition(":")[2]
        return f"Not paid yet: {_skip(transfer, code, known)}; {WAKES}."
    if any(_covers(pause, row) for pause in known.pauses):
        return f"Not paid yet: {known.reason(row)}; it goes on when that is put right and resumed."
    return f"Not paid yet: {known.reason(row)}; it goes on when a person has put that right."


def _completed(transfer: PayoutTransfer, _known: _Known) -> str:
    row = transfer.disbursement
    on = f" on {absolute(row.completed_at)}" if row.completed_at else ""
    back = money.shown(row.returned_minor, row.currency)
    of_which = f", of which {back} came back" if row.returned_minor else ""
    return f"Paid: {_amount(row)}{on} by transfer {row.receipt}{of_which}."


def _returned(transfer: PayoutTransfer, _known: _Known) -> str:
    row = transfer.disbursement
    return f"Paid by transfer {row.receipt}, and all of {_amount(row)} came back."


def _failed(transfer: PayoutTransfer, known: _Known) -> str:
    row = transfer.disbursement
    if row.person_needed_at is not None:
        return _for_a_person(row)
    last = known.ends.get(str(row.pk))
    if last and last.actor != states.SYSTEM:
        return f"Not paid: {_by_hand(last)}."
    tries = "one try" if row.attempts_made == 1 else f"{row.attempts_made} tries"
    return f"Not paid: {known.reason(row)}; after {tries} it is not tried again by itself."


def _cancelled(transfer: PayoutTransfer, known: _Known) -> str:
    last = known.ends.get(str(transfer.pk))
    told = _by_hand(last) if last else "cancelled"
    return f"Not paid: {told}; it was never sent."


def _by_hand(last: _Last) -> str:
    return f"{_within(last.because)} (by {last.actor})"


_SENTENCES: dict[str, Callable[[PayoutTransfer, _Known], str]] = {
    S.HELD: _held,
    S.QUEUED: _queued,
    S.SENDING: _sending,
    S.ACCEPTED: _sending,
    S.UNKNOWN: _unknown,
    S.RETRYING: _retrying,
    S.PARKED: _parked,
    S.COMPLETED: _completed,
    S.RETURNED: _returned,
    S.FAILED: _failed,
    S.CANCELLED: _cancelled,
}
