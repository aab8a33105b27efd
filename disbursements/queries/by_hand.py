"""Reads: how payouts stand towards the verbs of staff, one by one or counted by likeness."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    ResultCodeRule,
    Settlement,
)
from disbursements.queries import due
from disbursements.queries.settlements import IN_QUESTION, OPEN_SETTLEMENT
from disbursements.rules.by_hand import Standing
from disbursements.rules.classify import Rule, judge
from disbursements.states import DisbursementStatus, SettlementStatus
from gateways.interface import Rail

S = DisbursementStatus
APIS = ("b2c", "http", "b2b")
APIS_OF: dict[str, tuple[str, ...]] = {Rail.STRIPE_TRANSFER: ("stripe",)}
NEVER = "never"
# Compiling it takes longer than running it, and its groups fit into memory.
FOR_ONE_LARGE_STATEMENT = (
    "SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)"
)
_FLAGS = (
    "unproven", "said_to_be_paid", "person_needed", "settlement_open", "corrected",
    "replaces_doubtful", "paused", "askable", "ask_is_due", "comes_later", "retries_used",
)  # fmt: skip
_CODE = ("code", "code_text")
TRIED = (S.RETRYING, S.PARKED, S.FAILED)
ASKED = (S.ACCEPTED, S.UNKNOWN, S.RETRYING)
_IN_OPEN_ATTEMPTS = Q(
    pk__in=DisbursementRetryLog.objects.filter(outcome=AttemptOutcome.OPEN).values("disbursement")
)
_IN_SAID_TO_BE_PAID = Q(
    pk__in=DisbursementRetryLog.objects.filter(success_reported_at__isnull=False)
    .exclude(outcome=AttemptOutcome.PAID)
    .values("disbursement")
)
_IN_OPEN_SETTLEMENTS = Q(
    pk__in=Settlement.objects.filter(status=SettlementStatus.PROPOSED).values("disbursement")
)
_IN_CORRECTED = Q(
    pk__in=DisbursementRequest.objects.filter(corrects__isnull=False).values("corrects")
)
_KEYS = ("rail", "status", "max_retries", *(f"is_{name}" for name in (*_FLAGS, *_CODE)))


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Payouts that stand alike: how many, how much in minor units, and from when to when."""

    standing: Standing
    currency: str
    count: int
    amount_minor: int
    oldest: datetime
    newest: datetime


def standings(
    rows: QuerySet[DisbursementRequest], *, at: datetime, moment: datetime
) -> dict[UUID, Standing]:
    """How each of these stands at `at`; `moment` is when a retry is to come."""
    permanent = _permanence()
    return {
        known["pk"]: _standing(known, permanent)
        for known in _told(rows, at=at, moment=moment).values("pk", *_KEYS)
    }


def alike(rows: QuerySet[DisbursementRequest], *, at: datetime, moment: datetime) -> list[Alike]:
    """The same, counted: one for each way to stand and currency."""
    permanent = _permanence()
    told = _told(rows, at=at, moment=moment, many=True).order_by().values(*_KEYS, "currency")
    counted = told.annotate(
        rows=Count("pk"), minor=Sum("amount_minor"), oldest=Min("created_at"),
        newest=Max("created_at"),
    )  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FOR_ONE_LARGE_STATEMENT)
        return [
            Alike(
                standing=_standing(known, permanent),
                currency=known["currency"], count=known["rows"], amount_minor=known["minor"],
                oldest=known["oldest"], newest=known["newest"],
            )
            for known in counted
        ]  # fmt: skip


def counted_tries(ids: list[UUID]) -> dict[UUID, int]:
    """How many proven attempts of each used up a try, its latest one too."""
    logs = DisbursementRetryLog.objects.filter(
        disbursement__in=ids, outcome=AttemptOutcome.NOT_PAID, counted=True
    )
    found = logs.order_by().values("disbursement_id").annotate(count=Count("pk"))
    return dict.fromkeys(ids, 0) | {each["disbursement_id"]: each["count"] for each in found}


