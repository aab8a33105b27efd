"""Tally: signed counts of payouts by what the desk counts them by, written by triggers.

Nothing is ever changed in place, so that senders never wait for each other: each statement adds
rows, and a job puts rows of one key together. The sum is exact at every moment (decision 13).
"""

import pgtrigger
from django.db import models
from django.db.models import Q

from disbursements.states import FINAL

PAID_WITHIN_MINUTES = (1, 5, 15, 60, 24 * 60)
NOT_PAID = 0
LONGER = len(PAID_WITHIN_MINUTES) + 1

_BUCKETS = " ".join(
    f"WHEN completed_at <= created_at + interval '{minutes} minutes' THEN {number}"
    for number, minutes in enumerate(PAID_WITHIN_MINUTES, start=1)
)
# Column of a tally -> what it is of a payout.
KEY = {
    "day": "(created_at AT TIME ZONE 'Africa/Nairobi')::date",
    "partner_id": "partner_id",
    "shortcode_id": "shortcode_id",
    "currency": "currency",
    "status": "status",
    "failure_code": "failure_code",
    "parked_cause": "CASE WHEN status = 'parked' THEN parked_cause ELSE '' END",
    "is_retried": "attempts_made > 1",
    "paid_within": f"CASE WHEN completed_at IS NULL THEN {NOT_PAID} {_BUCKETS} ELSE {LONGER} END",
}
COLUMNS = ", ".join(KEY)
NOT_LIVE = tuple(sorted(status.value for status in FINAL))
CODES_LEFT_OUT = ("", "0")
_CODED = "mpesa_response_code NOT IN ('', '0')"


class Tally(models.Model):
    """`count` payouts of this key more (or fewer, when negative); the sum of all rows counts."""

    day = models.DateField(help_text="Of the instruction, in Nairobi")
    partner = models.ForeignKey(
        "vault.Partner", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    shortcode = models.ForeignKey(
        "vault.Shortcode", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=12)
    failure_code = models.CharField(max_length=60)
    parked_cause = models.CharField(max_length=100)
    is_retried = models.BooleanField(help_text="Sent more than once")
    paid_within = models.SmallIntegerField(help_text="Number of PAID_WITHIN_MINUTES; 0: not paid")
    count = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    is_folded = models.BooleanField(help_text="Put together by the job")

    class Meta:
        db_table = "disbursement_tally"
        constraints = [
            models.CheckConstraint(
                condition=Q(paid_within__gte=NOT_PAID, paid_within__lte=LONGER),
                name="tally_paid_within_known",
            ),
        ]
        indexes = [
            models.Index(fields=["day", "partner", "shortcode"], name="tally_by_day"),
            models.Index(
                fields=["status"],
                condition=~Q(status__in=NOT_LIVE),
                name="tally_not_final",
            ),
            models.Index(fields=["id"], condition=Q(is_folded=False), name="tally_to_fold"),
        ]

    def __str__(self) -> str:
        return f"{self.count:+} {self.status} of {self.day}"


class CodeTally(models.Model):
    """`count` attempts with this code of the provider's more, as Tally counts payouts."""

    code = models.CharField(max_length=60)
    count = models.BigIntegerField()
    is_folded = models.BooleanField()

    class Meta:
        db_table = "disbursement_code_tally"
        indexes = [
            models.Index(fields=["id"], condition=Q(is_folded=False), name="codes_to_fold"),
        ]

    def __str__(self) -> str:
        return f"{self.count:+} attempts with code {self.code}"


def signed_payouts(rows: str, sign: int) -> str:
    """A SELECT of the keys of payouts in a table (or transition table), each counting `sign`."""
    key = ", ".join(f"{of} AS {column}" for column, of in KEY.items())
    figures = f"{sign} AS count, {sign} * amount_minor AS amount_minor"
    return f"SELECT {key}, {figures} FROM {rows}"  # noqa: S608


def signed_codes(rows: str, sign: int) -> str:
    """A SELECT of the codes of attempts, each counting `sign`."""
    figures = f"mpesa_response_code AS code, {sign} AS count"
    return f"SELECT {figures} FROM {rows} WHERE {_CODED}"  # noqa: S608


def added_payouts(signed: str) -> str:
    """An INSERT of what remains of signed rows once those of one key are summed."""
    return f"""
        INSERT INTO disbursement_tally ({COLUMNS}, count, amount_minor, is_folded)
        SELECT {COLUMNS}, sum(count), sum(amount_minor), false FROM ({signed}) AS signed
         GROUP BY {COLUMNS} HAVING sum(count) <> 0 OR sum(amount_minor) <> 0
    """  # noqa: S608


def added_codes(signed: str) -> str:
    """The same for codes."""
    return f"""
        INSERT INTO disbursement_code_tally (code, count, is_folded)
        SELECT code, sum(count), false FROM ({signed}) AS signed
         GROUP BY code HAVING sum(count) <> 0
    """  # noqa: S608


_COUNTED = f"SELECT {COLUMNS}, -count, -amount_minor FROM disbursement_tally"  # noqa: S608
_COUNTED_CODES = "SELECT code, -count FROM disbursement_code_tally"
# What the tallies lack of payouts and of codes: nothing when they are right.
LACKING = (
    f"{signed_payouts('disbursement_requests', 1)} UNION ALL {_COUNTED}",
    f"{signed_codes('disbursement_retry_logs', 1)} UNION ALL {_COUNTED_CODES}",
)
# Make the tallies right, whatever they were: two statements, each of one snapshot.
CORRECTIONS = (added_payouts(LACKING[0]), added_codes(LACKING[1]))


def _trigger(name: str, operation: pgtrigger.Operation, statement: str) -> pgtrigger.Trigger:
    old = "old_rows" if operation is pgtrigger.Update else None
    referencing = pgtrigger.Referencing(old=old, new="new_rows")  # type: ignore[no-untyped-call]
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=referencing,
        func=f"{statement}; RETURN NULL;",
    )


PAYOUT_TRIGGERS = [
    _trigger("tally_new", pgtrigger.Insert, added_payouts(signed_payouts("new_rows", 1))),
    _trigger(
        "tally_changed",
        pgtrigger.Update,
        added_payouts(
            f"{signed_payouts('new_rows', 1)} UNION ALL {signed_payouts('old_rows', -1)}"
        ),
    ),
]
ATTEMPT_TRIGGERS = [
    _trigger("codes_new", pgtrigger.Insert, added_codes(signed_codes("new_rows", 1))),
    _trigger(
        "codes_changed",
        pgtrigger.Update,
        added_codes(f"{signed_codes('new_rows', 1)} UNION ALL {signed_codes('old_rows', -1)}"),
    ),
]
