"""Prompts to pay: our row, the answers that M-Pesa sent and gave, and the payment that came."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from core import clock, jobs
from core.callers import Caller
from core.ids import uuids_of
from reconciliation.models import SubjectKind
from reconciliation.rules.sides import Record
from reconciliation.sources import prompt_rows
from reconciliation.sources.lately import changed_since, not_looked_at
from reconciliation.sources.prompt_sides import record_of
from reconciliation.sources.source import Found, Owned, StepOf
from reconciliation.sources.terms import by_term
from vault.models import Prompt
from vault.queries.payments import VIEW
from vault.states import PROMPT_OPEN, PromptStatus

KIND = SubjectKind.PROMPT
JOB = "prompts"


class PromptSource:
    """The subjects of kind `prompt`."""

    STEP_TYPES = frozenset({prompt_rows.STEP_TYPE})

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """All sides of each prompt, by id."""
        at = clock.now()
        return {
            prompt_id: record_of(prompt, kind=KIND, at=at)
            for prompt_id, prompt in prompt_rows.load(ids).items()
        }

    def ask_afresh(self, ids: Collection[str], *, at: datetime) -> set[str]:
        """By a query, as soon as the one who looks after prompts comes round.

        Of a paid one the payment is looked for; of one without an id nobody can ask, and what
        somebody else settles just now is not waited for.
        """
        wanted = uuids_of(ids)
        rows = Prompt.objects.filter(pk__in=wanted, shortcode__is_active=True).exclude(
            status=PromptStatus.ASKING
        )
        open_still = rows.filter(payment=None, checkout_id__isnull=False)
        with transaction.atomic():
            free = open_still.select_for_update(of=("self",), skip_locked=True)
            found = list(free.values_list("pk", flat=True))
            later = Prompt.objects.filter(pk__in=found).filter(Q(ask_at=None) | Q(ask_at__gt=at))
            if later.update(ask_at=at):
                jobs.after_commit(JOB)
        return {str(pk) for pk in found}

    def stuck(self, *, at: datetime, limit: int) -> list[str]:
        """Open for longer than a prompt can be, or paid without a payment here."""
        late_at = at - clock.scaled(prompt_rows.ENDS_WITHIN)
        rows = Prompt.objects.filter(
            Q(status__in=[*PROMPT_OPEN, PromptStatus.EXPIRED])
            | Q(status=PromptStatus.PAID, payment=None),
            ask_at__isnull=False, created_at__lte=late_at,
        )  # fmt: skip
        unchecked = not_looked_at(rows, kind=KIND, at=at).order_by("created_at", "id")
        return [str(pk) for pk in unchecked.values_list("pk", flat=True)[:limit]]

    def since(self, moment: datetime) -> Iterator[list[str]]:
        """By the trail."""
        return changed_since(self.STEP_TYPES, moment)

    def find_many(self, texts: Sequence[str], *, caller: Caller) -> dict[str, list[Found]]:
        """By id, or by the id that M-Pesa gave it; its receipt finds the payment."""
        found: dict[str, list[Found]] = {}
        wanted = by_term(texts)
        for row in _visible(wanted, caller):
            one = Found(
                kind=KIND, subject_id=str(row.pk), title=prompt_rows.title(row),
                partner_id=row.partner_id,
            )  # fmt: skip
            terms = {str(row.pk), row.checkout_id or ""} - {""}
            for text in (each for term in terms for each in wanted.get(term, ())):
                found.setdefault(text, []).append(one)
        return found

    def of_steps(self, ids_by_type: Mapping[str, Collection[str]]) -> dict[StepOf, Owned]:
        """A prompt's own."""
        named = uuids_of(ids_by_type.get(prompt_rows.STEP_TYPE, ()))
        rows = Prompt.objects.filter(pk__in=named).values_list("pk", "partner_id")
        return {(prompt_rows.STEP_TYPE, str(pk)): (str(pk), owner) for pk, owner in rows}


def _visible(terms: Collection[str], caller: Caller) -> "QuerySet[Prompt]":
    ids = uuids_of(terms)
    rows = Prompt.objects.filter(Q(pk__in=ids) | Q(checkout_id__in=terms)).order_by(
        F("created_at").desc()
    )
    if not caller.may(VIEW):
        return rows.none()
    return rows if caller.partners is None else rows.filter(partner__in=caller.partners)