def _standing(known: dict[str, Any], permanent: Any) -> Standing:
    flags = {name: known[f"is_{name}"] for name in _FLAGS}
    return Standing(
        status=known["status"], max_retries=known["max_retries"],
        permanent=permanent(known["rail"], *(known[f"is_{name}"] for name in _CODE)), **flags,
    )  # fmt: skip


def _permanence() -> Any:
    """Asks the result-code table, read once: the rail's results first, then gateways' answers."""

    @cache
    def rules() -> list[Rule]:
        return [due.as_rule(row) for row in ResultCodeRule.objects.all()]

    @cache
    def permanent(rail: str, code: str, text: str) -> bool:
        if not code:
            return False
        apis = APIS_OF.get(rail, APIS)
        verdicts = [judge(api=api, code=code, text=text, rules=rules()) for api in apis]
        told = next((verdict for verdict in verdicts if verdict.classified), verdicts[0])
        return told.next_step == NEVER

    return permanent


def _told(
    rows: QuerySet[DisbursementRequest], *, at: datetime, moment: datetime, many: bool = False
) -> QuerySet[Any]:
    """With everything that a standing needs. What only some statuses need is asked for those.

    Of `many` rows the small sets that they may be in are read whole; of few, each is looked up.
    """
    attempts = DisbursementRetryLog.objects.filter(disbursement=OuterRef("pk"))
    latest = attempts.filter(retry_attempt=OuterRef("attempts_made"))
    in_question: Any = Exists(latest.filter(IN_QUESTION))
    if many:
        in_question = _IN_OPEN_ATTEMPTS | _IN_SAID_TO_BE_PAID
    return rows.annotate(
        is_unproven=_of(TRIED, _IN_OPEN_ATTEMPTS if many else due.OPEN_ATTEMPT),
        is_said_to_be_paid=_of(TRIED, _IN_SAID_TO_BE_PAID if many else due.SAID_TO_BE_PAID),
        is_person_needed=_flag(Q(person_needed_at__isnull=False)),
        is_settlement_open=_of(TRIED, _IN_OPEN_SETTLEMENTS if many else OPEN_SETTLEMENT),
        is_corrected=_of(TRIED, _IN_CORRECTED if many else due.CORRECTED),
        is_replaces_doubtful=_flag(Q(corrects__isnull=False) & Q(due.ORIGINAL_IN_DOUBT)),
        is_paused=_of((S.PARKED,), due.paused()),
        is_askable=_of(ASKED, in_question),
        is_ask_is_due=_flag(Q(ask_at__isnull=False, ask_at__lte=at)),
        is_comes_later=_flag(Q(next_retry_at__isnull=False, next_retry_at__gt=moment)),
        is_retries_used=_used(attempts),
        is_code=_of_failed(F("failure_code")),
        is_code_text=_of_failed(F("failure_text")),
    )


def _used(attempts: QuerySet[DisbursementRetryLog]) -> Case:
    """As prove.retries_used counts them; only where there are enough attempts to matter."""
    counted = attempts.filter(
        outcome=AttemptOutcome.NOT_PAID, counted=True, retry_attempt__lt=OuterRef("attempts_made")
    )
    count = counted.order_by().values("disbursement").annotate(count=Count("pk")).values("count")
    return Case(
        When(
            Q(status=S.FAILED, attempts_made__gt=F("max_retries")),
            then=Coalesce(Subquery(count), Value(0)),
        ),
        default=Value(0),
        output_field=IntegerField(),
    )


def _of(statuses: tuple[str, ...], condition: Any) -> Case:
    return Case(
        When(Q(status__in=statuses) & Q(condition), then=Value(True)),
        default=Value(False), output_field=BooleanField(),
    )  # fmt: skip


def _of_failed(text: Any) -> Case:
    return Case(When(status=S.FAILED, then=text), default=Value(""), output_field=TextField())


def _flag(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())
