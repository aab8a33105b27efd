"""Account, Entry, Line: a double-entry book that is only ever written at its end.

The database itself refuses an entry that does not balance, has no lines or is changed later.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.models import APPEND_ONLY

CODE_LENGTH_MAX = 120
REFERENCE_LENGTH_MAX = 200

REFUSE_UNBALANCED = """
    SELECT entry_id, currency, sum(debit_minor) - sum(credit_minor)
      INTO wrong_entry, wrong_currency, difference
      FROM ledger_line
     WHERE entry_id = NEW.entry_id
     GROUP BY entry_id, currency
    HAVING sum(debit_minor) <> sum(credit_minor)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry_balances: entry % is off by % minor units of %',
            wrong_entry, difference, wrong_currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
    END IF;
    RETURN NULL;
"""
REFUSE_EMPTY = """
    PERFORM 1 FROM ledger_line WHERE entry_id = NEW.id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'entry_has_lines: entry % has none', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_has_lines';
    END IF;
    RETURN NULL;
"""
REFUSE_STRAY_LINE = """
    IF NOT EXISTS (
        SELECT 1 FROM ledger_account
         WHERE id = NEW.account_id AND currency = NEW.currency
    ) THEN
        RAISE EXCEPTION 'line_currency: account % is not kept in %',
            NEW.account_id, NEW.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_currency';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM ledger_entry
         WHERE id = NEW.entry_id AND transaction_id = txid_current()
    ) THEN
        RAISE EXCEPTION 'entry_is_closed: entry % was written by an earlier transaction',
            NEW.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_is_closed';
    END IF;
    RETURN NEW;
"""
REFUSE_WRONG_TARGET = """
    IF NEW.settles_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM ledger_entry WHERE id = NEW.settles_id AND kind = 'hold'
    ) THEN
        RAISE EXCEPTION 'settles_a_hold: entry % is not a hold', NEW.settles_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'settles_a_hold';
    END IF;
    IF NEW.reverses_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM ledger_entry
         WHERE id = NEW.reverses_id AND kind IN ('posting', 'commit')
    ) THEN
        RAISE EXCEPTION 'reverses_a_booking: entry % is no posting or commit',
            NEW.reverses_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reverses_a_booking';
    END IF;
    RETURN NEW;
"""


class AccountKind(models.TextChoices):
    ASSET = "asset", "Asset"
    LIABILITY = "liability", "Liability"
    EQUITY = "equity", "Equity"
    INCOME = "income", "Income"
    EXPENSE = "expense", "Expense"


class EntryKind(models.TextChoices):
    POSTING = "posting", "Posting"
    HOLD = "hold", "Hold"
    COMMIT = "commit", "Commit of a hold"
    VOID = "void", "Hold given back"
    REVERSAL = "reversal", "Reversal"


class Account(models.Model):
    """A place where money is counted, in one currency. chart.py says which there are and why."""

    code = models.CharField(max_length=CODE_LENGTH_MAX, unique=True)
    kind = models.CharField(max_length=10, choices=AccountKind)
    currency = models.CharField(max_length=3)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=AccountKind.values), name="account_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="account_currency_is_a_code"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Za-z0-9][A-Za-z0-9:._-]*$"),
                name="account_code_is_plain",
            ),
        ]
        triggers = list(APPEND_ONLY)

    def __str__(self) -> str:
        return self.code


class Entry(models.Model):
    """One booking: two lines or more that balance per currency. Append-only."""

    kind = models.CharField(max_length=10, choices=EntryKind)
    reference = models.CharField(max_length=REFERENCE_LENGTH_MAX, unique=True)
    description = models.TextField()
    at = models.DateTimeField(help_text="When the money moved or was held")
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = models.BigIntegerField(
        db_default=models.Func(function="txid_current"),
        help_text="The database transaction that wrote it; no other may add lines",
    )
    settles = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="settlement", help_text="The hold"
    )
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversal")

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EntryKind.values) & ~Q(reference=""),
                name="entry_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["commit", "void"], settles__isnull=False)
                | (~Q(kind__in=["commit", "void"]) & Q(settles__isnull=True)),
                name="only_commit_and_void_settle",
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False)
                | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="only_reversal_reverses",
            ),
        ]
        indexes = [
            models.Index(fields=["at", "id"], name="entry_by_moment"),
            models.Index(fields=["id"], condition=Q(kind="hold"), name="entry_holds"),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="right_target",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__settles__isnull=False)
                | pgtrigger.Q(new__reverses__isnull=False),
                func=REFUSE_WRONG_TARGET,
            ),
            pgtrigger.Trigger(
                name="entry_has_lines",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=REFUSE_EMPTY,
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Line(models.Model):
    """One side of an entry: an amount on one account, in minor units, debit or credit."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, models.PROTECT, related_name="lines")
    currency = models.CharField(max_length=3)
    debit_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(debit_minor__gt=0, credit_minor=0)
                | Q(debit_minor=0, credit_minor__gt=0),
                name="line_is_debit_or_credit",
            )
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="line_belongs",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=REFUSE_STRAY_LINE,
            ),
            pgtrigger.Trigger(
                name="entry_balances",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[
                    ("wrong_entry", "bigint"),
                    ("wrong_currency", "text"),
                    ("difference", "numeric"),
                ],
                func=REFUSE_UNBALANCED,
            ),
        ]

    def __str__(self) -> str:
        side, amount = ("Dr", self.debit_minor) if self.debit_minor else ("Cr", self.credit_minor)
        return f"{side} {self.account} {amount}"
