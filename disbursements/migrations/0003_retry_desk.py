"""The tables of the retry desk: bulk runs, settlements, exports, and what codes mean in words."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disbursements", "0002_result_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "settled_at",
                    models.DateTimeField(help_text="When it was done or skipped", null=True),
                ),
                ("skipped_because", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="BulkRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "verb",
                    models.CharField(
                        choices=[
                            ("retry", "Retry"),
                            ("force", "Force a retry"),
                            ("bring_forward", "Bring the retry forward"),
                            ("stop_retrying", "Stop retrying"),
                            ("cancel", "Cancel"),
                            ("change_limit", "Change the retry limit"),
                            ("ask", "Ask M-Pesa"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "options",
                    models.JSONField(default=dict, help_text="Such as the new limit or moment"),
                ),
                ("reason", models.TextField()),
                ("actor", models.CharField(max_length=150)),
                ("origin", models.CharField(help_text="admin, api or command", max_length=20)),
                (
                    "partners",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        help_text="Whose payouts it may touch; null is all",
                        null=True,
                        size=None,
                    ),
                ),
                (
                    "selection",
                    models.JSONField(default=dict, help_text="The filters that it was chosen by"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "running"),
                            ("finished", "finished"),
                            ("stopped", "stopped"),
                        ],
                        max_length=12,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("total", models.PositiveIntegerField()),
                (
                    "totals",
                    models.JSONField(
                        default=dict, help_text="Minor units per currency when it began"
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0)),
                ("skipped", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "bulk run",
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("actor", models.CharField(max_length=150)),
                ("origin", models.CharField(help_text="admin, api or command", max_length=20)),
                (
                    "partners",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        help_text="Whose payouts it may hold; null is all",
                        null=True,
                        size=None,
                    ),
                ),
                (
                    "selection",
                    models.JSONField(default=dict, help_text="The filters that it was chosen by"),
                ),
                ("columns", models.JSONField(default=list)),
                ("format", models.CharField(max_length=10)),
                ("phones_masked", models.BooleanField()),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(help_text="Null when it broke off", null=True)),
                ("rows", models.PositiveIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                            ("overtaken", "overtaken"),
                        ],
                        max_length=12,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                (
                    "settled_as",
                    models.CharField(
                        choices=[("paid", "Paid"), ("not_paid", "Not paid")], max_length=10
                    ),
                ),
                (
                    "receipt",
                    models.CharField(
                        blank=True, help_text="M-Pesa's, when it was paid", max_length=30
                    ),
                ),
                ("paid_at", models.DateTimeField(null=True)),
                (
                    "evidence",
                    models.TextField(
                        help_text="What was seen, where and when, such as a statement line"
                    ),
                ),
                ("reason", models.TextField()),
                ("proposed_by", models.CharField(max_length=150)),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, max_length=150)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_reason", models.TextField(blank=True)),
            ],
        ),
        migrations.AlterModelOptions(
            name="disbursementrequest",
            options={
                "permissions": [
                    ("see_phones", "May see full phone numbers"),
                    (
                        "retry_disbursementrequest",
                        "May retry, ask, release and change the retry limit",
                    ),
                    ("force_disbursementrequest", "May force a retry past its limit"),
                    ("cancel_disbursementrequest", "May cancel what was not sent yet"),
                    ("correct_disbursementrequest", "May correct and resend what failed"),
                    ("export_disbursementrequest", "May take rows away in a file"),
                    ("settle_disbursementrequest", "May propose how an unknown payout ended"),
                    ("approve_disbursementrequest", "May approve what another person proposed"),
                ],
                "verbose_name": "payout",
            },
        ),
        migrations.RemoveConstraint(
            model_name="resultcoderule",
            name="rule_values_known",
        ),
        migrations.AddField(
            model_name="resultcoderule",
            name="meaning_sw",
            field=models.TextField(blank=True, help_text="What happened, in Swahili"),
        ),
        migrations.AddField(
            model_name="resultcoderule",
            name="what_to_do",
            field=models.TextField(blank=True, help_text="In English"),
        ),
        migrations.AddField(
            model_name="resultcoderule",
            name="what_to_do_sw",
            field=models.TextField(blank=True, help_text="In Swahili"),
        ),
        migrations.AddField(
            model_name="resultcoderule",
            name="whose_side",
            field=models.CharField(
                choices=[
                    ("payee", "The payee's"),
                    ("ours", "Ours"),
                    ("provider", "M-Pesa's"),
                    ("nobody", "Nobody's"),
                    ("unknown", "Not known"),
                ],
                default="unknown",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="resultcoderule",
            name="meaning",
            field=models.TextField(help_text="What happened, in English"),
        ),
        migrations.AddConstraint(
            model_name="resultcoderule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["success", "failed", "unknown"]),
                    ("next__in", ["never", "backoff", "next_day", "operator", "ask"]),
                    ("scope__in", ["payment", "shortcode"]),
                    ("whose_side__in", ["payee", "ours", "provider", "nobody", "unknown"]),
                ),
                name="rule_values_known",
            ),
        ),
        migrations.AddField(
            model_name="bulkitem",
            name="disbursement",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="disbursements.disbursementrequest",
            ),
        ),
        migrations.AddIndex(
            model_name="bulkrun",
            index=models.Index(fields=["-started_at"], name="bulk_run_newest"),
        ),
        migrations.AddIndex(
            model_name="bulkrun",
            index=models.Index(
                condition=models.Q(("status", "running")),
                fields=["started_at"],
                name="bulk_run_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["running", "finished", "stopped"])),
                name="bulk_run_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "done__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("total"), "-", models.F("skipped")
                        ),
                    )
                ),
                name="bulk_run_does_each_once",
            ),
        ),
        migrations.AddField(
            model_name="bulkitem",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="disbursements.bulkrun",
            ),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["-started_at"], name="export_newest"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="export",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="60b20262ab1ce24c8146b533d2f8a0a921c70e29",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_fffae",
                    table="disbursements_export",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="export",
            trigger=pgtrigger.compiler.Trigger(
                name="export_is_read_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."actor" IS DISTINCT FROM (NEW."actor") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."partners" IS DISTINCT FROM (NEW."partners") OR OLD."selection" IS DISTINCT FROM (NEW."selection") OR OLD."columns" IS DISTINCT FROM (NEW."columns") OR OLD."format" IS DISTINCT FROM (NEW."format") OR OLD."phones_masked" IS DISTINCT FROM (NEW."phones_masked") OR OLD."started_at" IS DISTINCT FROM (NEW."started_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="9f5fa5116e0d1581812cdb0e4aabb448317bc774",
                    operation="UPDATE",
                    pgid="pgtrigger_export_is_read_only_56880",
                    table="disbursements_export",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="attempt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="disbursements.disbursementretrylog",
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="disbursement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="disbursements.disbursementrequest",
            ),
        ),
        migrations.AddIndex(
            model_name="bulkitem",
            index=models.Index(
                condition=models.Q(("settled_at", None)),
                fields=["run", "id"],
                name="bulk_item_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="bulkitem",
            index=models.Index(
                condition=models.Q(("skipped_because", ""), _negated=True),
                fields=["run", "skipped_because"],
                name="bulk_item_by_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkitem",
            constraint=models.UniqueConstraint(
                fields=("run", "disbursement"), name="one_bulk_item_per_payout"
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("skipped_because", ""), ("settled_at__isnull", False), _connector="OR"
                ),
                name="bulk_item_skipped_is_settled",
            ),
        ),
        migrations.AddIndex(
            model_name="settlement",
            index=models.Index(fields=["status", "-proposed_at"], name="settlement_by_status"),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["proposed", "approved", "rejected", "overtaken"])
                ),
                name="settlement_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "approved"), _negated=True),
                    models.Q(
                        models.Q(("decided_by", ""), _negated=True),
                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="settlement_by_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_as", "paid"), _negated=True),
                    models.Q(("receipt", ""), _negated=True),
                    _connector="OR",
                ),
                name="settled_paid_has_receipt",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "proposed")),
                fields=("disbursement",),
                name="one_open_settlement",
            ),
        ),
    ]
