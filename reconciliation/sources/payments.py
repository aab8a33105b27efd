"""Payments received: our row and ledger, C2B's confirmations, prompts' answers, and Pull."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)

from core import clock, jobs
from core.callers import Caller
from core.ids import uuids_of
from reconciliation.models import SubjectKind
from reconciliation.rules.sides import Record
from reconciliation.sources import payment_rows
from reconciliation.sources.lately import changed_since, not_looked_at
from reconciliation.sources.payment_sides import record_of
from reconciliation.sources.source import Found, Owned, StepOf
from reconciliation.sources.terms import by_term
from vault.models import Collection as Collecting
from vault.models import Method, Payment
from vault.queries.payments import VIEW
from vault.rules import pulling

KIND = SubjectKind.PAYMENT
PULL_JOB = "pull"
PULLED_EVERY_MIN = timedelta(minutes=5)
# What Pull does not tell within that time it never will.
STUCK_MAX = pulling.OVERLAP + pulling.REACH


class PaymentSource:
    """The subjects of kind `payment`."""

    STEP_TYPES = frozenset({payment_rows.STEP_TYPE})

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """All sides of each payment, by id."""
        return {
            payment_id: record_of(payment, kind=KIND)
            for payment_id, payment in payment_rows.load(ids).items()
        }

    def ask_afresh(self, ids: Collection[str], *, at: datetime) -> set[str]:
        """By Pull, of whose hours it is asked next; at the most every PULLED_EVERY_MIN."""
        found = _to_pull(ids, at=at)
        if found:
            jobs.after_commit(PULL_JOB)
        return found

    def stuck(self, *, at: datetime, limit: int) -> list[str]:
        """What Pull has not told of in time, though it is asked: whoever told of it may lie."""
        rows = Payment.objects.filter(
            Exists(_passed()), method=Method.MPESA, pulled_at=None,
            received_at__lte=at - pulling.OVERLAP, received_at__gt=at - STUCK_MAX,
        )  # fmt: skip
        unchecked = not_looked_at(rows, kind=KIND, at=at).order_by("received_at", "id")
        return [str(pk) for pk in unchecked.values_list("pk", flat=True)[:limit]]

    def since(self, moment: datetime) -> Iterator[list[str]]:
        """By the trail."""
        return changed_since(self.STEP_TYPES, moment)

    def find_many(self, texts: Sequence[str], *, caller: Caller) -> dict[str, list[Found]]:
        """By id or receipt."""
        found: dict[str, list[Found]] = {}
        wanted = by_term(texts, spelled=str.upper)
        for row in _visible(wanted, caller):
            one = Found(
                kind=KIND, subject_id=str(row.pk), title=payment_rows.title(row),
                partner_id=row.partner_id,
            )  # fmt: skip
            for text in (*wanted.get(str(row.pk), ()), *wanted.get(row.receipt, ())):
                found.setdefault(text, []).append(one)
        return found

    def of_steps(self, ids_by_type: Mapping[str, Collection[str]]) -> dict[StepOf, Owned]:
        """A payment's own."""
        named = uuids_of(ids_by_type.get(payment_rows.STEP_TYPE, ()))
        rows = Payment.objects.filter(pk__in=named).values_list("pk", "partner_id")
        return {
            (payment_rows.STEP_TYPE, str(pk)): (str(pk), partner_id) for pk, partner_id in rows
        }


def _passed() -> "QuerySet[Collecting]":
    """How the shortcode of a payment is pulled, where Pull was asked for its hours since."""
    asked_by = ExpressionWrapper(
        OuterRef("received_at") + Value(pulling.OVERLAP), output_field=DateTimeField()
    )
    return Collecting.objects.filter(
        shortcode=OuterRef("shortcode"), pull_registered_at__lte=OuterRef("received_at"),
        pulled_until__gte=asked_by,
    )  # fmt: skip


def _to_pull(ids: Collection[str], *, at: datetime) -> set[str]:
    wanted = uuids_of(ids)
    asked = Collecting.objects.filter(
        Q(pull_tried_at=None) | Q(pull_tried_at__lte=at - clock.scaled(PULLED_EVERY_MIN)),
        pull_registered_at__isnull=False, shortcode__is_active=True,
    )  # fmt: skip
    until: dict[UUID, datetime | None] = dict(asked.values_list("shortcode_id", "pulled_until"))
    rows = Payment.objects.filter(
        pk__in=wanted, method=Method.MPESA, pulled_at=None, shortcode__in=until,
        received_at__gt=at - pulling.REACH,
    )  # fmt: skip
    return {
        str(row.pk)
        for row in rows
        if (seen := until[row.shortcode_id]) is None or row.received_at > seen - pulling.OVERLAP
    }


def _visible(terms: Collection[str], caller: Caller) -> "QuerySet[Payment]":
    ids = uuids_of(terms)
    rows = Payment.objects.filter(Q(pk__in=ids) | Q(receipt__in=terms)).order_by(
        F("received_at").desc()
    )
    if not caller.may(VIEW):
        return rows.none()
    return rows if caller.partners is None else rows.filter(partner__in=caller.partners)
