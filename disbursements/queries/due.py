"""Reads: what is due, what is paused, what the result-code table says."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, Exists, F, Func, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest

from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    Pause,
    PauseScope,
    ResultCodeRule,
)
from disbursements.queries.settlements import IN_QUESTION
from disbursements.rules import causes
from disbursements.rules.classify import Rule, Verdict, judge
from disbursements.states import DisbursementStatus
from vault.models import Shortcode

_MOMENT: dict[str, str] = {
    DisbursementStatus.QUEUED: "due_at",
    DisbursementStatus.RETRYING: "next_retry_at",
}
ANY = Q()  # every payout: where a door may ask for some alone
OPEN_ATTEMPT = Exists(
    DisbursementRetryLog.objects.filter(disbursement=OuterRef("pk"), outcome=AttemptOutcome.OPEN)
)

# Somebody says that one of its attempts was paid after all: nothing more may leave.
SAID_TO_BE_PAID = Exists(
    DisbursementRetryLog.objects.filter(
        disbursement=OuterRef("pk"), success_reported_at__isnull=False
    ).exclude(outcome=AttemptOutcome.PAID)
)

# A correction replaces it: it is never sent again.
CORRECTED = Exists(DisbursementRequest.objects.filter(corrects=OuterRef("pk")))

# B2B has no reference of ours: of two open payouts to one beneficiary nobody could tell which.
BENEFICIARY_FREE = Q(beneficiary="") | ~Exists(
    DisbursementRetryLog.objects.filter(IN_QUESTION, beneficiary=OuterRef("beneficiary"))
)


class _EarlierInDoubt(Func):
    """Whether one of those that a payout replaces, however far back, may have been paid."""

    template = """(%(expressions)s IS NOT NULL AND EXISTS (
        WITH RECURSIVE earlier (id) AS (
            SELECT %(expressions)s
             UNION
            SELECT nearer.corrects_id
              FROM disbursement_requests AS nearer JOIN earlier ON nearer.id = earlier.id
             WHERE nearer.corrects_id IS NOT NULL
        )
        SELECT 1 FROM disbursement_requests AS original JOIN earlier ON original.id = earlier.id
         WHERE original.status NOT IN ('failed', 'cancelled')
            OR original.person_needed_at IS NOT NULL))"""
    output_field = BooleanField()


# It replaces a payout that may have been paid after all: nothing leaves until that is settled.
ORIGINAL_IN_DOUBT = _EarlierInDoubt(F("corrects_id"))


def cleared(*, at: datetime) -> Q:
    """What its origin need not look at, or has looked at lately enough."""
    return Q(cleared_until=None) | Q(cleared_until__gt=at)


def active_pauses() -> QuerySet[Pause]:
    """The pauses that are on, oldest first."""
    return Pause.objects.filter(ended_at=None).order_by("started_at")


def paused() -> Q:
    """What a pause covers now, as a condition on payouts."""
    targets: dict[str, list[str]] = {}
    for scope, target in active_pauses().values_list("scope", "target"):
        targets.setdefault(scope, []).append(target)
    if PauseScope.EVERYTHING in targets:
        return Q(pk__isnull=False)
    return (
        Q(partner_id__in=targets.get(PauseScope.PARTNER, []))
        | Q(rail__in=targets.get(PauseScope.RAIL, []))
        | Q(shortcode_id__in=targets.get(PauseScope.SHORTCODE, []))
    )


def not_paused(rows: QuerySet[DisbursementRequest]) -> QuerySet[DisbursementRequest]:
    """Without the rows that a pause covers."""
    return rows.exclude(paused())


def _sendable() -> QuerySet[DisbursementRequest]:
    """Rows of active owners that no person has to settle first; some have to be cleared."""
    return DisbursementRequest.objects.filter(
        ~SAID_TO_BE_PAID,
        ~ORIGINAL_IN_DOUBT,
        BENEFICIARY_FREE,
        partner__is_active=True,
        shortcode__is_active=True,
        person_needed_at=None,
    )


def to_send(*, status: str, at: datetime, of: Q = ANY) -> QuerySet[DisbursementRequest]:
    """What may be sent at this moment: due, cleared, unpaused, its last try proven."""
    return _due(status=status, at=at, of=of & cleared(at=at))


def to_clear(*, status: str, at: datetime, of: Q = ANY) -> QuerySet[DisbursementRequest]:
    """What would be sent at this moment if its origin cleared it."""
    return _due(status=status, at=at, of=of & Q(cleared_until__lte=at))


def _due(*, status: str, at: datetime, of: Q) -> QuerySet[DisbursementRequest]:
    rows = _sendable().filter(of, status=status)
    if status == DisbursementStatus.RETRYING:
        rows = rows.filter(~OPEN_ATTEMPT, ~CORRECTED, next_retry_at__lte=at)
        return not_paused(rows).order_by("next_retry_at", "id")
    return not_paused(rows.filter(due_at__lte=at)).order_by("due_at", "id")


def unresolved_beneficiaries(beneficiaries: Collection[str]) -> set[str]:
    """Those of them that have a B2B payout of which nobody can tell yet whether it was paid."""
    found = DisbursementRetryLog.objects.filter(IN_QUESTION, beneficiary__in=beneficiaries)
    return set(found.values_list("beneficiary", flat=True))


def parked_for(*, cause: str) -> QuerySet[DisbursementRequest]:
    """What is parked for this cause, also what a person must settle first."""
    return DisbursementRequest.objects.filter(status=DisbursementStatus.PARKED, parked_cause=cause)


def releasable() -> QuerySet[DisbursementRequest]:
    """Parked rows that only their cause keeps: none that a person has to settle first."""
    return DisbursementRequest.objects.filter(
        ~SAID_TO_BE_PAID, status=DisbursementStatus.PARKED, person_needed_at=None
    )


def shortcodes_with_due(*, status: str, at: datetime, of: Q = ANY) -> list[Shortcode]:
    """The shortcodes that have something to send, in a steady order."""
    due = to_send(status=status, at=at, of=of).filter(shortcode=OuterRef("pk")).order_by()
    return list(Shortcode.objects.filter(Exists(due)).order_by("number"))


def shortcodes_not_to_ask() -> list[UUID]:
    """Shortcodes paused because their credentials are broken: a query would be refused too."""
    paused = active_pauses().filter(scope=PauseScope.SHORTCODE).values_list("target", "cause")
    return [UUID(target) for target, cause in paused if causes.blocks_asking(cause)]


def to_ask(*, at: datetime, of: Q = ANY) -> QuerySet[DisbursementRequest]:
    """What is due for a status query."""
    return (
        DisbursementRequest.objects.filter(of, ask_at__lte=at)
        .exclude(shortcode_id__in=shortcodes_not_to_ask())
        .order_by("ask_at", "id")
    )


def shortcodes_to_ask(*, at: datetime, of: Q = ANY) -> list[Shortcode]:
    """The shortcodes that have something to ask, in a steady order."""
    due = to_ask(at=at, of=of).filter(shortcode=OuterRef("pk")).order_by()
    return list(Shortcode.objects.filter(Exists(due)).order_by("number"))


def next_moment(*, job: str, at: datetime, of: Q = ANY) -> datetime | None:
    """When the next row of this job falls due without a person; None when none will.

    Of what is to be cleared only what still will be cleared then.
    """
    rows = DisbursementRequest.objects.filter(of)
    if job in ("send", "retry"):
        status = DisbursementStatus.QUEUED if job == "send" else DisbursementStatus.RETRYING
        in_time = Q(cleared_until=None) | Q(cleared_until__gt=Greatest(F(_MOMENT[status]), at))
        return _earliest(status=status, of=of & in_time)
    if job == "ask":
        asked = rows.filter(ask_at__isnull=False).exclude(shortcode_id__in=shortcodes_not_to_ask())
        return asked.aggregate(moment=Min("ask_at"))["moment"]
    sending = rows.filter(status=DisbursementStatus.SENDING)
    return sending.aggregate(moment=Min("lease_until"))["moment"]


def next_to_clear(*, at: datetime, of: Q = ANY) -> datetime | None:
    """When the next row falls due that is not cleared for that moment; None when none will."""
    moments = [
        _earliest(status=status, of=of & Q(cleared_until__lte=Greatest(F(field), at)))
        for status, field in _MOMENT.items()
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def _earliest(*, status: str, of: Q) -> datetime | None:
    """The first moment of those that wait in this status, unpaused, their last try proven."""
    due = not_paused(_sendable().filter(of, status=status))
    if status == DisbursementStatus.RETRYING:
        due = due.filter(~OPEN_ATTEMPT, ~CORRECTED)
    return due.aggregate(moment=Min(_MOMENT[status]))["moment"]


def verdict_on(*, api: str, code: str, text: str) -> Verdict:
    """What the result-code table says of an answer."""
    rows = ResultCodeRule.objects.filter(Q(code=code) | Q(code=""), api__in=[api, "any"])
    return judge(api=api, code=code, text=text, rules=[as_rule(row) for row in rows])


def as_rule(row: ResultCodeRule) -> Rule:
    """A row of the table for the pure rules."""
    return Rule(
        api=row.api, meaning=row.meaning, outcome=row.outcome, next_step=row.next,
        scope=row.scope, code=row.code, code_from=row.code_from, code_to=row.code_to,
        text_pattern=row.text_pattern,
    )  # fmt: skip


def current_attempt(row: DisbursementRequest) -> DisbursementRetryLog | None:
    """The latest attempt, locked when the caller's transaction needs it."""
    return (
        DisbursementRetryLog.objects.select_for_update()
        .filter(disbursement=row, retry_attempt=row.attempts_made)
        .first()
    )
