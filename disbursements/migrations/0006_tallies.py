"""The tallies and the triggers that write them; 0007_tallies_filled counts what was there before.

Making a trigger waits for the statements under way and blocks new ones for that moment only.
"""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disbursements", "0005_desk_indexes"), ("vault", "0002_staff_members")]
    operations = [
        migrations.CreateModel(
            name="CodeTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=30)),
                ("count", models.BigIntegerField()),
                ("is_folded", models.BooleanField()),
            ],
            options={
                "db_table": "disbursement_code_tally",
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(help_text="Of the instruction, in Nairobi")),
                ("currency", models.CharField(max_length=3)),
                ("status", models.CharField(max_length=12)),
                ("failure_code", models.CharField(max_length=30)),
                ("parked_cause", models.CharField(max_length=100)),
                ("is_retried", models.BooleanField(help_text="Sent more than once")),
                (
                    "paid_within",
                    models.SmallIntegerField(
                        help_text="Number of PAID_WITHIN_MINUTES; 0: not paid"
                    ),
                ),
                ("count", models.BigIntegerField()),
                ("amount_minor", models.BigIntegerField()),
                ("is_folded", models.BooleanField(help_text="Put together by the job")),
            ],
            options={
                "db_table": "disbursement_tally",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disbursementrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_new",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        INSERT INTO disbursement_tally (day, partner_id, shortcode_id, currency, status, failure_code, parked_cause, is_retried, paid_within, count, amount_minor, is_folded)\n        SELECT day, partner_id, shortcode_id, currency, status, failure_code, parked_cause, is_retried, paid_within, sum(count), sum(amount_minor), false FROM (SELECT (created_at AT TIME ZONE 'Africa/Nairobi')::date AS day, partner_id AS partner_id, shortcode_id AS shortcode_id, currency AS currency, status AS status, failure_code AS failure_code, CASE WHEN status = 'parked' THEN parked_cause ELSE '' END AS parked_cause, attempts_made > 1 AS is_retried, CASE WHEN completed_at IS NULL THEN 0 WHEN completed_at <= created_at + interval '1 minutes' THEN 1 WHEN completed_at <= created_at + interval '5 minutes' THEN 2 WHEN completed_at <= created_at + interval '15 minutes' THEN 3 WHEN completed_at <= created_at + interval '60 minutes' THEN 4 WHEN completed_at <= created_at + interval '1440 minutes' THEN 5 ELSE 6 END AS paid_within, 1 AS count, 1 * amount_minor AS amount_minor FROM new_rows) AS signed\n         GROUP BY day, partner_id, shortcode_id, currency, status, failure_code, parked_cause, is_retried, paid_within HAVING sum(count) <> 0 OR sum(amount_minor) <> 0\n    ; RETURN NULL;",
                    hash="2097148065cde3cc85d7105b2a2f036c7c0d40e8",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_tally_new_3ebb6",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="disbursement_requests",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disbursementrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        INSERT INTO disbursement_tally (day, partner_id, shortcode_id, currency, status, failure_code, parked_cause, is_retried, paid_within, count, amount_minor, is_folded)\n        SELECT day, partner_id, shortcode_id, currency, status, failure_code, parked_cause, is_retried, paid_within, sum(count), sum(amount_minor), false FROM (SELECT (created_at AT TIME ZONE 'Africa/Nairobi')::date AS day, partner_id AS partner_id, shortcode_id AS shortcode_id, currency AS currency, status AS status, failure_code AS failure_code, CASE WHEN status = 'parked' THEN parked_cause ELSE '' END AS parked_cause, attempts_made > 1 AS is_retried, CASE WHEN completed_at IS NULL THEN 0 WHEN completed_at <= created_at + interval '1 minutes' THEN 1 WHEN completed_at <= created_at + interval '5 minutes' THEN 2 WHEN completed_at <= created_at + interval '15 minutes' THEN 3 WHEN completed_at <= created_at + interval '60 minutes' THEN 4 WHEN completed_at <= created_at + interval '1440 minutes' THEN 5 ELSE 6 END AS paid_within, 1 AS count, 1 * amount_minor AS amount_minor FROM new_rows UNION ALL SELECT (created_at AT TIME ZONE 'Africa/Nairobi')::date AS day, partner_id AS partner_id, shortcode_id AS shortcode_id, currency AS currency, status AS status, failure_code AS failure_code, CASE WHEN status = 'parked' THEN parked_cause ELSE '' END AS parked_cause, attempts_made > 1 AS is_retried, CASE WHEN completed_at IS NULL THEN 0 WHEN completed_at <= created_at + interval '1 minutes' THEN 1 WHEN completed_at <= created_at + interval '5 minutes' THEN 2 WHEN completed_at <= created_at + interval '15 minutes' THEN 3 WHEN completed_at <= created_at + interval '60 minutes' THEN 4 WHEN completed_at <= created_at + interval '1440 minutes' THEN 5 ELSE 6 END AS paid_within, -1 AS count, -1 * amount_minor AS amount_minor FROM old_rows) AS signed\n         GROUP BY day, partner_id, shortcode_id, currency, status, failure_code, parked_cause, is_retried, paid_within HAVING sum(count) <> 0 OR sum(amount_minor) <> 0\n    ; RETURN NULL;",
                    hash="f9a51210ba115bd4d9d61a442bf0738d37fde3bd",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_tally_changed_607a6",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="disbursement_requests",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disbursementretrylog",
            trigger=pgtrigger.compiler.Trigger(
                name="codes_new",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        INSERT INTO disbursement_code_tally (code, count, is_folded)\n        SELECT code, sum(count), false FROM (SELECT mpesa_response_code AS code, 1 AS count FROM new_rows WHERE mpesa_response_code NOT IN ('', '0')) AS signed\n         GROUP BY code HAVING sum(count) <> 0\n    ; RETURN NULL;",
                    hash="b2c39c3c70f2897dba45513fadc4a729c219063a",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_codes_new_16f78",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="disbursement_retry_logs",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disbursementretrylog",
            trigger=pgtrigger.compiler.Trigger(
                name="codes_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        INSERT INTO disbursement_code_tally (code, count, is_folded)\n        SELECT code, sum(count), false FROM (SELECT mpesa_response_code AS code, 1 AS count FROM new_rows WHERE mpesa_response_code NOT IN ('', '0') UNION ALL SELECT mpesa_response_code AS code, -1 AS count FROM old_rows WHERE mpesa_response_code NOT IN ('', '0')) AS signed\n         GROUP BY code HAVING sum(count) <> 0\n    ; RETURN NULL;",
                    hash="085dff6f7c62a560d2520f507e592bb7d2452f5c",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_codes_changed_b9a74",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="disbursement_retry_logs",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="codetally",
            index=models.Index(
                condition=models.Q(("is_folded", False)), fields=["id"], name="codes_to_fold"
            ),
        ),
        migrations.AddField(
            model_name="tally",
            name="partner",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="vault.partner",
            ),
        ),
        migrations.AddField(
            model_name="tally",
            name="shortcode",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="vault.shortcode",
            ),
        ),
        migrations.AddIndex(
            model_name="tally",
            index=models.Index(fields=["day", "partner", "shortcode"], name="tally_by_day"),
        ),
        migrations.AddIndex(
            model_name="tally",
            index=models.Index(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "cancelled",
                            "completed",
                            "failed",
                            "returned",
                        ],
                    ),
                    _negated=True,
                ),
                fields=["status"],
                name="tally_not_final",
            ),
        ),
        migrations.AddIndex(
            model_name="tally",
            index=models.Index(
                condition=models.Q(("is_folded", False)), fields=["id"], name="tally_to_fold"
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.CheckConstraint(
                condition=models.Q(("paid_within__gte", 0), ("paid_within__lte", 6)),
                name="tally_paid_within_known",
            ),
        ),
    ]
