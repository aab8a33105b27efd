"""What payouts and attempts need for Stripe, and codes of up to 60 characters.

Columns with a constant default, wider texts and checks that are not yet validated: no row is read
or written. The indexes on what becomes wider are away from 0012 until 0015.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disbursements", "0013_payout_jobs")]
    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="disbursementrequest",
            name="instruction_is_read_only",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="disbursementretrylog",
            name="attempt_is_read_only",
        ),
        migrations.RemoveConstraint(
            model_name="disbursementrequest",
            name="payee_fits_rail",
        ),
        migrations.AddField(
            model_name="disbursementrequest",
            name="payee_user",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Stripe only: the partner's id of who is paid, by their connected account",
                max_length=100,
            ),
        ),
        migrations.AddField(
            model_name="disbursementrequest",
            name="returned_minor",
            field=models.BigIntegerField(
                db_default=0, default=0, help_text="How much of what was paid came back"
            ),
        ),
        migrations.AddField(
            model_name="disbursementretrylog",
            name="destination",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Stripe only: the account that it pays, frozen with its key",
                max_length=255,
            ),
        ),
        migrations.AddField(
            model_name="disbursementretrylog",
            name="key_generation",
            field=models.SmallIntegerField(
                db_default=0,
                default=0,
                help_text="Stripe only: which of the payout's keys, from 1 on",
            ),
        ),
        migrations.AlterField(
            model_name="codetally",
            name="code",
            field=models.CharField(max_length=60),
        ),
        migrations.AlterField(
            model_name="disbursementrequest",
            name="failure_code",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.RemoveConstraint(
            model_name="disbursementrequest",
            name="completed_has_receipt",
        ),
        migrations.AlterField(
            model_name="disbursementrequest",
            name="receipt",
            field=models.CharField(max_length=255, null=True),
        ),
        AddConstraintNotValid(
            model_name="disbursementrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["completed", "returned"]), _negated=True),
                    models.Q(("completed_at__isnull", False), ("receipt__isnull", False)),
                    _connector="OR",
                ),
                name="completed_has_receipt",
            ),
        ),
        migrations.AlterField(
            model_name="disbursementretrylog",
            name="mpesa_response_code",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AlterField(
            model_name="disbursementretrylog",
            name="provider_reference",
            field=models.CharField(max_length=64, unique=True),
        ),
        migrations.AlterField(
            model_name="resultcoderule",
            name="code",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AlterField(
            model_name="settlement",
            name="receipt",
            field=models.CharField(
                blank=True, help_text="The provider's, when it was paid", max_length=255
            ),
        ),
        migrations.AlterField(
            model_name="statusquestion",
            name="code",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AlterField(
            model_name="tally",
            name="failure_code",
            field=models.CharField(max_length=60),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disbursementrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="instruction_is_read_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."shortcode_id" IS DISTINCT FROM (NEW."shortcode_id") OR OLD."rail" IS DISTINCT FROM (NEW."rail") OR OLD."client_reference" IS DISTINCT FROM (NEW."client_reference") OR OLD."request_digest" IS DISTINCT FROM (NEW."request_digest") OR OLD."msisdn" IS DISTINCT FROM (NEW."msisdn") OR OLD."amount_minor" IS DISTINCT FROM (NEW."amount_minor") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."command_id" IS DISTINCT FROM (NEW."command_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."corrects_id" IS DISTINCT FROM (NEW."corrects_id") OR OLD."receiver_number" IS DISTINCT FROM (NEW."receiver_number") OR OLD."receiver_kind" IS DISTINCT FROM (NEW."receiver_kind") OR OLD."account_reference" IS DISTINCT FROM (NEW."account_reference") OR OLD."beneficiary" IS DISTINCT FROM (NEW."beneficiary") OR OLD."payee_user" IS DISTINCT FROM (NEW."payee_user"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="c624576b29cb71ab3713787cd22b420c76e1c826",
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
                    condition='WHEN (OLD."disbursement_id" IS DISTINCT FROM (NEW."disbursement_id") OR OLD."retry_attempt" IS DISTINCT FROM (NEW."retry_attempt") OR OLD."retry_reason" IS DISTINCT FROM (NEW."retry_reason") OR OLD."provider_reference" IS DISTINCT FROM (NEW."provider_reference") OR OLD."secret_digest" IS DISTINCT FROM (NEW."secret_digest") OR OLD."shortcode_number" IS DISTINCT FROM (NEW."shortcode_number") OR OLD."retry_timestamp" IS DISTINCT FROM (NEW."retry_timestamp") OR OLD."beneficiary" IS DISTINCT FROM (NEW."beneficiary") OR OLD."destination" IS DISTINCT FROM (NEW."destination") OR OLD."key_generation" IS DISTINCT FROM (NEW."key_generation"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="6af006543a535f652038c140a46203a1867ed34e",
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
                        ("payee_user", ""),
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
                        ("beneficiary", ""),
                        ("receiver_kind", ""),
                        ("receiver_number", ""),
                        models.Q(
                            models.Q(
                                ("msisdn", ""),
                                ("rail", "stripe_transfer"),
                                models.Q(("payee_user", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(
                                    ("rail__in", ["mpesa_b2b", "stripe_transfer"]), _negated=True
                                ),
                                ("payee_user", ""),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="payee_fits_rail",
            ),
        ),
        AddConstraintNotValid(
            model_name="disbursementretrylog",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("destination", ""), ("key_generation", 0)),
                    models.Q(
                        models.Q(("destination", ""), _negated=True), ("key_generation__gte", 1)
                    ),
                    _connector="OR",
                ),
                name="key_has_destination",
            ),
        ),
        AddConstraintNotValid(
            model_name="disbursementrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returned_minor__gte", 0),
                    ("returned_minor__lte", models.F("amount_minor")),
                    models.Q(
                        models.Q(
                            ("rail", "stripe_transfer"), ("status", "returned"), _negated=True
                        ),
                        ("returned_minor", models.F("amount_minor")),
                        _connector="OR",
                    ),
                ),
                name="returned_fits",
            ),
        ),
    ]
