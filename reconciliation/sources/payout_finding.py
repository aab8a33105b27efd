"""Which payouts are meant, changed or stuck; every look-up by an index."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice, zip_longest
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from core import clock
from core.callers import Caller
from core.ids import as_uuid, uuids_of
from disbursements import queries
from disbursements.models import (
    DisbursementRequest,
    DisbursementRetryLog,
    Settlement,
    TransferReversal,
)
from disbursements.states import OPEN_OUTCOME, DisbursementStatus
from reconciliation.sources.lately import changed_since, not_looked_at
from reconciliation.sources.payout_rows import PARKED_MAX, title
from reconciliation.sources.source import Found, Owned, StepOf
from vault.models import Partner

VIEW = "disbursements.view_disbursementrequest"
S = DisbursementStatus
STUCK_FOR = timedelta(minutes=15)
# Since when it waits for its end, or to be sent.
SINCE: dict[str, str] = {
    **dict.fromkeys(sorted(OPEN_OUTCOME), "status_at"),
    S.QUEUED: "due_at",
    S.RETRYING: "next_retry_at",
    S.PARKED: "status_at",
}
# What a pause keeps is late for nobody.
TO_BE_SENT = (S.QUEUED, S.RETRYING)
TEXTS_MAX = 1_000
PAYOUT_STEPS = "DisbursementRequest"
OF_PAYOUT: dict[str, Any] = {"Settlement": Settlement, "TransferReversal": TransferReversal}


def stuck(*, kind: str, rails: Collection[str], at: datetime, limit: int) -> list[str]:
    """Under way, or due and not paused, for STUCK_FOR, or parked for PARKED_MAX, and not looked
    at: of each status in turn what was instructed first.

    Each status by itself, in the order of its index: many of one cost no more than a few, and keep
    no other waiting.
    """
    of_each = [_waiting(status, moment, at) for status, moment in SINCE.items()]
    found: list[list[UUID]] = []
    for rows in of_each:
        left = not_looked_at(rows.filter(rail__in=rails), kind=kind, at=at)
        found.append(list(left.order_by("created_at").values_list("pk", flat=True)[:limit]))
    in_turn = (pk for row in zip_longest(*found) for pk in row if pk is not None)
    return [str(pk) for pk in islice(in_turn, limit)]


def _waiting(status: str, moment: str, at: datetime) -> "QuerySet[DisbursementRequest]":
    before = at - clock.scaled(PARKED_MAX if status == S.PARKED else STUCK_FOR)
    rows = DisbursementRequest.objects.filter(status=status, **{f"{moment}__lt": before})
    return queries.not_paused(rows) if status in TO_BE_SENT else rows


def since(moment: datetime, *, rails: Collection[str]) -> Iterator[list[str]]:
    """What had a step since then, each once."""
    for batch in changed_since([PAYOUT_STEPS], moment):
        ids = uuids_of(batch)
        known = _rows_of(ids, rails).values_list("pk", flat=True)
        if found := [str(pk) for pk in known]:
            yield found


def find_many(
    texts: Sequence[str], *, kind: str, rails: Collection[str], caller: Caller
) -> dict[str, list[Found]]:
    """What each text fits among the caller's payouts."""
    if not caller.may(VIEW):
        return {}
    found: dict[str, list[Found]] = {}
    for start in range(0, len(texts), TEXTS_MAX):
        part = {text: text.strip() for text in texts[start : start + TEXTS_MAX] if text.strip()}
        rows, names = _named(list(part.values()), rails, caller)
        for text, term in part.items():
            fits = {pk for each in _spellings(term) for pk in names.get(each, ())}
            if fits:
                found[text] = [
                    Found(
                        kind=kind, subject_id=str(pk), title=title(rows[pk]),
                        partner_id=rows[pk].partner_id,
                    )
                    for pk in sorted(fits)
                ]  # fmt: skip
    return found


def of_steps(
    ids_by_type: Mapping[str, Collection[str]], *, rails: Collection[str]
) -> dict[StepOf, Owned]:
    """The payout of each step, with its partner."""
    payout_of: dict[StepOf, UUID] = {}
    for subject_id in ids_by_type.get(PAYOUT_STEPS, ()):
        pk = as_uuid(subject_id)
        if pk is not None:
            payout_of[PAYOUT_STEPS, subject_id] = pk
    for name, model in OF_PAYOUT.items():
        ids = set(uuids_of(ids_by_type.get(name, ())))
        if ids:
            rows = model.objects.filter(pk__in=ids).values_list("pk", "disbursement_id")
            payout_of |= {(name, str(pk)): payout_id for pk, payout_id in rows}
    owned = dict(_rows_of(set(payout_of.values()), rails).values_list("pk", "partner_id"))
    return {step: (str(pk), owned[pk]) for step, pk in payout_of.items() if pk in owned}


def _rows_of(ids: Collection[UUID], rails: Collection[str]) -> "QuerySet[DisbursementRequest]":
    return DisbursementRequest.objects.filter(pk__in=ids, rail__in=rails)


def _spellings(term: str) -> set[str]:
    """As it stands, as a receipt of M-Pesa's, and as an id."""
    pk = as_uuid(term)
    return {term, term.upper()} | ({str(pk)} if pk else set())


def _named(
    terms: Sequence[str], rails: Collection[str], caller: Caller
) -> tuple[dict[UUID, DisbursementRequest], dict[str, set[UUID]]]:
    """The caller's payouts that any of these names, and which each name means."""
    partners = caller.partners
    if partners is None:
        partners = frozenset(Partner.objects.values_list("pk", flat=True))
    spellings = {each for term in terms for each in _spellings(term)}
    ids = set(uuids_of(terms))
    attempts = dict(_attempts_named(spellings))
    rows = DisbursementRequest.objects.filter(
        Q(pk__in=ids | set(attempts.values()))
        | Q(partner__in=partners, client_reference__in=spellings)
        | Q(rail__in=rails, receipt__in=spellings),
        rail__in=rails, partner__in=partners,
    )  # fmt: skip
    by_id = {row.pk: row for row in rows}
    names: dict[str, set[UUID]] = {}
    for row in by_id.values():
        for name in (str(row.pk), row.client_reference, row.receipt):
            if name in spellings:
                names.setdefault(name, set()).add(row.pk)
    for name, pk in attempts.items():
        if pk in by_id:
            names.setdefault(name, set()).add(pk)
    return by_id, names


def _attempts_named(spellings: Collection[str]) -> Iterable[tuple[str, UUID]]:
    """By the reference that the provider knows, and by its conversation."""
    attempts = DisbursementRetryLog.objects
    of_reference = attempts.filter(provider_reference__in=spellings)
    yield from of_reference.values_list("provider_reference", "disbursement_id")
    conversations = [each for each in spellings if each]
    of_conversation = attempts.filter(conversation_id__in=conversations)
    yield from of_conversation.values_list("conversation_id", "disbursement_id")
