"""Payouts to businesses: whom they pay, the provider's ids, one unresolved for each beneficiary.

Columns with a constant default and checks that are not yet validated: no row is read or written.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disbursements", "0009_said_to_be_paid"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="disbursementrequest",
            name="instruction_is_read_only",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="disbursementretrylog",
            name="attempt_is_read_only",
        ),
        migrations.AddField(
            model_name="disbursementrequest",
            name="account_reference",
            field=models.CharField(blank=True, db_default="", default="", max_length=13),
        ),
        migrations.AddField(
            model_name="disbursementrequest",
            name="beneficiary",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Whom B2B pays, in one form: it has one unresolved attempt at the most",
                max_length=40,
            ),
        ),
        migrations.AddField(
            model_name="disbursementrequest",
            name="receiver_kind",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="paybill or till", max_length=10
            ),
        ),
        migrations.AddField(
            model_name="disbursementrequest",
            name="receiver_number",
            field=models.CharField(blank=True, db_default="", default="", max_length=7),
        ),
        migrations.AddField(
            model_name="disbursementretrylog",
            name="beneficiary",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="B2B only: whom it pays",
                max_length=40,
            ),
        ),
        migrations.AddField(
            model_name="disbursementretrylog",
            name="ids_adopted",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The ids are a callback's: the acknowledgement was lost",
            ),
        ),
        migrations.AddField(
            model_name="disbursementretrylog",
            name="originator_id",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="B2B only: the provider's id, by which we ask",
                max_length=100,
            ),
        ),
        migrations.AlterField(
            model_name="disbursementrequest",
            name="msisdn",
            field=models.CharField(help_text="Empty where a business is paid", max_length=12),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disbursementrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="instruction_is_read_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."shortcode_id" IS DISTINCT FROM (NEW."shortcode_id") OR OLD."rail" IS DISTINCT FROM (NEW."rail") OR OLD."client_reference" IS DISTINCT FROM (NEW."client_reference") OR OLD."request_digest" IS DISTINCT FROM (NEW."request_digest") OR OLD."msisdn" IS DISTINCT FROM (NEW."msisdn") OR OLD."amount_minor" IS DISTINCT FROM (NEW."amount_minor") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."command_id" IS DISTINCT FROM (NEW."command_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."corrects_id" IS DISTINCT FROM (NEW."corrects_id") OR OLD."receiver_number" IS DISTINCT FROM (NEW."receiver_number") OR OLD."receiver_kind" IS DISTINCT FROM (NEW."receiver_kind") OR OLD."account_reference" IS DISTINCT FROM (NEW."account_reference") OR OLD."beneficiary" IS DISTINCT FROM (NEW."beneficiary"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="c9eb56c533d6c15648078990260412ed90916e8f",
                    operation="UPDATE",
                    pgid="pgtrigger_instruction_is_read_only_bc73a",
                    table="disbursement_requests",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disbursementretrylog",
            trigger=pgtrigger.compiler.Trigger(
                name="attempt_is_read_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."disbursement_id" IS DISTINCT FROM (NEW."disbursement_id") OR OLD."retry_attempt" IS DISTINCT FROM (NEW."retry_attempt") OR OLD."retry_reason" IS DISTINCT FROM (NEW."retry_reason") OR OLD."provider_reference" IS DISTINCT FROM (NEW."provider_reference") OR OLD."secret_digest" IS DISTINCT FROM (NEW."secret_digest") OR OLD."shortcode_number" IS DISTINCT FROM (NEW."shortcode_number") OR OLD."retry_timestamp" IS DISTINCT FROM (NEW."retry_timestamp") OR OLD."beneficiary" IS DISTINCT FROM (NEW."beneficiary"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="2e83965658235d6073de89c94e9676e36e15c7e4",
                    operation="UPDATE",
                    pgid="pgtrigger_attempt_is_read_only_f58af",
                    table="disbursement_retry_logs",
                    when="BEFORE",
                ),
            ),
        ),
        AddConstraintNotValid(
            model_name="disbursementrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("msisdn", ""),
                        ("rail", "mpesa_b2b"),
                        models.Q(("receiver_number", ""), _negated=True),
                        models.Q(("beneficiary", ""), _negated=True),
                        models.Q(
                            models.Q(
                                ("receiver_kind", "paybill"),
                                models.Q(("account_reference", ""), _negated=True),
                            ),
                            models.Q(("account_reference", ""), ("receiver_kind", "till")),
                            _connector="OR",
                        ),
                    ),
                    models.Q(
                        models.Q(("rail", "mpesa_b2b"), _negated=True),
                        ("beneficiary", ""),
                        ("receiver_kind", ""),
                        ("receiver_number", ""),
                    ),
                    _connector="OR",
                ),
                name="payee_fits_rail",
            ),
        ),
    ]
